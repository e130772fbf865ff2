/** Replies as the API gives them, of made-up instances. */
const replies = [
  {
    RequestId: "473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E",
    Instances: {
      Instance: [
        {
          InstanceId: "i-bp1linux000000000001",
          InstanceName: "db-1",
          Status: "Running",
          OSType: "linux",
          OSName: "Alibaba Cloud Linux  3.2104 LTS 64位",
          OSNameEn: "Alibaba Cloud Linux  3.2104 LTS 64 bit",
          InstanceNetworkType: "vpc",
          RegionId: "cn-hangzhou",
          ZoneId: "cn-hangzhou-k",
          MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "optional" },
          OperationLocks: { LockReason: [] },
          Tags: { Tag: [{ TagKey: "app", TagValue: "orders" }] },
        },
        {
          InstanceId: "i-bp1debian00000000001",
          InstanceName: "db-2",
          Status: "Stopped",
          OSType: "linux",
          OSName: "Debian  12.13 64位",
          OSNameEn: "Debian  12.13 64 bit",
          InstanceNetworkType: "vpc",
          RegionId: "cn-hangzhou",
          ZoneId: "cn-hangzhou-k",
          MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "optional" },
          OperationLocks: { LockReason: [] },
        },
      ],
    },
  },
  {
    Disks: {
      Disk: [
        {
          DiskId: "d-bp1linux000000000001",
          InstanceId: "i-bp1linux000000000001",
          Category: "cloud_essd",
          Type: "system",
          PerformanceLevel: "PL1",
          Size: 40,
          Status: "In_use",
          Device: "/dev/xvda",
          MultiAttach: "Disabled",
          Encrypted: false,
        },
        {
          DiskId: "d-bp1debian00000000001",
          InstanceId: "i-bp1debian00000000001",
          Category: "cloud_efficiency",
          Type: "system",
          Size: 40,
          Status: "In_use",
          Device: "/dev/xvda",
          MultiAttach: "Disabled",
          Encrypted: false,
        },
      ],
    },
  },
  {
    InstanceCloudAssistantStatusSet: {
      InstanceCloudAssistantStatus: [
        {
          InstanceId: "i-bp1linux000000000001",
          CloudAssistantStatus: "true",
          CloudAssistantVersion: "2.2.3.1090",
          ActiveTaskCount: 0,
        },
        { InstanceId: "i-bp1debian00000000001", CloudAssistantStatus: "false", CloudAssistantVersion: "" },
      ],
    },
  },
  {
    InstanceRamRoleSets: {
      InstanceRamRoleSet: [{ InstanceId: "i-bp1linux000000000001", RamRoleName: "AppSnapshotRoleName" }],
    },
  },
];

export const EXAMPLE = replies.map((reply) => JSON.stringify(reply, null, 2)).join("\n\n");
