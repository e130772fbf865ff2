//! Journals on a real file system: torn, damaged, locked, of another format, and every cut of a file.

use std::fs;
use std::path::Path;

use consnap_client::journal::{FORMAT, Header, Journal, list, load, load_replies};
use consnap_core::Time;
use consnap_core::base::http::HttpReply;
use proptest::prelude::*;
use serde_json::{Value, json};

fn header(run_id: &str) -> Header {
    Header {
        format: FORMAT,
        consnap_version: "0.1.0".to_owned(),
        catalogue_version: "1".to_owned(),
        run_id: run_id.to_owned(),
        account: "1234567890".to_owned(),
        regions: vec!["cn-hangzhou".to_owned()],
        endpoint: None,
        job: json!({"version": 1}),
        plan_hash: "abc".to_owned(),
        started_at: Time::from_millis(1_714_979_289_000),
        job_hash: None,
        no_start_after: None,
        selected: None,
    }
}

fn event(n: u64) -> Value {
    json!({"seq": n, "kind": "noted", "text": format!("\u{4f60}\u{597d} \"{n}\"")})
}

/// A journal with so many events, closed.
fn written(state: &Path, events: u64) -> Vec<u8> {
    let mut journal = Journal::create(state, &header("k3v9")).unwrap();
    for n in 1..=events {
        journal.append(n, &event(n)).unwrap();
    }
    journal.sync().unwrap();
    drop(journal);
    fs::read(file(state)).unwrap()
}

fn file(state: &Path) -> std::path::PathBuf {
    state.join("k3v9/journal.jsonl")
}

fn code<T>(result: Result<T, consnap_core::Error>) -> &'static str {
    result.err().map_or("fine", |error| error.row.code)
}

#[test]
fn what_was_synced_is_there_and_more_can_follow() {
    let state = tempfile::tempdir().unwrap();
    let state = &state.path().join("new/state");
    written(state, 2);
    let (mut journal, recorded) = Journal::open(state, "k3v9").unwrap();
    assert_eq!(recorded.header, header("k3v9"));
    assert!(!recorded.torn);
    journal.append(3, &event(3)).unwrap();
    journal.sync().unwrap();
    let events = load(state, "k3v9").unwrap().events;
    let read: Vec<Value> = events.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, [event(1), event(2), event(3)]);
}

#[test]
fn an_event_out_of_order_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(state.path(), &header("k3v9")).unwrap();
    assert_eq!(code(journal.append(2, &event(2))), "CE329");
    journal.append(1, &event(1)).unwrap();
    assert_eq!(code(journal.append(1, &event(1))), "CE329");
    assert_eq!(journal.next_seq(), 2);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let state = tempfile::tempdir().unwrap();
    let state = state.path().join("state");
    let mut journal = Journal::create(&state, &header("k3v9")).unwrap();
    let reply = HttpReply { status: 200, headers: Vec::new(), body: b"{}".to_vec() };
    journal.keep_reply(1, "DescribeSnapshots", &reply).unwrap();
    journal.sync().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&state.join("k3v9"))), (0o700, 0o700));
    assert_eq!((mode(&file(&state)), mode(&state.join("k3v9/replies.jsonl"))), (0o600, 0o600));
    assert_eq!(fs::read_dir(&state).unwrap().count(), 1, "no draft stays behind");
}

/// What a journal says is sent: nobody else may have written it. Its text may be read all the same.
#[test]
fn a_journal_that_others_may_have_written_is_not_gone_on_with() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    written(&state, 3);
    for open in [state.clone(), state.join("k3v9"), file(&state)] {
        let before = fs::metadata(&open).unwrap().permissions();
        fs::set_permissions(&open, fs::Permissions::from_mode(before.mode() | 0o002)).unwrap();
        assert_eq!(code(Journal::open(&state, "k3v9")), "CE331", "{}", open.display());
        assert_eq!(load(&state, "k3v9").unwrap().events.len(), 3);
        fs::set_permissions(&open, before).unwrap();
    }
    // Only root can give a file away.
    if std::os::unix::fs::chown(file(&state), Some(65_534), None).is_err() {
        return consnap_tests::skipped("a journal of another user: it takes root to make one");
    }
    assert_eq!(code(Journal::open(&state, "k3v9")), "CE330");
    std::os::unix::fs::chown(file(&state), Some(0), None).unwrap();
    assert!(Journal::open(&state, "k3v9").is_ok());
}

#[test]
fn each_run_has_one_journal_and_one_writer() {
    let state = tempfile::tempdir().unwrap();
    let state = state.path();
    assert_eq!(code(Journal::open(state, "k3v9")), "CE322");
    assert_eq!(code(load(state, "k3v9")), "CE322");
    let journal = Journal::create(state, &header("k3v9")).unwrap();
    assert_eq!(code(Journal::open(state, "k3v9")), "CE324");
    assert_eq!(code(Journal::create(state, &header("k3v9"))), "CE323");
    assert_eq!(load(state, "k3v9").unwrap().events.len(), 0, "reading along needs no lock");
    drop(journal);
    let (held, _) = Journal::open(state, "k3v9").unwrap();
    assert_eq!(code(Journal::open(state, "k3v9")), "CE324");
    drop(held);
    assert_eq!(code(Journal::create(state, &header("../x"))), "CE321");
}

/// A crash can stop at any byte. Every whole line before it survives, nothing is refused, and the journal goes on.
#[test]
fn a_file_cut_anywhere_opens() {
    let state = tempfile::tempdir().unwrap();
    let bytes = written(state.path(), 3);
    let first_line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in first_line..=bytes.len() {
        fs::write(file(state.path()), &bytes[..cut]).unwrap();
        let whole = bytes[..cut].split(|byte| *byte == b'\n').count() as u64 - 2;
        let (mut journal, recorded) = Journal::open(state.path(), "k3v9").unwrap();
        assert_eq!(recorded.events.len() as u64, whole, "cut at {cut}");
        assert_eq!(recorded.torn, bytes[cut - 1] != b'\n');
        journal.append(whole + 1, &event(whole + 1)).unwrap();
        journal.sync().unwrap();
        drop(journal);
        let again = load(state.path(), "k3v9").unwrap();
        assert!(!again.torn);
        assert_eq!(serde_json::from_str::<Value>(again.events.last().unwrap()).unwrap(), event(whole + 1));
    }
}

#[test]
fn a_torn_end_may_be_garbage_but_damage_inside_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let bytes = written(state.path(), 3);
    let path = file(state.path());
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();

    // Blocks that were allocated but never written.
    fs::write(&path, [bytes.as_slice(), &[0; 4096]].concat()).unwrap();
    let (journal, recorded) = Journal::open(state.path(), "k3v9").unwrap();
    assert_eq!((recorded.events.len(), recorded.torn), (3, true));
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), bytes, "the torn end is cut off");

    // The last line whole, but its content wrong.
    fs::write(&path, text.replace("\\\"3\\\"", "\\\"4\\\"")).unwrap();
    assert_eq!(load(state.path(), "k3v9").unwrap().events.len(), 2);

    for (name, damaged, line) in [
        ("a wrong checksum", text.replace("\\\"2\\\"", "\\\"4\\\""), "3"),
        ("a line is missing", [lines[0], lines[1], lines[3]].concat(), "3"),
        ("a line stands twice", [lines[0], lines[1], lines[1], lines[2]].concat(), "3"),
        ("a header of other content", text.replace("cn-hangzhou", "cn-beijing"), "1"),
        ("two broken lines at the end", [lines[0], lines[1], "x\n", "y\n"].concat(), "3"),
        ("no header", String::new(), "1"),
    ] {
        fs::write(&path, &damaged).unwrap();
        let error = Journal::open(state.path(), "k3v9").map(|_| ()).unwrap_err();
        assert_eq!(error.row.code, "CE325", "{name}");
        let message = error.message(consnap_core::Lang::En);
        assert!(message.contains("journal.jsonl") && message.contains(&format!("line {line}:")), "{name}: {message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged, "{name}: what is refused is not changed");
    }
}

#[test]
fn a_newer_format_is_named() {
    let state = tempfile::tempdir().unwrap();
    let newer = Header { format: FORMAT + 1, consnap_version: "9.0.0".to_owned(), ..header("k3v9") };
    assert_eq!(code(Journal::create(state.path(), &newer)), "CE326");
    let error = load(state.path(), "k3v9").unwrap_err();
    assert_eq!(error.row.code, "CE326");
    assert!(error.help(consnap_core::Lang::En).contains("9.0.0"));
}

#[test]
fn lists_runs_oldest_first_and_says_which_cannot_be_read() {
    let state = tempfile::tempdir().unwrap();
    assert!(list(&state.path().join("nowhere")).unwrap().is_empty());
    let later = Header { started_at: Time::from_millis(1_800_000_000_000), ..header("a") };
    drop(Journal::create(state.path(), &later).unwrap());
    drop(Journal::create(state.path(), &header("b")).unwrap());
    fs::create_dir(state.path().join("c")).unwrap();
    fs::write(state.path().join("c/journal.jsonl"), "x").unwrap();
    fs::create_dir(state.path().join("not a run")).unwrap();
    let runs = list(state.path()).unwrap();
    let seen: Vec<_> = runs.iter().map(|run| (run.run_id.as_str(), run.header.is_ok())).collect();
    assert_eq!(seen, [("c", false), ("b", true), ("a", true)]);
}

#[test]
fn raw_replies_are_kept_as_they_came() {
    let state = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(state.path(), &header("k3v9")).unwrap();
    let headers = vec![("Date".into(), "now".to_owned()), ("set-cookie".into(), "hush".to_owned())];
    let text = HttpReply { status: 200, headers, body: b"{\"a\":1}\n".to_vec() };
    let binary = HttpReply { status: 502, headers: Vec::new(), body: vec![0xff, 0xfe] };
    journal.keep_reply(4, "DescribeSnapshots", &text).unwrap();
    journal.sync().unwrap();
    drop(journal);
    // A crash in the middle of the second one.
    let path = state.path().join("k3v9/replies.jsonl");
    fs::write(&path, [fs::read(&path).unwrap().as_slice(), b"{\"seq\":5,"].concat()).unwrap();
    let (mut journal, _) = Journal::open(state.path(), "k3v9").unwrap();
    journal.keep_reply(6, "DescribeSnapshotGroups", &binary).unwrap();
    journal.sync().unwrap();
    let kept = load_replies(state.path(), "k3v9").unwrap();
    assert_eq!(kept.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [4, 6]);
    assert_eq!(kept[0].1.body.as_deref(), Some("{\"a\":1}\n"));
    assert_eq!(kept[0].1.headers, [("date".to_owned(), "now".to_owned())]);
    assert_eq!(kept[1].1.body_base64.as_deref(), Some("//4="));

    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("200", "201", 1)).unwrap();
    let error = load_replies(state.path(), "k3v9").unwrap_err();
    assert_eq!(error.row.code, "CE325");
    assert!(error.message(consnap_core::Lang::En).contains("replies.jsonl` is damaged in line 1:"), "{error}");
}

/// A journal as version 0.1.0 wrote it; later versions must still read it.
#[test]
fn the_journal_of_format_1_stays_readable() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journal");
    let recorded = load(&fixtures, "format-1").unwrap();
    assert_eq!(recorded.header, header("format-1"));
    let events: Vec<Value> = recorded.events.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(events, [event(1), event(2)]);
    let replies = load_replies(&fixtures, "format-1").unwrap();
    assert_eq!((replies[0].0, replies[0].1.operation.as_str()), (2, "DescribeSnapshots"));
    assert_eq!(replies[0].1.body.as_deref(), Some("{\"RequestId\":\"x\"}"));
}

/// Run by the test below in a process that may not write files longer than four kilobytes or so.
#[cfg(unix)]
#[test]
#[ignore = "run by `a_write_that_stops_half_way_leaves_whole_lines`"]
fn with_little_room() {
    let state = std::path::PathBuf::from(std::env::var_os("STATE").unwrap());
    let mut journal = Journal::create(&state, &header("k3v9")).unwrap();
    journal.append(1, &event(1)).unwrap();
    journal.sync().unwrap();
    let before = fs::metadata(file(&state)).unwrap().len();
    journal.append(2, &json!("x".repeat(10_000))).unwrap();
    for _ in 0..2 {
        assert_eq!(code(journal.sync()), "CE329");
        assert_eq!(fs::metadata(file(&state)).unwrap().len(), before);
    }
    println!("it failed as it should");
}

#[cfg(unix)]
#[test]
fn a_write_that_stops_half_way_leaves_whole_lines() {
    let state = tempfile::tempdir().unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact with_little_room --ignored --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env("STATE", state.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("it failed as it should"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let (_journal, recorded) = Journal::open(state.path(), "k3v9").unwrap();
    assert_eq!((recorded.events.len(), recorded.torn), (1, false));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Journal::create(&file, &header("k3v9")).map(|_| ()).unwrap_err();
    assert!(error.message(consnap_core::Lang::En).contains("file"), "{error}");
    assert!(matches!(error.row.code, "CE328" | "CE329"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Any bytes after a good header: read without a panic, and never as more events than were written.
    #[test]
    fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..300), flip in any::<prop::sample::Index>()) {
        let state = tempfile::tempdir().unwrap();
        let bytes = written(state.path(), 2);
        fs::write(file(state.path()), [bytes.as_slice(), &tail].concat()).unwrap();
        if let Ok(recorded) = load(state.path(), "k3v9") {
            prop_assert_eq!(recorded.events.len(), 2);
        }
        let mut damaged = bytes.clone();
        let at = flip.index(damaged.len());
        damaged[at] ^= 0x01;
        fs::write(file(state.path()), &damaged).unwrap();
        match load(state.path(), "k3v9") {
            Ok(recorded) => prop_assert!(recorded.events.len() < 2, "a flipped bit at {} went unnoticed", at),
            Err(error) => prop_assert!(matches!(error.row.code, "CE325" | "CE326")),
        }
    }
}
