//! What `test` tries with a fixed choice of random cases, with many more.

use std::fs;

use crate::steps::{Failure, cargo, root};

/// Reads `--seeds N`, `--properties N` and `--from SEED`, in any order.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let (mut seeds, mut rounds, mut first) = (None, None, None);
    for pair in words.chunks(2) {
        match pair {
            ["--seeds", count] => seeds = Some(number(count)?),
            ["--properties", count] => rounds = Some(number(count)?),
            ["--from", seed] => first = Some(number(seed)?),
            _ => return Err(Failure::new(format!("unknown: soak {}\n\n{}", words.join(" "), crate::HELP))),
        }
    }
    match (seeds, rounds) {
        (Some(count), None) => days(first.unwrap_or(2000), count),
        (None, Some(count)) => properties(first.unwrap_or(1), count),
        _ => Err(Failure::new(format!("soak takes --seeds or --properties\n\n{}", crate::HELP))),
    }
}

fn number(text: &str) -> Result<u64, Failure> {
    text.replace('_', "").parse().map_err(|_| Failure::new(format!("`{text}` is not a number\n\n{}", crate::HELP)))
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
