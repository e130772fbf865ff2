//! The fleet that the benchmarks of the session run over.

use consnap_core::Time;
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::input::job::Job;
use consnap_core::run::session::{Goal, Setup};
use consnap_simulator::Simulator;
use consnap_simulator::scenario::{DiskSpec, Fleet, InstanceSpec, Scenario};

pub(crate) fn job() -> Job {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.instance_ram_role = String::from("AppSnapshotRoleName");
    job.group_name = String::from("nightly-{run}");
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job
}

/// A simulator of so many instances with two disks each, and a run over all of them at once.
pub(crate) fn run_over(count: u32) -> (Simulator, Setup) {
    run_over_at(count, 1.0)
}

/// The same, faster than the wall clock.
pub(crate) fn run_over_at(count: u32, time_scale: f64) -> (Simulator, Setup) {
    let mut scenario = Scenario::empty();
    scenario.time_scale = time_scale;
    scenario.fleets.push(Fleet {
        count,
        id_prefix: "i-bp1web".to_owned(),
        template: InstanceSpec {
            role: Some("AppSnapshotRoleName".to_owned()),
            disks: vec![DiskSpec::of("cloud_essd", 40), DiskSpec::of("cloud_essd", 200)],
            ..InstanceSpec::default()
        },
    });
    let simulator = Simulator::new(scenario);
    let mut job = job();
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    job.run.canary = 0;
    job.run.max_in_flight = count;
    (simulator, Setup::new(job, "a1b2c3d4", 1, Goal::Run))
}

pub(crate) fn start() -> Time {
    Time::parse("2026-11-03T02:00:00Z").expect("a time")
}

pub(crate) fn credential() -> Credential {
    Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: None,
        expires_at: None,
        source: "bench".to_owned(),
    }
}
