//! The demo's fleet, run by a session in virtual time: every story of it comes out as it is told.

use consnap_core::input::job::{AttachRole, Job};
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, Session, Setup};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Consistency, Lang, Time};
use consnap_simulator::{CallResult, Ended, MemoryDriver, Onward, Simulator, demo_scenario};
use consnap_tests::simulated::credential;

#[test]
fn every_story_of_the_demo_is_judged_as_it_happened() {
    let mut scenario = demo_scenario();
    let time_scale = scenario.time_scale;
    // Here the caller's clock is the service's.
    scenario.time_scale = 1.0;
    let mut simulator = Simulator::new(scenario);
    let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.instance_ram_role = "AppSnapshotRoleName".to_owned();
    job.group_name = "demo-{run}".to_owned();
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job.run.canary = 1;
    job.run.max_in_flight = u32::try_from(ids.len()).unwrap();
    job.run.max_errors = u32::try_from(ids.len()).unwrap().into();
    job.run.attach_role = AttachRole::IfMissing;
    job.targets.ids.clone_from(&ids);

    let start = Time::parse("2026-11-22T02:00:00Z").unwrap();
    let mut session = Session::new(Setup::new(job, "demo0001", 7, Goal::Run), start);
    let mut driver = MemoryDriver::new(start, credential("testid", "testsecret"));
    assert_eq!(driver.run(&mut session, &mut simulator, |_| Onward::Go), Ended::Done);
    // Ten seconds of a spectator's time.
    let seconds = driver.now.since(start).as_secs_f64();
    assert!(seconds / time_scale < 8.0, "{seconds} s");

    let report = Report::of(session.state(), session.error(), session.calls_sent(), Lang::En);
    let truth = simulator.truth_at(driver.now);
    assert_eq!((report.instances.len(), truth.len()), (292, 292));
    let find = |id: &str| {
        let instance = report.instances.iter().find(|instance| instance.instance_id == id).unwrap();
        let truth = truth.iter().find(|truth| truth.instance_id == id).unwrap();
        (instance.result, instance.got, truth.level, truth.held)
    };
    let none = Consistency::None;
    for (id, expected) in [
        ("i-bp1ordersprimary0001", (ResultKind::Ok, Consistency::Application, Consistency::Application, false)),
        ("i-bp1orderslegacy00001", (ResultKind::Weaker, Consistency::FileSystem, Consistency::FileSystem, false)),
        ("i-bp1reportingsql00001", (ResultKind::Weaker, Consistency::FileSystem, Consistency::FileSystem, false)),
        ("i-bp1paymentgateway002", (ResultKind::Failed, none, none, false)),
        ("i-bp1inventorydb000001", (ResultKind::Failed, none, none, false)),
        ("i-bp1ledgerdb000000001", (ResultKind::Urgent, Consistency::Crash, Consistency::Crash, true)),
        ("i-bp1warehousedb000001", (ResultKind::Ok, Consistency::Application, Consistency::Application, false)),
    ] {
        assert_eq!(find(id), expected, "{id}");
    }
    let count = |result| report.instances.iter().filter(|instance| instance.result == result).count();
    assert_eq!(
        [
            ResultKind::Urgent,
            ResultKind::Unknown,
            ResultKind::Failed,
            ResultKind::Weaker,
            ResultKind::NotRun,
            ResultKind::Ok
        ]
        .map(count),
        [1, 0, 2, 2, 10, 277]
    );
    assert!(truth.iter().all(|truth| truth.started <= 1 && truth.groups.len() <= 1));
    let calls: Vec<_> = simulator.calls().collect();
    assert!(calls.iter().any(|call| call.result == CallResult::ConnectionClosed));
    assert!(calls.iter().any(|call| call.result == CallResult::Error("Throttling.User".to_owned())));
    assert!(calls.iter().all(|call| call.unknown_parameters.is_empty()));
    println!("demo: {} calls in {seconds:.0} s of the service's time", calls.len());
}
