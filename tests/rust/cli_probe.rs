//! `--probe` on check, plan and run, over HTTP against the simulator: what is seen decides, and is not asked for twice.

use serde_json::Value;

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

const SCENARIO: &str = r#"
version: 1
time_scale: 300
roles: [{name: AppSnapshotRoleName}]
instances:
- {id: i-bp1good000000000001, name: good, role: AppSnapshotRoleName, disks: [{category: cloud_essd}, {category: cloud_essd}]}
- {id: i-bp1owner00000000001, name: owner, role: AppSnapshotRoleName, guest: {pre_script: {path: /tmp/prescript.sh, owner: deploy}}}
- id: i-bp1noexec0000000001
  name: noexec
  role: AppSnapshotRoleName
  guest: {mounts: [{target: /, file_system: xfs, disks: [0]}, {target: /tmp, file_system: tmpfs, options: "rw,noexec"}]}
- {id: i-bp1nfs000000000001, name: nfs, role: AppSnapshotRoleName, guest: {mounts: [{target: "/my share", file_system: nfs4}]}}
- {id: i-bp1launch0000000001, name: launcher, role: AppSnapshotRoleName, guest: {launcher_present: false}}
- {id: i-bp1frozen0000000001, name: frozen, role: AppSnapshotRoleName, guest: {freezer_running: true}}
- {id: i-bp1win000000000001, name: win, platform: windows, role: AppSnapshotRoleName, guest: {vss_writers: false}}
- {id: i-bp1mute00000000001, name: mute, role: AppSnapshotRoleName}
guest_faults:
- {instances: [i-bp1mute00000000001], nth: 1, no_final_line: true, output_text: "\e]0;title\a::error ::x"}
"#;

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1good000000000001, i-bp1owner00000000001, i-bp1noexec0000000001, i-bp1nfs000000000001,
  i-bp1launch0000000001, i-bp1frozen0000000001, i-bp1win000000000001, i-bp1mute00000000001, i-bp1gone00000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
run: {canary: 0, on_unknown: set_aside}
";

fn commands(simulated: &Simulated) -> u64 {
    simulated.ask("/__consnap/requests")["counts"]["RunCommand"].as_u64().unwrap_or(0)
}

/// The code of the first finding of an instance, and what it is expected to reach.
fn told<'a>(list: &'a Value, instance: &str) -> (&'a str, &'a str) {
    let found = list.as_array().unwrap().iter().find(|found| found["instance_id"] == instance);
    let found = found.unwrap_or_else(|| panic!("{instance} is not in {list}"));
    (found["findings"][0]["code"].as_str().unwrap_or("-"), found["predicted_consistency"].as_str().unwrap())
}

const EXPECTED: [(&str, &str, &str); 8] = [
    ("i-bp1good000000000001", "-", "application"),
    ("i-bp1owner00000000001", "CS282", "file_system"),
    ("i-bp1noexec0000000001", "CS284", "file_system"),
    ("i-bp1nfs000000000001", "CS270", "none"),
    ("i-bp1launch0000000001", "CS213", "none"),
    ("i-bp1frozen0000000001", "CS215", "none"),
    ("i-bp1win000000000001", "CS290", "file_system"),
    ("i-bp1mute00000000001", "CS294", "unknown"),
];

fn agrees(list: &Value) {
    for (instance, code, predicted) in EXPECTED {
        assert_eq!(told(list, instance), (code, predicted), "{instance}");
    }
}

fn harmless(done: &Done) {
    for text in [&done.out, &done.err] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text}");
    }
}

#[test]
fn check_looks_into_the_guests_and_keeps_what_it_saw() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SCENARIO);
    let job = place.file("job.yaml", JOB);
    let (job, at) = (job.to_str().unwrap(), simulated.endpoint.as_str());
    let time = ["--time-scale", "300"];

    let plain = with_key(&place, &["plan", job, "--endpoint", at, "--format", "json", time[0], time[1]]);
    assert_eq!(commands(&simulated), 0, "nobody asked for a look: {}", plain.err);
    let good = &plain.json()["instances"];
    assert_eq!(told(good, "i-bp1good000000000001").1, "unknown");

    let look = ["check", job, "--probe", "--save-facts", "facts.jsonl", "--endpoint", at, time[0], time[1]];
    let done = with_key(&place, &[&look[..], &["--format", "json"]].concat());
    harmless(&done);
    assert_eq!(commands(&simulated), 2, "one call a platform: {}", done.err);
    let checked = done.json();
    agrees(&checked["instances"]);
    assert_eq!(told(&checked["instances"], "i-bp1gone00000000001").1, "unknown");
    assert_eq!(done.exit, 1, "{}", done.out);

    // What was kept says the same without a call.
    let kept = std::fs::read_to_string(place.folder.path().join("facts.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 8);
    let offline = place.run(&["check", job, "--facts", "facts.jsonl", "--format", "json"]);
    let instances = &offline.json()["instances"];
    for (instance, code, predicted) in EXPECTED.iter().filter(|(id, ..)| !id.contains("mute")) {
        assert_eq!(told(instances, instance), (*code, *predicted), "{instance}");
    }

    // Only the guest that gave no whole answer is asked again.
    let again = with_key(&place, &look);
    harmless(&again);
    assert_eq!(commands(&simulated), 3);
    assert!(again.out.contains("i-bp1mute00000000001: eligible; predicted consistency application"), "{}", again.out);
    // A look of long ago, or one from the future, is no fresh one.
    let file = place.folder.path().join(".local/state/consnap/guests.jsonl");
    for century in ["19", "21"] {
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(kept.lines().count(), 8);
        std::fs::write(&file, kept.replace("\"probed_at\":\"20", &format!("\"probed_at\":\"{century}"))).unwrap();
        let before = commands(&simulated);
        let anew = with_key(&place, &look);
        assert_eq!(commands(&simulated), before + 2, "{century}: {}", anew.err);
    }
}

#[test]
fn a_run_starts_only_what_the_guests_allow() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SCENARIO);
    let job = place.file("job.yaml", JOB);
    let (job, at) = (job.to_str().unwrap(), simulated.endpoint.as_str());
    let common = ["--endpoint", at, "--format", "json", "--time-scale", "300"];
    let planned = with_key(&place, &[&["plan", job, "--probe=if_unknown"], &common[..]].concat());
    let plan = planned.json();
    agrees(&plan["instances"]);
    assert_eq!((plan["eligible"].as_u64(), commands(&simulated)), (Some(1), 2));

    let hash = plan["hash"].as_str().unwrap();
    let done = with_key(&place, &[&["run", job, "--probe", "--approve", hash], &common[..]].concat());
    harmless(&done);
    // The mute guest speaks at its second chance, which makes it another plan than the one approved.
    assert_eq!((done.exit, commands(&simulated)), (2, 3), "{}{}", done.out, done.err);
    let done = with_key(&place, &[&["run", job, "--probe", "--yes"], &common[..]].concat());
    let report = done.json();
    assert_eq!(done.exit, 1, "{}", done.err);
    assert_eq!(commands(&simulated), 4, "nothing is looked into again, and one command starts both");
    for instance in report["instances"].as_array().unwrap() {
        let id = instance["instance_id"].as_str().unwrap();
        let fit = ["i-bp1good000000000001", "i-bp1mute00000000001"].contains(&id);
        assert_eq!(instance["result"], if fit { "ok" } else { "not_run" }, "{id}: {instance}");
    }
    let truth = simulated.ask("/__consnap/truth");
    for instance in truth.as_array().unwrap() {
        let id = instance["instance_id"].as_str().unwrap();
        let started = u64::from(["i-bp1good000000000001", "i-bp1mute00000000001"].contains(&id));
        assert_eq!(instance["started"].as_u64(), Some(started), "{id}");
    }
}

#[test]
fn what_is_asked_for_a_probe_must_make_sense() {
    let place = Place::new();
    place.file("job.yaml", JOB);
    place.run(&["plan", "job.yaml", "--probe=sometimes"]).refuses(2, &["if_unknown"]);
    place.run(&["check", "job.yaml", "--save-facts", "x"]).refuses(2, &["--probe"]);
    place.run(&["check", "job.yaml", "--probe", "--facts", "x"]).refuses(2, &["--facts"]);
    let bad = JOB.replace("on_unknown", "probe_max_age: soon, on_unknown");
    place.file("job.yaml", &bad);
    let done = place.run(&["check", "job.yaml", "--format", "json"]);
    assert_eq!(done.json()["findings"][0]["place"], "/run/probe_max_age", "{}", done.out);
}

const BARE: &str = "
version: 1
time_scale: 300
roles: [{name: AppSnapshotRoleName}]
instances:
- {id: i-bp1bare00000000001, role: AppSnapshotRoleName, guest: {pre_script: {exists: false}, post_script: {exists: false}}}
- {id: i-bp1broken000000001, role: AppSnapshotRoleName, guest: {pre_script: {exists: false}, post_script: {exists: false}}}
guest_faults:
- {instances: [i-bp1broken000000001], nth: 2, task_error: FileExist}
";

const UPLOADS: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1bare00000000001, i-bp1broken000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {upload: {pre: ./scripts/pre.sh, post: ./scripts/post.sh}, script_timeout_seconds: 60, freeze_timeout_seconds: 10}
run: {canary: 0}
";

#[test]
fn a_run_uploads_its_scripts_and_starts_only_where_they_lie_as_they_should() {
    let place = Place::new();
    let simulated = Simulated::start(&place, BARE);
    let job = place.file("job.yaml", UPLOADS);
    let (job, at) = (job.to_str().unwrap(), simulated.endpoint.as_str());
    let common = ["--endpoint", at, "--time-scale", "300"];

    // Without the files nothing is sent, and the place in the document is named.
    let missing = with_key(&place, &[&["plan", job], &common[..]].concat());
    missing.refuses(2, &["CS288", "linux.upload.pre"]);
    assert_eq!(simulated.ask("/__consnap/requests")["counts"].as_object().unwrap().len(), 0);

    std::fs::create_dir(place.folder.path().join("scripts")).unwrap();
    place.file("scripts/pre.sh", "#!/bin/sh\nexec /opt/app/lock\n");
    place.file("scripts/post.sh", "#!/bin/sh\nexec /opt/app/unlock\n");
    let plan = with_key(&place, &[&["plan", job], &common[..]].concat());
    assert_eq!(plan.exit, 0, "{}", plan.err);
    for words in [
        "SendFile in cn-hangzhou (instances: 2)",
        "/opt/consnap/pre.sh, root, mode 0700",
        "-PreScriptPath=\"/opt/consnap/pre.sh\"",
    ] {
        assert!(plan.out.contains(words), "`{words}`: {}", plan.out);
    }
    let counts = simulated.ask("/__consnap/requests")["counts"].clone();
    assert_eq!((&counts["SendFile"], &counts["RunCommand"]), (&Value::Null, &Value::Null), "a plan uploads nothing");

    let done = with_key(&place, &[&["run", job, "--yes", "--format", "json"], &common[..]].concat());
    let report = done.json();
    assert_eq!(done.exit, 1, "{}", done.err);
    let results: Vec<_> = report["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|instance| (instance["instance_id"].as_str().unwrap(), instance["result"].as_str().unwrap()))
        .collect();
    assert!(results.contains(&("i-bp1bare00000000001", "ok")), "{report}");
    assert!(results.iter().any(|(id, result)| *id == "i-bp1broken000000001" && *result != "ok"), "{report}");
    assert!(done.out.contains("CS299"), "{}", done.out);
    let counts = simulated.ask("/__consnap/requests")["counts"].clone();
    assert_eq!((counts["SendFile"].as_u64(), counts["DescribeSendFileResults"].as_u64()), (Some(2), Some(2)));
    assert_eq!(commands(&simulated), 2, "one look, one start");
    let truth = simulated.ask("/__consnap/truth");
    let level =
        |id: &str| truth.as_array().unwrap().iter().find(|one| one["instance_id"] == id).unwrap()["level"].clone();
    assert_eq!(level("i-bp1bare00000000001"), "application");
    assert_eq!(level("i-bp1broken000000001"), "none");
}

#[test]
fn rights_beyond_the_usual_are_printed_when_asked() {
    let place = Place::new();
    let usual = place.run(&["role", "print", "operator"]);
    let file = place.file("policy.json", &usual.out);
    for (flag, actions) in [
        ("--upload", &["ecs:SendFile", "ecs:DescribeSendFileResults"][..]),
        ("--tag", &["ecs:TagResources"]),
        ("--prune", &["ecs:DeleteSnapshotGroup"]),
    ] {
        let with = place.run(&["role", "print", "operator", flag]);
        for action in actions {
            let quoted = format!("\"{action}\"");
            assert!(!usual.out.contains(&quoted) && with.out.contains(&quoted), "{flag}: {action}");
        }
        let check = |policy: &str| place.run(&["role", "check", policy, "--for", "operator", flag]);
        let judged = check(file.to_str().unwrap());
        assert!(judged.exit == 1 && judged.out.contains(actions[0]), "{flag}: {}", judged.out);
        let enough = place.file("enough.json", &with.out);
        assert_eq!(check(enough.to_str().unwrap()).exit, 0, "{flag}");
    }
}
