//! What `test` tries with a fixed choice of random cases, with many more.

use std::fs;

use clap::Args;

use crate::run::{Failure, cargo, root};

/// How much to try.
#[derive(Debug, Args)]
pub(crate) struct Amount {
    #[command(flatten)]
    kind: Kind,
    /// The first seed [default: 2000 for days, 1 for properties]
    #[arg(long, value_name = "SEED", value_parser = number)]
    from: Option<u64>,
    /// Minutes for schedules; what was not covered by then is said
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    minutes: u16,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Kind {
    /// So many seeded days of session and simulator
    #[arg(long, value_name = "N", value_parser = number)]
    seeds: Option<u64>,
    /// Every schedule of up to so many faults over small fleets, 1 to 2: one takes seconds, two as long as `--minutes` allow
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=2))]
    exhaustive: Option<u8>,
    /// The properties, with so many other choices of random cases
    #[arg(long, value_name = "N", value_parser = number)]
    properties: Option<u64>,
}

/// Runs it.
pub(crate) fn run(amount: &Amount) -> Result<(), Failure> {
    match (amount.kind.seeds, amount.kind.exhaustive) {
        (Some(count), _) => days(amount.from.unwrap_or(2000), count),
        (None, Some(faults)) => schedules(faults, amount.minutes),
        (None, None) => properties(amount.from.unwrap_or(1), amount.kind.properties.unwrap_or(0)),
    }
}

/// A number, `20_000` as well.
fn number(text: &str) -> Result<u64, std::num::ParseIntError> {
    text.replace('_', "").parse()
}

/// Seeds in portions, so that one sees how far it is; a failing one prints its journal and ends it.
fn days(first: u64, count: u64) -> Result<(), Failure> {
    const PORTION: u64 = 20_000;
    let end = first.saturating_add(count);
    let mut next = first;
    while next < end {
        let last = next.saturating_add(PORTION).min(end);
        cargo(&["test", "--quiet", "--release", "--package", "consnap-tests", "--test", "seeds", "--", "--nocapture"])
            .env("CONSNAP_SEEDS", format!("{next}..{last}"))
            .run()?;
        println!("{} of {count} seeds hold", last.saturating_sub(first));
        next = last;
    }
    Ok(())
}

/// Every schedule of faults; a failing one prints its journal.
fn schedules(faults: u8, minutes: u16) -> Result<(), Failure> {
    // The fleets of tests/rust/exhaustive.rs are walked one a thread.
    const FLEETS: usize = 9;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(FLEETS);
    let each = usize::from(minutes).saturating_mul(threads).div_euclid(FLEETS).max(1);
    cargo(&["test", "--release", "--package", "consnap-tests", "--test", "exhaustive", "--", "--nocapture"])
        .env("CONSNAP_FAULTS", faults.to_string())
        .env("CONSNAP_FAULTS_MINUTES", each.to_string())
        .run()
}

/// All files of tests that state properties, each round with another seed for the choice of their cases.
fn properties(first: u64, rounds: u64) -> Result<(), Failure> {
    let mut arguments =
        vec!["test".to_owned(), "--quiet".to_owned(), "--package".to_owned(), "consnap-tests".to_owned()];
    for entry in
        fs::read_dir(root().join("tests/rust")).map_err(|error| Failure::new(format!("tests/rust: {error}")))?
    {
        let path = entry.map_err(|error| Failure::new(format!("tests/rust: {error}")))?.path();
        let states_properties = fs::read_to_string(&path).is_ok_and(|text| text.contains("use proptest::"));
        if let (true, Some(name)) = (states_properties, path.file_stem()) {
            arguments.extend(["--test".to_owned(), name.to_string_lossy().into_owned()]);
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for round in 0..rounds {
        let seed = first.saturating_add(round);
        cargo(&arguments).env("PROPTEST_RNG_SEED", seed.to_string()).run().map_err(|failure| {
            Failure::new(format!("{failure}\nagain: cargo xtask soak --properties 1 --from {seed}"))
        })?;
        println!("{} of {rounds} rounds hold", round.saturating_add(1));
    }
    Ok(())
}
