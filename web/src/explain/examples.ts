/** Things people paste, of made-up instances. */
export const EXAMPLES = {
  command: {
    text: `acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",-EnableFsFreeze=true,-Description="nightly backup, db01",-Name="LinuxApp1"`,
    exitCode: "",
  },
  code: { text: "12", exitCode: "" },
  results: {
    text: JSON.stringify(
      {
        Invocation: {
          InvocationResults: {
            InvocationResult: [
              { InstanceId: "i-bp1linux000000000001", InvokeId: "t-hz01example000001", InvocationStatus: "Failed", ExitCode: 12, ErrorCode: "ExitCodeNonzero", Output: "", Dropped: 0 },
              { InstanceId: "i-bp1linux000000000002", InvokeId: "t-hz01example000001", InvocationStatus: "Timeout", ErrorCode: "ExecutionTimeout", Output: "" },
            ],
          },
        },
      },
      null,
      2,
    ),
    exitCode: "",
  },
  output: { text: "[error] File /tmp/prescript.sh not found\n[error] Pre/Post-Script have no Expected Permission", exitCode: "0" },
};
