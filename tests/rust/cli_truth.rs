//! Which group the real binary judges, and which guests it takes for held, over real HTTP: outputs that name other groups,
//! results that are lost, listings that are not whole; and that every place says the same exit status.

use consnap_core::Time;
use consnap_simulator::{Scenario, Simulator};
use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

pub(crate) const A: &str = "i-bp1a0000000000000001";
pub(crate) const B: &str = "i-bp1b0000000000000002";

pub(crate) const FLEET: &str = "\
version: 1
time_scale: 200
instances:
  - {id: i-bp1a0000000000000001, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1b0000000000000002, platform: linux, role: AppSnapshotRoleName}
";

/// An older, good group of the first instance that consnap did not make.
const OLDER: &str = "groups:\n  - {instance: i-bp1a0000000000000001, name: by-hand, age_seconds: 9000000}\n";

pub(crate) const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1a0000000000000001, i-bp1b0000000000000002]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 30}
run: {canary: 0, max_in_flight: 10, max_errors: 10}
";

/// A folder, a simulator with faults, and the binary between them.
struct Scene {
    place: Place,
    simulated: Simulated,
}

impl Scene {
    fn new(faults: &str) -> Self {
        let place = Place::new();
        let simulated = Simulated::start(&place, &format!("{FLEET}{faults}"));
        place.file("job.yaml", JOB);
        Self { place, simulated }
    }

    fn run(&self, arguments: &[&str]) -> Done {
        let mut command = self.place.command(arguments);
        command
            .env("CONSNAP_TIME_SCALE", "200")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.output().unwrap())
    }

    fn online(&self, arguments: &[&str]) -> Done {
        self.run(&[arguments, &["--endpoint", self.simulated.endpoint.as_str()]].concat())
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

/// The id that the simulator gives to the older group: the first of the day.
fn older_id() -> String {
    let mut scenario = Scenario::empty();
    scenario.instances.push(consnap_simulator::scenario::InstanceSpec { id: A.to_owned(), ..Default::default() });
    let instance = A.to_owned();
    scenario.groups.push(consnap_simulator::scenario::PastGroup { instance, ..Default::default() });
    let mut simulator = Simulator::new(scenario);
    let begin = Time::parse("2026-11-03T02:00:00Z").unwrap();
    simulator.begin(begin);
    simulator.truth_at(begin)[0].groups[0].group_id.clone()
}

#[test]
fn an_output_that_names_an_older_group_neither_lifts_a_verdict_nor_loses_a_group() {
    let older = older_id();
    let faults = format!(
        "{OLDER}guest_faults: [{{instances: [{A}], tags: missing, group_line: absent, output_text: '[snapshotgroup=\"{older}\"][message=\"Finish\"]'}}]\n"
    );
    let scene = Scene::new(&faults);
    let done = scene.online(&["run", "job.yaml", "--format", "json"]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let report = done.json();
    let groups = scene.groups(A);
    assert_eq!((groups.len(), &groups[0]), (2, &older), "{groups:?}");
    let one = instance(&report, A);
    assert_eq!((&one["result"], &one["got"], &one["proof"]), (&json!("weaker"), &json!("crash"), &json!("tag")));
    assert_eq!(one["group_id"], json!(groups[1]));
    assert_eq!(instance(&report, B)["result"], "ok");
    // consnap did not make the older one: no clean-up touches it.
    let pruned = scene.online(&[
        "prune",
        "--region",
        "cn-hangzhou",
        "--keep-last",
        "1",
        "--keep-within",
        "1s",
        "--yes",
        "--format",
        "json",
    ]);
    assert_eq!(pruned.exit, 0, "{}{}", pruned.out, pruned.err);
    assert!(scene.groups(A).contains(&older));
    assert_eq!(pruned.json()["not_ours"], 1, "{}", pruned.out);
}

#[test]
fn after_a_failed_post_thaw_script_the_group_is_found_without_its_line() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], exit_code: 10, group_line: absent}}]\n"));
    let done = scene.online(&["run", "job.yaml", "--format", "json"]);
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    let report = done.json();
    let one = instance(&report, A);
    assert_eq!((&one["result"], &one["held"]), (&json!("urgent"), &json!(true)));
    assert_eq!(one["group_id"], json!(scene.groups(A)[0]));
    let help = one["why"]["help"].as_str().unwrap();
    assert!(help.starts_with("run the post-thaw script by hand now"), "{help}");
    let planned = scene.online(&[
        "prune",
        "--region",
        "cn-hangzhou",
        "--keep-last",
        "1",
        "--keep-within",
        "1s",
        "--format",
        "json",
    ]);
    assert!(planned.out.contains(&scene.groups(A)[0]), "`prune` knows it: {}{}", planned.out, planned.err);
}

#[test]
fn a_name_without_the_runs_id_is_refused() {
    let scene = Scene::new("");
    scene.place.file("job.yaml", &JOB.replace("nightly-{run}", "nightly"));
    for command in ["run", "plan"] {
        scene.online(&[command, "job.yaml"]).refuses(2, &["CE313", "nightly-{run}"]);
    }
    assert_eq!(scene.simulated.ask("/__consnap/requests")["counts"], json!({}));
}

/// The agent froze with its file system: the command stays `Running` for ever. Every place says 5, and goes on saying it.
#[test]
fn an_alarm_stands_in_every_place_and_is_not_cleared_by_a_rerun() {
    let scene = Scene::new(&format!(
        "guest_faults: [{{instances: [{A}], exit_code: 12, held: true, result: never_ends}}, {{instances: [{B}], nth: 1, exit_code: 4}}]\n"
    ));
    let done = scene.online(&["run", "job.yaml", "--metrics-file", "first.prom", "--report", "first.json"]);
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    assert!(done.err.contains(&format!("URGENT {A}")), "{}", done.err);
    assert!(done.out.contains("Exit status 5.") && done.out.contains("Results: 1 URGENT, 1 FAILED."), "{}", done.out);
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(scene.place.folder.path().join("first.json")).unwrap()).unwrap();
    assert_eq!(report["exit_status"], 5);
    let id = report["run_id"].as_str().unwrap().to_owned();
    let held = format!("consnap_instance_may_be_held{{instance_id=\"{A}\",region=\"cn-hangzhou\"}} 1");
    let figures = |name: &str| std::fs::read_to_string(scene.place.folder.path().join(name)).unwrap();
    assert!(figures("first.prom").contains(&held), "{}", figures("first.prom"));
    let asked = scene.run(&["resume", &id, "--format", "json"]);
    assert_eq!((asked.exit, &asked.json()["exit_status"]), (5, &json!(5)), "{}", asked.err);

    let again = scene.run(&["rerun", &id, "--failed", "--metrics-file", "second.prom", "--format", "json"]);
    assert_eq!(again.exit, 5, "{}{}", again.out, again.err);
    let report = again.json();
    assert_eq!((&report["exit_status"], &instance(&report, B)["result"]), (&json!(5), &json!("ok")), "{}", again.out);
    assert_eq!(report["left_open"], json!([{"run_id": id, "instance_id": A, "region": "cn-hangzhou", "held": true}]));
    let told = report["sentences"].as_array().unwrap().iter().any(|sentence| sentence.as_str().unwrap().contains(A));
    assert!(told, "{report}");
    assert!(figures("second.prom").contains(&held), "{}", figures("second.prom"));
    assert!(figures("second.prom").contains("consnap_run_exit_status 5"), "{}", figures("second.prom"));
    let history = scene.run(&["history", "--format", "json"]).json();
    assert_eq!((&history[0]["exit_status"], &history[1]["exit_status"]), (&json!(5), &json!(5)), "{history}");
    let second = report["run_id"].as_str().unwrap();
    let shown = scene.run(&["show", second]);
    assert_eq!(shown.exit, 5, "{}", shown.out);
    assert!(shown.out.contains("Exit status 5."), "{}", shown.out);
}

#[test]
fn a_guest_that_somebody_has_looked_into_is_released_once() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let nothing = scene.run(&["status"]);
    assert_eq!(nothing.exit, 0, "{}", nothing.err);
    // Somebody else's directory would be as silent: it is named.
    assert!(nothing.out.starts_with("nothing is open in ") && nothing.out.contains("consnap"), "{}", nothing.out);
    let report = scene.online(&["run", "job.yaml", "--format", "json"]).json();
    let id = report["run_id"].as_str().unwrap();
    let open = scene.run(&["status", "--format", "json"]);
    assert_eq!((open.exit, &open.json()["guests"][0]["instance_id"]), (5, &json!(A)), "{}", open.out);
    scene.run(&["release", id, B, "--note", "x"]).refuses(2, &["CE315"]);
    scene.run(&["release", id, A, "--note", " "]).refuses(2, &["CE332"]);
    let held = scene.run(&["status"]);
    assert_eq!(held.exit, 5);
    assert!(held.out.contains("exit code 12") && held.out.contains("fsfreeze -u"), "{}", held.out);
    let held = scene.run(&["status", "--lang", "zh"]);
    assert!(held.out.contains("12") && held.out.contains("紧急") && held.out.contains("解冻"), "{}", held.out);
    let told = scene.run(&["show", id]);
    assert!(told.out.contains(&format!("consnap release {id} {A} --note")), "{}", told.out);
    assert!(!told.out.contains("rerun"), "it would start nothing there: {}", told.out);
    scene.run(&["release", id, "i-bp1none", "--note", "x"]).refuses(2, &["CE314"]);
    for (note, kept) in [("thawed by console", "thawed by console"), ("again", "thawed by console")] {
        let done = scene.run(&["release", id, A, "--note", note, "--by", "mei", "--format", "json"]);
        assert_eq!(
            (done.exit, &done.json()["note"], &done.json()["by"]),
            (0, &json!(kept), &json!("mei")),
            "{}",
            done.err
        );
    }
    assert_eq!(scene.run(&["status"]).exit, 0);
    // What was judged stays, and says who let it go.
    let shown = scene.run(&["show", id]);
    assert_eq!(shown.exit, 5, "{}", shown.out);
    assert!(shown.out.contains("released by mei") && shown.out.contains("thawed by console"), "{}", shown.out);
    // A released guest may be started again.
    let again = scene.run(&["rerun", id, "--failed", "--metrics-file", "again.prom", "--format", "json"]);
    assert_eq!((again.exit, &instance(&again.json(), A)["result"]), (0, &json!("ok")), "{}{}", again.out, again.err);
    let figures = std::fs::read_to_string(scene.place.folder.path().join("again.prom")).unwrap();
    assert!(
        figures.contains(&format!("consnap_instance_may_be_held{{instance_id=\"{A}\",region=\"cn-hangzhou\"}} 0")),
        "{figures}"
    );
}

/// The run lost its process before the result came: a release speaks of what was known then.
#[test]
fn a_release_does_not_cover_what_comes_to_light_after_it() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    let states = scene.place.folder.path().join(".local/state/consnap");
    let journal = states.join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let is_result = |line: &&str| line.contains("\"event\":\"command_finished\"");
    let cut = lines[..lines.iter().position(is_result).unwrap()].concat();
    // With its result and without the verdict: `status` says what the code says.
    let of_a = lines.iter().position(|line| is_result(line) && line.contains(A)).unwrap();
    let with_results = lines[..=of_a].concat();
    std::fs::write(&journal, with_results).unwrap();
    let known = scene.run(&["status"]);
    assert!(
        known.exit == 5 && known.out.contains("exit code 12") && known.out.contains("fsfreeze -u"),
        "{}",
        known.out
    );
    std::fs::write(&journal, &cut).unwrap();
    assert_eq!(scene.run(&["status"]).exit, 4);
    // Nobody follows the run: when the result is due, the guest may be held.
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let later = consnap_core::Time::from_millis(i64::try_from(now).unwrap()).plus_seconds(3_600);
    let open = || consnap_client::open_guests::open(&states, None, later, consnap_core::Lang::En).unwrap();
    assert_eq!(open().exit_status().code(), 5, "{:?}", open());
    consnap_client::open_guests::release(&states, &id, A, ("mei", "thawed"), later).unwrap();
    assert!(open().guests.iter().all(|guest| guest.instance_id != A), "{:?}", open());
    std::fs::write(&journal, &cut).unwrap();
    assert_eq!(scene.run(&["release", &id, A, "--note", "not frozen yet"]).exit, 0);
    assert_eq!(scene.online(&["resume", &id]).exit, 5);
    let open = scene.run(&["status"]);
    assert!(open.exit == 5 && open.out.contains("exit code 12"), "{}", open.out);
    assert_eq!(scene.online(&["rerun", &id, "--failed"]).exit, 5);
    let done = scene.run(&["release", &id, A, "--note", "thawed by console", "--format", "json"]);
    assert_eq!(done.json()["note"], "thawed by console");
    assert_eq!(scene.run(&["status"]).exit, 0);
}

/// How its commands ended nobody has asked: tags alone are no verdict of a run that is not over, and neither is an exit status
/// that could not be written down.
#[test]
fn a_run_that_is_not_over_is_never_verified_as_good() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    assert_eq!(scene.online(&["verify", &id]).exit, 5);
    let states = scene.place.folder.path().join(".local/state/consnap");
    let journal = states.join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let until = |event: &str| {
        let mark = format!("\"event\":\"{event}\"");
        whole.split_inclusive('\n').take_while(|line| !line.contains(&mark)).collect::<String>()
    };
    for event in ["command_finished", "plan_made"] {
        std::fs::write(&journal, until(event)).unwrap();
        for command in
            [vec!["verify", &id], vec!["verify", &id, "--format", "json"], vec!["verify", &id, "--lang", "zh"]]
        {
            let done = scene.online(&command);
            assert_eq!(done.exit, 4, "{event}, {command:?}: {}{}", done.out, done.err);
            assert!(
                done.out.is_empty() && done.err.contains("CE412") && done.err.contains("consnap resume"),
                "{}",
                done.err
            );
        }
        assert_eq!(scene.run(&["status"]).exit, 4, "{event}");
        let shown = scene.run(&["show", &id]);
        assert!(shown.exit == 4 && shown.out.contains(&format!("consnap resume {id}")), "{event}: {}", shown.out);
        assert_eq!(scene.run(&["history", "--format", "json"]).json()[0]["exit_status"], 4, "{event}");
    }
    assert_eq!(scene.online(&["resume", &id]).exit, 5);
    assert_eq!(scene.groups(A).len(), 1, "not started twice");
}

/// Its process is gone and its result was never read: whatever the service knows by now, the guest is not started by another run.
#[test]
fn a_start_that_nobody_follows_keeps_other_runs_from_the_guest() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    let journal = scene.place.folder.path().join(".local/state/consnap").join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let is_result = |line: &&str| line.contains("\"event\":\"command_finished\"");
    let cut: String = whole.split_inclusive('\n').take_while(|line| !is_result(line)).collect();
    std::fs::write(&journal, cut).unwrap();
    let again = scene.online(&["run", "job.yaml", "--format", "json"]);
    let report = again.json();
    let why = |id: &str| instance(&report, id)["why"]["code"].clone();
    assert_eq!((why(A), why(B)), (json!("CS389"), json!("CS389")), "{report}");
    assert!(
        instance(&report, A)["why"]["help"].as_str().unwrap().contains(&format!("consnap resume {id}")),
        "{report}"
    );
    assert_eq!((scene.groups(A).len(), scene.groups(B).len()), (1, 1));
    // Once it was resumed, only what is held stays alone.
    assert_eq!(scene.online(&["resume", &id]).exit, 5);
    let report = scene.online(&["run", "job.yaml", "--format", "json"]).json();
    assert_eq!((scene.groups(A).len(), scene.groups(B).len()), (1, 2), "{report}");
    // What stands where a journal was is read by nobody, and is not nothing.
    std::fs::remove_file(&journal).unwrap();
    std::fs::create_dir(&journal).unwrap();
    assert_eq!(scene.run(&["status"]).exit, 5);
}

#[cfg(target_os = "linux")]
#[test]
fn an_alarm_stands_where_it_cannot_be_written() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    for command in [vec!["status"], vec!["status", "--format", "json"], vec!["show", &id], vec!["explain", "12"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut to_full = std::process::Command::new(env!("CARGO_BIN_EXE_consnap"));
        to_full.env_clear().env("HOME", scene.place.folder.path()).args(&command);
        let done = Done::of(to_full.stdout(full).output().unwrap());
        assert_eq!(done.exit, 5, "{command:?}: {}", done.err);
    }
}

/// A process that is stopped (Ctrl-Z) holds its run, and nobody follows it.
#[cfg(unix)]
#[test]
fn a_run_whose_process_is_stopped_rings_when_its_results_are_overdue() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    let states = scene.place.folder.path().join(".local/state/consnap");
    let journal = states.join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let is_result = |line: &&str| line.contains("\"event\":\"command_finished\"");
    let cut: String = whole.split_inclusive('\n').take_while(|line| !is_result(line)).collect();
    std::fs::write(&journal, cut).unwrap();
    let (_process, _) = consnap_client::journal::Journal::open(&states, &id).unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let now = consnap_core::Time::from_millis(i64::try_from(now).unwrap());
    let open = |at| consnap_client::open_guests::open(&states, None, at, consnap_core::Lang::En).unwrap();
    assert_eq!((open(now).exit_status().code(), &open(now).running), (4, &vec![id]));
    let later = open(now.plus_seconds(3_600));
    assert!(later.exit_status().code() == 5 && !later.running.is_empty(), "{later:?}");
}

/// Neither by the same job nor by another one; nor when the journal that names it can no longer be read.
#[test]
fn a_guest_that_may_be_held_is_not_started_before_it_is_released() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 12, held: true}}]\n"));
    let id = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    scene.place.file("other.yaml", &JOB.replace("nightly-{run}", "other-{run}"));
    let refused = |job: &str, other: &str| {
        let report = scene.online(&["run", job, "--format", "json"]).json();
        let codes = [A, B].map(|id| instance(&report, id)["why"]["code"].as_str().unwrap_or_default().to_owned());
        assert_eq!((codes[0].as_str(), &instance(&report, B)["result"]), ("CS389", &json!(other)), "{report}");
    };
    refused("job.yaml", "ok");
    refused("other.yaml", "ok");
    let journal = scene.place.folder.path().join(".local/state/consnap").join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let middle = whole.lines().nth(5).unwrap();
    std::fs::write(&journal, whole.replacen(middle, "{}", 1)).unwrap();
    // Which of them is held can no longer be told.
    refused("other.yaml", "not_run");
    // The way out is named where somebody asks for that run.
    scene.run(&["release", &id, A, "--note", "thawed"]).refuses(2, &["CE325", "move the run's directory away"]);
    std::fs::write(&journal, whole).unwrap();
    assert_eq!(scene.run(&["release", &id, A, "--note", "thawed"]).exit, 0);
    let started = scene.online(&["run", "other.yaml", "--format", "json"]);
    assert_eq!(started.exit, 0, "{}{}", started.out, started.err);
}

/// A later run of the job that cannot be read may have started what it names.
#[test]
fn what_a_later_run_that_cannot_be_read_names_is_not_run_again() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], nth: 1, exit_code: 3}}]\n"));
    let first = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    let second = scene.online(&["run", "job.yaml", "--format", "json"]).json()["run_id"].as_str().unwrap().to_owned();
    let journal = scene.place.folder.path().join(".local/state/consnap").join(second).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let middle = whole.lines().nth(5).unwrap();
    std::fs::write(&journal, whole.replacen(middle, "{}", 1)).unwrap();
    let rerun = scene.online(&["rerun", &first, "--failed", "--format", "json"]);
    assert_eq!(rerun.exit, 4, "{}{}", rerun.out, rerun.err);
    assert_eq!(scene.groups(A).len(), 1, "the first run failed, the second made its group");
    std::fs::write(&journal, whole).unwrap();
    let rerun = scene.online(&["rerun", &first, "--failed", "--format", "json"]);
    assert_eq!((rerun.exit, scene.groups(A).len()), (0, 1), "{}{}", rerun.out, rerun.err);
}

#[test]
fn an_urgent_line_that_turns_out_well_is_taken_back() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], stall_past_timeout_seconds: 20}}]\n"));
    let done = scene.online(&["run", "job.yaml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let (urgent, clear) = (format!("URGENT {A}"), format!("ALL CLEAR {A}"));
    assert!(done.err.find(&urgent).unwrap() < done.err.find(&clear).unwrap(), "{}", done.err);
}

#[test]
fn the_emergency_text_fits_the_platform() {
    let fleet = FLEET.replace("platform: linux", "platform: windows");
    let job = JOB.replace("linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 30}\n", "");
    for (lang, words) in [("en", "VSS Writer"), ("zh", "VSS Writer")] {
        // A guest that a run holds is not started by the next.
        let place = Place::new();
        place.file("job.yaml", &job);
        let faults = format!("{fleet}guest_faults: [{{instances: [{A}], exit_code: 12}}]\n");
        let simulated = Simulated::start(&place, &faults);
        let mut command =
            place.command(&["run", "job.yaml", "--format", "json", "--lang", lang, "--endpoint", &simulated.endpoint]);
        command
            .env("CONSNAP_TIME_SCALE", "200")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        let done = Done::of(command.output().unwrap());
        assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
        let why = instance(&done.json(), A)["why"].clone();
        let help = why["help"].as_str().unwrap();
        assert!(help.contains(words) && !help.contains("fsfreeze"), "{help}");
    }
}

#[test]
fn a_selection_that_is_not_whole_starts_nothing() {
    let listing = |times: &str| {
        format!(
            "service: {{total_counts: listing}}\napi_faults: [{{operation: DescribeInstances, listing: one_missing{times}}}]\n"
        )
    };
    let once = Scene::new(&listing(", times: 1"));
    let done = once.online(&["run", "job.yaml", "--format", "json"]);
    assert_eq!((done.exit, &done.json()["summary"]["ok"]), (0, &json!(2)), "{}", done.err);
    let always = Scene::new(&listing(""));
    let done = always.online(&["run", "job.yaml"]);
    assert_eq!(done.exit, 3, "{}{}", done.out, done.err);
    assert!(always.groups(A).is_empty() && always.groups(B).is_empty());
}

/// Every night leaves invocations with the job's tag, and a filter by tags covers the oldest of them: the one at work is beyond.
#[test]
fn another_run_is_seen_beyond_what_a_filter_by_tags_covers() {
    for beyond in ["cut", "refuse"] {
        let scene = Scene::new(&format!(
            "service: {{tag_filter_covers: 1, beyond_tag_filter: {beyond}}}\nguest_faults: [{{nth: 2, result: never_ends}}]\n"
        ));
        for _ in 0..2 {
            let night = scene.online(&["run", "job.yaml"]);
            assert_eq!(night.exit, 0, "{beyond}: {}{}", night.out, night.err);
        }
        // A machine without those journals.
        let elsewhere = Place::new();
        elsewhere.file("job.yaml", JOB);
        let third = with_key(&elsewhere, &["run", "job.yaml", "--endpoint", &scene.simulated.endpoint]);
        third.refuses(2, &["CE307"]);
        assert_eq!(scene.groups(A).len(), 2, "{beyond}");
    }
}
