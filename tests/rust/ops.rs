//! The border by name: every shared case through [`consnap_core::ops::run`], the way all other languages call it.

use std::fs;
use std::path::{Path, PathBuf};

use consnap_core::ops;
use serde_json::Value;

fn files(operation: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(operation);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// Members of `expect` that the answer must have; what the answer has beyond them is free.
fn holds(expect: &Value, answer: &Value) -> bool {
    match (expect, answer) {
        (Value::Object(expect), Value::Object(answer)) => {
            expect.iter().all(|(name, wanted)| holds(wanted, answer.get(name).unwrap_or(&Value::Null)))
        }
        _ => expect == answer,
    }
}

fn run_all(operation: &str) -> usize {
    let mut count = 0;
    for path in files(operation) {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let answer = ops::run(operation, case["input"].clone())
                .unwrap_or_else(|error| panic!("{} {}: {error}", path.display(), case["name"]));
            assert!(holds(&case["expect"], &answer), "{} {}: {answer:#}", path.display(), case["name"]);
            count += 1;
        }
    }
    println!("{operation}: {count} cases");
    count
}

#[test]
fn signatures_through_the_border() {
    assert_eq!(run_all("sign"), 159);
}
