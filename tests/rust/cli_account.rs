//! Commands about the account: whose credentials, which rights, which role.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

const SMALL: &str = "\
version: 1
roles: [{name: AppSnapshotRoleName}, {name: Other}, {name: ops, refused_operations: [DescribeSnapshots]}]
own_machine: {role: ops}
instances:
  - {id: i-bp1bare000000000001, name: a}
  - {id: i-bp1bare000000000002, name: b}
  - {id: i-bp1with000000000001, name: c, role: AppSnapshotRoleName}
  - {id: i-bp1else000000000001, name: d, role: Other}
";

/// How often the simulator was called, by operation.
fn counts(simulated: &Simulated) -> Value {
    let authority = simulated.endpoint.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    write!(stream, "GET /__consnap/requests HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let body = reply.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str::<Value>(body).unwrap()["counts"].clone()
}

#[test]
fn whoami_names_source_and_missing_rights_and_never_a_secret() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SMALL);
    let at = ["--endpoint", simulated.endpoint.as_str()];

    // Without a key of its own it is the role of the (simulated) machine.
    let done = place.run(&["whoami", at[0], at[1], "--region", "cn-hangzhou", "--format", "json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let who = done.json();
    assert_eq!(who["source"], "metadata service of this instance");
    assert_eq!(who["identity_type"], "AssumedRoleUser");
    assert!(who["arn"].as_str().unwrap().contains("assumed-role/ops/"), "{who}");
    assert!(who["expires_at"].is_string());
    assert_eq!(who["rights"]["missing"], json!(["ecs:DescribeSnapshots"]));
    assert_eq!(who["rights"]["unclear"], json!([]));
    assert!(who["rights"]["not_asked"].as_array().unwrap().contains(&json!("ecs:RunCommand")));
    let counts = counts(&simulated);
    for writing in ["RunCommand", "AttachInstanceRamRole", "StopInvocation", "TagResources"] {
        assert_eq!(counts[writing], Value::Null, "{counts}");
    }

    let done = with_key(&place, &["whoami", at[0], at[1]]);
    assert_eq!(done.exit, 0, "{}", done.err);
    for word in ["1234567890123456", "user/simulated", "testid", "environment", "--region"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    assert!(!done.out.contains("testsecret") && !done.err.contains("testsecret"));
}

#[test]
fn doctor_says_what_is_wrong_and_the_way_out() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SMALL);
    let doctor = |more: &[&'static str]| {
        let mut arguments = vec!["doctor", "--endpoint", &simulated.endpoint, "--region", "cn-hangzhou"];
        arguments.extend(more);
        arguments
    };
    let done = with_key(&place, &doctor(&["--format", "json"]));
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let lines = done.json();
    let checks: Vec<&str> = lines.as_array().unwrap().iter().map(|line| line["check"].as_str().unwrap()).collect();
    assert_eq!(checks, ["credentials", "account", "clock", "endpoint", "rights", "state_directory"]);
    assert!(lines.as_array().unwrap().iter().all(|line| line["ok"] == true), "{lines}");
    assert!(place.folder.path().join(".local/state/consnap").is_dir());
    assert_eq!(std::fs::read_dir(place.folder.path().join(".local/state/consnap")).unwrap().count(), 0);

    // The role of the machine lacks a right.
    let done = place.run(&doctor(&[]));
    assert_eq!(done.exit, 3, "{}", done.out);
    for word in ["problem  rights", "ecs:DescribeSnapshots", "consnap role print operator"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }

    // A key that is wrong, and no key at all: the rest is still looked at.
    let mut command = place.command(&doctor(&[]));
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong-secret");
    let done = Done::of(command.output().unwrap());
    assert_eq!(done.exit, 3);
    assert!(done.out.contains("SignatureDoesNotMatch") && !done.out.contains("wrong-secret"), "{}", done.out);
    let mut command = place.command(&["doctor"]);
    command.env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    let done = Done::of(command.output().unwrap());
    assert_eq!(done.exit, 3);
    for word in ["problem  credentials", "ALIBABA_CLOUD_ACCESS_KEY_ID", "state_directory"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }

    // A state directory that is a file, and one that others may enter.
    let file = place.file("state", "");
    let mut command = place.command(&doctor(&[]));
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    let done = Done::of(command.env("CONSNAP_STATE_DIR", &file).output().unwrap());
    assert_eq!(done.exit, 1, "{}", done.out);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = place.folder.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        let done = Done::of(command.env("CONSNAP_STATE_DIR", &open).output().unwrap());
        assert_eq!(done.exit, 1);
        assert!(done.out.contains("chmod 700"), "{}", done.out);
    }
}

/// Printed policies are complete, and a policy that somebody has is judged by its lines.
#[test]
fn policies_are_printed_and_checked() {
    let place = Place::new();
    for (policy, more) in [("trust", &[][..]), ("instance", &[]), ("operator", &[]), ("operator", &["--attach"])] {
        let mut arguments = vec!["role", "print", policy];
        arguments.extend(more);
        let printed = place.run(&arguments);
        assert_eq!(printed.exit, 0);
        let mut arguments = vec!["role", "check", "-", "--for", policy, "--format", "json"];
        arguments.extend(more);
        let checked = place.run_with(&arguments, &printed.out);
        assert_eq!(checked.exit, 0, "{}", checked.out);
        assert_eq!((&checked.json()["findings"], &checked.json()["policy"]), (&json!([]), &json!(policy)));
    }
    let all = place.run(&["role", "print"]);
    assert!(all.out.contains("ecs:CreateSnapshotGroup") && all.out.contains("AppSnapshotRoleName"), "{}", all.out);
    assert!(place.run(&["role", "print", "--format", "json"]).json()["operator"]["Statement"].is_array());

    let narrow = place.file(
        "mine.json",
        "{\"Version\": \"1\", \"Statement\": [\n {\"Effect\": \"Allow\",\n  \"Action\": [\"ecs:RunCommand\",\n   \"ecs:*\", \"ecs:DeleteDisk\"], \"Resource\": \"*\"}]}",
    );
    let done = place.run(&["role", "check", narrow.to_str().unwrap(), "--attach"]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    for word in
        ["CS702", "`ram:PassRole`", "CS706", "mine.json:4:4", "CS708", "`ecs:DeleteDisk`", "lacks: ram:PassRole"]
    {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    place.run(&["role", "check", "nowhere.json"]).refuses(2, &["CE401"]);
    let other = place.run_with(&["role", "check", "-"], "[1]");
    assert_eq!(other.exit, 1);
    assert!(other.out.contains("CS700"), "{}", other.out);
}

#[test]
fn a_role_is_attached_where_there_is_none_and_nowhere_else() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SMALL);
    let attach = |role: &str, ids: &[&str]| {
        let mut arguments = vec!["role", "attach", role, "--region", "cn-hangzhou", "--format", "json"];
        arguments.extend(["--endpoint", &simulated.endpoint]);
        arguments.extend(ids.iter().flat_map(|id| ["-i", id]));
        with_key(&place, &arguments)
    };
    let all = ["i-bp1bare000000000001", "i-bp1with000000000001", "i-bp1else000000000001"];
    let done = attach("AppSnapshotRoleName", &all);
    assert_eq!(done.exit, 1, "another role was left alone: {}{}", done.out, done.err);
    let result = |done: &Done, id: &str| {
        let rows = done.json();
        let row = rows.as_array().unwrap().iter().find(|row| row["instance_id"] == id).unwrap().clone();
        (row["result"].as_str().unwrap().to_owned(), row["detail"].clone())
    };
    assert_eq!(result(&done, all[0]), ("attached".to_owned(), Value::Null));
    assert_eq!(result(&done, all[1]), ("had".to_owned(), Value::Null));
    assert_eq!(result(&done, all[2]), ("other_role".to_owned(), json!("Other")));
    assert_eq!(counts(&simulated)["AttachInstanceRamRole"], 1);

    let again = attach("AppSnapshotRoleName", &all[..2]);
    assert_eq!((again.exit, result(&again, all[0]).0.as_str()), (0, "had"));
    assert_eq!(counts(&simulated)["AttachInstanceRamRole"], 1, "nothing is sent when there is nothing to do");
    let missing = attach("NoSuchRole", &["i-bp1bare000000000002"]);
    assert_eq!(missing.exit, 3, "{}{}", missing.out, missing.err);
    assert!(missing.err.contains("InvalidRamRole.NotFound"), "{}", missing.err);
    // Nobody is there to say yes, and it is not a simulator.
    with_key(&place, &["role", "attach", "R", "-i", "i-a"]).refuses(2, &["CE301"]);
}

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1good000000000001, i-bp1weak000000000001, i-bp1fail000000000001, i-bp1held000000000001], expect: {min: 4}}
instance_ram_role: AppSnapshotRoleName
group_name: nightly
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
run: {canary: 4, max_in_flight: 4, max_errors: 9}
";

/// One good, one weaker by the mode of its script, one failing once, one that may be held.
const MIXED: &str = "\
version: 1
time_scale: 300
instances:
  - {id: i-bp1good000000000001, role: AppSnapshotRoleName}
  - {id: i-bp1weak000000000001, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}
  - {id: i-bp1fail000000000001, role: AppSnapshotRoleName}
  - {id: i-bp1held000000000001, role: AppSnapshotRoleName}
guest_faults:
  - {instances: [i-bp1fail000000000001], nth: 1, exit_code: 4}
  - {instances: [i-bp1held000000000001], exit_code: 9}
";

#[test]
fn rerun_looks_first_and_starts_only_what_may_be_started() {
    let place = Place::new();
    let simulated = Simulated::start(&place, MIXED);
    let job = place.file("job.yaml", JOB);
    let run = with_key(&place, &["run", job.to_str().unwrap(), "--format", "json", "--endpoint", &simulated.endpoint]);
    assert_eq!(run.exit, 5, "{}{}", run.out, run.err);
    let report = run.json();
    let id = report["run_id"].as_str().unwrap();
    let started = counts(&simulated)["RunCommand"].as_u64().unwrap();

    place.run(&["rerun", id]).refuses(2, &["--failed"]);
    let again = with_key(&place, &["rerun", id, "--failed", "--format", "json"]);
    assert_eq!(again.exit, 5, "what may be held still counts: {}{}", again.out, again.err);
    let second = again.json();
    assert_ne!(second["run_id"], report["run_id"]);
    let instances: Vec<_> = second["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|instance| (instance["instance_id"].as_str().unwrap(), instance["got"].as_str().unwrap()))
        .collect();
    assert_eq!(instances, [("i-bp1weak000000000001", "file_system"), ("i-bp1fail000000000001", "application")]);
    assert!(again.err.contains("may still be held") && again.err.contains("i-bp1held"), "{}", again.err);
    assert!(counts(&simulated)["RunCommand"].as_u64().unwrap() > started);

    // Once more the first run: what the second one reached is left alone.
    let twice = with_key(&place, &["rerun", id, "--failed", "--format", "json"]);
    let instances: Vec<_> =
        twice.json()["instances"].as_array().unwrap().iter().map(|one| one["instance_id"].clone()).collect();
    assert_eq!(instances, [json!("i-bp1weak000000000001")], "{}", twice.err);
    assert!(twice.err.contains("later run") && twice.err.contains("i-bp1fail"), "{}", twice.err);

    // A run in which everything was reached: nothing is started.
    let good =
        JOB.replace(", i-bp1weak000000000001, i-bp1fail000000000001, i-bp1held000000000001], expect: {min: 4}", "]");
    let good = place.file("good.yaml", &good);
    let run = with_key(&place, &["run", good.to_str().unwrap(), "--format", "json", "--endpoint", &simulated.endpoint]);
    assert_eq!(run.exit, 0, "{}", run.err);
    let started = counts(&simulated)["RunCommand"].as_u64().unwrap();
    let none = with_key(&place, &["rerun", run.json()["run_id"].as_str().unwrap(), "--failed"]);
    assert_eq!(none.exit, 0, "{}{}", none.out, none.err);
    assert!(none.err.contains("nothing to run again"), "{}", none.err);
    assert_eq!(counts(&simulated)["RunCommand"].as_u64().unwrap(), started);
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!(history.as_array().unwrap().len(), 4);
    place.run(&["rerun", "nosuchrun", "--failed"]).refuses(2, &["nosuchrun"]);
}

/// A run whose process died is resumed, not rerun: what waits there must not be started by both.
#[test]
fn a_run_that_is_not_over_is_not_rerun() {
    let place = Place::new();
    let slow = MIXED.replace("time_scale: 300", "time_scale: 1").replace(
        "i-bp1good000000000001, role: AppSnapshotRoleName",
        "i-bp1good000000000001, role: AppSnapshotRoleName, guest: {group_millis: {min: 20000, max: 20000}}",
    );
    let simulated = Simulated::start(&place, &slow);
    let good = JOB.replace("run: {canary: 4, max_in_flight: 4, max_errors: 9}\n", "");
    let job = place.file("job.yaml", &good);
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_consnap"))
        .args(["run", job.to_str().unwrap(), "--endpoint", &simulated.endpoint])
        .env_clear()
        .env("HOME", place.folder.path())
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while counts(&simulated)["RunCommand"] != 1 {
        assert!(begun.elapsed().as_secs() < 30, "the first wave was not started");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!(history[0]["others"]["ended"], false);
    let id = history[0]["run_id"].as_str().unwrap();
    with_key(&place, &["rerun", id, "--failed"]).refuses(2, &["CE412", "consnap resume", id]);
    assert_eq!(counts(&simulated)["RunCommand"], 1);
    assert!(place.run(&["history"]).out.contains("not over: `consnap resume`"));
}

/// An answer that got lost: the look afterwards tells.
#[test]
fn a_lost_answer_is_looked_for_and_never_repeated() {
    let place = Place::new();
    let lost = "api_faults: [{operation: AttachInstanceRamRole, nth: 1, connection_closed: after_effect}]\n";
    let simulated = Simulated::start(&place, &format!("{SMALL}{lost}"));
    let arguments = ["role", "attach", "Other", "-i", "i-bp1bare000000000001", "--region", "cn-hangzhou"];
    let done = with_key(&place, &[&arguments[..], &["--endpoint", &simulated.endpoint]].concat());
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("attached"), "{}", done.out);
    assert_eq!(counts(&simulated)["AttachInstanceRamRole"], 1);
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every command that a text tells people to run exists: texts of the catalogue, of the command line, of the documents.
#[test]
fn commands_that_texts_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    for folder in ["core/src", "crates/cli/src", "crates/client/src", "crates/simulator/src"] {
        sources(&root.join(folder), &mut files);
    }
    files.extend(
        std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()),
    );
    let known: BTreeSet<String> = consnap::help_pages().into_iter().map(|(name, _)| name).collect();
    let (mut named, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let inline = text.match_indices("`consnap ").map(|(at, _)| at);
        for at in inline.chain(text.match_indices("$ consnap ").map(|(at, _)| at + 1)) {
            let words: Vec<&str> = text[at + 1..].split([' ', '`', '\n', '\\', '"']).take(3).collect();
            let is_word =
                |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let Some(first) = words.get(1).filter(|word| is_word(word) && !word.starts_with('-')) else { continue };
            // The border for scripts is hidden on purpose.
            if *first == "op" {
                continue;
            }
            let command = format!("consnap {first}");
            let has_parts = known.iter().any(|name| name.starts_with(&format!("{command} ")));
            let command = match words.get(2).filter(|word| has_parts && is_word(word)) {
                Some(second) => format!("{command} {second}"),
                None => command,
            };
            if !known.contains(&command) {
                unknown.insert(format!("{command} in {}", file.strip_prefix(&root).unwrap().display()));
            }
            named.insert(command);
        }
    }
    assert!(named.len() > 10, "{named:?}");
    assert!(unknown.is_empty(), "no such commands: {unknown:#?}");
}
