//! Looks into guests before a run: whom, with how many calls, and what comes of what is seen.

use std::collections::BTreeMap;

use consnap_core::input::job::{Job, OnUnknown, Probe};
use consnap_core::run::session::{Event, Goal, Numbered, Session, Setup};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Consistency, Finding, Platform, Time};
use consnap_simulator::scenario::{
    ApiFault, DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, MountSpec, Scenario, ServiceError,
};
use consnap_simulator::{Ended, Onward, Simulator};
use consnap_tests::meddled::{self, start};

const ROLE: &str = "AppSnapshotRoleName";

fn spec(id: &str) -> InstanceSpec {
    InstanceSpec {
        id: id.to_owned(),
        role: Some(ROLE.to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40), DiskSpec::of("cloud_essd", 100)],
        ..InstanceSpec::default()
    }
}

fn scenario(instances: Vec<InstanceSpec>) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    scenario.instances = instances;
    scenario
}

fn job(simulator: &Simulator, probe: Probe) -> Job {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    ROLE.clone_into(&mut job.instance_ram_role);
    "nightly-{run}".clone_into(&mut job.group_name);
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job.run.canary = 0;
    job.run.max_in_flight = u32::MAX;
    job.run.max_errors = u32::MAX.into();
    job.run.probe = probe;
    job
}

fn drive(session: &mut Session, simulator: &mut Simulator, now: Time) -> Vec<Numbered> {
    let mut events = Vec::new();
    let mut driver = meddled::driver(now);
    // The service refuses a nonce it has seen, whoever sent it.
    driver.nonce_prefix(simulator.calls().count() as u64);
    let ended = driver.run(session, simulator, |news| {
        events.extend_from_slice(news);
        Onward::Go
    });
    assert_eq!(ended, Ended::Done);
    events
}

/// Runs a job and gives the session, with the calls by name.
fn run(simulator: &mut Simulator, job: Job, goal: Goal) -> (Session, BTreeMap<String, usize>) {
    let mut session = Session::new(Setup::new(job, "a1b2c3d4", 1, goal), start());
    drive(&mut session, simulator, start());
    let mut calls = BTreeMap::new();
    for call in simulator.calls() {
        assert_eq!(call.unknown_parameters, Vec::<String>::new(), "{}", call.operation);
        *calls.entry(call.operation.clone()).or_insert(0) += 1;
    }
    assert!(session.error().is_none(), "{:?}", session.error());
    (session, calls)
}

fn codes(session: &Session, instance: &str) -> Vec<&'static str> {
    let target = session.state().target(session.state().find(instance).unwrap()).unwrap();
    target.findings.iter().map(Finding::code).collect()
}

/// The prediction, and the code for which an instance was not started.
fn fate(session: &Session, instance: &str) -> (Consistency, Option<&'static str>) {
    let target = session.state().target(session.state().find(instance).unwrap()).unwrap();
    (target.predicted, target.not_run.as_ref().map(|finding| finding.code()))
}

#[test]
fn what_guests_tell_decides_before_anything_is_frozen() {
    type Case<'c> = (&'c str, fn(&mut InstanceSpec), Consistency, Option<&'c str>, &'c [&'c str]);
    let cases: [Case<'_>; 12] = [
        ("good", |_| (), Consistency::Application, None, &[]),
        (
            "owner",
            |spec| spec.guest.pre_script.owner = "1000".into(),
            Consistency::FileSystem,
            Some("CS373"),
            &["CS282", "CS320"],
        ),
        (
            "mode",
            |spec| spec.guest.post_script.mode = "0755".into(),
            Consistency::FileSystem,
            Some("CS373"),
            &["CS283", "CS320"],
        ),
        (
            "missing",
            |spec| spec.guest.pre_script.exists = false,
            Consistency::FileSystem,
            Some("CS373"),
            &["CS280", "CS320"],
        ),
        (
            "link",
            |spec| spec.guest.pre_script.kind = "link".into(),
            Consistency::FileSystem,
            Some("CS373"),
            &["CS281", "CS320"],
        ),
        (
            "noexec",
            |spec| {
                spec.guest.mounts = vec![
                    MountSpec { target: "/".into(), file_system: "xfs".into(), disks: vec![0], ..MountSpec::default() },
                    MountSpec {
                        target: "/tmp".into(),
                        file_system: "tmpfs".into(),
                        options: "rw,noexec".into(),
                        disks: vec![],
                    },
                ];
            },
            Consistency::FileSystem,
            Some("CS373"),
            &["CS284", "CS284", "CS320"],
        ),
        (
            "nfs",
            |spec| {
                spec.guest.mounts =
                    vec![MountSpec { target: "/my share".into(), file_system: "nfs4".into(), ..MountSpec::default() }];
            },
            Consistency::None,
            Some("CS270"),
            &["CS270"],
        ),
        ("launcher", |spec| spec.guest.launcher_present = false, Consistency::None, Some("CS213"), &["CS213"]),
        ("metadata", |spec| spec.guest.metadata_reachable = false, Consistency::None, Some("CS206"), &["CS206"]),
        ("frozen", |spec| spec.guest.freezer_running = true, Consistency::None, Some("CS215"), &["CS215"]),
        (
            "windows",
            |spec| {
                spec.platform = Platform::Windows;
                spec.guest.vss_writers = false;
            },
            Consistency::FileSystem,
            Some("CS373"),
            &["CS290", "CS320"],
        ),
        ("windowsfit", |spec| spec.platform = Platform::Windows, Consistency::Application, None, &[]),
    ];
    let instances = cases.iter().map(|(name, change, ..)| {
        let mut spec = spec(&format!("i-bp1{name}"));
        change(&mut spec);
        spec
    });
    let mut simulator = Simulator::new(scenario(instances.collect()));
    let job = job(&simulator, Probe::Always);
    let (session, calls) = run(&mut simulator, job, Goal::Run);
    for (name, _, predicted, not_run, findings) in &cases {
        let id = format!("i-bp1{name}");
        assert_eq!(fate(&session, &id), (*predicted, *not_run), "{name}: {:?}", codes(&session, &id));
        assert_eq!(codes(&session, &id), *findings, "{name}");
        let truth = simulator.truth_of_instance(&id).unwrap();
        assert_eq!(truth.started, u32::from(not_run.is_none()), "{name}");
        if not_run.is_none() {
            assert_eq!(truth.level, *predicted, "{name}: the prediction came true");
        }
    }
    // One probe a platform, one run a platform.
    assert_eq!(calls["RunCommand"], 4);
}

#[test]
fn a_thousand_instances_cost_at_most_120_calls() {
    let mut world = scenario(Vec::new());
    world.fleets.push(Fleet { count: 1000, id_prefix: "i-bp1web".to_owned(), template: spec("") });
    let mut simulator = Simulator::new(world.clone());
    let without = job(&simulator, Probe::Never);
    let (session, calls) = run(&mut simulator, without, Goal::Run);
    let before = session.calls_sent();
    assert!(before <= 100, "{before}: {calls:?}");
    let mut simulator = Simulator::new(world);
    let with = job(&simulator, Probe::Always);
    let (session, calls) = run(&mut simulator, with, Goal::Run);
    println!("calls for 1,000 instances with two disks: {before}, with the probe {}: {calls:?}", session.calls_sent());
    assert!(session.calls_sent() <= 120, "{}: {calls:?}", session.calls_sent());
    assert_eq!(calls["RunCommand"], 20);
    for target in &session.state().targets {
        assert_eq!(target.predicted, Consistency::Application);
        assert_eq!(target.verdict.as_ref().unwrap().result, ResultKind::Ok);
    }
    // Every instance of a batch got the same bytes.
    let contents: std::collections::BTreeSet<String> = simulator
        .calls()
        .filter(|call| call.operation == "RunCommand")
        .filter_map(|call| {
            call.parameters.iter().find(|(name, _)| name == "CommandContent").map(|(_, value)| value.clone())
        })
        .collect();
    assert_eq!(contents.len(), 2, "one probe, one snapshot command");
}

#[test]
fn only_the_unknown_are_looked_into_when_that_is_asked() {
    let mut stopped = spec("i-bp1stopped");
    stopped.status = "Stopped".to_owned();
    let mut simulator = Simulator::new(scenario(vec![spec("i-bp1a"), spec("i-bp1b"), stopped]));
    let mut wanted = job(&simulator, Probe::IfUnknown);
    let (session, calls) = run(&mut simulator, wanted.clone(), Goal::Plan);
    assert_eq!(calls["RunCommand"], 1);
    assert_eq!(simulator.truth_of_instance("i-bp1stopped").unwrap().commands, 0, "an unfit instance is left alone");
    assert_eq!(fate(&session, "i-bp1a").0, Consistency::Application);
    // Without scripts the level is known from the job alone.
    wanted.linux.pre_script_path = None;
    wanted.linux.post_script_path = None;
    wanted.required_consistency = consnap_core::RequiredConsistency::FileSystem;
    let mut simulator = Simulator::new(scenario(vec![spec("i-bp1a")]));
    wanted.targets.ids = vec!["i-bp1a".to_owned()];
    let (_, calls) = run(&mut simulator, wanted.clone(), Goal::Plan);
    assert_eq!(calls.get("RunCommand"), None);
    wanted.run.probe = Probe::Always;
    let (_, calls) = run(&mut simulator, wanted, Goal::Plan);
    assert_eq!(calls["RunCommand"], 1);
}

#[test]
fn what_was_seen_lately_is_not_asked_again() {
    let mut simulator = Simulator::new(scenario(vec![spec("i-bp1a"), spec("i-bp1b")]));
    let wanted = job(&simulator, Probe::Always);
    let mut first = Session::new(Setup::new(wanted.clone(), "a1b2c3d4", 1, Goal::Plan), start());
    drive(&mut first, &mut simulator, start());
    let seen: BTreeMap<_, _> = first.take_guests_seen().into_iter().collect();
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["i-bp1a", "i-bp1b"]);
    assert!(first.take_guests_seen().is_empty());
    let commands = |simulator: &Simulator| simulator.truth_of_instance("i-bp1a").unwrap().commands;
    assert_eq!(commands(&simulator), 1);
    let mut again = |hours: u64, change: &dyn Fn(&mut Job)| {
        let mut job = wanted.clone();
        change(&mut job);
        let now = start().plus_seconds(hours * 3600);
        let mut setup = Setup::new(job, format!("a1b2c3d{hours}"), 1, Goal::Plan);
        setup.known_guests.clone_from(&seen);
        let before = commands(&simulator);
        let mut session = Session::new(setup, now);
        drive(&mut session, &mut simulator, now);
        assert_eq!(fate(&session, "i-bp1a").1, None);
        commands(&simulator) - before
    };
    assert_eq!(again(2, &|_| ()), 0);
    assert_eq!(again(25, &|_| ()), 1, "a day is over");
    assert_eq!(again(3, &|job| job.run.probe_max_age = Some("1h".to_owned())), 1);
    assert_eq!(again(4, &|job| job.linux.pre_script_path = Some("/opt/other.sh".to_owned())), 1, "other scripts");
    assert_eq!(again(5, &|job| job.run.probe = Probe::Never), 0);
}

#[test]
fn a_look_that_fails_leaves_it_unknown_and_says_so() {
    let fault =
        |instance: &str| GuestFault { instances: vec![instance.to_owned()], nth: Some(1), ..GuestFault::default() };
    let faults = vec![
        GuestFault { no_final_line: true, ..fault("i-bp1cut") },
        GuestFault { output_text: Some("\u{1b}]0;pwned\u{7}motd".to_owned()), ..fault("i-bp1noisy") },
        GuestFault { offline: true, ..fault("i-bp1offline") },
        GuestFault { stall_seconds: Some(300), ..fault("i-bp1slow") },
        GuestFault { task_error: Some("DirectoryNotExists".to_owned()), ..fault("i-bp1broken") },
    ];
    let names = ["cut", "noisy", "offline", "slow", "broken", "fine"];
    let world = || {
        let mut world = scenario(names.iter().map(|name| spec(&format!("i-bp1{name}"))).collect());
        world.guest_faults.clone_from(&faults);
        Simulator::new(world)
    };
    for on_unknown in [OnUnknown::Proceed, OnUnknown::SetAside] {
        let mut simulator = world();
        let mut wanted = job(&simulator, Probe::Always);
        wanted.run.on_unknown = on_unknown;
        let (session, _) = run(&mut simulator, wanted, Goal::Run);
        for (name, code, known) in [
            ("cut", Some("CS293"), false),
            ("noisy", Some("CS294"), true),
            ("offline", Some("CS291"), false),
            ("slow", Some("CS291"), false),
            ("broken", Some("CS291"), false),
            ("fine", None, true),
        ] {
            let id = format!("i-bp1{name}");
            assert_eq!(codes(&session, &id).first().copied(), code, "{name}");
            let (predicted, not_run) = fate(&session, &id);
            assert_eq!(predicted, if known { Consistency::Application } else { Consistency::Unknown }, "{name}");
            let set_aside = !known && on_unknown == OnUnknown::SetAside;
            assert_eq!(not_run.is_some(), set_aside, "{name}: {not_run:?}");
            assert_eq!(simulator.truth_of_instance(&id).unwrap().started, u32::from(!set_aside), "{name}");
        }
    }
}

#[test]
fn a_probe_that_may_have_been_sent_is_repeated_with_its_token_and_a_bad_batch_is_halved() {
    let ids: Vec<String> = (0..8).map(|at| format!("i-bp1n{at}")).collect();
    let world = |fault: ApiFault| {
        let mut world = scenario(ids.iter().map(|id| spec(id)).collect());
        world.api_faults = vec![fault];
        Simulator::new(world)
    };
    // The reply is lost after the effect: the repetition starts nothing a second time.
    let lost = ApiFault {
        operation: Some("RunCommand".to_owned()),
        nth: Some(1),
        error: Some(ServiceError { after_effect: true, ..ServiceError::default() }),
        ..ApiFault::default()
    };
    let mut simulator = world(lost);
    let wanted = job(&simulator, Probe::Always);
    let (session, calls) = run(&mut simulator, wanted.clone(), Goal::Plan);
    assert_eq!(calls["RunCommand"], 2);
    assert!(simulator.truth().iter().all(|truth| truth.commands == 1));
    assert!(session.state().targets.iter().all(|target| target.predicted == Consistency::Application));
    // One instance spoils the batch.
    let spoilt = ApiFault {
        operation: Some("RunCommand".to_owned()),
        instance: Some(ids[5].clone()),
        error: Some(ServiceError {
            status: 403,
            code: "InvalidInstance.NotMatch".to_owned(),
            ..ServiceError::default()
        }),
        ..ApiFault::default()
    };
    let mut simulator = world(spoilt);
    let (session, calls) = run(&mut simulator, wanted, Goal::Plan);
    assert_eq!(calls["RunCommand"], 7, "8, 4 and 4, 2 and 2, 1 and 1");
    for (at, id) in ids.iter().enumerate() {
        let looked: &[&str] = if at == 5 { &["CS291"] } else { &[] };
        assert_eq!(codes(&session, id), looked, "{id}");
    }
}

#[test]
fn a_refused_probe_ends_nothing() {
    let mut world = scenario(vec![spec("i-bp1a")]);
    world.api_faults = vec![ApiFault {
        operation: Some("RunCommand".to_owned()),
        error: Some(ServiceError { status: 403, code: "Forbidden.RAM".to_owned(), ..ServiceError::default() }),
        ..ApiFault::default()
    }];
    let mut simulator = Simulator::new(world);
    let wanted = job(&simulator, Probe::IfUnknown);
    let (session, calls) = run(&mut simulator, wanted, Goal::Plan);
    assert_eq!(calls["RunCommand"], 1);
    assert_eq!(codes(&session, "i-bp1a"), ["CS291"]);
    assert_eq!(fate(&session, "i-bp1a"), (Consistency::Unknown, None));
}

/// A crash before the plan leaves nothing behind: the run begins anew, and looks again.
#[test]
fn a_probe_leaves_no_intent_in_the_journal() {
    let mut simulator = Simulator::new(scenario(vec![spec("i-bp1a")]));
    let wanted = job(&simulator, Probe::Always);
    let mut session = Session::new(Setup::new(wanted, "a1b2c3d4", 1, Goal::Run), start());
    let events = drive(&mut session, &mut simulator, start());
    let plan = events.iter().position(|numbered| matches!(numbered.event, Event::PlanMade { .. })).unwrap();
    let intents = |events: &[Numbered]| {
        events.iter().filter(|numbered| matches!(numbered.event, Event::CallIntended { .. })).count()
    };
    assert_eq!((intents(&events[..plan]), intents(&events[plan..])), (0, 1));
    assert_eq!(simulator.truth_of_instance("i-bp1a").unwrap().commands, 2);
}
