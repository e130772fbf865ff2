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
    ]
}

/// The jobs that a target takes: some need ids, and refuse a selection by tags.
fn jobs_for(target: Target) -> Vec<(&'static str, Platform, Value)> {
    let needs_ids = matches!(target, Target::RunCommand | Target::PythonSdk | Target::GoSdk | Target::Terraform);
    jobs().into_iter().filter(|(name, _, _)| !(needs_ids && *name == "tags")).collect()
}

/// Each target with each job that it takes.
fn all() -> impl Iterator<Item = (&'static str, Platform, Value, Target)> {
    let with = |target| jobs_for(target).into_iter().map(move |(name, platform, job)| (name, platform, job, target));
    Target::ALL.into_iter().flat_map(with)
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
    for (name, platform, job, target) in all() {
        let files = files(&job, platform, target);
        let all: String = files.iter().map(|file| file.content.as_str()).collect();
        assert!(all.contains(&consnap_core::export::made_by(None)), "{name} {target:?}");
        // JSON has no comments: there it is a string, and what it says is read by nobody.
        let commented = files.iter().filter(|file| file.language != "json");
        let lines = commented.flat_map(|file| file.content.lines());
        for line in lines.filter(|line| line.contains("touch pwned")) {
            let line = line.trim_start();
            assert!(["#", "//", "@rem"].iter().any(|mark| line.starts_with(mark)), "{name} {target:?}: {line}");
        }
    }
}

#[test]
fn shells_read_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, platform, job, target) in all() {
        let files = files(&job, platform, target);
        let here = folder.path().join(format!("{name}-{target:?}"));
        written(&here, &files);
        for file in files.iter().filter(|file| file.language == "shell") {
            accepts(Command::new("bash").arg("-n").arg(here.join(&file.name)), &file.name);
        }
    }
}

/// The script around the `aliyun` command line, run with a stand-in that writes down its arguments.
#[test]
fn the_cli_script_sends_the_command_as_it_was_built() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().expect("a folder");
    let stand_in = folder.path().join("aliyun");
    let log = folder.path().join("log");
    fs::write(
        &stand_in,
        "#!/bin/bash\nprintf '%s\\0' \"$@\" >> \"$LOG\"\nprintf '\\0' >> \"$LOG\"\necho '{\"InvokeId\": \"t-1\"}'\n",
    )
    .expect("a stand-in");
    accepts(Command::new("chmod").arg("+x").arg(&stand_in), "chmod");
    written(folder.path(), &files(&linux(), Platform::Linux, Target::AliyunCli));
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    accepts(
        Command::new("bash")
            .arg(folder.path().join("snapshot.sh"))
            .env("PATH", path)
            .env("LOG", &log)
            .current_dir(folder.path()),
        "snapshot.sh",
    );
    assert!(!folder.path().join("pwned").exists());
    let log = fs::read_to_string(&log).expect("a log");
    let first: Vec<&str> = log.split("\0\0").next().expect("a call").split('\0').collect();
    let after =
        |name: &str| first.iter().position(|argument| *argument == name).and_then(|at| first.get(at + 1)).copied();
    assert_eq!(after("--InstanceId.2"), Some("i-bp1linux000000000002"));
    assert_eq!(after("--Timeout"), Some("450"));
    let content = after("--CommandContent").expect("a command");
    let command =
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(content).expect("Base64")).expect("text");
    let got = operations::run("explain", json!({"command": command, "platform": "linux"})).expect("an explanation");
    let arguments: Vec<&str> =
        got["arguments"].as_array().expect("arguments").iter().filter_map(Value::as_str).collect();
    assert!(arguments.contains(&format!("-Description={AWKWARD}").as_str()), "{arguments:?}");
    let name = arguments.iter().find(|argument| argument.starts_with("-Name=nightly-")).expect("a name");
    assert!(!name.contains("RUNID000") && !name.contains("DATE0000") && !name.contains("TIME00"), "{name}");
}

#[test]
fn python_reads_programs() {
    if !installed("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for target in [Target::PythonConsnap, Target::PythonSdk] {
        for (name, platform, job) in jobs_for(target) {
            let here = folder.path().join(format!("{name}-{target:?}"));
            written(&here, &files(&job, platform, target));
            accepts(
                Command::new("python3").args(["-W", "error", "-m", "py_compile", "snapshot.py"]).current_dir(&here),
                name,
            );
        }
    }
    let probe = "import ast; tree = ast.parse(open('snapshot.py').read())\n\
        print([ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == 'RUNS'][0][0][0])";
    let here = folder.path().join("linux-PythonSdk");
    let command =
        accepts(Command::new("python3").args(["-c", probe]).env("PYTHONIOENCODING", "utf-8").current_dir(here), "RUNS");
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
    for (name, platform, job) in jobs_for(Target::GoSdk) {
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
    for (name, platform, job) in jobs_for(Target::Terraform) {
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

/// The parser is a part of the tests: Terraform need not be installed for its files to be read.
#[test]
fn hcl_is_read_back() {
    use base64::Engine as _;
    for (name, platform, job) in jobs_for(Target::Terraform) {
        let file = files(&job, platform, Target::Terraform).remove(0);
        let body = hcl::parse(&file.content).unwrap_or_else(|error| panic!("{name}: {error}\n{}", file.content));
        let kinds: Vec<&str> = body
            .blocks()
            .filter(|block| block.identifier() == "resource")
            .filter_map(|block| block.labels().first().map(hcl::BlockLabel::as_str))
            .collect();
        assert_eq!(kinds, ["alicloud_ecs_command", "alicloud_ecs_invocation"], "{name}");
        // Names are filled in by a variable, which a plain value cannot show: a fixed one is read back whole.
        let mut job = job;
        job["group_name"] = json!("fixed-1");
        let file = files(&job, platform, Target::Terraform).remove(0);
        let value: Value = hcl::from_str(&file.content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let command = &value["resource"]["alicloud_ecs_command"]["snapshot"];
        let content = command["command_content"].as_str().expect("Base64");
        let content = base64::engine::general_purpose::STANDARD.decode(content).expect("Base64");
        let built = operations::run("build", json!({"job": job, "platform": platform})).expect("a command");
        assert_eq!(std::str::from_utf8(&content).ok(), built["command"].as_str(), "{name}");
        assert_eq!(command["timeout"], built["timeout_seconds"], "{name}");
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
    let units = [folder.path().join("consnap.service"), folder.path().join("consnap.timer")];
    let said = accepts(Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units), "units");
    assert!(!said.contains("consnap"), "{said}");
}

#[test]
fn yaml_and_json_are_read_back() {
    for (name, platform, job, target) in all() {
        for file in files(&job, platform, target) {
            let what = format!("{name} {target:?} {}", file.name);
            match file.language {
                "json" => {
                    drop(
                        serde_json::from_str::<Value>(&file.content).unwrap_or_else(|error| panic!("{what}: {error}")),
                    );
                }
                "yaml" => drop(
                    serde_saphyr::from_str::<Value>(&file.content).unwrap_or_else(|error| panic!("{what}: {error}")),
                ),
                _ => {}
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
    assert_eq!(template["Tasks"][1]["Properties"]["Filters"][0]["Parameters"]["Tags"][1]["Value"], "生产");
    assert_eq!(template["Tasks"][2]["Loop"]["Items"], "{{ select.instanceIds }}");
    let command =
        of(&linux(), Target::Oos)["Tasks"][0]["Properties"]["commandContent"].as_str().expect("a command").to_owned();
    assert!(command.contains("{{ ACS::ExecutionId }}") && !command.contains("RUNID000"), "{command}");
    assert_eq!(of(&linux(), Target::Job), linux());
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
