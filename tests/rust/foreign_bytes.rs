//! What reads foreign bytes, as functions of bytes: the bodies of the fuzz targets under `fuzz/`, which the stable test
//! `corpora` replays. Each reads its input every way the project does and panics when what came out breaks a promise.

use std::cell::RefCell;

use consnap_client::document::Document;
use consnap_client::journal::{Journal, Recorded, load, load_replies};
use consnap_client::past_run::PastRun;
use consnap_core::base::http::HttpReply;
use consnap_core::catalog::ram::Extra;
use consnap_core::ecs::api::invocation_result::InvocationResult;
use consnap_core::ecs::api::{Operation, replies};
use consnap_core::ecs::credentials::{cli_profile, external, ini, issued};
use consnap_core::ecs::ram::{self, PolicyKind, Wanted};
use consnap_core::estate::audit::archive::ObservedGroups;
use consnap_core::export::Target;
use consnap_core::plugin::command::launcher;
use consnap_core::plugin::output::{ContentEncoding, decode, decode_page};
use consnap_core::report::{Report, timeline};
use consnap_core::run::session::{Goal, Next, Session, Setup};
use consnap_core::{
    Lang, Platform, Time, ecs::reply, input::facts, input::job, plugin::probe, plugin::witness, report::sanitize,
};
use consnap_live_check::{Anonymizer, printed};
use consnap_policy::operations;
use serde_json::{Value, json};

/// A reader of foreign bytes.
pub type Body = fn(&[u8]);

/// All of them, by the name of their fuzz target and of their folder of seeds.
pub const BODIES: &[(&str, Body)] = &[
    ("credentials", credentials),
    ("decode", decode_output),
    ("facts", instance_facts),
    ("job", job),
    ("journal", journal),
    ("launcher", launcher_model),
    ("policy", ram_policy),
    ("probe", probe_answer),
    ("records", shared_record),
    ("replies", service_replies),
    ("rules", organisation_policies),
    ("text", foreign_text),
    ("witness", script_record),
];

/// A command somebody pasted, through the model of shell, launcher and lexer.
pub fn launcher_model(bytes: &[u8]) {
    let command = String::from_utf8_lossy(bytes);
    for platform in [Platform::Linux, Platform::Windows] {
        let trace = launcher::trace(platform, &command);
        let launch = launcher::launch(platform, &command);
        assert!(trace.beside || launch == trace.launch, "two answers for one command");
        operation("explain", &json!({"command": command, "platform": platform}));
    }
}

/// Output of a plug-in and results of the service.
pub fn decode_output(bytes: &[u8]) {
    let output = String::from_utf8_lossy(bytes);
    for encoding in [ContentEncoding::Base64, ContentEncoding::PlainText] {
        for outcome in decode_page(bytes, encoding).outcomes {
            for lang in [Lang::En, Lang::Zh] {
                said(&outcome.render(lang));
            }
        }
        for (status, exit_code) in [("Success", 0), ("Failed", 12), ("Timeout", 1), ("", i64::MIN)] {
            let result = InvocationResult {
                invocation_status: status.into(),
                exit_code: Some(exit_code),
                output: output.as_ref().into(),
                ..InvocationResult::default()
            };
            let outcome = decode(&result, encoding);
            assert!(!(outcome.succeeded && exit_code != 0), "{status} {exit_code} reads as success");
            said(&outcome.render(Lang::En));
        }
    }
    if let Ok(results) = serde_json::from_slice::<Value>(bytes) {
        operation("decode", &json!({"results": results}));
        operation("decode", &results);
    }
}

/// A job document in either form: checked, built, exported, planned.
pub fn job(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (_, findings) = job::from_str_json(&text);
    for finding in &findings {
        said(&finding.render(Lang::Zh));
    }
    let Ok(document) = Document::parse("job.yaml", &text).map(|read| read.value) else { return };
    let (read, _) = job::read(&document);
    // The journal keeps a job in its normal form: read again, it must be the same job.
    if let Ok(normal) = serde_json::to_value(&read) {
        assert_eq!(job::read(&normal).0, read, "the normal form is another job");
    }
    operation("check", &json!({"job": document, "facts": fit_instances()}));
    // One platform and one tool each: the next input gets others.
    let platform = if bytes.len().is_multiple_of(2) { Platform::Linux } else { Platform::Windows };
    operation("build", &json!({"job": document, "platform": platform, "instance": "i-bp1linux000000000001"}));
    operation("budget", &json!({"job": document, "platform": platform}));
    for target in Target::ALL.into_iter().cycle().skip(bytes.len() / 2 % Target::ALL.len()).take(1) {
        operation("export", &json!({"job": document, "platform": platform, "target": target, "link": text}));
    }
    begin(read);
}

/// Facts of instances, checked against a usual job.
pub fn instance_facts(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    let (read, findings) = facts::read(&document);
    for finding in &findings {
        said(&finding.render(Lang::En));
    }
    if let Ok(normal) = serde_json::to_value(&read) {
        assert_eq!(facts::read(&normal).0, read, "the normal form tells other facts");
    }
    let now = Time::from_millis(1_772_600_767_000);
    for facts in [document.clone(), json!([document, read])] {
        operation("check", &json!({"job": usual_job(), "facts": facts, "now": now}));
    }
}

/// The answer of a guest probe, as text and in Base64.
pub fn probe_answer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let disks = [facts::Disk { disk_id: "d-bp1a".to_owned(), ..facts::Disk::default() }];
    let (guest, findings) = probe::guest_of(&text, "i-bp1linux000000000001", Some(&disks), None);
    assert!(guest.is_some() || !findings.is_empty(), "nothing is known, and nobody says why");
    for finding in &findings {
        said(&finding.render(Lang::Zh));
    }
    let known = facts::InstanceFacts {
        instance_id: "i-bp1linux000000000001".to_owned(),
        guest,
        ..facts::InstanceFacts::default()
    };
    if let Ok(document) = serde_json::to_value(&known) {
        assert_eq!(facts::read(&document), (known, vec![]), "facts of a probe cannot be read back");
        operation("check", &json!({"job": usual_job(), "facts": document}));
    }
    if let Some((cut, _)) = text.rsplit_once("end lines=") {
        assert_eq!(probe::read(cut.as_bytes()).reading, None, "an answer that was cut reads as whole");
    }
    let _ = probe::recognise(&text);
}

/// The record of a pair of quiesce scripts.
pub fn script_record(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(record) = witness::parse(&text) {
        assert!(text.starts_with("consnap-quiesce ") && text.contains(" format=1"), "of another format");
        assert!(record.uptime >= record.at && record.at >= record.began, "a time before its cause");
        assert!(witness::parse(&text[..text.len() - 1]).is_err(), "a record that was cut reads as whole");
        let (cut, _) = text.rsplit_once("end lines=").expect("an end");
        assert!(witness::parse(cut).is_err(), "a record that was cut reads as whole");
    }
    for exit_code in [0, 9, 10] {
        operation(
            "witness",
            &json!({"record": text,
            "read": {"boot_id": "6f0c2b1e-7d55-4f0a-9a55-0d7b1f6e2c11", "uptime_seconds": 1030.5,
                "started_at": "2026-11-30T02:00:18Z", "finished_at": "2026-11-30T02:00:19Z",
                "mounts": [{"target": "/var/lib/mysql", "file_system": "ext4", "disk_ids": ["d-bp1data"]}]},
            "scripts": {"name": "m1", "pre_sha256": format!("{}1", "a".repeat(63)), "post_sha256": format!("{}2", "b".repeat(63))},
            "command": {"started_at": "2026-11-30T02:00:00Z", "finished_at": "2026-11-30T02:00:06Z",
                "exit_code": exit_code, "tagged_application": true, "expected_disks": ["d-bp1data"]}}),
        );
    }
}

/// A reply that is made fit to be shared, and one that an archive kept.
pub fn shared_record(bytes: &[u8]) {
    let mut scrubber = Anonymizer::new();
    let shared = scrubber.body(bytes);
    assert_eq!(scrubber.body(bytes), shared, "the same is not replaced by the same");
    let reply = HttpReply { status: 200, headers: Vec::new(), body: bytes.to_vec() };
    let mut shown = ObservedGroups::default();
    for operation in ["DescribeSnapshotGroups", "DescribeSnapshots"] {
        shown.take(operation, &reply);
    }
    let _ = printed(&String::from_utf8_lossy(bytes));
}

/// Replies of the service, its gateways and of whatever stands between; the first byte chooses the HTTP status.
pub fn service_replies(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let status = [200, 200, 400, 403, 404, 429, 500, 503][usize::from(first % 8)];
    let header = String::from_utf8_lossy(body.get(..body.len().min(200)).unwrap_or_default()).into_owned();
    let headers = ["date", "retry-after", "x-ratelimit-user", "x-ratelimit-user-api", "x-acs-request-id"];
    let reply =
        HttpReply { status, headers: headers.map(|name| (name.into(), header.clone())).to_vec(), body: body.to_vec() };
    for operation in Operation::ALL {
        if let Err(failure) = reply::classify(operation, &reply) {
            assert_ne!(failure.name(), "");
            let error = failure.to_error();
            said(&error.render(Lang::En));
            said(&error.render(Lang::Zh));
        }
    }
    macro_rules! read {
        ($($name:ident $(<$lifetime:lifetime>)?),+ $(,)?) => {
            $(if let Ok(read) = reply::parse::<replies::$name $(<$lifetime>)?>(Operation::$name, &reply) {
                drop(format!("{read:?}"));
            })+
        };
    }
    read!(
        RunCommand,
        DescribeInvocations<'_>,
        DescribeInvocationResults<'_>,
        AttachInstanceRamRole,
        DescribeInstanceRamRole,
        DescribeInstances<'_>,
        DescribeDisks,
        DescribeCloudAssistantStatus,
        DescribeSnapshotGroups<'_>,
        DescribeSnapshots<'_>,
        DescribeRegions,
        GetCallerIdentity,
    );
    if let Ok(document) = serde_json::from_slice::<Value>(body) {
        operation("facts", &json!({"replies": [document]}));
        operation("facts", &json!({"replies": document}));
    }
    answer_everything_with(&reply);
}

/// Files and replies that credentials come in.
pub fn credentials(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for wanted in [None, Some("default"), Some("a")] {
        match cli_profile::parse(&text, "config.json", wanted) {
            Ok(profile) => {
                drop(format!("{profile:?}{:?}", profile.recipe.as_ref().map(|recipe| recipe.describe("it"))));
            }
            Err(error) => said(&error.render(Lang::En)),
        }
    }
    for section in ["default", "a"] {
        match ini::parse(&text, "credentials", section) {
            Ok(recipe) => drop(format!("{recipe:?}{}", recipe.describe("it"))),
            Err(error) => said(&error.render(Lang::Zh)),
        }
    }
    for read in [external::parse(bytes, "a program"), issued::parse(bytes, "a service")] {
        match read {
            Ok(credential) => {
                let (secret, shown) = (credential.access_key_secret.expose(), format!("{credential:?}"));
                let elsewhere = [&credential.access_key_id, &credential.source, "Credential Secret(..) Time"]
                    .iter()
                    .any(|text| text.contains(secret));
                assert!(secret.len() < 6 || elsewhere || !shown.contains(secret), "a secret is shown");
            }
            Err(error) => said(&error.render(Lang::En)),
        }
    }
}

/// A journal: as a file on disk; and its events once more without their checksums, so that what they tell is tested too.
pub fn journal(bytes: &[u8]) {
    thread_local! {
        static STATE: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
    }
    STATE.with_borrow_mut(|state| {
        let folder = state.get_or_insert_with(|| tempfile::tempdir().expect("a folder for the journal"));
        let run = folder.path().join("k3v9");
        std::fs::create_dir_all(&run).expect("a folder for the run");
        for name in ["journal.jsonl", "replies.jsonl"] {
            std::fs::write(run.join(name), bytes).expect("a file");
        }
        drop(load_replies(folder.path(), "k3v9"));
        let read = load(folder.path(), "k3v9");
        let opened = Journal::open(folder.path(), "k3v9").map(|(_, recorded)| recorded);
        match (read, opened) {
            (Ok(read), Ok(opened)) => {
                assert_eq!(read, opened, "a reader and a writer see different events");
                past(read);
            }
            (Err(read), Err(opened)) => assert_eq!(read.row.code, opened.row.code),
            (read, opened) => panic!("read: {:?}, opened: {:?}", read.err(), opened.err()),
        }
    });
    let mut lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let Some(header) = lines.next().and_then(|mut line| serde_json::from_value(line["header"].take()).ok()) else {
        return;
    };
    let events = lines.map(|mut line| line["event"].take().to_string()).collect();
    past(Recorded { header, events, torn: false });
}

/// A RAM policy somebody pasted.
pub fn ram_policy(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    for kind in [None, Some(PolicyKind::Trust), Some(PolicyKind::Instance), Some(PolicyKind::Operator)] {
        let wanted = Wanted { extras: kind.map_or(Vec::new(), |_| Extra::ALL.to_vec()), ..Wanted::default() };
        for finding in ram::check(&document, kind, &wanted).findings {
            said(&finding.render(Lang::En));
        }
    }
}

/// A policy document, or one expression: read, held to a usual job and fit instances, its cases tried out.
pub fn organisation_policies(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let documents = [
        Document::parse("policy.yaml", &text).map(|read| read.value).unwrap_or_default(),
        json!({"version": 1, "language": "cel", "policies": [
            {"id": "p", "when": text, "require": text, "message": {"en": text}, "cases": [{"name": text, "expect": "FAIL"}]},
            {"id": "q", "require": format!("instance.disks.all(d, {text})"), "message": {"en": "m"}},
            {"id": "r", "require": format!("plan.instance.starts && ({text})"), "message": {"en": "m"}}]}),
    ];
    let facts = json!([
        {"instance_id": "i-bp1linux000000000001", "region_id": "cn-hangzhou", "status": "Running", "os_type": "linux",
         "tags": {"env": "production", "tier": "1"}, "disks": [{"disk_id": "d-1", "size_gib": 40}, {"disk_id": "d-2"}],
         "guest": {"mounts": [{"target": "/", "file_system": "ext4"}]}},
        {"instance_id": "i-bp1windows0000000001"}]);
    for document in documents {
        operation("policy_test", &json!({"policies": document, "lang": "zh"}));
        operation(
            "policy_check",
            &json!({"policies": [document], "job": usual_job(), "facts": facts, "now": "2026-11-22T00:00:00Z"}),
        );
        operation("policy_check", &json!({"policies": document, "job": document, "facts": document, "plan": document}));
    }
}

/// Text of guests on its way to every sink.
pub fn foreign_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let block = sanitize::terminal_block(&text);
    let line = sanitize::terminal(&text).into_owned();
    for (sink, said) in [("terminal", &line), ("block", &block), ("html", &sanitize::html(&text))] {
        let stays = |c: char| sink != "terminal" && matches!(c, '\n' | '\t');
        assert!(!said.chars().any(|c| is_hostile(c) && !stays(c)), "{sink}: {said:?}");
    }
    assert!(!sanitize::html(&text).contains(['<', '>', '"', '\'']));
    let log = sanitize::ci_log(&text);
    assert!(!log.contains("::") && !log.contains("##") && !log.contains(is_hostile), "{log:?}");
    let field = sanitize::csv(&text);
    let inside = field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let first = inside.unwrap_or(&field).trim_start().chars().next();
    assert!(!first.is_some_and(|c| "=+-@%|".contains(c)), "{field:?}");
    assert!(inside.is_some() || !field.contains([',', ';', '"', '\'']), "{field:?}");
    let told = serde_json::to_string_pretty(&[&text]).expect("text is JSON");
    let safe = sanitize::json(&told);
    assert!(!safe.contains("##") && !safe.chars().any(|c| is_hostile(c) && c != '\n'), "{safe:?}");
    assert_eq!(serde_json::from_str::<[String; 1]>(&safe).expect("still JSON"), [text.as_ref()]);
    let markdown = sanitize::markdown(&text);
    assert!(!markdown.contains(is_hostile), "{markdown:?}");
    // What was cut says so at its end, and is then too long again.
    let twice = sanitize::terminal(&line);
    assert!(text.chars().count() > sanitize::MAX_LINE || twice == line, "made harmless twice it is another text");
}

/// Characters that no sink may get: controls and directions.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

fn operation(name: &str, input: &Value) {
    match operations::run(name, input.clone()) {
        Ok(output) => said(&output),
        Err(error) => said(&error.render(Lang::En)),
    }
}

/// What is told to somebody can be written as JSON.
fn said(what: &impl serde::Serialize) {
    assert!(serde_json::to_vec(what).is_ok());
}

/// What a past run tells, and how it goes on.
fn past(recorded: Recorded) {
    let Ok(past) = PastRun::of(recorded) else { return };
    let state = past.state();
    for lang in [Lang::En, Lang::Zh] {
        said(&Report::of(&state, None, 0, lang));
        said(&timeline(&past.events, lang));
    }
    let last = past.events.last().map_or(Time::EPOCH, |numbered| numbered.at);
    for goal in [Goal::Run, Goal::Verify] {
        let setup = Setup::new(past.job.clone(), past.header.run_id.clone(), 7, goal);
        let mut session = Session::resume(setup, &past.events, last);
        step(&mut session, last, &HttpReply { status: 200, headers: Vec::new(), body: b"{}".to_vec() }, 20);
    }
}

/// The first calls of a job's run.
fn begin(job: job::Job) {
    let now = Time::from_millis(1_772_600_767_000);
    let mut session = Session::new(Setup::new(job, "k3v9", 7, Goal::Run), now);
    step(&mut session, now, &HttpReply { status: 503, headers: Vec::new(), body: Vec::new() }, 20);
}

/// A usual run whose every call is answered alike.
fn answer_everything_with(reply: &HttpReply) {
    let now = Time::from_millis(1_772_600_767_000);
    let (job, _) = job::read(&usual_job());
    let mut session = Session::new(Setup::new(job, "k3v9", 7, Goal::Run), now);
    let identity = HttpReply {
        status: 200,
        headers: Vec::new(),
        body: br#"{"AccountId":"1","Arn":"acs:ram::1:user/a","IdentityType":"RAMUser"}"#.to_vec(),
    };
    if let Next::Send(send) = session.poll(now) {
        session.handle(now, send.call_id, Ok(identity));
    }
    step(&mut session, now, reply, 40);
}

/// So many turns of the driver's loop; whatever is sent gets this reply.
fn step(session: &mut Session, mut now: Time, reply: &HttpReply, turns: usize) {
    for _ in 0..turns {
        match session.poll(now) {
            Next::Send(send) => session.handle(now, send.call_id, Ok(reply.clone())),
            Next::WaitUntil(later) => now = later.max(now),
            Next::Planned => session.go_ahead(),
            Next::Done => break,
        }
        drop(session.events());
    }
    said(&Report::of(session.state(), session.error(), session.calls_sent(), Lang::En));
}

fn usual_job() -> Value {
    json!({"version": 1, "regions": ["cn-hangzhou"], "instance_ram_role": "AppSnapshotRoleName", "group_name": "n-{run}",
        "targets": {"ids": ["i-bp1linux000000000001", "i-bp1windows0000000001"]},
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh"}})
}

fn fit_instances() -> Value {
    let instance = |id: &str, platform: &str| json!({"instance_id": id, "platform": platform, "status": "Running"});
    json!([instance("i-bp1linux000000000001", "linux"), instance("i-bp1windows0000000001", "windows")])
}
