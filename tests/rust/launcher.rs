//! The model of the launcher against measured runs (`fixtures/launcher/measured.json`).

use std::collections::BTreeMap;

use consnap_core::Platform;
use consnap_core::command::launcher::{Launch, launch, trace};
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
