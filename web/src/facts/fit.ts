import type { Job, Platform } from "../engine";
import { at } from "../pointer";

/** An instance that meets every prerequisite by the facts of any day: what predictions are made for. */
export function fitInstance(job: Job, platform: Platform): Record<string, unknown> {
  const script = (pointer: string) => {
    const path = at(job, pointer);
    return typeof path === "string"
      ? { path, exists: true, kind: "regular file", owner: "root", mode: "0700" }
      : undefined;
  };
  const role = at(job, "/instance_ram_role");
  const linux = platform === "linux";
  return {
    instance_id: "i-bp1example0000000001",
    region_id: "cn-hangzhou",
    zone_id: "cn-hangzhou-k",
    status: "Running",
    os_type: platform,
    os_name_en: linux ? "Ubuntu  20.04 64 bit" : "Windows Server  2019 Data Center Edition 64bit English Edition",
    network_type: "vpc",
    metadata_endpoint: "enabled",
    metadata_tokens: "optional",
    locks: [],
    ram_role: typeof role === "string" && role !== "attached" ? role : "AppSnapshotRoleName",
    cloud_assistant: { online: true, version: "2.2.3.1090" },
    disks: [
      {
        disk_id: "d-bp1example0000000001",
        category: "cloud_essd",
        kind: "system",
        performance_level: "PL1",
        size_gib: 40,
        status: "In_use",
        device: "/dev/xvda",
        multi_attach: "Disabled",
        encrypted: false,
        snapshots_in_progress: 0,
      },
    ],
    guest: {
      metadata_reachable: true,
      launcher_present: true,
      mounts: [
        linux
          ? { target: "/", file_system: "ext4", disk_id: "d-bp1example0000000001", holds_data: true }
          : { target: "C:", file_system: "NTFS", disk_id: "d-bp1example0000000001", holds_data: true },
      ],
      ...(linux
        ? { pre_script: script("/linux/pre_script_path"), post_script: script("/linux/post_script_path") }
        : { vss_writers: ["SqlServerWriter"], data_services: ["MSSQLSERVER"] }),
    },
  };
}
