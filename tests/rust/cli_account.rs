//! Commands about the account: whose credentials, which rights, which role.

use std::collections::BTreeSet;
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
    simulated.ask("/__consnap/requests")["counts"].clone()
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
    for word in ["problem  credentials", "ALIBABA_CLOUD_ACCESS_KEY_ID", "state directory"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }

    let chinese = place.run(&["doctor", "--lang", "zh"]);
    for word in ["问题  凭证", "正常  状态目录"] {
        assert!(chinese.out.contains(word), "{word}: {}", chinese.out);
    }

    // An answer that does not tell is not taken for a yes.
    let fault = "api_faults: [{operation: DescribeDisks, error: {status: 503, code: ServiceUnavailable}}]\n";
    let shaky = Simulated::start(&place, &format!("{SMALL}{fault}"));
    let done = with_key(&place, &["doctor", "--region", "cn-hangzhou", "--endpoint", &shaky.endpoint]);
    assert_eq!(done.exit, 1, "{}", done.out);
    assert!(done.out.contains("ecs:DescribeDisks (ServiceUnavailable)"), "{}", done.out);

    // Nobody listens, and a region that does not exist.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let done = with_key(&place, &["doctor", "--region", "cn-hangzhou", "--endpoint", &dead]);
    assert_eq!(done.exit, 3);
    for word in ["ok       credentials", "problem  account", "refused the connection", "ok       state directory"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    with_key(&place, &["doctor", "--region", "cn-hangzou"]).refuses(2, &["CE218", "cn-hangzhou"]);

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

/// Whoever can write a file with credentials chooses the identity, and where it names a program, what runs here.
#[cfg(unix)]
#[test]
fn files_with_credentials_that_others_may_write_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let simulated = Simulated::start(&place, SMALL);
    let (home, ran) = (place.folder.path(), place.folder.path().join("ran"));
    std::fs::create_dir_all(home.join(".aliyun")).unwrap();
    std::fs::create_dir_all(home.join(".alibabacloud")).unwrap();
    let key = json!({"name": "key", "mode": "AK", "access_key_id": "testid", "access_key_secret": "testsecret"});
    let program = format!("/usr/bin/touch {}", ran.display());
    let runs = json!({"name": "runs", "mode": "External", "process_command": program});
    let profiles = json!({"current": "key", "profiles": [key, runs]}).to_string();
    let config = place.file(".aliyun/config.json", &profiles);
    let ini = place.file(".alibabacloud/credentials", "[default]\ntype = access_key\n");
    let mode = |file: &std::path::Path, mode: u32| {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let at = ["--region", "cn-hangzhou", "--endpoint", &simulated.endpoint];
    let doctor = || place.run(&[&["doctor"], &at[..]].concat());
    mode(&ini, 0o600);
    for (of_file, file) in [(0o646, &config), (0o664, &config), (0o622, &ini)] {
        mode(&config, 0o600);
        mode(file, of_file);
        let done = doctor();
        assert_eq!(done.exit, 1, "{}", done.out);
        let told = format!("others than you may write `{}` ({of_file:04o}", file.display());
        assert!(done.out.contains(&told), "{told}: {}", done.out);
        assert!(done.out.contains(&format!("chmod 600 {}", file.display())), "{}", done.out);
    }
    // Keys in such a file are used, a program that it names is not.
    mode(&config, 0o666);
    place.run(&[&["whoami", "--profile", "runs"], &at[..2]].concat()).refuses(3, &["CE248", "0666"]);
    assert!(!ran.exists(), "it ran");
    assert_eq!(place.run(&[&["whoami", "--profile", "key"], &at[..]].concat()).exit, 0);
    mode(&config, 0o600);
    mode(&ini, 0o600);
    let done = doctor();
    assert_eq!(done.exit, 0, "{}", done.out);
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
    let narrow = place.run(&["role", "print", "operator", "-i", "i-bp1a,i-bp1b", "--instance", "i-bp1c"]).json();
    let resources = narrow["Statement"][0]["Resource"].as_array().unwrap().len();
    assert_eq!((&narrow["Statement"][0]["Action"], resources), (&json!(["ecs:RunCommand"]), 4), "{narrow}");
    let many = vec!["i-bp1a"; 51].join(",");
    place.run(&["role", "print", "operator", "-i", &many]).refuses(2, &["CE434", "50", "6,144"]);
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
    let conditional = place.file(
        "conditional.json",
        r#"{"Version": "1", "Statement": {"Effect": "Allow", "Action": ["ecs:DescribeDisks", "ecs:CreateSnapshotGroup",
            "ecs:DescribeSnapshotGroups", "ecs:DescribeSnapshots", "ecs:TagResources"], "Resource": "*",
            "Condition": {"StringEquals": {"acs:ResourceTag/env": "prod"}}}}"#,
    );
    let done = place.run(&["role", "check", conditional.to_str().unwrap()]);
    assert_eq!(done.exit, 4, "{}{}", done.out, done.err);
    assert!(done.out.contains("cannot be told from the document alone: ecs:DescribeDisks"), "{}", done.out);
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
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
run: {canary: 4, max_in_flight: 4, max_errors: 9}
";

const GOOD_JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [IDS]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
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

/// Credentials that end every few seconds, and once before their time, carry a run to its end.
#[test]
fn a_run_outlives_its_credentials() {
    let place = Place::new();
    let short =
        SMALL.replace("{name: ops, refused_operations: [DescribeSnapshots]}", "{name: ops, session_seconds: 3}");
    let early =
        "api_faults: [{operation: RunCommand, nth: 1, error: {status: 400, code: InvalidSecurityToken.Expired}}]\n";
    let simulated = Simulated::start(&place, &format!("{short}{early}"));
    let job = place.file("job.yaml", &GOOD_JOB.replace("IDS", "i-bp1with000000000001"));
    let at = ["--endpoint", simulated.endpoint.as_str()];
    let run = place.run(&["run", job.to_str().unwrap(), "--format", "json", at[0], at[1]]);
    assert_eq!(run.exit, 0, "{}{}", run.out, run.err);
    let report = run.json();
    assert_eq!(report["summary"]["ok"], 1);
    // Their ids are numbered: more were handed out than one a process.
    let who = place.run(&["whoami", "--format", "json", at[0], at[1]]).json();
    let number: u32 = who["access_key_id"].as_str().unwrap().trim_start_matches("STS.SIMULATED").parse().unwrap();
    assert!(number > 2, "{who}");
    assert_eq!(counts(&simulated)["RunCommand"], 2);
}

/// A whole job with a key that a program prints: neither output nor journal nor report holds the secret.
#[test]
fn no_secret_is_said_or_written() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SMALL);
    let secret = "testsecret";
    let program = place.file(
        "get-cred",
        "#!/bin/sh\necho '{\"mode\":\"AK\",\"access_key_id\":\"testid\",\"access_key_secret\":\"testsecret\"}'\n",
    );
    #[cfg(unix)]
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let profiles = json!({"current": "it", "profiles": [
        {"name": "it", "mode": "External", "process_command": program.to_str().unwrap(), "region_id": "cn-hangzhou"},
        {"name": "bad", "mode": "AK", "access_key_id": "nobody", "access_key_secret": secret},
        {"name": "half", "mode": "StsToken", "access_key_id": "STS.1", "access_key_secret": secret}]});
    let folder = place.folder.path().join(".aliyun");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config.json"), profiles.to_string()).unwrap();
    let job = place.file("job.yaml", &GOOD_JOB.replace("IDS", "i-bp1with000000000001"));
    let job = job.to_str().unwrap();
    let at = ["--endpoint", simulated.endpoint.as_str()];
    let run = place.run(&["run", job, "--format", "json", at[0], at[1]]);
    assert_eq!(run.exit, 0, "{}{}", run.out, run.err);
    let id = run.json()["run_id"].as_str().unwrap().to_owned();
    let lines: [&[&str]; 15] = [
        &["plan", job, at[0], at[1]],
        &["show", &id, "--all", "--format", "json"],
        &["history", "--format", "json"],
        &["audit", job, "--rpo", "24h", at[0], at[1]],
        &["prune", job, "--keep-last", "1", at[0], at[1]],
        &["resume", &id],
        &["verify", &id],
        &["rerun", &id, "--failed"],
        &["whoami", at[0], at[1]],
        &["whoami", "--format", "json", at[0], at[1]],
        &["whoami", "--profile", "bad", at[0], at[1]],
        &["whoami", "--profile", "half", at[0], at[1]],
        &["doctor", at[0], at[1]],
        &["doctor", "--format", "json", "--profile", "bad", at[0], at[1]],
        &["role", "attach", "Other", "-i", "i-bp1bare000000000001", at[0], at[1]],
    ];
    for done in lines.iter().map(|line| (line, place.run(line))).chain([(&lines[0], run)]) {
        let (line, Done { out, err, .. }) = done;
        assert!(!out.is_empty() || !err.is_empty(), "{line:?}");
        assert!(!out.contains(secret) && !err.contains(secret), "{line:?}:\n{out}{err}");
    }
    let state = place.folder.path().join(".local/state/consnap");
    let mut files = 0;
    let entries =
        |path: &std::path::Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    let runs: Vec<std::path::PathBuf> = entries(&state);
    for run in runs {
        let of_run: Vec<std::path::PathBuf> = if run.is_dir() { entries(&run) } else { vec![run] };
        for file in of_run {
            let text = std::fs::read(file).unwrap();
            files += 1;
            assert!(!String::from_utf8_lossy(&text).contains(secret));
        }
    }
    assert!(files >= 2, "{files}");
}

#[test]
fn doctor_sees_a_wrong_clock() {
    let place = Place::new();
    // The service's day passes a thousand times as fast: after a second it is a quarter of an hour ahead.
    let simulated =
        Simulated::start(&place, "version: 1\ntime_scale: 1000\ninstances: [{id: i-bp1linux000000000001}]\n");
    std::thread::sleep(std::time::Duration::from_millis(1200));
    let done = with_key(&place, &["doctor", "--region", "cn-hangzhou", "--endpoint", &simulated.endpoint]);
    assert_eq!(done.exit, 3, "{}", done.out);
    assert!(done.out.contains("problem  clock") && done.out.contains("behind the service's"), "{}", done.out);
}

/// The help of every command says what it sends, and only six commands write.
#[test]
fn help_says_who_writes() {
    let mut writing = BTreeSet::new();
    for (name, page) in consnap_cli::help_pages() {
        let about = page.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        if name == "consnap" {
            continue;
        }
        if about.ends_with("; sends writing calls") {
            writing.insert(name);
        } else {
            let says = ["sends nothing", "sends reading calls only", "only `role attach` sends writing calls"];
            let beyond = "sends nothing beyond this machine";
            assert!(says.iter().any(|words| about.ends_with(words)) || about.ends_with(beyond), "{name}: {about}");
        }
    }
    let expected = [
        "consnap live-check",
        "consnap prune",
        "consnap rerun",
        "consnap resume",
        "consnap role attach",
        "consnap run",
    ];
    assert_eq!(writing.iter().map(String::as_str).collect::<Vec<_>>(), expected);
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
        assert!(begun.elapsed().as_secs() < 90, "the first wave was not started");
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
    let known: BTreeSet<String> = consnap_cli::help_pages().into_iter().map(|(name, _)| name).collect();
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
