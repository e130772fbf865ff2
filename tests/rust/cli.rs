//! The real binary: exit code, standard output, standard error.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "panics are for tests")]

#[path = "cli_account.rs"]
mod cli_account;
#[path = "cli_audit.rs"]
mod cli_audit;
#[path = "cli_crash.rs"]
mod cli_crash;
#[path = "cli_documents.rs"]
mod cli_documents;
#[path = "cli_every_command.rs"]
mod cli_every_command;
#[path = "cli_evidence.rs"]
mod cli_evidence;
#[path = "cli_faults.rs"]
mod cli_faults;
#[path = "cli_fleet.rs"]
mod cli_fleet;
#[path = "cli_language.rs"]
mod cli_language;
#[path = "cli_live.rs"]
mod cli_live;
#[path = "cli_meddled.rs"]
mod cli_meddled;
#[path = "cli_policy.rs"]
mod cli_policy;
#[path = "cli_probe.rs"]
mod cli_probe;
#[path = "cli_proxy.rs"]
mod cli_proxy;
#[path = "cli_prune.rs"]
mod cli_prune;
#[path = "cli_restore.rs"]
mod cli_restore;
#[path = "cli_run.rs"]
mod cli_run;
#[path = "cli_scripts.rs"]
mod cli_scripts;
#[cfg(unix)]
#[path = "cli_terminal.rs"]
mod cli_terminal;
#[path = "cli_time.rs"]
mod cli_time;
#[path = "cli_truth.rs"]
mod cli_truth;
#[path = "cli_twice.rs"]
mod cli_twice;
#[path = "cli_witness.rs"]
mod cli_witness;
#[allow(unreachable_pub, clippy::print_stdout, reason = "a library has it too, and says it aloud")]
#[path = "skipped.rs"]
mod skipped;

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder of its own for each test: home, state and files.
struct Place {
    folder: TempDir,
}

/// What a command did.
struct Done {
    exit: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consnap"));
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path()).args(arguments);
        command.timeout(Duration::from_mins(1));
        command
    }

    fn run(&self, arguments: &[&str]) -> Done {
        Done::of(self.command(arguments).output().unwrap())
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Done {
        Done::of(self.command(arguments).write_stdin(input).output().unwrap())
    }
}

impl Done {
    fn of(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Exit code, empty standard output, and words on standard error: how every refusal looks.
    #[track_caller]
    fn refuses(&self, exit: i32, words: &[&str]) {
        assert_eq!(self.exit, exit, "{}", self.err);
        assert_eq!(self.out, "");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is missing:\n{}", self.err);
        }
        assert!(!self.err.contains('\u{1b}'), "colours in a pipe:\n{}", self.err);
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1linux000000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /opt/pre.sh, post_script_path: /opt/post.sh, script_timeout_seconds: 60}
";

#[test]
fn version_and_help_are_data_and_wrong_usage_is_not() {
    let place = Place::new();
    let version = place.run(&["--version"]);
    assert_eq!((version.exit, version.out.as_str()), (0, concat!("consnap ", env!("CARGO_PKG_VERSION"), "\n")));
    let help = place.run(&["--help"]);
    assert_eq!(help.exit, 0);
    for word in ["Exit status:", "Examples:", "Only `run`"] {
        assert!(help.out.contains(word), "{word}");
    }
    place.run(&["--no-such-option"]).refuses(2, &["--no-such-option"]);
    place.run(&["chekc"]).refuses(2, &["check"]);
    for words in [&["check", "--no-such-option", "--format", "json"][..], &["--format=json", "chekc"]] {
        let wrong = place.run(words);
        assert_eq!((wrong.exit, wrong.out.as_str()), (2, ""), "{words:?}");
        let error: Value = serde_json::from_str(&wrong.err).unwrap();
        assert_eq!((&error["code"], &error["sent"]), (&json!("CE400"), &json!("no")), "{words:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("chekc") || message.contains("--no-such-option"), "{message}");
    }
}

#[test]
fn unreadable_input_is_refused_with_the_way_out() {
    let place = Place::new();
    let bad = place.file("bad.yaml", "version: 1\ntargets: [\n");
    place.run(&["check", "missing.yaml"]).refuses(2, &["error[CE401]", "`missing.yaml`", "path of a file"]);
    place.run(&["check", bad.to_str().unwrap()]).refuses(2, &["error[CE403]", "bad.yaml:"]);
    place.run(&["check", "/"]).refuses(2, &["error[CE402]"]);
    let twice = place.run_with(&["check", "-"], "version: 1\nversion: 1\n");
    twice.refuses(2, &["error[CE403]", "standard input:2:1"]);
    let as_json = place.run(&["check", "missing.yaml", "--format", "json"]);
    assert_eq!((as_json.exit, as_json.out.as_str()), (2, ""));
    let error: Value = serde_json::from_str(&as_json.err).unwrap();
    assert_eq!((&error["code"], &error["sent"]), (&json!("CE401"), &json!("no")));
    let chinese = place.run(&["--lang", "zh", "check", "missing.yaml"]);
    chinese.refuses(2, &["错误[CE401]", "不存在"]);
    let mut by_locale = place.command(&["check", "missing.yaml"]);
    Done::of(by_locale.env("LANG", "zh_CN.UTF-8").output().unwrap()).refuses(2, &["错误[CE401]"]);
}

#[test]
fn a_finding_names_file_and_line() {
    let place = Place::new();
    let job = place.file("job.yaml", &JOB.replace("group_name", "gruop_name"));
    let done = place.run(&["check", job.to_str().unwrap()]);
    assert_eq!(done.exit, 1, "{}", done.out);
    assert!(done.out.contains("job.yaml:5:1"), "{}", done.out);
    assert!(done.out.contains("`group_name`"), "{}", done.out);
    let as_json = place.run(&["check", job.to_str().unwrap(), "--format", "json"]);
    assert_eq!(as_json.exit, 1);
    assert!(as_json.json()["findings"].as_array().unwrap().iter().any(|finding| finding["place"] == "/gruop_name"));
}

#[test]
fn a_command_stands_alone_on_standard_output() {
    let place = Place::new();
    let job = place.file("job.yaml", JOB);
    let done = place.run(&["command", job.to_str().unwrap(), "--platform", "linux", "--name", "nightly-{run}"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    assert_eq!(
        done.out,
        "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName=\"AppSnapshotRoleName\",\
         -ScriptTimeoutInSeconds=60,-PreScriptPath=\"/opt/pre.sh\",-PostScriptPath=\"/opt/post.sh\",\
         -Name=\"nightly-a1b2c3d4\"\n"
    );
    assert!(done.err.contains("RunShellScript"), "{}", done.err);
    let hostile = place.run(&["command", job.to_str().unwrap(), "--platform", "linux", "--name", "a\nb"]);
    hostile.refuses(1, &["error["]);
}

#[test]
fn explain_knows_codes_parameters_commands_and_results() {
    let place = Place::new();
    for (what, exit, words) in [
        ("12", 5, "plug-in exit code 12: "),
        ("0", 4, "a group may exist: yes"),
        ("3", 1, "plug-in exit code 3: "),
        ("exit code 3 and exit code 12", 5, "plug-in exit code 3: "),
        ("curl exit code 7", 1, "exit code 7 is that of `curl`"),
        ("CS352", 0, "are tagged otherwise than required: `LEVEL` instead of `REQUIRED`"),
        ("InvalidInstance.NotFound", 0, "InvalidInstance.NotFound"),
        ("CE401", 0, "CE401"),
        ("a01", 0, "A01: the level is tagged on every member snapshot"),
        ("ExcludeDiskId", 0, "/exclude_disks"),
        (
            "acs-plugin-manager --exec --plugin app-snapshot-plugin --params -RamRoleName=R,-Name=n1",
            0,
            "  -RamRoleName=R",
        ),
        (r#"{"InstanceId": "i-1", "InvocationStatus": "Failed", "ExitCode": 12}"#, 5, "i-1: plug-in exit code 12: "),
        (r#"{"TotalCount": 0, "Invocations": {"Invocation": []}}"#, 1, "error[CS525]"),
        (r#"{"SnapshotGroups": {"SnapshotGroup": []}}"#, 1, "error[CS919]"),
        ("no such thing", 1, "error[CS901]"),
        ("InvalidInstance.NotFoundd", 1, "the nearest is `InvalidInstance.NotFound`"),
        ("ExitCode: 12 in the console", 5, "plug-in exit code 12: "),
    ] {
        let done = place.run(&["explain", what]);
        assert_eq!(done.exit, exit, "{what}: {}{}", done.out, done.err);
        assert!(done.out.contains(words), "{what}: {}", done.out);
    }
    for (what, words) in [("Name", "range: 2 to 128 characters"), ("InstantAccessRentationDays", "range: 1 to 65535\n")]
    {
        assert!(place.run(&["explain", what]).out.contains(words), "{what}");
    }
    // A code, the result with it, and the code beside its status say the same.
    for code in ["0", "1", "3", "5", "12", "77", "126", "247"] {
        let alone = place.run(&["explain", code]).exit;
        assert_eq!(place.run(&["explain", " ", "--exit-code", code]).exit, alone, "{code}");
    }
    let contradiction = place.run(&["explain", "12", "--status", "Success"]);
    assert_eq!(contradiction.exit, 5);
    assert!(contradiction.out.starts_with("taken for a code\nplug-in exit code 12: "), "{}", contradiction.out);
    assert!(contradiction.out.contains("`Success` and exit code 12 contradict each other"), "{}", contradiction.out);
}

#[test]
fn op_speaks_json_and_json_lines() {
    let place = Place::new();
    let sign = json!({"version": "v1", "params": {"Action": "X"}, "access_key_id": "a", "access_key_secret": "b"});
    let done = place.run_with(&["op", "sign"], &sign.to_string());
    assert_eq!((done.exit, done.err.as_str()), (0, ""));
    assert_eq!(done.json()["signature"], "aeHP113Ryo1z31eZikxecDrMUBc=");
    let lines = format!("{sign}\n\n{{\"version\": 7}}\n{sign}\n");
    let done = place.run_with(&["op", "sign", "--lines"], &lines);
    assert_eq!(done.exit, 2);
    let answers: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1]["error"]["code"], "CE102");
    place.run_with(&["op", "sign"], "{").refuses(2, &["CE102"]);
    place.run_with(&["op", "sing"], "{}").refuses(2, &["CE101", "`sign`"]);
}

#[test]
fn schemas_and_completions_are_data() {
    let place = Place::new();
    let schema = place.run(&["schema", "sign"]).json();
    assert_eq!(schema["input"]["additionalProperties"], json!(false));
    place.run(&["schema", "nothing"]).refuses(2, &["CE404", "sign"]);
    for shell in ["bash", "zsh", "fish"] {
        let done = place.run(&["completions", shell]);
        assert_eq!(done.exit, 0);
        assert!(done.out.contains("consnap"), "{shell}");
    }
}

#[test]
fn a_job_is_written_for_other_tools() {
    let place = Place::new();
    let job = place.file("job.yaml", JOB);
    let job = job.to_str().unwrap();
    let request = place.run(&["export", job, "--to", "run-command"]);
    assert_eq!(request.exit, 0, "{}", request.err);
    assert_eq!(request.json()["InstanceId"], json!(["i-bp1linux000000000001"]));
    assert!(request.err.contains("CS602"), "{}", request.err);
    let script =
        place.run(&["export", job, "--to", "command", "--link", "https://example.com/#c=x", "--format", "json"]);
    let content = script.json()["files"][0]["content"].as_str().unwrap().to_owned();
    assert!(content.starts_with("# consnap ") && content.contains("\n# https://example.com/#c=x\n"), "{content}");
    for (tool, word) in [
        ("aliyun-cli", "aliyun ecs RunCommand"),
        ("job", "\"group_name\": \"nightly-{run}\""),
        ("python", "consnap.Client()"),
        ("python-sdk", "alibabacloud_ecs20140526"),
        ("go-sdk", "alibaba-cloud-sdk-go"),
        ("terraform", "alicloud_oos_template"),
        ("oos", "FormatVersion: OOS-2019-06-01"),
        ("oos-timer", "ACS::TimerTrigger"),
        ("systemd", "==> consnap.timer <=="),
        ("cron", "* * * root"),
        ("task-scheduler", "<CalendarTrigger>"),
        ("github-actions", "upload-sarif"),
        ("ram-policies", "sts:AssumeRole"),
    ] {
        let done = place.run(&["export", job, "--to", tool]);
        assert_eq!(done.exit, 0, "{tool}: {}", done.err);
        assert!(done.out.contains(word), "{tool}: {}", done.out);
    }
    let timer = place.run(&["export", job, "--to", "systemd", "--at", "04:45"]);
    assert!(timer.out.contains("OnCalendar=*-*-* 04:45:00"), "{}", timer.out);
}

#[test]
fn exports_go_into_a_folder_and_over_nothing() {
    let place = Place::new();
    let job = place.file("job.yaml", JOB);
    let job = job.to_str().unwrap();
    let export = ["export", job, "--to", "systemd", "--output", "units"];
    let done = place.run(&export);
    assert_eq!((done.exit, done.out.as_str()), (0, ""), "{}", done.err);
    let timer = place.folder.path().join("units/consnap.timer");
    assert!(std::fs::read_to_string(&timer).unwrap().contains("OnCalendar=*-*-* 02:00:00"));
    place.run(&export).refuses(2, &["error[CE421]", "consnap.service", "--force"]);
    std::fs::write(&timer, "old").unwrap();
    assert_eq!(place.run(&[&export[..], &["--force"]].concat()).exit, 0);
    assert!(std::fs::read_to_string(&timer).unwrap().contains("[Timer]"));
    place.run(&["export", job, "--to", "cron", "--output", "job.yaml"]).refuses(2, &["error[CE422]", "job.yaml"]);
}

#[test]
fn what_would_not_work_is_not_exported() {
    let place = Place::new();
    let mixed = place.file("mixed.yaml", &(JOB.to_owned() + "windows: {vss_writers: true}\n"));
    let mixed = mixed.to_str().unwrap();
    place.run(&["export", mixed, "--to", "oos"]).refuses(2, &["error[CE423]", "--platform"]);
    let windows = place.run(&["export", mixed, "--to", "oos", "--platform", "windows"]);
    assert!(windows.out.contains("RunBatScript"), "{}{}", windows.out, windows.err);
    assert_eq!(place.run(&["export", mixed, "--to", "ram-policies"]).exit, 0);
    let nameless = place.file("nameless.yaml", &JOB.replace("group_name: nightly-{run}\n", ""));
    let refused = place.run(&["export", nameless.to_str().unwrap(), "--to", "command"]);
    assert_eq!((refused.exit, refused.out.as_str()), (1, ""), "{}", refused.err);
    assert!(refused.err.contains("CS104"), "{}", refused.err);
    let at = place.file("job.yaml", JOB);
    place.run(&["export", at.to_str().unwrap(), "--to", "cron", "--at", "9 pm"]).refuses(2, &["error[CE102]"]);
}
