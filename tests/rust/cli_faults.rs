//! What goes wrong between a run and the service, and in guests, each under its name, over real HTTP: the verdict, the exit
//! status and the next step that the real binary gives.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::cli_run::Simulated;
use super::cli_truth::{A, B, FLEET};
use super::{Done, Place};

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1a0000000000000001, i-bp1b0000000000000002]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
";

struct Scenario {
    name: &'static str,
    /// What is added to the fleet.
    faults: &'static str,
    /// The `run` section of the job.
    run: &'static str,
    /// Results of the two instances.
    results: [&'static str; 2],
    exit: i32,
    /// Groups that the simulator made for the two.
    groups: [usize; 2],
    /// What the report says.
    words: &'static [&'static str],
}

const TOGETHER: &str = "run: {canary: 0, max_in_flight: 10, max_errors: 10}\n";

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "the reply of RunCommand is lost after the effect",
        faults: "api_faults: [{operation: RunCommand, nth: 1, connection_closed: after_effect}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the connection breaks before RunCommand has an effect",
        faults: "api_faults: [{operation: RunCommand, nth: 1, connection_closed: before_effect}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the service says 503 to RunCommand after the effect",
        faults: "api_faults: [{operation: RunCommand, nth: 1, error: {status: 503, code: ServiceUnavailable, after_effect: true}}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "a gateway answers RunCommand with a page of HTML after the effect",
        faults: "api_faults: [{operation: RunCommand, nth: 1, html: '<html>busy</html>'}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "every API is throttled, with its headers",
        faults: "api_faults: [{every: 3, throttle: {code: Throttling.User, time_left_millis: 900}}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "one reading call in three fails with 500",
        faults: "api_faults: [{operation: DescribeInvocations, every: 2, error: {status: 500, code: InternalError}}, {operation: DescribeSnapshotGroups, every: 2, error: {status: 500, code: InternalError}}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "one instance spoils the whole call, and is found by halving",
        faults: "api_faults: [{operation: RunCommand, instance: i-bp1b0000000000000002, error: {status: 403, code: InvalidInstance.NotMatch}}]\n",
        run: TOGETHER,
        results: ["ok", "not_run"],
        exit: 1,
        groups: [1, 0],
        words: &["InvalidInstance.NotMatch"],
    },
    Scenario {
        name: "the account may not call RunCommand",
        faults: "api_faults: [{operation: RunCommand, error: {status: 403, code: Forbidden.RAM}}]\n",
        run: TOGETHER,
        results: ["", ""],
        exit: 3,
        groups: [0, 0],
        words: &["Forbidden.RAM"],
    },
    Scenario {
        name: "a script cannot be thawed: the guest is held and nothing more is started",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], exit_code: 12}]\n",
        run: "run: {canary: 1, max_in_flight: 1, max_errors: 10}\n",
        results: ["urgent", "not_run"],
        exit: 5,
        groups: [1, 0],
        words: &["VNC", "fsfreeze"],
    },
    Scenario {
        name: "the agent stops waiting, the plug-in runs on and makes the group",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], stall_past_timeout_seconds: 20}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the plug-in finds a snapshot under way (16) and is tried once more",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], nth: 1, exit_code: 16}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "exit code 0 and no tag at all",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], tags: missing}]\n",
        run: TOGETHER,
        results: ["weaker", "ok"],
        exit: 1,
        groups: [1, 1],
        words: &["crash"],
    },
    Scenario {
        name: "both tags on one snapshot contradict each other",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], tags: both}]\n",
        run: TOGETHER,
        results: ["unknown", "ok"],
        exit: 4,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the tags come late",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], tags: late}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "a disk is missing from the group",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], snapshot: missing}]\n",
        run: TOGETHER,
        results: ["failed", "ok"],
        exit: 1,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the group fails",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], group: failed}]\n",
        run: TOGETHER,
        results: ["failed", "ok"],
        exit: 1,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the snapshots could not be tagged (8)",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], exit_code: 8}]\n",
        run: TOGETHER,
        results: ["unknown", "ok"],
        exit: 4,
        groups: [1, 1],
        words: &["TagResources"],
    },
    Scenario {
        name: "the output is cut in its middle and its last line is missing",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], output_noise_bytes: 60000, no_final_line: true}]\n",
        run: TOGETHER,
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
    Scenario {
        name: "the look at tags is refused: unknown, never none",
        faults: "api_faults: [{operation: DescribeSnapshotGroups, error: {status: 403, code: Forbidden.RAM}}]\n",
        run: TOGETHER,
        results: ["unknown", "unknown"],
        exit: 4,
        groups: [1, 1],
        words: &["Forbidden.RAM"],
    },
    Scenario {
        name: "the canary fails for certain: the rest is not started",
        faults: "guest_faults: [{instances: [i-bp1a0000000000000001], exit_code: 4}]\n",
        run: "run: {canary: 1}\n",
        results: ["failed", "not_run"],
        exit: 1,
        groups: [0, 0],
        words: &["canary"],
    },
    Scenario {
        name: "the metadata service of a fresh role is slow (13) and the instance is tried once more",
        faults: "service: {role_propagation_seconds: 30}\n",
        run: "run: {canary: 0, max_in_flight: 10, max_errors: 10, attach_role: if_missing}\n",
        results: ["ok", "ok"],
        exit: 0,
        groups: [1, 1],
        words: &[],
    },
];

fn play(scenario: &Scenario) {
    let name = scenario.name;
    let place = Place::new();
    let mut fleet = format!("{FLEET}{}", scenario.faults);
    if scenario.run.contains("attach_role") {
        fleet = fleet.replace(", role: AppSnapshotRoleName", "");
    }
    let simulated = Simulated::start(&place, &fleet);
    let job = place.file("job.yaml", &format!("{JOB}{}", scenario.run));
    let run = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command
            .args(["--format", "json", "--endpoint", &simulated.endpoint])
            .env("CONSNAP_TIME_SCALE", "200")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.output().unwrap())
    };
    let done = run(&["run", job.to_str().unwrap()]);
    assert_eq!(done.exit, scenario.exit, "{name}: {}{}", done.out, done.err);
    let said = if done.out.is_empty() { &done.err } else { &done.out };
    for word in scenario.words {
        assert!(said.contains(word), "{name}: `{word}` is missing: {said}");
    }
    let truth = simulated.ask("/__consnap/truth");
    let made: Vec<usize> = [A, B].iter().map(|id| groups_of(&truth, id)).collect();
    assert_eq!(made, scenario.groups, "{name}: {truth}");
    if done.out.is_empty() {
        return;
    }
    let report = done.json();
    let results: Vec<&Value> = [A, B].iter().map(|id| &instance(&report, id)["result"]).collect();
    assert_eq!(results, [&json!(scenario.results[0]), &json!(scenario.results[1])], "{name}: {}", done.out);
    assert_eq!(report["exit_status"], scenario.exit, "{name}");
    // The command that the report gives as the next one is safe: it starts nothing.
    let run_id = report["run_id"].as_str().unwrap();
    let again = run(&["resume", run_id]);
    assert_eq!(again.exit, scenario.exit, "{name}, resumed: {}{}", again.out, again.err);
    let truth = simulated.ask("/__consnap/truth");
    assert_eq!([A, B].map(|id| groups_of(&truth, id)), scenario.groups, "{name}, resumed");
}

fn instance<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["instances"].as_array().unwrap().iter().find(|instance| instance["instance_id"] == id).unwrap()
}

fn groups_of(truth: &Value, id: &str) -> usize {
    let instances = truth["instances"].as_array().or_else(|| truth.as_array()).unwrap();
    let instance = instances.iter().find(|instance| instance["instance_id"] == id).unwrap();
    instance["groups"].as_array().map_or(0, Vec::len)
}

#[test]
fn every_fault_has_its_verdict() {
    assert!(SCENARIOS.len() >= 15);
    let turn = Arc::new(Mutex::new(SCENARIOS.iter()));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let turn = Arc::clone(&turn);
            std::thread::spawn(move || {
                let mut failed = Vec::new();
                loop {
                    let Some(scenario) = turn.lock().unwrap().next() else { return failed };
                    if std::panic::catch_unwind(|| play(scenario)).is_err() {
                        failed.push(scenario.name);
                    }
                }
            })
        })
        .collect();
    let failed: Vec<&str> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
