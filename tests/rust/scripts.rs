//! The quiesce scripts as the program carries them: held to what `scripts/build.sh` builds, and run with programs of our own,
//! whose records the witness reads.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::catalog::witness::RecordDefect;
use consnap_core::plugin::witness::look;
use consnap_core::{Time, operations};
use consnap_scripts::{ENGINES, Kind, MOST_BYTES, Pair};
use serde_json::{Value, json};

fn build(words: &[&str]) -> Output {
    let program: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/build.sh");
    Command::new("sh").arg(program).args(words).output().expect("a POSIX shell")
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

/// Builds a pair both ways; whether both took the settings. Panics when they differ.
fn both_ways(engine: &str, settings: &[(&str, &str)]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let words: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let words: Vec<&str> = [engine, "--out", out].into_iter().chain(words.iter().map(String::as_str)).collect();
    let built = build(&words);
    let owned: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let ours = consnap_scripts::write(engine, None, None, &owned);
    let what = format!("{engine} {settings:.80?}");
    assert_eq!(built.status.success(), ours.is_ok(), "{what}: {}", String::from_utf8_lossy(&built.stderr));
    let Ok(ours) = ours else { return false };
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).ok();
    assert_eq!(read("pre").as_deref(), Some(ours.pre.content.as_str()), "{what}");
    assert_eq!(read("post").as_deref(), Some(ours.post.content.as_str()), "{what}");
    assert_eq!(read("account.txt"), ours.account, "{what}");
    let sum = Command::new("sha256sum").arg(folder.path().join("pre")).output().unwrap();
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(&ours.pre.sha256), "{what}");
    assert!(ours.pre.content.len() <= MOST_BYTES, "{what}");
    true
}

#[test]
fn engines_and_settings_are_those_of_the_build() {
    let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
    assert_eq!(lines(&build(&["--list"])), names);
    for engine in ENGINES {
        let ours: Vec<String> = engine
            .settings()
            .iter()
            .map(|setting| {
                let default = if setting.default.is_empty() { "-" } else { setting.default };
                format!("{} {default} {}", setting.name, setting.meaning.en)
            })
            .collect();
        let theirs: Vec<String> = lines(&build(&[engine.name, "--settings"]))
            .iter()
            .map(|line| {
                let words: Vec<&str> = line.splitn(3, ' ').collect();
                format!("{} {}", words[0], words[2])
            })
            .collect();
        assert_eq!(ours, theirs, "{}", engine.name);
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(engine.page);
        let page = std::fs::read_to_string(page).unwrap();
        for tested in engine.tested {
            let version = tested.split(' ').nth(1).unwrap();
            assert!(engine.name == "generic" || page.contains(version), "{tested} is not on the page");
        }
    }
}

/// What the check of a job knows of the scripts is what they say themselves.
#[test]
fn the_engine_knows_the_times_of_the_scripts() {
    use consnap_core::catalog::quiesce;
    let offered: Vec<&str> = ENGINES.iter().filter(|engine| !engine.is_refused()).map(|engine| engine.name).collect();
    assert_eq!(quiesce::NAMES, offered);
    for known in quiesce::ENGINES {
        let settings = consnap_scripts::engine(known.name).unwrap().settings();
        let of = |name: &str| settings.iter().find(|setting| setting.name == name).unwrap();
        assert_eq!(of("LIMIT").default, known.limit.to_string(), "{}", known.name);
        assert_eq!(of("STATE_BASE").default, quiesce::STATE_BASE);
        let (least, most) = (quiesce::LIMIT_LEAST, quiesce::LIMIT_MOST);
        assert_eq!(of("LIMIT").kind, Kind::Number { least, most, seconds: true }, "{}", known.name);
        let mut waits: Vec<&str> = settings.iter().map(|setting| setting.name).collect();
        waits.retain(|name| name.ends_with("_WAIT"));
        assert_eq!(known.waits.iter().map(|wait| wait.setting).collect::<Vec<_>>(), waits, "{}", known.name);
        for wait in known.waits {
            assert_eq!(of(wait.setting).default, wait.seconds.to_string(), "{} {}", known.name, wait.setting);
        }
    }
    // The table of `scripts/README.md` is the source of the figures.
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/README.md")).unwrap();
    for row in [
        "| `mariadb`, `mysql` | 3 × `LOCK_WAIT` + 20 + L | 17 |",
        "| `postgresql` | 2 × `LOCK_WAIT` + 20 + L | `ARCHIVE_WAIT` + 32 |",
        "| `redis`, `valkey` | 2 × `SAVE_WAIT` + 20 + L | 17 |",
        "| `generic` | 4 × `LOCK_WAIT` + 20 + L | 2 × `LOCK_WAIT` + 12 |",
    ] {
        assert!(readme.contains(row), "{row}");
    }
}

#[test]
fn every_engine_is_built_byte_for_byte() {
    for engine in ENGINES {
        assert!(both_ways(engine.name, &[]), "{}", engine.name);
        assert!(both_ways(engine.name, &[("NAME", "a-service_2")]), "{}", engine.name);
    }
}

/// Both ends of every range, every choice, lists of paths: all settings of an engine at once, in as many rounds as the longest choice
/// needs.
#[test]
fn every_setting_is_built_byte_for_byte() {
    let fit = |kind: &Kind| match kind {
        Kind::Name => vec!["m1".to_owned(), "x".repeat(32)],
        Kind::Word => vec![String::new(), "a.b-c_9".to_owned()],
        Kind::Path => vec![String::new(), "/a_b./c:@+=,%-".to_owned()],
        Kind::Paths => vec![String::new(), "/a:/b/c".to_owned()],
        Kind::Number { least, most, .. } => vec![least.to_string(), most.to_string()],
        Kind::Choice { of } => of.iter().map(|word| (*word).to_owned()).collect(),
    };
    for engine in ENGINES {
        let settings = engine.settings();
        for round in 0..4 {
            let values: Vec<(&str, String)> = settings
                .iter()
                .map(|setting| {
                    let values = fit(&setting.kind);
                    (setting.name, values[round % values.len()].clone())
                })
                .collect();
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert!(both_ways(engine.name, &values), "{} {values:?}", engine.name);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_both_ways() {
    for (setting, values) in [
        ("NAME", &["", "-m", "a b", "../x", "a'b"][..]),
        ("DB_USER", &["-x", "a/b", "a'b"]),
        ("SOCKET", &["a/b", "/a b", "/a'b", "/a$b"]),
        ("STATE_BASE", &["a:/b", "/a;b"]),
        ("LIMIT", &["", "4", "1801", "010", "1 0", "100000", "-1", "0x10"]),
        ("METHOD", &["", "magic", "stage,ftwrl"]),
        ("NOTHING", &["1"]),
    ] {
        for value in values {
            assert!(!both_ways("mariadb", &[(setting, value)]), "{setting} {value}");
        }
    }
    assert!(!both_ways("oracle", &[]));
}

/// A pair around programs of our own, on this host.
struct Service {
    folder: tempfile::TempDir,
    pair: Pair,
}

/// What came of a run of both scripts.
struct Run {
    codes: [i32; 2],
    ran: [Time; 2],
}

fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Time::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

impl Service {
    fn new(name: &str, hold: &str, check: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |file: &str| folder.path().join(file).to_str().unwrap().to_owned();
        for (file, text) in [("hold", hold), ("check", check), ("release", "exit 0")] {
            program(&folder.path().join(file), &format!("#!/bin/sh\n{text}\n"));
        }
        let settings: Vec<(String, String)> = [
            ("HOLD", path("hold")),
            ("CHECK", path("check")),
            ("RELEASE", path("release")),
            ("DATA", path("")),
            ("STATE_BASE", "/dev/shm".to_owned()),
            ("LIMIT", "5".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let name = format!("{name}-{}", std::process::id());
        let pair = consnap_scripts::write("generic", Some(&name), None, &settings).unwrap();
        program(&folder.path().join("pre"), &pair.pre.content);
        program(&folder.path().join("post"), &pair.post.content);
        Self { folder, pair }
    }

    /// Runs both, with so long between them.
    fn run(&self, between: std::time::Duration) -> Run {
        let script = |name: &str| {
            let done = Command::new("sh").arg(self.folder.path().join(name)).env_clear().output().unwrap();
            done.status.code().unwrap()
        };
        let from = now();
        let pre = script("pre");
        std::thread::sleep(between);
        let post = script("post");
        Run { codes: [pre, post], ran: [from, now()] }
    }

    /// What the record comes to, for an exit code of the plug-in.
    fn witness(&self, ran: [Time; 2], exit_code: i64, tagged: bool) -> Value {
        let from = now();
        let look = look::read(&self.look("sh", &["/dev/shm"])).unwrap();
        let record = look.record.unwrap();
        let (_, named) = record.split_once("data mounts=").unwrap();
        // The file system of a test lies on no cloud disk.
        let mount = json!({"target": named.lines().next(), "file_system": "ext4", "disk_ids": ["d-bp1"]});
        let input = json!({
            "record": record,
            "read": {"boot_id": look.boot_id, "uptime_seconds": look.uptime_seconds,
                "started_at": from, "finished_at": now(), "mounts": [mount]},
            "scripts": {"name": self.pair.name, "pre_sha256": self.pair.pre.sha256, "post_sha256": self.pair.post.sha256},
            "command": {"started_at": ran[0], "finished_at": ran[1], "exit_code": exit_code, "tagged_application": tagged,
                "expected_disks": ["d-bp1"]},
        });
        let answer = operations::run("witness", input.clone()).unwrap();
        println!("{input}\n{answer}");
        answer
    }

    /// What the command that reads the record says, as a file that some shell runs.
    fn look(&self, shell: &str, folders: &[&str]) -> String {
        let file = self.folder.path().join("look.sh");
        std::fs::write(&file, look::command(&self.pair.name, folders)).unwrap();
        let mut words = shell.split(' ');
        let mut command = Command::new(words.next().unwrap());
        let done = command.args(words).arg(&file).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{shell}");
        String::from_utf8(done.stdout).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(format!("/dev/shm/consnap/{}.last", self.pair.name));
    }
}

const SOON: std::time::Duration = std::time::Duration::from_millis(1_500);

#[test]
fn the_record_of_a_run_is_a_witness_of_that_run_alone() {
    let service = Service::new("proven", "exit 0", "echo one");
    let first = service.run(SOON);
    assert_eq!(first.codes, [0, 0]);
    let witness = service.witness(first.ran, 0, true);
    assert_eq!((&witness["verdict"], &witness["proof"]), (&json!("valid"), &json!("witness")));
    assert!(witness["record"]["held_ms"].as_i64().unwrap() >= 1_000, "{witness}");
    // The next night: nobody ran the scripts, and the old record still lies there.
    let later = first.ran.map(|time| time.plus_seconds(3_600));
    assert_eq!(service.witness(later, 0, true)["reason"], "other_time");
    // The same service with other settings has other scripts.
    let other = Service::new("proven", "exit 0", "echo one");
    assert_eq!(other.witness(first.ran, 0, true)["reason"], "other_scripts");
}

#[test]
fn records_of_runs_that_went_wrong_convict_the_tag() {
    let refused = Service::new("refused", "exit 1", "echo one");
    let run = refused.run(SOON);
    assert_eq!(run.codes, [13, 23]);
    let witness = refused.witness(run.ran, 9, false);
    assert_eq!((&witness["verdict"], &witness["held"]), (&json!("refused"), &json!(false)));
    assert_eq!(refused.witness(run.ran, 0, true)["verdict"], "contradicted");

    let written = Service::new("written", "exit 0", "read -r up _ </proc/uptime; echo \"$up\"");
    let run = written.run(SOON);
    assert_eq!(run.codes, [0, 22]);
    assert_eq!(written.witness(run.ran, 0, true)["verdict"], "contradicted");
    assert_eq!(written.witness(run.ran, 10, false)["held"], false);

    let expired = Service::new("expired", "exit 0", "echo one");
    let run = expired.run(std::time::Duration::from_millis(6_500));
    assert_eq!(run.codes, [0, 21]);
    assert_eq!(expired.witness(run.ran, 10, false)["verdict"], "expired");
}

/// Every shell that a system may have as `sh` reads the same; a record that somebody else could have made is not read.
#[test]
fn the_command_reads_a_record_of_ours_alone() {
    let service = Service::new("looked-at", "exit 1", "echo one");
    let kind =
        |folder: &str| look::read(&service.look("sh", &[folder])).unwrap().record.map_err(|defect| defect.defect);
    assert_eq!(kind("/dev/shm"), Err(RecordDefect::Absent));
    service.run(std::time::Duration::ZERO);
    let record = kind("/dev/shm").unwrap();
    let (_, named) = record.split_once("data mounts=").unwrap();
    let named: Vec<&str> = named.lines().next().unwrap().split(',').collect();
    assert!(record.contains("verdict=refused") && record.ends_with("end lines=5\n"), "{record}");
    for shell in ["dash", "bash", "bash --posix", "busybox sh", "mksh", "ksh"] {
        if Command::new(shell.split(' ').next().unwrap()).arg("-c").arg(":").output().is_err() {
            consnap_tests::skipped(&format!("{shell} is not installed"));
            continue;
        }
        let answer = look::read(&service.look(shell, &["/nowhere", "/dev/shm"])).unwrap();
        assert_eq!(answer.record.as_deref(), Ok(record.as_str()), "{shell}");
        // The mounts that the record names, and no others.
        let mut seen: Vec<String> = answer.mounts.unwrap().into_iter().map(|mount| mount.target).collect();
        seen.dedup();
        assert_eq!(seen, named, "{shell}");
    }
    // The same bytes, where others may write, and behind a link.
    let base = service.folder.path();
    let (folder, file) = (base.join("consnap"), base.join(format!("consnap/{}.last", service.pair.name)));
    let mode = |mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&file, &record).unwrap();
    mode(0o755);
    assert_eq!(kind(base.to_str().unwrap()), Err(RecordDefect::Foreign));
    mode(0o700);
    assert_eq!(kind(base.to_str().unwrap()), Ok(record));
    std::fs::rename(&file, base.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(base.join("elsewhere"), &file).unwrap();
    assert_eq!(kind(base.to_str().unwrap()), Err(RecordDefect::Foreign));
}

/// A job that uploads two scripts; what its check finds about their content.
fn about_the_content(pre: &str, post: &str) -> Vec<String> {
    let encoded = |content: &str| STANDARD.encode(content);
    let job = json!({
        "version": 1, "instance_ram_role": "R", "group_name": "nightly-{run}", "targets": {"ids": ["i-bp1linux000000000001"]},
        "linux": {"upload": {"pre_content": encoded(pre), "post_content": encoded(post)}},
    });
    let answer = operations::run("check", json!({ "job": job })).unwrap();
    let findings = answer["findings"].as_array().unwrap().iter();
    let ours = consnap_core::diagnostics::messages::contents::ROWS;
    let codes = findings.filter_map(|finding| finding["code"].as_str());
    codes.filter(|code| ours.iter().any(|row| row.code == *code)).map(str::to_owned).collect()
}

#[test]
fn an_upload_of_the_librarys_pairs_and_of_clean_samples_is_clean() {
    for engine in ENGINES {
        let methods = engine.settings().into_iter().filter(|setting| setting.name == "METHOD");
        let methods = methods.flat_map(|setting| match setting.kind {
            Kind::Choice { of } => of.iter().map(|one| vec![("METHOD".to_owned(), (*one).to_owned())]).collect(),
            _ => Vec::new(),
        });
        for settings in methods.chain([Vec::new()]) {
            let pair = consnap_scripts::write(engine.name, None, None, &settings).unwrap();
            assert_eq!(
                about_the_content(&pair.pre.content, &pair.post.content),
                [""; 0],
                "{} {settings:?}",
                engine.name
            );
        }
    }
    // The samples of the linter are wrong in what they do to a service, not in how they are started.
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint/samples");
    let mut seen = 0;
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            let content = std::fs::read_to_string(&path).unwrap();
            let found = about_the_content(&content, "#!/bin/sh\n");
            let expected: &[&str] = if content.contains('\r') { &["CS236"] } else { &[] };
            assert_eq!(found, expected, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 5);
    assert_eq!(about_the_content("lock\n", "#!/bin/sh\r\n"), ["CS235", "CS236"]);
}
