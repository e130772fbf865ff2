//! Programs in Python and Go.

use std::fmt::Write as _;

use super::{ExportedFile, Material, Naming, automation, file, quote};

/// consnap does the rest: it checks, waits, and looks at the tags.
pub(super) fn python_consnap(material: &Material<'_>) -> Vec<ExportedFile> {
    let text = format!(
        "{}import sys\n\nimport consnap\n\n\
         client = consnap.Client()  # credentials: environment, aliyun profile or instance role\n\
         report = client.run(\"job.yaml\")\n\
         for sentence in report.sentences:\n    print(sentence)\n\
         sys.exit(report.exit_status)\n",
        material.comment("#")
    );
    vec![file("snapshot.py", "python", text), automation::job_file(material)]
}

/// The official Python SDK, version 2.
pub(super) fn python_sdk(material: &Material<'_>) -> Vec<ExportedFile> {
    let mut text = material.comment("#");
    text += "\"\"\"Starts app-consistent snapshots. Which consistency was reached, only the tags of the snapshots tell.\n\n\
             pip install alibabacloud_ecs20140526 alibabacloud_credentials\n\"\"\"\n\n\
             import base64\nimport time\nimport uuid\n\n\
             from alibabacloud_credentials.client import Client as CredentialClient\n\
             from alibabacloud_ecs20140526 import models\n\
             from alibabacloud_ecs20140526.client import Client\n\
             from alibabacloud_tea_openapi.models import Config\n\n";
    let _ = writeln!(text, "REGION = {}", quote::double(&material.region));
    text += "# Command, time-out in seconds, instances.\nRUNS = [\n";
    for share in &material.shares {
        for chunk in share.instances.chunks(50) {
            let _ = writeln!(
                text,
                "    (\n        {},\n        {},\n        {},\n    ),",
                quote::double(&share.command),
                share.timeout_seconds,
                quote::list(chunk, quote::double)
            );
        }
    }
    text += "]\nENDED = {\"Success\", \"Failed\", \"PartialFailed\", \"Stopped\", \"Timeout\", \"Error\", \"Invalid\", \"Aborted\", \"Terminated\", \"Cancelled\"}\n\n\n";
    text += "def main() -> None:\n    client = Client(Config(credential=CredentialClient(), region_id=REGION))\n    \
             run = uuid.uuid4().hex[:8]\n    stamp = time.gmtime()\n    for command, timeout, instances in RUNS:\n";
    let marks = Naming::marks();
    for (mark, value) in [
        (&marks.run, "run"),
        (&marks.date, "time.strftime(\"%Y%m%d\", stamp)"),
        (&marks.time, "time.strftime(\"%H%M%S\", stamp)"),
    ] {
        if material.shares.iter().any(|share| share.command.contains(mark.as_str())) {
            let _ = writeln!(text, "        command = command.replace({}, {value})", quote::double(mark));
        }
    }
    let _ = write!(
        text,
        "        started = client.run_command(\n            models.RunCommandRequest(\n                region_id=REGION,\n                \
         type={},\n                command_content=base64.b64encode(command.encode()).decode(),\n                \
         content_encoding=\"Base64\",\n                enable_parameter=False,\n                keep_command=False,\n                \
         timeout=timeout,\n                instance_id=instances,\n                client_token=uuid.uuid4().hex,\n            )\n        )\n        \
         show(client, started.body.invoke_id, timeout)\n\n\n",
        quote::double(material.command_type())
    );
    text += "def show(client: Client, invoke_id: str, timeout: int) -> None:\n    \
             deadline = time.monotonic() + timeout + 60\n    \
             while True:\n        \
             request = models.DescribeInvocationsRequest(region_id=REGION, invoke_id=invoke_id)\n        \
             status = client.describe_invocations(request).body.invocations.invocation[0].invocation_status\n        \
             if status in ENDED or time.monotonic() > deadline:\n            break\n        time.sleep(5)\n    \
             results = client.describe_invocation_results(\n        \
             models.DescribeInvocationResultsRequest(\n            region_id=REGION, invoke_id=invoke_id, content_encoding=\"PlainText\"\n        )\n    )\n    \
             for result in results.body.invocation.invocation_results.invocation_result:\n        \
             print(result.instance_id, result.invocation_status, result.exit_code, result.error_code)\n        print(result.output)\n\n\n\
             if __name__ == \"__main__\":\n    main()\n";
    vec![file("snapshot.py", "python", text)]
}

/// The official Go SDK, the way of the feature's own document, and what its samples leave out: encoding, time-out, and
/// waiting for the end.
pub(super) fn go_sdk(material: &Material<'_>) -> Vec<ExportedFile> {
    let used = |mark: &str| material.shares.iter().any(|share| share.command.contains(mark));
    let marks = Naming::marks();
    let mut replacements = Vec::new();
    if used(&marks.run) {
        replacements.push((&marks.run, "hex.EncodeToString(id)"));
    }
    if used(&marks.date) {
        replacements.push((&marks.date, "now.Format(\"20060102\")"));
    }
    if used(&marks.time) {
        replacements.push((&marks.time, "now.Format(\"150405\")"));
    }
    let mut text = material.comment("//");
    text += "\n// Starts app-consistent snapshots. Which consistency was reached, only the tags of the snapshots tell.\npackage main\n\nimport (\n";
    let with_run = used(&marks.run);
    if with_run {
        text += "\t\"crypto/rand\"\n";
    }
    text += "\t\"encoding/base64\"\n";
    if with_run {
        text += "\t\"encoding/hex\"\n";
    }
    text += "\t\"fmt\"\n\t\"log\"\n\t\"os\"\n";
    if !replacements.is_empty() {
        text += "\t\"strings\"\n";
    }
    text += "\t\"time\"\n\n\t\"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests\"\n\t\"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs\"\n)\n\n";
    let _ = writeln!(text, "const region = {}\n", quote::double(&material.region));
    text += "var runs = []struct {\n\tcommand   string\n\ttimeout   int\n\tinstances []string\n}{\n";
    for share in &material.shares {
        for chunk in share.instances.chunks(50) {
            let ids: Vec<String> = chunk.iter().map(|id| quote::double(id)).collect();
            let _ = writeln!(
                text,
                "\t{{\n\t\t{},\n\t\t{},\n\t\t[]string{{{}}},\n\t}},",
                quote::double(&share.command),
                share.timeout_seconds,
                ids.join(", ")
            );
        }
    }
    text += "}\n\nfunc main() {\n\
             \tclient, err := ecs.NewClientWithAccessKey(region, os.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"), os.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"))\n\
             \tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n";
    if with_run {
        text += "\tid := make([]byte, 4)\n\tif _, err := rand.Read(id); err != nil {\n\t\tlog.Fatal(err)\n\t}\n";
    }
    if used(&marks.date) || used(&marks.time) {
        text += "\tnow := time.Now().UTC()\n";
    }
    text += "\tfor _, run := range runs {\n\t\tcommand := run.command\n";
    for (mark, value) in replacements {
        let _ = writeln!(text, "\t\tcommand = strings.ReplaceAll(command, {}, {value})", quote::double(mark));
    }
    let _ = write!(
        text,
        "\t\trequest := ecs.CreateRunCommandRequest()\n\t\trequest.Scheme = \"https\"\n\t\trequest.Type = {}\n\
         \t\trequest.CommandContent = base64.StdEncoding.EncodeToString([]byte(command))\n\t\trequest.ContentEncoding = \"Base64\"\n\
         \t\trequest.EnableParameter = requests.NewBoolean(false)\n\t\trequest.KeepCommand = requests.NewBoolean(false)\n\
         \t\trequest.Timeout = requests.NewInteger(run.timeout)\n\t\trequest.InstanceId = &run.instances\n\
         \t\tresponse, err := client.RunCommand(request)\n\t\tif err != nil {{\n\t\t\tlog.Fatal(err)\n\t\t}}\n\
         \t\tshow(client, response.InvokeId, time.Duration(run.timeout)*time.Second)\n\t}}\n}}\n\n",
        quote::double(material.command_type())
    );
    text += "func show(client *ecs.Client, invokeID string, timeout time.Duration) {\n\
             \tdeadline := time.Now().Add(timeout + time.Minute)\n\tfor time.Now().Before(deadline) {\n\
             \t\trequest := ecs.CreateDescribeInvocationsRequest()\n\t\trequest.Scheme = \"https\"\n\t\trequest.InvokeId = invokeID\n\
             \t\tresponse, err := client.DescribeInvocations(request)\n\t\tif err != nil {\n\t\t\tlog.Fatal(err)\n\t\t}\n\
             \t\tinvocations := response.Invocations.Invocation\n\t\tif len(invocations) > 0 && invocations[0].InvokeStatus != \"Running\" && invocations[0].InvokeStatus != \"Pending\" {\n\t\t\tbreak\n\t\t}\n\
             \t\ttime.Sleep(5 * time.Second)\n\t}\n\
             \trequest := ecs.CreateDescribeInvocationResultsRequest()\n\trequest.Scheme = \"https\"\n\trequest.InvokeId = invokeID\n\trequest.ContentEncoding = \"PlainText\"\n\
             \tresponse, err := client.DescribeInvocationResults(request)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\
             \tfor _, result := range response.Invocation.InvocationResults.InvocationResult {\n\
             \t\tfmt.Println(result.InstanceId, result.InvocationStatus, result.ExitCode, result.ErrorCode)\n\t\tfmt.Println(result.Output)\n\t}\n}\n";
    vec![file("main.go", "go", text)]
}
