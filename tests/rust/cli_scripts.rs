//! `consnap scripts`: list, write, explain.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;

use super::Place;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_pair_is_written_once_and_never_over_another_text() {
    let place = Place::new();
    let words = ["scripts", "write", "mariadb", "--out", "new/m1", "--name", "m1", "--limit", "30"];
    let done = place.run(&words);
    assert_eq!(done.exit, 0, "{}", done.err);
    // The text about the account is the data; passwords are not in it.
    assert!(done.out.contains("GRANT RELOAD, PROCESS, BINLOG MONITOR") && done.out.contains("@localhost"));
    assert_eq!(done.err.matches("written: ").count(), 3, "{}", done.err);
    let folder = place.folder.path().join("new/m1");
    let (pre, post, account) = (folder.join("pre"), folder.join("post"), folder.join("account.txt"));
    assert_eq!([mode(&folder), mode(&pre), mode(&post), mode(&account)], [0o700, 0o700, 0o700, 0o600]);
    let text = std::fs::read_to_string(&pre).unwrap();
    assert!(text.contains("\nNAME='m1'\n") && text.contains("\nLIMIT='30'\n"));
    assert_eq!(std::fs::read_to_string(&account).unwrap(), done.out);

    // Again: the same, apart from a mode that somebody changed.
    std::fs::set_permissions(&post, std::fs::Permissions::from_mode(0o755)).unwrap();
    let written = std::fs::metadata(&pre).unwrap().modified().unwrap();
    let again = place.run(&words);
    assert_eq!((again.exit, again.err.matches("unchanged: ").count()), (0, 3), "{}", again.err);
    assert_eq!((mode(&post), std::fs::metadata(&pre).unwrap().modified().unwrap()), (0o700, written));

    // Another text is refused before anything is written, and the way out is named.
    std::fs::write(&post, "#!/bin/sh\n# mine\n").unwrap();
    let other = [&words[..], &["--set", "LOCK_WAIT=7"]].concat();
    place.run(&other).refuses(2, &["CE449", "new/m1/pre", "--force"]);
    assert_eq!(std::fs::read_to_string(&pre).unwrap(), text);
    let forced = place.run(&[&other[..], &["--force", "--format", "json"]].concat());
    assert_eq!(forced.exit, 0, "{}", forced.err);
    let forced = forced.json();
    assert_eq!(forced["files"][2], json!({"path": "new/m1/account.txt", "changed": false}));
    assert_eq!((&forced["files"][1]["changed"], &forced["settings"]["LOCK_WAIT"]), (&json!(true), &json!("7")));
    assert_eq!(std::fs::read_to_string(&post).unwrap(), forced["post"]["content"]);
    assert_eq!(forced["post"]["sha256"].as_str().unwrap().len(), 64);
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_link_is_not_written_through() {
    let place = Place::new();
    let target = place.file("target", "mine");
    std::fs::create_dir(place.folder.path().join("pair")).unwrap();
    std::os::unix::fs::symlink(&target, place.folder.path().join("pair/post")).unwrap();
    let done = place.run(&["scripts", "write", "redis", "--out", "pair", "--force"]);
    done.refuses(2, &["CE402", "pair/post"]);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine");
    assert!(!place.folder.path().join("pair/pre").exists());
}

#[test]
fn what_does_not_fit_names_the_way_out() {
    let place = Place::new();
    let write = |words: &[&str]| place.run(&[&["scripts", "write"], words, &["--out", "pair"]].concat());
    write(&["maria"]).refuses(2, &["CE440", "did you mean `mariadb`"]);
    write(&["redis", "--set", "METHODS=auto"]).refuses(2, &["CE441", "did you mean `METHOD`"]);
    write(&["redis", "--limit", "60", "--set", "LIMIT=61"]).refuses(2, &["CE442", "LIMIT"]);
    write(&["redis", "--limit", "4"]).refuses(2, &["CE446", "5-1800"]);
    write(&["redis", "--set", "LIMIT"]).refuses(2, &["CE450", "--set NAME=VALUE"]);
    place.run(&["scripts", "explain", "19"]).refuses(2, &["CE451", "10, 11, 12"]);
    assert!(!place.folder.path().join("pair").exists());
}

#[test]
fn own_scripts_are_linted_in_all_forms() {
    let place = Place::new();
    place.file(
        "pre.sh",
        "#!/bin/sh\nmysql -e 'FLUSH TABLES WITH READ LOCK'\n# consnap: allow Q13 a loop mount\nfsfreeze -f /d\n",
    );
    place.file("post.sh", "#!/bin/sh\necho done >/var/log/x\n");
    place.file("good.sh", "#!/bin/sh\nset -eu\npsql -c CHECKPOINT\n");
    place.file("snake.sh", "#!/usr/bin/python3\nprint(1)\n");
    let done = place.run(&["scripts", "lint", "pre.sh", "post.sh"]);
    assert_eq!(done.exit, 1);
    for line in [
        "pre.sh:2:1: error Q01: the client ends after `FLUSH TABLES WITH READ LOCK`",
        "  fix: hold the lock in a session",
        "pre.sh:4:1: error Q13 (waived): ",
        "  reason: a loop mount",
        "post.sh:2:11: warning Q12: ",
    ] {
        assert!(done.out.contains(line), "{line}\n{}", done.out);
    }
    assert!(done.err.contains("errors: 2, warnings: 2"), "{}", done.err);
    let zh = place.run(&["scripts", "lint", "pre.sh", "--lang", "zh"]);
    assert!(zh.out.contains("pre.sh:2:1: 错误 Q01："), "{}", zh.out);
    let good = place.run(&["scripts", "lint", "good.sh"]);
    assert_eq!((good.exit, good.out.as_str()), (0, ""), "{}", good.err);
    // What is no shell script was not looked at, and is no success.
    let snake = place.run(&["scripts", "lint", "snake.sh", "--format", "json"]);
    assert_eq!((snake.exit, &snake.json()["passed"]), (1, &json!(false)));
    assert_eq!(snake.json()["findings"][0]["rule"], "Q91");
    place.run(&["scripts", "lint", "none.sh"]).refuses(2, &["CE402", "none.sh"]);
    place.run(&["scripts", "list", "--format", "sarif"]).refuses(2, &["CE425", "scripts lint"]);

    let sarif = place.run(&["scripts", "lint", "pre.sh", "post.sh", "--format", "sarif"]);
    let log = sarif.json();
    let validator = jsonschema::validator_for(&super::cli_policy::schema("sarif-schema-2.1.0.json")).unwrap();
    let broken: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(sarif.exit == 1 && broken.is_empty(), "{broken:?}");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let first = results.iter().find(|result| result["ruleId"] == "Q01").unwrap();
    let region = json!({"startLine": 2, "startColumn": 1});
    assert_eq!(first["locations"][0]["physicalLocation"]["region"], region);
    let waived = results.iter().find(|result| result["ruleId"] == "Q13").unwrap();
    assert_eq!(waived["suppressions"][0]["justification"], "a loop mount");
    assert_eq!(waived["suppressions"][0]["kind"], "inSource");
    assert!(place.run(&["scripts", "lint", "pre.sh", "--format", "junit"]).out.contains("<testsuites"));
}

#[test]
fn engines_settings_and_codes_are_told_in_both_languages() {
    let place = Place::new();
    let list = place.run(&["scripts", "list", "--format", "json"]).json();
    assert_eq!((&list[0]["engine"], &list[6]["refused"]), (&json!("mariadb"), &json!(true)));
    for lang in ["en", "zh"] {
        let said = |words: &[&str]| {
            let done = place.run(&[words, &["--lang", lang]].concat());
            assert_eq!((done.exit, done.out.is_ascii()), (0, lang == "en"), "{words:?}: {}", done.out);
            done.out
        };
        assert!(said(&["scripts", "list"]).contains("PostgreSQL 15.20 (2026-11-30)"));
        assert!(said(&["scripts", "list", "mysql"]).contains("5-1800 s"));
        assert!(said(&["scripts", "explain", "22"]).contains("written (22)"));
        assert!(said(&["scripts", "explain", "long_query"]).starts_with("long_query (13)"));
    }
}
