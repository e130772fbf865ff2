//! Exports are read by those they are written for: shells, Python, Go, Terraform, systemd, YAML. A consumer that is not
//! installed is a skip; each file's own text is looked at in any case.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use consnap_core::export::{ExportedFile, Target};
use consnap_core::operations::{self, ExportInput};
use consnap_core::{Lang, Platform};
use serde_json::{Value, json};

const LINK: &str = "https://example.com/#c=abc\n$(touch pwned)";

/// A description that every language must quote.
const AWKWARD: &str = "it's $HOME \"x\" ${y} %{z} 100% `w` \\ 每晚";

fn linux() -> Value {
    json!({"version": 1, "regions": ["cn-hangzhou"], "targets": {"ids": ["i-bp1linux000000000001", "i-bp1linux000000000002"]},
        "instance_ram_role": "AppSnapshotRoleName", "group_name": "nightly-{run}-{date}-{time}", "description": AWKWARD,
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh",
            "script_timeout_seconds": 60, "freeze_timeout_seconds": 10}})
}

fn windows() -> Value {
    json!({"version": 1, "regions": ["cn-hangzhou"], "targets": {"ids": ["i-bp1windows0000000001"]},
        "instance_ram_role": "AppSnapshotRoleName", "group_name": "sql-1", "description": "R and D (x)", "windows": {"vss_writers": true}})
}

fn by_tags() -> Value {
    json!({"version": 1, "regions": ["cn-hangzhou"], "targets": {"tags": {"app": "orders \"x\"", "环境": "生产"}},
        "instance_ram_role": "AppSnapshotRoleName", "group_name": "tagged-{run}"})
}

/// Everything that makes instances differ: some are left out by id and by tag, one leaves a disk out.
fn with_exclusions() -> Value {
    let mut job = by_tags();
    job["targets"]["exclude"] = json!({"ids": ["i-bp1out000000000001"], "tags": {"tier": "gold", "x": "it's"}});
    job["exclude_disks"] = json!([{"instance": "i-bp1own000000000001", "disk": "d-bp1scratch0000000001"}]);
    job
}

/// The forms that write a job.
fn forms(name: &str) -> impl Iterator<Item = Target> {
    // A request without instance ids has no way to leave some out.
    let is_request = name == "exclusions";
    Target::ALL.into_iter().filter(move |target| !is_request || *target != Target::RunCommand)
}

fn files(job: &Value, platform: Platform, target: Target) -> Vec<ExportedFile> {
    let output = operations::export(&ExportInput {
        job: job.clone(),
        platform,
        target,
        link: Some(LINK.to_owned()),
        schedule: Some("03:30".to_owned()),
        use_separator: false,
        as_of: None,
        now: None,
        naming: None,
        severities: BTreeMap::new(),
        lang: Lang::En,
    })
    .expect("an export");
    assert!(!output.files.is_empty(), "{target:?} {platform:?}: {:#?}", output.findings);
    output.files
}

fn jobs() -> Vec<(&'static str, Platform, Value)> {
    vec![
        ("linux", Platform::Linux, linux()),
        ("windows", Platform::Windows, windows()),
        ("tags", Platform::Linux, by_tags()),
        ("exclusions", Platform::Linux, with_exclusions()),
    ]
}

/// Writes an export to a folder of its own.
fn written(folder: &Path, files: &[ExportedFile]) {
    fs::create_dir_all(folder).expect("a folder");
    for file in files {
        fs::write(folder.join(&file.name), &file.content).expect("a file");
    }
}

#[track_caller]
fn installed(program: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|path| path.join(program).is_file());
    if !found {
        consnap_tests::skipped(&format!("{program} is not installed: its exports were not read by it"));
    }
    found
}

fn accepts(command: &mut Command, what: &str) -> String {
    let output = command.output().expect("a program that starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}");
    said
}

#[test]
fn every_export_names_its_maker_and_no_link_breaks_out_of_its_comment() {
    for (name, platform, job) in jobs() {
        for target in forms(name) {
            let files = files(&job, platform, target);
            let all: String = files.iter().map(|file| file.content.as_str()).collect();
            assert!(all.contains(&consnap_core::export::made_by(None)), "{name} {target:?}");
            // JSON and XML have a string for it, which nothing reads.
            let commented = files.iter().filter(|file| !["json", "xml"].contains(&file.language));
            let lines = commented.flat_map(|file| file.content.lines());
            for line in lines.filter(|line| line.contains("touch pwned")) {
                let line = line.trim_start();
                assert!(["#", "//", "@rem"].iter().any(|mark| line.starts_with(mark)), "{name} {target:?}: {line}");
            }
        }
    }
}

/// What the linter tells of a script is a fault of the script.
#[test]
fn shells_read_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    let linted = installed("shellcheck");
    for (name, platform, job) in jobs() {
        for target in forms(name) {
            let files = files(&job, platform, target);
            let here = folder.path().join(format!("{name}-{target:?}"));
            written(&here, &files);
            for file in files.iter().filter(|file| file.language == "shell") {
                accepts(Command::new("bash").arg("-n").arg(here.join(&file.name)), &file.name);
                if linted && target != Target::Command {
                    accepts(Command::new("shellcheck").arg(here.join(&file.name)), &file.name);
                }
            }
        }
    }
}

/// A stand-in for the `aliyun` command line: it writes down its arguments, shows the instances of `instances.json`, and
/// lets every command end as `ends.json` says of the instance, or well.
const STAND_IN: &str = r#"#!/bin/bash
printf '%s\0' "$@" >>"$LOG"
printf '\0' >>"$LOG"
case $2 in
  DescribeInstances) cat instances.json ;;
  RunCommand)
    invoke=t-$(($(find . -name 't-*' | wc -l) + 1))
    while [ $# -gt 0 ]; do
      case $1 in --InstanceId.*) echo "$2" >>"$invoke" ;; esac
      shift
    done
    jq -n --arg id "$invoke" '{InvokeId: $id}'
    ;;
  DescribeInvocationResults)
    jq -nR --slurpfile ends ends.json '{Invocation: {InvocationResults: {InvocationResult:
      [inputs | {InstanceId: ., InvocationStatus: "Success", ExitCode: 0, Output: ""} + ($ends[0][.] // {})]}}}' <"$6"
    ;;
esac
"#;

/// A run of the script: its exit status, what it said, and the calls it made.
struct Run {
    status: Option<i32>,
    said: String,
    calls: Vec<Vec<String>>,
}

impl Run {
    fn of(job: &Value, instances: &Value, ends: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path();
        written(here, &files(job, Platform::Linux, Target::AliyunCli));
        fs::write(here.join("aliyun"), STAND_IN).expect("a stand-in");
        fs::write(here.join("sleep"), "#!/bin/sh\nSECONDS=0\n").expect("a stand-in");
        accepts(Command::new("chmod").args(["+x", "aliyun", "sleep"]).current_dir(here), "chmod");
        fs::write(here.join("instances.json"), instances.to_string()).expect("a file");
        fs::write(here.join("ends.json"), ends.to_string()).expect("a file");
        let path = format!("{}:{}", here.display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("bash")
            .arg("snapshot.sh")
            .env("PATH", path)
            .env("LOG", here.join("log"))
            .current_dir(here)
            .output()
            .expect("a script that starts");
        assert!(!here.join("pwned").exists());
        let log = fs::read_to_string(here.join("log")).unwrap_or_default();
        let calls = log.split_terminator("\0\0").map(|call| call.split('\0').map(str::to_owned).collect()).collect();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Self { status: output.status.code(), said, calls }
    }

    fn starts(&self) -> Vec<&[String]> {
        self.calls.iter().filter(|call| call[1] == "RunCommand").map(Vec::as_slice).collect()
    }

    /// The instances of each start.
    fn started(&self) -> Vec<Vec<&str>> {
        let of = |call: &&'_ [String]| -> Vec<usize> {
            (1..call.len()).filter(|at| call[at - 1].starts_with("--InstanceId.")).collect()
        };
        self.starts().into_iter().map(|call| of(&call).into_iter().map(|at| call[at].as_str()).collect()).collect()
    }
}

/// The value of an argument.
fn after<'a>(call: &'a [String], name: &str) -> &'a str {
    let at = call.iter().position(|argument| argument == name).unwrap_or_else(|| panic!("no {name} in {call:?}"));
    &call[at + 1]
}

/// What the plug-in receives of a call.
fn arguments(call: &[String]) -> Vec<String> {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.decode(after(call, "--CommandContent")).expect("Base64");
    let command = String::from_utf8(content).expect("text");
    let got = operations::run("explain", json!({"command": command, "platform": "linux"})).expect("an explanation");
    got["arguments"].as_array().expect("arguments").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_cli_script_sends_the_command_as_it_was_built() {
    if !installed("jq") {
        return;
    }
    let run = Run::of(&linux(), &json!({}), &json!({}));
    assert_eq!(run.status, Some(0), "{}", run.said);
    assert_eq!(run.started(), [["i-bp1linux000000000001"], ["i-bp1linux000000000002"]], "the first one alone");
    let first = run.starts()[0];
    assert_eq!(after(first, "--Timeout"), "450");
    let arguments = arguments(first);
    assert!(arguments.contains(&format!("-Description={AWKWARD}")), "{arguments:?}");
    let name = arguments.iter().find(|argument| argument.starts_with("-Name=nightly-")).expect("a name");
    assert!(!name.contains("RUNID000") && !name.contains("DATE0000") && !name.contains("TIME00"), "{name}");
}

/// The script ends with the status of the job, and starts nothing new after too many failures.
#[test]
fn the_cli_script_ends_as_the_commands_did() {
    if !installed("jq") {
        return;
    }
    let id = |number: u32| format!("i-bp1many{number:012}");
    let mut job = linux();
    job["targets"]["ids"] = (1..=25).map(id).collect();
    job["run"] = json!({"canary": 2, "max_in_flight": 10, "max_errors": 1});
    let status_of = |ends: Value| {
        let run = Run::of(&job, &json!({}), &ends);
        let lengths: Vec<usize> = run.started().iter().map(Vec::len).collect();
        (run.status, lengths, run.said.lines().last().unwrap_or_default().to_owned())
    };
    let ends = |status: Option<i32>, starts: &[usize], last: &str| (status, starts.to_vec(), last.to_owned());
    let bad = json!({"InvocationStatus": "Failed", "ExitCode": 4});
    assert_eq!(
        status_of(json!({})),
        ends(Some(0), &[2, 10, 10, 3], "25 instances: 0 failed, 0 unknown, 0 not started")
    );
    assert_eq!(
        status_of(json!({id(20): bad})),
        ends(Some(1), &[2, 10, 10, 3], "25 instances: 1 failed, 0 unknown, 0 not started"),
        "on the second page of the service's default size"
    );
    assert_eq!(
        status_of(json!({id(1): bad})),
        ends(Some(1), &[2], "25 instances: 1 failed, 0 unknown, 23 not started"),
        "the first wave must go well"
    );
    assert_eq!(
        status_of(json!({id(4): bad, id(5): {"ExitCode": 7}})),
        ends(Some(1), &[2, 10], "25 instances: 2 failed, 0 unknown, 13 not started"),
        "Success is not enough"
    );
    job["run"] = json!({"canary": 0, "max_in_flight": 60, "max_errors": "8%"});
    let run = Run::of(&job, &json!({}), &json!({id(1): bad, id(2): bad}));
    assert_eq!((run.status, run.started().len()), (Some(1), 1), "8% of 25 are 2: {}", run.said);
}

/// Who is excluded by id or tag is not frozen, though the service or a stand-in shows all; who leaves disks out takes a
/// command of its own; a selection of another size than expected starts nothing.
#[test]
fn the_cli_script_selects_as_the_job_says() {
    if !installed("jq") {
        return;
    }
    let instance = |id: &str, tags: &[(&str, &str)]| {
        let tag = |(key, value): &(&str, &str)| json!({"TagKey": key, "TagValue": value});
        let both = [("app", "orders \"x\""), ("环境", "生产")];
        json!({"InstanceId": id, "Tags": {"Tag": both.iter().chain(tags).map(tag).collect::<Vec<_>>()}})
    };
    let found = json!({"Instances": {"Instance": [
        instance("i-bp1in0000000000001", &[("tier", "silver")]),
        instance("i-bp1out000000000001", &[]),
        instance("i-bp1gold00000000001", &[("tier", "gold")]),
        instance("i-bp1own000000000001", &[]),
        {"InstanceId": "i-bp1other0000000001", "Tags": {"Tag": [{"TagKey": "app", "TagValue": "else"}]}},
        {"InstanceId": "i-bp1bare00000000001"},
    ]}});
    let mut job = with_exclusions();
    let run = Run::of(&job, &found, &json!({}));
    assert_eq!(run.status, Some(0), "{}", run.said);
    assert_eq!(run.started(), [["i-bp1in0000000000001"], ["i-bp1own000000000001"]]);
    assert_eq!(after(&run.calls[0], "--Tag.2.Value"), "生产");
    let disks: Vec<bool> = run
        .starts()
        .iter()
        .map(|call| arguments(call).contains(&"-ExcludeDiskId=d-bp1scratch0000000001".to_owned()))
        .collect();
    assert_eq!(disks, [false, true]);
    job["targets"]["expect"] = json!({"min": 3});
    let run = Run::of(&job, &found, &json!({}));
    assert_eq!((run.status, run.starts().len()), (Some(2), 0), "{}", run.said);
    // Named instances are looked at for their tags alone, and one that is not there is said.
    job["targets"] =
        json!({"ids": ["i-bp1gold00000000001", "i-bp1own000000000001"], "exclude": {"tags": {"tier": "gold"}}});
    let two =
        json!({"Instances": {"Instance": [found["Instances"]["Instance"][2], found["Instances"]["Instance"][3]]}});
    let run = Run::of(&job, &two, &json!({}));
    assert_eq!((run.status, run.started()), (Some(0), vec![vec!["i-bp1own000000000001"]]), "{}", run.said);
    let one = json!({"Instances": {"Instance": [found["Instances"]["Instance"][3]]}});
    let run = Run::of(&job, &one, &json!({}));
    assert_eq!((run.status, run.starts().len()), (Some(2), 0), "{}", run.said);
}

#[test]
fn python_reads_programs() {
    if !installed("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, platform, job) in jobs() {
        for target in [Target::PythonConsnap, Target::PythonSdk] {
            let here = folder.path().join(format!("{name}-{target:?}"));
            written(&here, &files(&job, platform, target));
            accepts(
                Command::new("python3").args(["-W", "error", "-m", "py_compile", "snapshot.py"]).current_dir(&here),
                name,
            );
        }
    }
    let probe = "import ast; tree = ast.parse(open('snapshot.py').read())\n\
        print([ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == 'COMMAND'][0])";
    let here = folder.path().join("linux-PythonSdk");
    let command = accepts(
        Command::new("python3").args(["-c", probe]).env("PYTHONIOENCODING", "utf-8").current_dir(here),
        "COMMAND",
    );
    let got = operations::run("explain", json!({"command": command.trim_end_matches('\n'), "platform": "linux"}))
        .expect("an explanation");
    assert!(got["arguments"].to_string().contains("每晚"), "{got}");
}

#[test]
fn gofmt_reads_programs_and_would_not_change_them() {
    if !installed("gofmt") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, platform, job) in jobs() {
        written(folder.path(), &files(&job, platform, Target::GoSdk));
        let changes = accepts(Command::new("gofmt").arg("-d").arg(folder.path().join("main.go")), name);
        assert_eq!(changes, "", "{name}");
    }
}

#[test]
fn terraform_reads_configurations_and_would_not_change_them() {
    if !installed("terraform") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, platform, job) in jobs() {
        written(folder.path(), &files(&job, platform, Target::Terraform));
        accepts(
            Command::new("terraform")
                .args(["fmt", "-check", "-diff", "-no-color"])
                .env("CHECKPOINT_DISABLE", "1")
                .current_dir(folder.path()),
            name,
        );
    }
}

/// Terraform sets things up and starts nothing; what it sets up is the template with its command. The parser is a part of
/// the tests: Terraform need not be installed for its files to be read.
#[test]
fn terraform_starts_nothing() {
    for (name, platform, job) in jobs() {
        let files = files(&job, platform, Target::Terraform);
        let value: Value = hcl::from_str(&files[0].content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kinds: Vec<&String> = value["resource"].as_object().expect("resources").keys().collect();
        let wanted = [
            "alicloud_oos_template",
            "alicloud_ram_policy",
            "alicloud_ram_role",
            "alicloud_ram_role_policy_attachment",
        ];
        assert_eq!(kinds, wanted, "{name}");
        let content = &value["resource"]["alicloud_oos_template"]["snapshot"]["content"];
        assert_eq!(content, "${file(\"${path.module}/snapshot.oos.yaml\")}", "{name}");
        for file in &files[1..] {
            assert!(files[0].content.contains(&format!("/{}\")", file.name)), "{name}: {}", file.name);
        }
        assert_eq!(files[1].content, self::files(&job, platform, Target::Oos)[0].content, "{name}");
    }
}

#[test]
fn systemd_reads_units() {
    if !installed("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = files(&linux(), Platform::Linux, Target::Systemd);
    for file in &mut files {
        // The program need not be installed here for its unit to be read.
        file.content = file.content.replace("/usr/local/bin/consnap", "/bin/true");
    }
    written(folder.path(), &files);
    let units = ["consnap.service", "consnap.timer", "consnap-failed.service"].map(|unit| folder.path().join(unit));
    let said = accepts(Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units), "units");
    assert!(!said.contains("consnap"), "{said}");
    // 5.0 and less is what it calls OK.
    let security = ["security", "--offline=yes", "--threshold=50"];
    accepts(Command::new("systemd-analyze").args(security).arg(&units[0]), "security");
}

/// The line of the crontab ends as the run did, and says nothing when that went well, so that cron sends no mail.
#[test]
fn cron_keeps_the_status() {
    let crontab = files(&linux(), Platform::Linux, Target::Cron).remove(0).content;
    assert!(crontab.ends_with('\n'), "cron ignores a last line without an end");
    let line = crontab.lines().last().expect("a line");
    let command = line.strip_prefix("30 3 * * * root ").expect("minute, hour, user");
    assert!(!command.contains('%'), "cron makes lines of it: {command}");
    let folder = tempfile::tempdir().expect("a folder");
    for status in [0, 1, 4, 5] {
        let stand_in = format!("sh -c 'echo out; echo err >&2; exit {status}' consnap");
        let command = command
            .replace("/usr/local/bin/consnap", &stand_in)
            .replace("/var/log/consnap.log", &folder.path().join("log").display().to_string());
        let output = Command::new("/bin/sh").args(["-c", &command]).output().expect("a shell");
        assert_eq!(output.status.code(), Some(status));
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.contains(&format!("ended with {status}")), status != 0, "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("log")).expect("a log"), "out\nerr\n".repeat(4));
}

/// The task's XML is read back, and its command line keeps the status of the run.
#[test]
fn the_task_of_windows_is_xml() {
    let task = files(&linux(), Platform::Linux, Target::TaskScheduler).remove(0).content;
    let mut reader = quick_xml::Reader::from_str(&task);
    let mut open = Vec::new();
    let mut texts = std::collections::BTreeMap::<String, String>::new();
    loop {
        use quick_xml::events::Event;
        match reader.read_event().expect("XML") {
            Event::Start(element) => open.push(element.name().as_ref().to_owned()),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => *texts.entry(open.join("/")).or_default() += &text,
            Event::GeneralRef(of) => {
                let c = match &*of {
                    "amp" => "&",
                    "gt" => ">",
                    "lt" => "<",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("&{other};"),
                };
                *texts.entry(open.join("/")).or_default() += c;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    assert_eq!(texts["Task/Triggers/CalendarTrigger/StartBoundary"], "2026-01-01T03:30:00");
    assert_eq!(texts["Task/Settings/ExecutionTimeLimit"], "PT0S");
    let line = &texts["Task/Actions/Exec/Arguments"];
    assert!(line.starts_with("/d /c \"set ") && line.ends_with("consnap.log\" 2>&1\""), "{line}");
    assert!(line.contains(r#"" run "%ProgramData%\consnap\job.yaml" --yes >>"#), "{line}");
    assert!(!line.contains('|') && !line.contains("exit"), "{line}");
    assert!(texts["Task/RegistrationInfo/Description"].contains("https://example.com/#c=abc"));
}

#[test]
fn yaml_and_json_are_read_back() {
    for (name, platform, job) in jobs() {
        for target in forms(name) {
            for file in files(&job, platform, target) {
                let what = format!("{name} {target:?} {}", file.name);
                match file.language {
                    "json" => drop(
                        serde_json::from_str::<Value>(&file.content).unwrap_or_else(|error| panic!("{what}: {error}")),
                    ),
                    "yaml" => drop(
                        serde_saphyr::from_str::<Value>(&file.content)
                            .unwrap_or_else(|error| panic!("{what}: {error}")),
                    ),
                    _ => {}
                }
            }
        }
    }
    let of = |job: &Value, target| {
        let files = files(job, Platform::Linux, target);
        serde_saphyr::from_str::<Value>(&files[0].content).expect("YAML")
    };
    let template = of(&by_tags(), Target::OosTimer);
    assert_eq!(template["Tasks"][0]["Action"], "ACS::TimerTrigger");
    assert_eq!(template["Parameters"]["timer"]["Default"], "0 30 3 ? * *");
    // The shape of the vendor's own: `Tags` beside `Type: Tags`.
    let filter = &template["Tasks"][1]["Properties"]["Filters"][0];
    assert_eq!((&filter["Type"], &filter["Tags"][1]["Value"]), (&json!("Tags"), &json!("生产")));
    assert_eq!(template["Tasks"][2]["Loop"]["Items"], "{{ select.instanceIds }}");
    let command =
        of(&linux(), Target::Oos)["Tasks"][0]["Properties"]["commandContent"].as_str().expect("a command").to_owned();
    assert!(command.contains("{{ ACS::ExecutionId }}") && !command.contains("RUNID000"), "{command}");
    assert_eq!(of(&linux(), Target::Job), linux());
}

/// Who is excluded is taken away from the list a loop goes over; who leaves disks out has a loop of its own; named
/// instances begin with the first one alone.
#[test]
fn oos_takes_away_who_is_excluded() {
    let template = |job: &Value| {
        let files = files(job, Platform::Linux, Target::Oos);
        serde_saphyr::from_str::<Value>(&files[0].content).expect("YAML")
    };
    let loops = |template: &Value| -> Vec<Value> {
        let tasks = template["Tasks"].as_array().expect("tasks").iter();
        tasks.filter(|task| task["Action"] == "ACS::ECS::RunCommand").cloned().collect()
    };
    let difference = |from: Value, what: &str| json!({"Fn::Difference": [from, format!("{{{{ {what} }}}}")]});
    let tags = template(&with_exclusions());
    let selected = ["excluded1.instanceIds", "excluded2.instanceIds", "excludedIds"]
        .into_iter()
        .fold(json!("{{ select.instanceIds }}"), difference);
    let others = difference(selected.clone(), "ownIds1");
    let runs = loops(&tags);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["Loop"]["Items"], json!({"Fn::Difference": [selected, others]}));
    assert!(runs[0]["Properties"]["commandContent"].as_str().expect("a command").contains("d-bp1scratch"));
    assert_eq!(runs[1]["Loop"]["Items"], others);
    assert!(!runs[1]["Properties"]["commandContent"].as_str().expect("a command").contains("d-bp1scratch"));
    let excluded = &tags["Tasks"].as_array().expect("tasks")[2]["Properties"]["Filters"][0]["Tags"];
    assert_eq!(*excluded, json!([{"Key": "x", "Value": "it's"}]));
    assert_eq!(tags["Parameters"]["ownIds1"]["Default"], json!(["i-bp1own000000000001"]));
    let named = loops(&template(&linux()));
    assert_eq!(named[0]["Loop"]["Items"], json!(["i-bp1linux000000000001"]));
    assert_eq!(named[0]["Loop"]["RateControl"]["MaxErrors"], 0);
    assert_eq!(named[1]["Loop"]["Items"], json!(["i-bp1linux000000000002"]));
    assert_eq!(named[1]["Loop"]["RateControl"], "{{ rateControl }}");
}

/// The role of the template may do what the template does, and OOS may take it on.
#[test]
fn oos_has_the_policy_of_its_role() {
    let files = files(&with_exclusions(), Platform::Linux, Target::Oos);
    let read = |name: &str| {
        let file = files.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("no {name}"));
        serde_json::from_str::<Value>(&file.content).expect("JSON")
    };
    let actions = &read("oos-role-policy.json")["Statement"][0]["Action"];
    for action in ["RunCommand", "DescribeInvocations", "DescribeInvocationResults", "DescribeInstances"] {
        assert!(actions.as_array().expect("actions").contains(&json!(format!("ecs:{action}"))), "{action}");
    }
    assert_eq!(read("oos-role-trust.json")["Statement"][0]["Principal"]["Service"], json!(["oos.aliyuncs.com"]));
}

/// Excluded disks go only to their owner: two instances then take two commands.
#[test]
fn instances_with_other_commands_are_kept_apart() {
    let mut job = linux();
    job["exclude_disks"] = json!([{"instance": "i-bp1linux000000000001", "disk": "d-bp1scratch0000000001"}]);
    let files = files(&job, Platform::Linux, Target::RunCommand);
    assert_eq!(
        files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
        ["run-command-1.json", "run-command-2.json"]
    );
    let first: Value = serde_json::from_str(&files[0].content).expect("JSON");
    assert_eq!(first["InstanceId"], json!(["i-bp1linux000000000001"]));
}

#[test]
fn what_would_not_work_is_not_given_out() {
    let job = json!({"version": 1, "instance_ram_role": "R", "group_name": ""});
    for target in Target::ALL {
        let input = json!({"job": job, "platform": "linux", "target": target});
        let output = operations::run("export", input).expect("an output");
        if matches!(target, Target::Command | Target::Terraform | Target::Oos) {
            assert_eq!(output["files"], json!([]), "{target:?}");
        }
    }
    assert!(operations::run("export", json!({"job": job, "platform": "linux", "target": "ansible"})).is_err());
}
