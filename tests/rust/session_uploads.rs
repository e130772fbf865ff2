//! Preparing instances where a job asks for it: scripts put there, looked at, and only then the start. And what is never
//! changed on an instance: a role it has.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::catalog::witness::WitnessVerdict;
use consnap_core::input::job::{AttachRole, Job, MaxErrors, Probe, Quiesce, Upload};
use consnap_core::run::plan::{Plan, PlannedCall};
use consnap_core::run::session::{Event, Goal, Numbered, Session, Setup, Stage};
use consnap_core::run::verdict::{Proof, ResultKind};
use consnap_core::{Consistency, Lang, Platform, Time};
use consnap_simulator::scenario::{
    ApiFault, DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, MountSpec, QuiesceRecord, Scenario, ScriptSpec,
    ServiceError,
};
use consnap_simulator::{Ended, Onward, Simulator};
use consnap_tests::meddled::{self, start};

const ROLE: &str = "AppSnapshotRoleName";
const PRE: &[u8] = b"#!/bin/sh\nexec /opt/app/lock\n";
const POST: &[u8] = b"#!/bin/sh\nexec /opt/app/unlock\n";

/// An instance without scripts.
fn spec(id: &str) -> InstanceSpec {
    let mut spec = InstanceSpec {
        id: id.to_owned(),
        role: Some(ROLE.to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40)],
        ..InstanceSpec::default()
    };
    spec.guest.pre_script.exists = false;
    spec.guest.post_script.exists = false;
    spec
}

fn world(instances: Vec<InstanceSpec>) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    scenario.instances = instances;
    scenario
}

fn job(simulator: &Simulator) -> Job {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    ROLE.clone_into(&mut job.instance_ram_role);
    "nightly-{run}".clone_into(&mut job.group_name);
    job.linux.upload = Some(Upload {
        pre: Some("./pre.sh".to_owned()),
        post: Some("./post.sh".to_owned()),
        pre_content: Some(STANDARD.encode(PRE)),
        post_content: Some(STANDARD.encode(POST)),
    });
    job.linux.pre_script_path = Some("/opt/consnap/pre.sh".to_owned());
    job.linux.post_script_path = Some("/opt/consnap/post.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job.run.canary = 0;
    job.run.max_in_flight = u32::MAX;
    job.run.max_errors = MaxErrors::Count(u32::MAX);
    job
}

fn drive(session: &mut Session, simulator: &mut Simulator, mut crash_at: Option<usize>) -> (Vec<Numbered>, u64, Time) {
    let mut events: Vec<Numbered> = Vec::new();
    let begin = session.state().last_at.max(start());
    let mut driver = meddled::driver(begin);
    driver.nonce_prefix(simulator.calls().count() as u64);
    let ended = driver.run(session, simulator, |news| {
        events.extend_from_slice(news);
        if crash_at.is_some_and(|at| events.len() >= at) { Onward::Crash } else { Onward::Go }
    });
    if ended == Ended::Done {
        crash_at = None;
    }
    assert!(ended == Ended::Done || crash_at.is_some(), "{ended:?}");
    (events, driver.synced(), driver.now)
}

fn run(simulator: &mut Simulator, job: Job) -> (Session, BTreeMap<String, usize>) {
    let mut session = Session::new(Setup::new(job, "a1b2c3d4", 1, Goal::Run), start());
    drive(&mut session, simulator, None);
    assert!(session.error().is_none(), "{:?}", session.error());
    let mut calls = BTreeMap::new();
    for call in simulator.calls() {
        assert_eq!(call.unknown_parameters, Vec::<String>::new(), "{}", call.operation);
        *calls.entry(call.operation.clone()).or_insert(0) += 1;
    }
    (session, calls)
}

fn fate(session: &Session, instance: &str) -> (Option<&'static str>, Option<ResultKind>) {
    let target = session.state().target(session.state().find(instance).unwrap()).unwrap();
    (target.not_run.as_ref().map(|finding| finding.code()), target.verdict.as_ref().map(|verdict| verdict.result))
}

#[test]
fn scripts_are_put_there_and_looked_at_before_the_start() {
    let mut foreign = spec("i-bp1foreign");
    foreign.guest.files = vec![ScriptSpec {
        path: "/opt/consnap/pre.sh".into(),
        owner: "deploy".into(),
        mode: "0777".into(),
        ..ScriptSpec::default()
    }];
    let mut noexec = spec("i-bp1noexec");
    noexec.guest.mounts = vec![
        MountSpec { target: "/".into(), file_system: "xfs".into(), disks: vec![0], ..MountSpec::default() },
        MountSpec { target: "/opt".into(), file_system: "ext4".into(), options: "rw,noexec".into(), disks: vec![0] },
    ];
    let mut frozen = spec("i-bp1frozen");
    frozen.guest.freezer_running = true;
    let mut windows = spec("i-bp1windows");
    windows.platform = Platform::Windows;
    let mut simulator = Simulator::new(world(vec![spec("i-bp1bare"), foreign, noexec, frozen, windows]));
    let wanted = job(&simulator);
    let (session, calls) = run(&mut simulator, wanted);
    for (name, not_run) in
        [("bare", None), ("foreign", None), ("noexec", Some("CS284")), ("frozen", Some("CS215")), ("windows", None)]
    {
        let id = format!("i-bp1{name}");
        let (why, result) = fate(&session, &id);
        assert_eq!(why, not_run, "{name}");
        let truth = simulator.truth_of_instance(&id).unwrap();
        assert_eq!(truth.started, u32::from(not_run.is_none()), "{name}");
        if not_run.is_none() {
            assert_eq!((result, truth.level), (Some(ResultKind::Ok), Consistency::Application), "{name}");
        }
    }
    // Two files for four Linux instances, two looks, one probe, a start a platform.
    assert_eq!((calls["SendFile"], calls["DescribeSendFileResults"], calls["RunCommand"]), (2, 2, 3));
    for call in simulator.calls().filter(|call| call.operation == "SendFile") {
        let value = |name: &str| call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let wanted = [
            ("TargetDir", "/opt/consnap"),
            ("FileMode", "0700"),
            ("FileOwner", "root"),
            ("FileGroup", "root"),
            ("Overwrite", "true"),
            ("ContentType", "Base64"),
        ];
        for (name, wanted) in wanted {
            assert_eq!(value(name), Some(wanted), "{name}");
        }
        assert_eq!(value("InstanceId.5"), None, "Windows instances get no scripts");
    }
}

#[test]
fn a_failed_upload_sets_the_instance_aside() {
    let fault =
        |id: &str, nth: u32| GuestFault { instances: vec![id.to_owned()], nth: Some(nth), ..GuestFault::default() };
    let mut scenario =
        world(["first", "second", "offline", "mute", "fine"].map(|name| spec(&format!("i-bp1{name}"))).to_vec());
    scenario.guest_faults = vec![
        GuestFault { task_error: Some("x".to_owned()), ..fault("i-bp1first", 1) },
        GuestFault { task_error: Some("x".to_owned()), ..fault("i-bp1second", 2) },
        GuestFault { offline: true, ..fault("i-bp1offline", 1) },
        GuestFault { no_final_line: true, ..fault("i-bp1mute", 3) },
    ];
    let mut simulator = Simulator::new(scenario);
    let wanted = job(&simulator);
    let (session, _) = run(&mut simulator, wanted);
    for (name, code) in [
        ("first", Some("CS299")),
        ("second", Some("CS299")),
        ("offline", Some("CS299")),
        ("mute", Some("CS293")),
        ("fine", None),
    ] {
        let id = format!("i-bp1{name}");
        assert_eq!(fate(&session, &id).0, code, "{name}");
        assert_eq!(simulator.truth_of_instance(&id).unwrap().started, u32::from(code.is_none()), "{name}");
    }
}

#[test]
fn calls_that_fail_are_repeated_or_halved() {
    let ids: Vec<String> = (0..4).map(|at| format!("i-bp1n{at}")).collect();
    let faulty = |fault: ApiFault| {
        let mut scenario = world(ids.iter().map(|id| spec(id)).collect());
        scenario.api_faults = vec![ApiFault { operation: Some("SendFile".to_owned()), ..fault }];
        Simulator::new(scenario)
    };
    let refusal = |code: &str| ServiceError { status: 403, code: code.to_owned(), ..ServiceError::default() };
    let lost = ApiFault {
        nth: Some(1),
        error: Some(ServiceError { after_effect: true, ..ServiceError::default() }),
        ..ApiFault::default()
    };
    let mut simulator = faulty(lost);
    let wanted = job(&simulator);
    let (session, calls) = run(&mut simulator, wanted.clone());
    assert_eq!(calls["SendFile"], 3, "repeated with its token");
    assert!(ids.iter().all(|id| fate(&session, id) == (None, Some(ResultKind::Ok))));
    assert!(simulator.truth().iter().all(|truth| truth.commands == 4), "two files, one look, one start");

    let spoilt = ApiFault {
        instance: Some(ids[2].clone()),
        error: Some(refusal("InvalidInstance.NotFound")),
        ..ApiFault::default()
    };
    let mut simulator = faulty(spoilt);
    let (session, _) = run(&mut simulator, wanted.clone());
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(fate(&session, id).0, (at == 2).then_some("CS299"), "{id}");
    }
    let mut simulator = faulty(ApiFault { error: Some(refusal("Forbidden.RAM")), ..ApiFault::default() });
    let (session, calls) = run(&mut simulator, wanted);
    assert_eq!(calls.get("RunCommand"), None);
    assert!(ids.iter().all(|id| fate(&session, id).0 == Some("CS299")));
}

/// Whatever happens between two events: after the resume each instance was started once, with its scripts in place.
#[test]
fn a_crash_anywhere_ends_well() {
    let scenario = world(vec![spec("i-bp1a"), spec("i-bp1b")]);
    let wanted = job(&Simulator::new(scenario.clone()));
    let setup = || Setup::new(wanted.clone(), "a1b2c3d4", 1, Goal::Run);
    let mut crashes = 0;
    for at in 1..200 {
        let mut simulator = Simulator::new(scenario.clone());
        let mut session = Session::new(setup(), start());
        let (events, synced, now) = drive(&mut session, &mut simulator, Some(at));
        if events.len() < at {
            break;
        }
        crashes += 1;
        for kept in [synced, events.last().unwrap().seq] {
            let mut simulator = simulator.clone();
            let journal: Vec<Numbered> = events.iter().filter(|numbered| numbered.seq <= kept).cloned().collect();
            let planned = journal.iter().any(|numbered| matches!(numbered.event, Event::PlanMade { .. }));
            let mut resumed = Session::resume(setup(), if planned { &journal } else { &[] }, now.plus_seconds(5));
            drive(&mut resumed, &mut simulator, None);
            for target in &resumed.state().targets {
                let truth = simulator.truth_of_instance(&target.id).unwrap();
                assert_eq!((truth.started, truth.level), (1, Consistency::Application), "crash at {at}, {kept} kept");
                assert_eq!(target.stage, Stage::Done, "crash at {at}");
            }
        }
    }
    assert!(crashes > 20, "{crashes}");
}

/// A job whose scripts are consnap's, for instances whose pre-script refuses, holds to the end, or loses the hold.
fn quiesced() -> (Scenario, Job) {
    let mut refuses = spec("i-bp1a");
    // A pre-script that takes too long ends with exit code 9.
    let path = "/opt/consnap/m1-pre.sh".to_owned();
    refuses.guest.pre_script = ScriptSpec { path, millis: 400_000, ..ScriptSpec::default() };
    let mut loses = spec("i-bp1c");
    loses.guest.quiesce_record = QuiesceRecord::Written;
    let scenario = world(vec![refuses, spec("i-bp1b"), loses]);
    let mut job = job(&Simulator::new(scenario.clone()));
    let quiesce = Quiesce {
        engine: "mariadb".to_owned(),
        name: Some("m1".to_owned()),
        pre_content: Some(STANDARD.encode(PRE)),
        post_content: Some(STANDARD.encode(POST)),
        ..Quiesce::default()
    };
    let [pre, post] = quiesce.paths().unwrap();
    (job.linux.pre_script_path, job.linux.post_script_path, job.linux.upload) = (Some(pre), Some(post), None);
    job.linux.script_timeout_seconds = Some(quiesce.script_seconds());
    job.linux.quiesce = Some(quiesce);
    // A refusal that counted as held would stop the others.
    job.run.max_in_flight = 1;
    (scenario, job)
}

#[test]
fn a_crash_anywhere_loses_no_witness() {
    let (scenario, wanted) = quiesced();
    let setup = || Setup::new(wanted.clone(), "a1b2c3d4", 1, Goal::Run);
    let (mut crashes, mut whole) = (0, false);
    for at in 1..300 {
        let mut simulator = Simulator::new(scenario.clone());
        let mut session = Session::new(setup(), start());
        let (events, synced, now) = drive(&mut session, &mut simulator, Some(at));
        whole = events.len() < at;
        crashes += 1;
        for kept in [synced, events.last().unwrap().seq] {
            let mut simulator = simulator.clone();
            let journal: Vec<Numbered> = events.iter().filter(|numbered| numbered.seq <= kept).cloned().collect();
            let planned = journal.iter().any(|numbered| matches!(numbered.event, Event::PlanMade { .. }));
            let mut resumed = Session::resume(setup(), if planned { &journal } else { &[] }, now.plus_seconds(5));
            drive(&mut resumed, &mut simulator, None);
            for (id, result, witness, held) in [
                ("i-bp1a", ResultKind::Failed, WitnessVerdict::Refused, false),
                ("i-bp1b", ResultKind::Ok, WitnessVerdict::Valid, false),
                ("i-bp1c", ResultKind::Weaker, WitnessVerdict::Contradicted, false),
            ] {
                let target = resumed.state().target(resumed.state().find(id).unwrap()).unwrap();
                let verdict = target.verdict.as_deref().unwrap_or_else(|| panic!("{id}: none after a crash at {at}"));
                let told = (verdict.result, verdict.witness, verdict.held);
                assert_eq!(told, (result, Some(witness), held), "{id}: crash at {at}, {kept} kept");
                assert_eq!(verdict.proof == Some(Proof::Witness), id == "i-bp1b");
                assert_eq!(simulator.truth_of_instance(id).unwrap().started, 1, "{id}: crash at {at}");
            }
            assert_eq!(resumed.state().stopped, None, "crash at {at}");
        }
        if whole {
            break;
        }
    }
    assert!(whole && crashes > 30, "{crashes}");
}

/// A record that cannot be read takes nothing back: the guest counts as held, and nothing else is started.
#[test]
fn without_its_record_an_exit_code_of_nine_stays_an_alarm() {
    let (mut scenario, wanted) = quiesced();
    let error = Some(ServiceError { status: 403, code: "Forbidden.RAM".to_owned(), ..ServiceError::default() });
    // The look where the data lie, the look at the scripts, the start, then the read.
    scenario.api_faults =
        vec![ApiFault { operation: Some("RunCommand".to_owned()), nth: Some(4), error, ..ApiFault::default() }];
    let mut simulator = Simulator::new(scenario);
    let mut session = Session::new(Setup::new(wanted, "a1b2c3d4", 1, Goal::Run), start());
    drive(&mut session, &mut simulator, None);
    assert_eq!(fate(&session, "i-bp1a"), (None, Some(ResultKind::Urgent)));
    assert_eq!(fate(&session, "i-bp1b").0, Some("CS370"));
    let target = session.state().target(session.state().find("i-bp1a").unwrap()).unwrap();
    assert_eq!(target.witness.as_deref().unwrap().code.as_deref(), Some("Forbidden.RAM"));
}

#[test]
fn the_plan_names_the_files_and_other_scripts_make_another_plan() {
    let mut simulator = Simulator::new(world(vec![spec("i-bp1a")]));
    let mut wanted = job(&simulator);
    let mut plan = |wanted: &Job| {
        let mut session = Session::new(Setup::new(wanted.clone(), "a1b2c3d4", 1, Goal::Plan), start());
        drive(&mut session, &mut simulator, None);
        Plan::of(session.state(), AttachRole::Never, Lang::En).unwrap()
    };
    let first = plan(&wanted);
    let calls = serde_json::to_value(&first.calls).unwrap();
    let calls: Vec<_> = calls
        .as_array()
        .unwrap()
        .iter()
        .map(|call| (call["operation"].as_str().unwrap(), call["file"].as_str()))
        .collect();
    let expected =
        [("SendFile", Some("/opt/consnap/pre.sh")), ("SendFile", Some("/opt/consnap/post.sh")), ("RunCommand", None)];
    assert_eq!(calls, expected);
    let PlannedCall::SendFile { sha256, .. } = &first.calls[0] else { panic!("{:?}", first.calls[0]) };
    assert_eq!(sha256.len(), 64);
    assert_eq!(plan(&wanted).hash, first.hash);
    wanted.linux.upload.as_mut().unwrap().pre_content = Some(STANDARD.encode(b"#!/bin/sh\n"));
    assert_ne!(plan(&wanted).hash, first.hash);
    wanted.run.probe = Probe::Always;
    let looked = plan(&wanted);
    assert_eq!(looked.instances[0].predicted_consistency, Consistency::Application);
    assert_eq!(looked.instances[0].predicted_why.code, "CS314");
    assert!(simulator.truth_of_instance("i-bp1a").unwrap().started == 0);
}

#[test]
fn a_thousand_instances_are_prepared_with_few_calls() {
    let mut scenario = world(Vec::new());
    scenario.fleets.push(Fleet { count: 1000, id_prefix: "i-bp1web".to_owned(), template: spec("") });
    let mut simulator = Simulator::new(scenario);
    let wanted = job(&simulator);
    let (session, calls) = run(&mut simulator, wanted);
    println!("{} calls: {calls:?}", session.calls_sent());
    assert_eq!((calls["SendFile"], calls["DescribeSendFileResults"]), (40, 40));
    assert!(session.calls_sent() <= 200, "{}", session.calls_sent());
    assert!(
        session
            .state()
            .targets
            .iter()
            .all(|target| target.verdict.as_ref().is_some_and(|v| v.result == ResultKind::Ok))
    );
}

#[test]
fn a_role_that_is_there_is_never_replaced() {
    let mut other = spec("i-bp1other");
    other.role = Some("LegacyRole".to_owned());
    let mut none = spec("i-bp1none");
    none.role = None;
    let mut scenario = world(vec![other, none]);
    scenario.roles.push(consnap_simulator::scenario::Role { name: "LegacyRole".to_owned(), ..Default::default() });
    let mut simulator = Simulator::new(scenario);
    let mut wanted = job(&simulator);
    wanted.run.attach_role = AttachRole::IfMissing;
    let (session, calls) = run(&mut simulator, wanted);
    assert_eq!(fate(&session, "i-bp1other").0, Some("CS221"));
    assert_eq!(fate(&session, "i-bp1none"), (None, Some(ResultKind::Ok)));
    assert_eq!(calls["AttachInstanceRamRole"], 1);
    for call in simulator.calls().filter(|call| call.operation == "AttachInstanceRamRole") {
        let ids = call.parameters.iter().find(|(name, _)| name == "InstanceIds").unwrap();
        assert_eq!(ids.1, "[\"i-bp1none\"]");
    }
    assert_eq!(simulator.truth_of_instance("i-bp1other").unwrap().commands, 0, "neither a file nor a command");
}
