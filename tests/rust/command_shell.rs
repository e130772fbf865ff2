//! Commands through real shells: a stand-in launcher records the words it gets, and the model must have told them.
//!
//! Each script runs as the agent runs it: written to a file without `#!`, started as `sh -c PATH`. `PATH` leads to the
//! stand-in only, so that a script which does something unexpected finds nothing to do it with.

#![cfg(unix)]

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use consnap_core::Platform;
use consnap_core::input::job::Job;
use consnap_core::plugin::command::launcher::posix;
use consnap_core::plugin::command::launcher::{Shell, launch};
use consnap_core::plugin::command::{BuildRequest, build};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

/// Other threads must not fork while a script is open for writing: the shell would find it busy.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Guest {
    folder: TempDir,
    shells: Vec<PathBuf>,
    _alone: MutexGuard<'static, ()>,
}

/// What a script did: the words the stand-in got if it ran, and the exit code.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    words: Option<Vec<String>>,
    exit: Option<i32>,
}

impl Guest {
    fn new() -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("bin/acs-plugin-manager");
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        write_executable(&program, "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done >> \"$RECORD\"\n");
        // The machine's own shell, and others in its role.
        let shells = ["/bin/sh", "/bin/bash", "/bin/busybox"].map(PathBuf::from);
        let (shells, missing): (Vec<_>, Vec<_>) = shells.into_iter().partition(|shell| shell.exists());
        for shell in missing {
            consnap_tests::skipped(&format!("{} is not installed", shell.display()));
        }
        Self { folder, shells, _alone: alone }
    }

    fn run(&self, shell: &Path, script: &str) -> Run {
        let path = self.folder.path().join("script.sh");
        let record = self.folder.path().join("record");
        let _ = fs::remove_file(&record);
        write_executable(&path, script);
        let status = Command::new(shell)
            .arg0("sh")
            .arg("-c")
            .arg(&path)
            .current_dir(self.folder.path().join("empty"))
            .env_clear()
            .env("PATH", self.folder.path().join("bin"))
            .env("RECORD", &record)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let words = fs::read(&record).ok().map(|recorded| {
            let text = String::from_utf8(recorded).unwrap();
            text.split_terminator('\0').map(str::to_owned).collect()
        });
        Run { words, exit: status.code() }
    }
}

fn write_executable(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() })
}

/// Texts of whatever a person may type, and of what hurts.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[A-Za-z0-9._:/@=+-]{1,12}",
        4 => "[a-c \"'\\\\$`#!*?~{}();&|<>^%=-]{1,12}",
        2 => "[ -~]{1,24}",
        1 => "[应用快照é😀 ，\"'$]{1,8}",
        1 => "[a,\t\n\u{1b}\u{7f}{]{1,6}",
    ]
}

fn job() -> impl Strategy<Value = Job> {
    (text(), proptest::option::of(text()), proptest::option::of(text()), "[A-Za-z][A-Za-z0-9-]{0,8}", any::<bool>())
        .prop_map(|(name, description, pre_script_path, role, freeze)| {
            let mut job = Job { instance_ram_role: role, group_name: name, description, ..Job::default() };
            job.linux.pre_script_path = pre_script_path;
            job.linux.freeze_file_systems = Some(freeze);
            job
        })
}

#[test]
fn built_commands_arrive_word_by_word() {
    let guest = Guest::new();
    let (arrived, refused) = (Cell::new(0), Cell::new(0));
    let strategy = (job(), any::<bool>());
    runner(2_000)
        .run(&strategy, |(job, use_separator)| {
            let built = build(&BuildRequest {
                job: &job,
                platform: Platform::Linux,
                instance: None,
                role: None,
                naming: None,
                use_separator,
            });
            let Some(command) = built.command else {
                prop_assert!(built.findings.iter().any(consnap_core::Finding::blocks));
                refused.set(refused.get() + 1);
                return Ok(());
            };
            let mut meant = vec![
                format!("-RamRoleName={}", job.instance_ram_role),
                format!("-EnableFsFreeze={}", job.linux.freeze_file_systems.unwrap()),
            ];
            meant.extend(job.linux.pre_script_path.iter().map(|path| format!("-PreScriptPath={path}")));
            meant.extend(job.description.iter().map(|text| format!("-Description={text}")));
            meant.push(format!("-Name={}", job.group_name));
            prop_assert_eq!(&built.arguments, &meant);
            let Shell::Runs { words, beside: false } = posix::read(&command) else {
                return Err(TestCaseError::fail(command));
            };
            // Every fourth through the other shells too.
            let shells = if arrived.get() % 4 == 0 { guest.shells.len() } else { 1 };
            for shell in guest.shells.iter().take(shells) {
                let run = guest.run(shell, &command);
                let expected = Run { words: Some(words[1..].to_vec()), exit: Some(0) };
                prop_assert_eq!(run, expected, "{:?}: {}", shell, command);
            }
            arrived.set(arrived.get() + 1);
            Ok(())
        })
        .unwrap();
    println!("{} commands through {:?}, {} jobs refused", arrived.get(), guest.shells, refused.get());
    assert!(arrived.get() >= 600, "too few jobs could be written: {}", arrived.get());
}

/// Scripts of a few characters that mean something to a shell: where the model commits itself, all shells must agree.
#[test]
fn the_model_knows_the_shells() {
    let guest = Guest::new();
    let (told, untold) = (Cell::new(0), Cell::new(0));
    let strategy = prop_oneof![
        4 => "[ab \"'\\\\]{1,10}",
        4 => "[ab \"'\\\\\n;&|()#$`{},~=!\\[\\]\r\t^%-]{1,14}",
        1 => "[a \u{b}\u{c}\u{1b}é\u{a0}\u{3000}\u{feff}'\"]{1,8}",
    ];
    runner(2_000)
        .run(&strategy, |tail| {
            let script = format!("acs-plugin-manager {tail}");
            let expected = match posix::read(&script) {
                Shell::Runs { words, beside: false } => Run { words: Some(words[1..].to_vec()), exit: Some(0) },
                Shell::Ends { exit, .. } => Run { words: None, exit: i32::try_from(exit).ok() },
                _ => {
                    untold.set(untold.get() + 1);
                    return Ok(());
                }
            };
            for shell in &guest.shells {
                let run = guest.run(shell, &script);
                prop_assert_eq!(&run, &expected, "{:?}: {:?}", shell, script);
            }
            told.set(told.get() + 1);
            Ok(())
        })
        .unwrap();
    println!("{} scripts through {:?}, {} without a model", told.get(), guest.shells, untold.get());
    assert!(told.get() >= 1_000, "the model tells too little: {}", told.get());
}

/// A command with no words at all reaches the stand-in too, and its record is empty.
#[test]
fn the_stand_in_records_exactly() {
    let guest = Guest::new();
    for shell in &guest.shells {
        let run = guest.run(shell, "acs-plugin-manager 'a\nb' '' \"c\\\\d\"");
        assert_eq!(run, Run { words: Some(vec!["a\nb".into(), String::new(), "c\\d".into()]), exit: Some(0) });
        assert_eq!(guest.run(shell, "acs-plugin-manager"), Run { words: Some(Vec::new()), exit: Some(0) });
        assert_eq!(guest.run(shell, "other"), Run { words: None, exit: Some(127) });
    }
    assert!(matches!(
        launch(Platform::Linux, "acs-plugin-manager"),
        consnap_core::plugin::command::launcher::Launch::NoPlugin { exit: 0, .. }
    ));
}
