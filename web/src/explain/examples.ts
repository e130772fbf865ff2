/** The end of a log that looks like a success: exit code 0, and a weaker snapshot than was asked for. */
const LOG = [
  '[level="info"][time="2025-11-03 08:12:45.120334907"][message="Version 1.0.0.8"]',
  '[level="error"][time="2025-11-03 08:12:45.300000000"]' +
    '[message="File /tmp/prescript.sh not found , error=stat /tmp/prescript.sh: no such file or directory"]',
  '[level="error"][time="2025-11-03 08:12:45.310000000"][message="Pre/Post-Script have no Expected Permission"]',
  '[level="info"][time="2025-11-03 08:12:46.500000000"][message="Take FsConsistent snapshots successfully"]',
  '[snapshotgroup="ssg-bp1example0000000001"][message="Finish whole Processes of Snapshot successfully"]',
];

/** Things people paste, of made-up instances. */
export const EXAMPLES = {
  command: {
    text:
      'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",' +
      '-EnableFsFreeze=true,-Description="nightly backup, db01",-Name="LinuxApp1"',
    exitCode: "",
  },
  code: { text: "12", exitCode: "" },
  results: {
    text: JSON.stringify(
      {
        Invocation: {
          InvocationResults: {
            InvocationResult: [
              {
                InstanceId: "i-bp1linux000000000001",
                InvokeId: "t-hz01example000001",
                InvocationStatus: "Failed",
                ExitCode: 12,
                ErrorCode: "ExitCodeNonzero",
                Output: "",
                Dropped: 0,
              },
              {
                InstanceId: "i-bp1linux000000000002",
                InvokeId: "t-hz01example000001",
                InvocationStatus: "Timeout",
                ErrorCode: "ExecutionTimeout",
                Output: "",
              },
            ],
          },
        },
      },
      null,
      2,
    ),
    exitCode: "",
  },
  output: { text: btoa(LOG.join("\n")), exitCode: "0" },
};
