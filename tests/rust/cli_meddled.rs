//! The verdicts of the real binary behind a proxy that changes what the service answers: which group is judged, which guests
//! count as held, and that every front says the same until somebody releases them.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::cli_crash::{consnap, wait_for};
use super::cli_proxy::{Proxy, page, with_body};
use super::cli_run::Simulated;
use super::cli_truth::{A, B, FLEET, JOB};
use super::{Done, Place};

/// A job, a simulator, and a proxy between it and the binary that can be switched off.
struct Scene {
    place: Place,
    simulated: Simulated,
    proxy: Proxy,
    meddles: Arc<AtomicBool>,
}

impl Scene {
    /// `change` gets the name of each operation and the body of its reply.
    fn new(faults: &str, change: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> Self {
        let place = Place::new();
        let simulated = Simulated::start(&place, &format!("{FLEET}{faults}"));
        place.file("job.yaml", JOB);
        let meddles = Arc::new(AtomicBool::new(true));
        let on = Arc::clone(&meddles);
        let proxy = Proxy::before(&simulated.endpoint, move |operation, _, _, service| {
            let reply = service();
            if !on.load(Ordering::SeqCst) {
                return reply;
            }
            with_body(&reply, |mut body| {
                change(operation, &mut body);
                body.to_string()
            })
        });
        Self { place, simulated, proxy, meddles }
    }

    fn online(&self, arguments: &[&str]) -> Done {
        let mut command = consnap(&self.place, &self.proxy.endpoint, arguments);
        Done::of(command.env("CONSNAP_TIME_SCALE", "200").output().unwrap())
    }

    /// A command that takes no endpoint.
    fn offline(&self, arguments: &[&str]) -> Done {
        self.place.run(arguments)
    }

    fn be_honest(&self) {
        self.meddles.store(false, Ordering::SeqCst);
    }

    fn groups(&self, instance: &str) -> Vec<String> {
        let truth = self.simulated.ask("/__consnap/truth");
        let one = truth.as_array().unwrap().iter().find(|one| one["instance_id"] == instance).unwrap();
        one["groups"].as_array().unwrap().iter().map(|group| group["group_id"].as_str().unwrap().to_owned()).collect()
    }
}

fn instance<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["instances"].as_array().unwrap().iter().find(|instance| instance["instance_id"] == id).unwrap()
}

fn id_of(report: &Value) -> String {
    report["run_id"].as_str().unwrap().to_owned()
}

/// The elements of a list somewhere in a body; none where there is no such list.
fn list<'a>(body: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> {
    body.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

/// What the replies say of the commands on an instance, once they are over.
fn ended<'a>(body: &'a mut Value, id: &'a str) -> impl Iterator<Item = &'a mut Value> {
    let over = move |one: &&mut Value| one["InstanceId"] == id && one.get("ExitCode").is_some();
    let invocations = body.pointer_mut("/Invocations/Invocation").and_then(Value::as_array_mut).into_iter().flatten();
    invocations.flat_map(|invocation| list(invocation, "/InvokeInstances/InvokeInstance")).filter(over)
}

fn untag_members(group: &mut Value) {
    list(group, "/Snapshots/Snapshot").for_each(without_tags);
}

/// Takes the consistency tags from a snapshot.
fn without_tags(snapshot: &mut Value) {
    if let Some(tags) = snapshot.pointer_mut("/Tags/Tag").and_then(Value::as_array_mut) {
        let is_level = |key: &str| key == "APPConsistent" || key == "FsConsistent";
        tags.retain(|tag| !["Key", "TagKey"].iter().any(|name| tag[name].as_str().is_some_and(is_level)));
    }
}

/// Takes the consistency tags from everything that an instance has got.
fn untag_all_of(id: &'static str) -> impl Fn(&str, &mut Value) + Send + Sync + 'static {
    move |operation, body| match operation {
        "DescribeSnapshotGroups" => {
            let its = |group: &&mut Value| group["InstanceId"] == id;
            list(body, "/SnapshotGroups/SnapshotGroup").filter(its).for_each(untag_members);
        }
        "DescribeSnapshots" => list(body, "/Snapshots/Snapshot").for_each(without_tags),
        _ => {}
    }
}

#[test]
fn an_older_good_group_in_the_output_lends_its_tag_to_nobody() {
    let older = "groups:\n  - {instance: i-bp1a0000000000000001, name: by-hand, age_seconds: 9000000}\n";
    let known = Arc::new(std::sync::OnceLock::<String>::new());
    let named = Arc::clone(&known);
    let scene = Scene::new(older, move |operation, body| {
        let older = named.get().map_or("", String::as_str);
        if operation == "DescribeSnapshotGroups" {
            let of_run = |group: &&mut Value| group["InstanceId"] == A && group["SnapshotGroupId"] != older;
            list(body, "/SnapshotGroups/SnapshotGroup").filter(of_run).for_each(untag_members);
        }
        list(body, "/Snapshots/Snapshot").for_each(without_tags);
        for one in ended(body, A) {
            one["Output"] = STANDARD.encode(format!("[snapshotgroup=\"{older}\"][message=\"Finish\"]\n")).into();
        }
    });
    known.set(scene.groups(A)[0].clone()).unwrap();
    let done = scene.online(&["run", "job.yaml", "--format", "json"]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let (report, groups) = (done.json(), scene.groups(A));
    let one = instance(&report, A);
    assert_eq!((&one["result"], &one["got"], &one["proof"]), (&json!("weaker"), &json!("crash"), &json!("tag")));
    assert_eq!((one["group_id"].as_str(), groups.len()), (Some(groups[1].as_str()), 2), "{groups:?}");
    assert_eq!(instance(&report, B)["result"], "ok");
}

/// Both are named, and no clean-up takes either of them: one may be somebody else's.
#[test]
fn two_groups_that_bear_the_name_of_a_run_are_unknown_and_stay() {
    let scene = Scene::new("", |operation, body| {
        if operation == "DescribeSnapshotGroups" {
            let groups = body.pointer_mut("/SnapshotGroups/SnapshotGroup").and_then(Value::as_array_mut).unwrap();
            let mut twins: Vec<Value> = groups.iter().filter(|group| group["InstanceId"] == A).cloned().collect();
            for twin in &mut twins {
                twin["SnapshotGroupId"] = "ssg-bp1twin".into();
            }
            groups.append(&mut twins);
        }
    });
    scene.meddles.store(false, Ordering::SeqCst);
    let run = |exit: i32| {
        let done = scene.online(&["run", "job.yaml", "--format", "json"]);
        assert_eq!(done.exit, exit, "{}{}", done.out, done.err);
        done.json()
    };
    run(0);
    scene.meddles.store(true, Ordering::SeqCst);
    let report = run(4);
    scene.be_honest();
    run(0);
    let one = instance(&report, A);
    assert_eq!((&one["result"], &one["why"]["code"]), (&json!("unknown"), &json!("CS358")), "{report}");
    let groups = scene.groups(A);
    let told = one["why"]["message"].as_str().unwrap();
    assert!(told.contains("ssg-bp1twin") && told.contains(&groups[1]), "{told}");
    let rule = ["prune", "--region", "cn-hangzhou", "--keep-last", "1", "--yes"];
    let pruned = scene.online(&rule);
    assert_eq!(pruned.exit, 0, "{}{}", pruned.out, pruned.err);
    // The first night goes, the last one is kept by the rule.
    assert_eq!(scene.groups(A), groups[1..], "{}", pruned.out);
    assert_eq!(scene.groups(B).len(), 1, "{}", pruned.out);
}

#[test]
fn the_group_of_a_failed_post_thaw_script_is_found_whatever_the_output_names() {
    for named in [true, false] {
        let fault = "guest_faults: [{instances: [i-bp1a0000000000000001], exit_code: 10}]\n";
        let scene = Scene::new(fault, move |_, body| {
            for one in ended(body, A) {
                let output = STANDARD.decode(one["Output"].as_str().unwrap_or_default()).unwrap();
                let output = String::from_utf8(output).unwrap();
                let others = output.lines().filter(|line| named || !line.contains("ssg-"));
                one["Output"] = STANDARD.encode(others.collect::<Vec<_>>().join("\n")).into();
            }
        });
        let done = scene.online(&["run", "job.yaml", "--format", "json"]);
        assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
        let report = done.json();
        let one = instance(&report, A);
        assert_eq!((&one["result"], &one["held"]), (&json!("urgent"), &json!(true)), "named {named}: {one}");
        assert_eq!(one["group_id"], json!(scene.groups(A)[0]), "named {named}");
        let help = one["why"]["help"].as_str().unwrap();
        assert!(help.starts_with("run the post-thaw script by hand now"), "{help}");
    }
}

/// The invocation no longer lists the instance, and no tag says that the guest got past the thaw.
#[test]
fn a_lost_result_is_an_alarm_until_the_service_shows_it() {
    let untag = untag_all_of(A);
    let scene = Scene::new("", move |operation, body| {
        untag(operation, body);
        for invocation in list(body, "/Invocations/Invocation") {
            let over = |one: &Value| one["InstanceId"] == A && one.get("ExitCode").is_some();
            if let Some(all) = invocation.pointer_mut("/InvokeInstances/InvokeInstance").and_then(Value::as_array_mut) {
                all.retain(|one| !over(one));
            }
        }
    });
    let done = scene.online(&["run", "job.yaml", "--format", "json"]);
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    let report = done.json();
    assert_eq!((&instance(&report, A)["result"], &instance(&report, B)["result"]), (&json!("urgent"), &json!("ok")));
    let run = id_of(&report);
    assert_eq!(scene.offline(&["status"]).exit, 5);
    let asked = scene.proxy.count("DescribeInvocations");
    let again = scene.online(&["resume", &run, "--format", "json"]);
    assert_eq!((again.exit, &again.json()["exit_status"]), (5, &json!(5)), "{}", again.err);
    assert!(scene.proxy.count("DescribeInvocations") > asked, "the result is asked for again");
    // The tags stay away: the result alone tells now that the command ended well, in a weaker backup.
    scene.be_honest();
    let shown = scene.online(&["resume", &run, "--format", "json"]);
    assert_eq!((shown.exit, &instance(&shown.json(), A)["held"]), (0, &json!(false)), "{}{}", shown.out, shown.err);
    assert_eq!(scene.offline(&["status"]).exit, 0);
    assert_eq!(scene.proxy.count("RunCommand"), 1);
}

/// From the run that rings the alarm to the release: each front says 5, and then none counts the guest.
#[test]
fn a_command_that_runs_for_ever_is_held_in_every_front_until_its_release() {
    let untag = untag_all_of(A);
    let scene = Scene::new("", move |operation, body| {
        untag(operation, body);
        for one in ended(body, A) {
            one["InvocationStatus"] = "Running".into();
            one["InstanceInvokeStatus"] = "Running".into();
            one.as_object_mut().unwrap().remove("ExitCode");
        }
    });
    let figures = |name: &str| std::fs::read_to_string(scene.place.folder.path().join(name)).unwrap();
    let held = |name: &str, value: u8| {
        let row = format!("consnap_instance_may_be_held{{instance_id=\"{A}\",region=\"cn-hangzhou\"}} {value}");
        assert!(figures(name).contains(&row), "{name}: {}", figures(name));
    };
    let run = scene.online(&["run", "job.yaml", "--metrics-file", "run.prom"]);
    assert_eq!(run.exit, 5, "{}{}", run.out, run.err);
    assert!(run.err.contains(&format!("URGENT {A}")) && run.out.contains("Exit status 5."), "{}{}", run.out, run.err);
    assert!(run.out.contains("Results: 1 URGENT, 1 OK."), "{}", run.out);
    held("run.prom", 1);
    let history = scene.offline(&["history", "--format", "json"]).json();
    assert_eq!(history[0]["exit_status"], 5, "{history}");
    let first = history[0]["run_id"].as_str().unwrap().to_owned();

    let left_out = scene.online(&["rerun", &first, "--failed"]);
    assert_eq!(left_out.exit, 5, "{}{}", left_out.out, left_out.err);
    assert_eq!(scene.groups(A).len(), 1, "a guest that may be held is not started again");
    let status = scene.offline(&["status", "--format", "json"]);
    assert_eq!((status.exit, &status.json()["guests"][0]["instance_id"]), (5, &json!(A)), "{}", status.out);

    for note in ["thawed by console", "a second time"] {
        let released = scene.offline(&["release", &first, A, "--by", "mei", "--note", note]);
        assert_eq!(released.exit, 0, "{}{}", released.out, released.err);
    }
    assert_eq!(scene.offline(&["status"]).exit, 0);
    let shown = scene.offline(&["show", &first]);
    assert_eq!(shown.exit, 5, "{}", shown.out);
    assert!(shown.out.contains("released by mei") && shown.out.contains("thawed by console"), "{}", shown.out);
    scene.be_honest();
    let again = scene.online(&["run", "job.yaml", "--metrics-file", "again.prom"]);
    assert_eq!((again.exit, scene.groups(A).len()), (0, 2), "{}{}", again.out, again.err);
    held("again.prom", 0);
}

/// The service gives up waiting, the guest may be held; then its tags come, which are put after the thaw.
#[test]
fn an_alarm_is_taken_back_when_the_tags_come() {
    let (untag, listed) = (untag_all_of(A), AtomicUsize::new(0));
    let scene = Scene::new("", move |operation, body| {
        if operation == "DescribeSnapshotGroups" {
            listed.fetch_add(1, Ordering::SeqCst);
        }
        if listed.load(Ordering::SeqCst) <= 2 {
            untag(operation, body);
        }
        for one in ended(body, A) {
            one["InvocationStatus"] = "Timeout".into();
            one["InstanceInvokeStatus"] = "Failed".into();
            one.as_object_mut().unwrap().remove("ExitCode");
        }
    });
    let done = scene.online(&["run", "job.yaml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let (urgent, clear) = (format!("URGENT {A}"), format!("ALL CLEAR {A}"));
    let place = |words: &str| done.err.find(words).unwrap_or_else(|| panic!("`{words}` is missing: {}", done.err));
    assert!(place(&urgent) < place(&clear), "{}", done.err);
    assert_eq!(scene.offline(&["status"]).exit, 0);
}

/// A gateway that answers the look at a running command in its own name, until the alarm has rung.
#[test]
fn a_result_that_a_gateway_keeps_back_rings_and_is_taken_back_when_it_comes() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    place.file("job.yaml", JOB);
    let rung = Arc::new(AtomicBool::new(false));
    let is_over = Arc::clone(&rung);
    let proxy = Proxy::before(&simulated.endpoint, move |operation, nth, request, service| {
        let looks = operation == "DescribeInvocations" && request.contains("IncludeOutput=true");
        if !looks || is_over.load(Ordering::SeqCst) {
            return service();
        }
        page(if nth % 2 == 0 { "502 Bad Gateway" } else { "200 OK" })
    });
    let mut command = consnap(&place, &proxy.endpoint, &["run", "job.yaml", "--format", "json"]);
    command.env("CONSNAP_TIME_SCALE", "200").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = command.spawn().unwrap();
    let mut told = Vec::new();
    for line in BufReader::new(run.stderr.take().unwrap()).lines().map_while(Result::ok) {
        if line.starts_with("URGENT") && !rung.load(Ordering::SeqCst) {
            // While nobody knows, every front says that the guest may be held.
            let held = |status: &Done| (status.exit, &status.json()["exit_status"]) == (5, &json!(5));
            wait_for(|| held(&place.run(&["status", "--format", "json"])).then_some(()));
            rung.store(true, Ordering::SeqCst);
        }
        told.push(line);
    }
    let done = Done::of(run.wait_with_output().unwrap());
    assert_eq!((done.exit, &instance(&done.json(), A)["result"]), (0, &json!("ok")), "{}{told:?}", done.out);
    let place_of = |words: &str| {
        told.iter().position(|line| line.starts_with(words)).unwrap_or_else(|| panic!("`{words}`: {told:?}"))
    };
    for id in [A, B] {
        assert!(place_of(&format!("URGENT {id}")) < place_of(&format!("ALL CLEAR {id}")), "{told:?}");
    }
    assert_eq!((proxy.count("RunCommand"), place.run(&["status"]).exit), (1, 0));
}

#[test]
fn closing_lines_count_every_instance() {
    let place = Place::new();
    let ids: Vec<String> = (1..=6).map(|number| format!("i-bp1count00000000000{number}")).collect();
    let instances = ids.iter().map(|id| {
        let status = if *id == ids[4] { ", status: Stopped" } else { "" };
        format!("  - {{id: {id}, platform: linux, role: AppSnapshotRoleName{status}}}\n")
    });
    let faults = ["exit_code: 12", "tags: both", "exit_code: 4", "tags: missing"];
    let faults = ids.iter().zip(faults).map(|(id, fault)| format!("  - {{instances: [{id}], {fault}}}\n"));
    let (instances, faults): (String, String) = (instances.collect(), faults.collect());
    let scenario = format!("version: 1\ntime_scale: 200\ninstances:\n{instances}guest_faults:\n{faults}");
    let simulated = Simulated::start(&place, &scenario);
    place.file("job.yaml", &JOB.replace(&format!("{A}, {B}"), &ids.join(", ")));
    let mut command = consnap(&place, &simulated.endpoint, &["run", "job.yaml"]);
    let done = Done::of(command.env("CONSNAP_TIME_SCALE", "200").output().unwrap());
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    let counts = "Results: 1 URGENT, 1 UNKNOWN, 1 FAILED, 1 WEAKER, 1 NOT RUN, 1 OK.";
    assert!(done.out.contains(counts), "{}", done.out);
    let run = place.run(&["history", "--format", "json"]).json()[0]["run_id"].as_str().unwrap().to_owned();
    let counts = "结果：1 紧急，1 结果未知，1 失败，1 一致性降级，1 未执行，1 达标。";
    let shown = place.run(&["show", &run, "--lang", "zh"]);
    assert!(shown.out.contains(counts), "{}", shown.out);
}

/// A proxy on the way sends each start twice and hands on the second answer: the nonce was used, by the first. What it started is
/// found and judged, and nothing is started again.
#[test]
fn a_start_that_was_sent_twice_on_its_way_is_found() {
    let place = Place::new();
    let faults = format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n");
    let simulated = Simulated::start(&place, &format!("{FLEET}{faults}"));
    place.file("job.yaml", JOB);
    let proxy = Proxy::before(&simulated.endpoint, |operation, _, _, service| {
        if operation == "RunCommand" {
            service();
        }
        service()
    });
    let run = consnap(&place, &proxy.endpoint, &["run", "job.yaml", "--format", "json"])
        .env("CONSNAP_TIME_SCALE", "200")
        .output()
        .unwrap();
    let done = Done::of(run);
    let report = done.json();
    let results = [A, B].map(|id| instance(&report, id)["result"].clone());
    assert_eq!((done.exit, results), (5, [json!("urgent"), json!("ok")]), "{report}");
    let truth = simulated.ask("/__consnap/truth");
    let groups = truth.as_array().unwrap().iter().map(|one| one["groups"].as_array().unwrap().len());
    assert_eq!(groups.collect::<Vec<_>>(), [1, 1]);
    assert_eq!(place.run(&["status"]).exit, 5);
}
