//! The corpora of the fuzz targets on a stable toolchain: every committed seed, some two thousand changes of them for each
//! target, and a few inputs too large to commit. `CONSNAP_MUTATIONS` asks for more.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use consnap_tests::cpu_time;
use consnap_tests::foreign_bytes::{BODIES, Body};
use consnap_tests::mutations::mutate;

/// Changes made for each target.
const MUTATIONS: usize = 2_000;
/// No input of a fuzzer's size may take this long, even unoptimised on a busy machine.
const TOO_LONG: Duration = Duration::from_secs(10);

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
        })
        .collect();
    seeds.sort();
    seeds
}

/// Runs one input; one that panics is written to a file, which is its own reproduction.
fn feed(target: &str, name: &str, body: Body, input: &[u8]) {
    let begun = cpu_time();
    let outcome = catch_unwind(AssertUnwindSafe(|| body(input)));
    let took = cpu_time().saturating_sub(begun);
    if outcome.is_err() || took > TOO_LONG {
        let path = std::env::temp_dir().join(format!("consnap-{target}-{name}"));
        std::fs::write(&path, input).unwrap();
        panic!("{target}: `{name}` panics or takes {took:?}: {}", path.display());
    }
}

fn replay(target: &str) {
    let body = BODIES.iter().find(|(name, _)| *name == target).expect("a target").1;
    let seeds = seeds(target);
    assert!(seeds.len() >= 5, "{target} has {} seeds", seeds.len());
    for (name, seed) in &seeds {
        assert!(seed.len() <= 64 * 1024, "{name} is too large to commit");
        feed(target, name, body, seed);
    }
    let wanted = std::env::var("CONSNAP_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(MUTATIONS);
    for nth in 0..wanted {
        let (name, seed) = &seeds[nth % seeds.len()];
        let (_, other) = &seeds[(nth / seeds.len()) % seeds.len()];
        feed(target, &format!("{nth}-{name}"), body, &mutate(seed, other, nth as u64));
    }
    println!("{target}: {} seeds, {wanted} changes", seeds.len());
}

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })+

        /// Each body is replayed here, is a fuzz target, and has seeds of its own and no others.
        #[test]
        fn every_target_is_replayed() {
            let replayed = [$(stringify!($name)),+];
            assert_eq!(BODIES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), replayed);
            let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
            let names = |folder: &str| {
                let mut names: Vec<String> = std::fs::read_dir(fuzz.join(folder))
                    .unwrap()
                    .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                    .collect();
                names.sort();
                names
            };
            assert_eq!(names("seeds"), replayed);
            assert_eq!(names("fuzz_targets"), replayed);
            let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for name in replayed {
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
            }
        }
    };
}

targets!(credentials, decode, facts, job, journal, launcher, policy, probe, records, replies, rules, text, witness);

/// Inputs that are cheap to describe and dear to read.
#[test]
fn large_and_deep_inputs_end() {
    let deep = |open: &str, close: &str, times: usize| [open.repeat(times), close.repeat(times)].concat();
    let long_line = "x".repeat(1_000_000);
    let inputs = [
        ("lists", deep("[", "]", 100_000)),
        ("objects", deep("{\"a\":", "}", 20_000)),
        ("yaml lists", "- ".repeat(20_000)),
        ("yaml depth", (0..2_000).flat_map(|depth| [" ".repeat(depth), "a:\n".to_owned()]).collect()),
        ("flow", deep("{a: [", "]}", 5_000)),
        ("quotes", "'\"".repeat(100_000)),
        ("backslashes", "\\".repeat(200_000)),
        ("one line", long_line.clone()),
        ("lines", "y\n".repeat(300_000)),
        ("records", "[level=\"info\"][time=\"x\"][message=\"y\"]\n".repeat(10_000)),
        ("open records", "[level=\"".repeat(100_000)),
        ("escapes", "\u{1b}]".repeat(200_000)),
        ("a long name", format!("{{\"version\":1,\"group_name\":\"{long_line}\"}}")),
        ("command", format!("acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-Name={long_line}")),
        ("words", "acs-plugin-manager --exec ".repeat(20_000)),
        ("commas", format!("acs-plugin-manager --exec --plugin a --params={}", ",-A=b".repeat(100_000))),
        ("sections", "[default]\na=b\n".repeat(50_000)),
    ];
    for (name, input) in &inputs {
        for (target, body) in BODIES {
            let begun = cpu_time();
            // The bodies take bytes; the one for replies takes its first as the status.
            body(input.as_bytes());
            body(&[b"\0", input.as_bytes()].concat());
            let took = cpu_time().saturating_sub(begun);
            if took > Duration::from_secs(2) {
                println!("{target}: `{name}` takes {took:?}");
            }
            assert!(took < 3 * TOO_LONG, "{target}: `{name}` takes {took:?}");
        }
    }
}
