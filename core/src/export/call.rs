//! The command itself, the API request, and the call of the `aliyun` command line.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{ExportedFile, Material, Naming, file, made_by, quote};
use crate::base::consistency::Platform;

/// The text to paste into Cloud Assistant. A shell takes comments before it; `cmd.exe` would print them.
pub(super) fn command(material: &Material<'_>) -> Vec<ExportedFile> {
    let (extension, language) = match material.request.platform {
        Platform::Linux => ("sh", "shell"),
        Platform::Windows => ("bat", "batch"),
    };
    let several = material.shares.len() > 1;
    let mut files = Vec::new();
    for (at, share) in material.shares.iter().enumerate() {
        let mut text = match material.request.platform {
            Platform::Linux => material.comment("#"),
            Platform::Windows => material.comment("@rem").replace('%', "%%"),
        };
        let end = if language == "batch" { "\r\n" } else { "\n" };
        text = text.replace('\n', end);
        text += &share.command;
        text += end;
        let name = if several { format!("snapshot-{}.{extension}", at + 1) } else { format!("snapshot.{extension}") };
        files.push(file(&name, language, text));
    }
    files
}

/// The parameters of RunCommand, in the spelling of the SDKs (`InstanceId` is a list).
pub(super) fn run_command(material: &Material<'_>) -> Vec<ExportedFile> {
    let several = material.shares.len() > 1;
    let one = |(at, share): (usize, &super::Share)| {
        let request = json!({
            "RegionId": material.region,
            "Type": material.command_type(),
            "CommandContent": STANDARD.encode(&share.command),
            "ContentEncoding": "Base64",
            "EnableParameter": false,
            "KeepCommand": false,
            "Timeout": share.timeout_seconds,
            "Description": description(material),
            "InstanceId": share.instances,
        });
        let name = if several { format!("run-command-{}.json", at + 1) } else { "run-command.json".to_owned() };
        file(&name, "json", format!("{request:#}\n"))
    };
    material.shares.iter().enumerate().map(one).collect()
}

/// Which consnap it was, and the link where that fits: JSON has no comments, and the API takes 512 characters.
fn description(material: &Material<'_>) -> String {
    let whole = material.head.join(" ");
    if whole.chars().count() <= 512 { whole } else { made_by(material.request.as_of) }
}

/// A script around `aliyun ecs RunCommand` that shows each result. A command line takes at most 50 instances here: the
/// lower of the limits the documents name.
pub(super) fn aliyun_cli(material: &Material<'_>) -> Vec<ExportedFile> {
    let region = quote::shell(&material.region);
    let mut text = String::from("#!/usr/bin/env bash\n") + &material.comment("#");
    text += "# It starts snapshots and shows how the commands ended. Which consistency was reached, only the tags of the\n\
             # snapshots tell: APPConsistent or FsConsistent.\nset -euo pipefail\n\n";
    if material.shares.iter().any(|share| Naming::has_marks(&share.command)) {
        text +=
            "run=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \\n')\ndate=$(date -u +%Y%m%d)\ntime=$(date -u +%H%M%S)\n";
    }
    let _ = write!(
        text,
        "region={region}\n\nrun_on() {{ # TIMEOUT COMMAND INSTANCE...\n  local timeout=$1 command=$2 arguments=() at=0 id\n  \
         shift 2\n  for id in \"$@\"; do\n    at=$((at + 1))\n    arguments+=(\"--InstanceId.$at\" \"$id\")\n  done\n  \
         local invoke\n  invoke=$(aliyun ecs RunCommand --RegionId \"$region\" --Type {kind} \\\n    \
         --CommandContent \"$(printf '%s' \"$command\" | base64 | tr -d '\\n')\" --ContentEncoding Base64 \\\n    \
         --EnableParameter false --KeepCommand false --Timeout \"$timeout\" \"${{arguments[@]}}\" |\n    \
         sed -n 's/.*\"InvokeId\": *\"\\([^\"]*\\)\".*/\\1/p')\n  \
         test -n \"$invoke\"\n  echo \"$invoke: $# instances\"\n  aliyun ecs DescribeInvocations --RegionId \"$region\" --InvokeId \"$invoke\" \\\n    \
         --waiter expr='Invocations.Invocation[0].InvokeStatus' to=Finished \"timeout=$timeout\" interval=10 >/dev/null ||\n    \
         echo \"$invoke: it did not end as it should; look at each result, and never start it again unseen\" >&2\n  \
         aliyun ecs DescribeInvocationResults --RegionId \"$region\" --InvokeId \"$invoke\" --ContentEncoding PlainText\n}}\n",
        kind = material.command_type(),
    );
    for share in &material.shares {
        let command = with_shell_values(&share.command);
        if share.instances.is_empty() {
            let mut filter = String::new();
            for (at, (key, value)) in material.request.job.targets.tags.iter().enumerate() {
                let at = at + 1;
                let _ =
                    write!(filter, " --Tag.{at}.Key {} --Tag.{at}.Value {}", quote::shell(key), quote::shell(value));
            }
            let _ = write!(
                text,
                "\n# At most 50 instances: page through DescribeInstances for more, or use the OOS template.\nmapfile -t ids < <(aliyun ecs DescribeInstances --RegionId \"$region\"{filter} \\\n  \
                 --MaxResults 50 | sed -n 's/.*\"InstanceId\": *\"\\([^\"]*\\)\".*/\\1/p' | sort -u)\n\
                 test \"${{#ids[@]}}\" -gt 0\nrun_on {} {command} \"${{ids[@]}}\"\n",
                share.timeout_seconds
            );
        }
        for chunk in share.instances.chunks(50) {
            let ids: Vec<String> = chunk.iter().map(|id| quote::shell(id)).collect();
            let _ = write!(text, "\nrun_on {} {command} \\\n  {}\n", share.timeout_seconds, ids.join(" "));
        }
    }
    vec![file("snapshot.sh", "shell", text)]
}

/// The command as a shell word, with variables in the place of the marks.
fn with_shell_values(command: &str) -> String {
    let marks = Naming::marks();
    [(&marks.run, "run"), (&marks.date, "date"), (&marks.time, "time")]
        .into_iter()
        .fold(quote::shell(command), |text, (mark, variable)| {
            text.replace(mark.as_str(), &format!("'\"${variable}\"'"))
        })
}
