//! The quiesce scripts as the program carries them, held to what `scripts/build.sh` builds.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use consnap_scripts::{ENGINES, Kind, MOST_BYTES};

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
