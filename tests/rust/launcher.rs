//! The model of the launcher against measured runs (`fixtures/launcher/measured.json`).

use std::collections::BTreeMap;

use consnap_core::diagnostics::messages::writing;
use consnap_core::input::job::{ExcludedDisk, Job};
use consnap_core::plugin::command::launcher::{Launch, launch, trace};
use consnap_core::plugin::command::{BuildRequest, build, explain};
use consnap_core::{Finding, Platform};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    locked: bool,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    measured: Vec<String>,
    input: Input,
    expect: Expect,
}

#[derive(Deserialize)]
struct Input {
    platform: Platform,
    command: String,
}

#[derive(Deserialize)]
struct Expect {
    arguments: Option<Vec<String>>,
    exit: i64,
}

fn measured() -> Vec<Case> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/launcher/measured.json");
    let cases: Cases = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(cases.locked);
    cases.cases
}

/// How many of the measured runs may stay without a model, by platform and reason. None of these numbers may grow.
const NOT_MODELLED: &[(&str, &str, usize)] = &[
    ("linux", "a control character that shells read differently", 32),
    ("linux", "another program than acs-plugin-manager", 2),
    ("linux", "it depends on files or services of the guest", 2),
    ("linux", "other commands run beside it", 1),
    ("linux", "the shell expands part of it", 14),
    ("windows", "a control character that shells read differently", 10),
    ("windows", "characters beyond ASCII, which depend on the code page", 25),
    ("windows", "other commands run beside it", 13),
    ("windows", "shells read it differently", 2),
    ("windows", "the shell expands part of it", 6),
    ("windows", "the shell redirects input or output", 6),
];

#[test]
fn the_model_agrees_with_every_measured_run() {
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut runs = 0;
    let mut agreed = 0;
    for Case { name, measured, input, expect } in &measured() {
        runs += measured.len();
        let seen = launch(input.platform, &input.command);
        let wanted = (expect.arguments.as_ref(), expect.exit);
        match &seen {
            Launch::Plugin { plugin, arguments } => {
                assert_eq!((Some(arguments), 0), wanted, "{name}: {}", input.command);
                assert!(plugin.starts_with("app-snapshot-plugin"), "{name}: {plugin}");
            }
            Launch::NoPlugin { exit, .. } => assert_eq!((None, *exit), wanted, "{name}: {}", input.command),
            Launch::NotModelled { why } => {
                *reasons.entry((input.platform.name(), why)).or_default() += measured.len();
                continue;
            }
        }
        agreed += measured.len();
    }
    println!("{runs} measured runs: {agreed} agree with the model, {} are not modelled:", runs - agreed);
    for ((platform, why), count) in &reasons {
        println!("{count:5} {platform}: {why}");
    }
    assert_eq!(runs, 2498);
    let allowed: BTreeMap<(&str, &str), usize> =
        NOT_MODELLED.iter().map(|(platform, why, count)| ((*platform, *why), *count)).collect();
    assert_eq!(reasons, allowed);
}

/// Beside other commands the exit code is not the plug-in's; its arguments are known all the same.
#[test]
fn arguments_are_known_beside_other_commands() {
    let mut count = 0;
    for Case { name, measured, input, expect } in &measured() {
        let trace = trace(input.platform, &input.command);
        if let (true, Launch::Plugin { arguments, .. }) = (trace.beside, trace.launch) {
            assert_eq!(Some(&arguments), expect.arguments.as_ref(), "{name}: {}", input.command);
            count += measured.len();
        }
    }
    assert_eq!(count, 14);
}

/// Characters that mean something to one of the readers, and a few that do not.
const TRICKY: &str = "[a-cNR0 \"'\\\\$`#!*?~{}\\[\\]();&|<>^%=,:@+./\t\r\n\u{0}\u{1a}\u{7f}é应\u{feff}-]{0,40}";

fn platform() -> impl Strategy<Value = Platform> {
    prop_oneof![Just(Platform::Linux), Just(Platform::Windows)]
}

#[test]
fn every_finding_about_commands_occurs_in_a_case() {
    let mut cases = String::new();
    for file in ["build/commands.json", "explain/commands.json"] {
        cases += &std::fs::read_to_string(format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    }
    let missing: Vec<&str> = writing::ROWS
        .iter()
        .map(|row| row.code)
        // The last resort has no known case, or it would be a fault.
        .filter(|code| *code != writing::NOT_READ_BACK.code && !cases.contains(&format!("\"code\": \"{code}\"")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_strange(
        platform in platform(), any_text in any::<String>(), tricky in TRICKY, params in TRICKY, cut in 0usize..120,
    ) {
        let sample = format!("acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName=\"R\",-Name=\"{params}\"");
        let cut_off: String = sample.chars().take(cut).collect();
        for command in [&any_text, &tricky, &sample, &cut_off, &format!("acs-plugin-manager {tricky}")] {
            let explained = explain(platform, command);
            let launched = launch(platform, command);
            prop_assert_eq!(explained.modelled, !matches!(trace(platform, command).launch, Launch::NotModelled { .. }));
            if let Launch::Plugin { arguments, .. } = launched {
                prop_assert!(explained.arguments.is_none_or(|explained| explained == arguments));
            }
            // What is corrected is right: it arrives, and nothing on the way takes anything from it.
            if let Some(corrected) = explained.corrected {
                let again = explain(platform, &corrected);
                prop_assert!(again.arguments.is_some(), "{}", corrected);
                prop_assert_eq!(&again.corrected, &None, "{}", corrected);
                let lost: Vec<_> = again.findings.iter().map(Finding::code).filter(|code| *code != "CS195").collect();
                prop_assert!(lost.is_empty(), "{}: {:?}", corrected, lost);
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        platform in platform(),
        name in "[ -~应é]{1,30}",
        description in proptest::option::of("[ -~应，é]{0,40}"),
        days in proptest::option::of(any::<i64>()),
        instant in proptest::option::of(any::<bool>()),
        disk in proptest::option::of("d-[a-z0-9]{4}"),
        use_separator in any::<bool>(),
    ) {
        let job = Job {
            instance_ram_role: "R".to_owned(),
            group_name: name.clone(),
            description: description.clone(),
            instant_access: instant,
            instant_access_retention_days: days,
            exclude_disks: disk.clone().map(|disk| {
                vec![ExcludedDisk { instance: "i-1".to_owned(), disk, reason: None }]
            }),
            ..Job::default()
        };
        let request = BuildRequest { job: &job, platform, instance: Some("i-1"), role: None, naming: None, use_separator };
        let built = build(&request);
        if let Some(command) = built.command {
            let mut meant = vec!["-RamRoleName=R".to_owned()];
            meant.extend(instant.map(|value| format!("-InstantAccess={value}")));
            meant.extend(description.map(|text| format!("-Description={text}")));
            meant.extend(days.map(|days| format!("-InstantAccessRentationDays={days}")));
            meant.extend(disk.map(|disk| format!("-ExcludeDiskId={disk}")));
            meant.push(format!("-Name={name}"));
            prop_assert_eq!(&built.arguments, &meant);
            let explained = explain(platform, &command);
            prop_assert_eq!(explained.arguments, Some(meant));
            prop_assert!(explained.findings.iter().all(|finding| finding.code() == "CS195"), "{:?}", explained.findings);
        } else {
            let unfit = |text: &str| {
                text.contains("{{") || (text.contains(',') && !use_separator) || (platform == Platform::Windows
                    && (!text.is_ascii() || text.contains(['"', '%', '!', '^', '&', '|', '<', '>'])))
            };
            prop_assert!(unfit(&name) || job.description.as_deref().is_some_and(unfit), "{:?}", built.findings);
        }
    }
}
