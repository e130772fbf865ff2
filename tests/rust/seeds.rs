//! Session and simulator in one thread and virtual time, with random fleets, faults, crashes and resumes.
//!
//! Every run ends; no outcome is lost; no instance is snapshotted twice by one run; every verdict agrees with what really
//! happened in the simulated guests. A failing seed prints its journal. `CONSNAP_SEEDS=from..to` chooses other seeds.

use consnap_core::base::consistency::Platform;
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::input::job::{AttachRole, Job};
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, Numbered, Session, Setup};
use consnap_core::run::verdict::GroupLookup;
use consnap_core::{Lang, Time};
use consnap_simulator::scenario::{
    ApiFault, BeyondTagFilter, ClosedConnection, ForeignResult, GroupFault, GroupLine, GuestFault, ListingFault,
    Millis, PastGroup, ResultFault, ServiceError, SnapshotFault, TagFault, Throttle, TotalCounts,
};
use consnap_simulator::scenario::{DiskSpec, InstanceSpec, QuiesceRecord, Scenario, ScriptOrder};
use consnap_simulator::{Ended, InstanceTruth, MemoryDriver, Onward, Simulator, Step};
use consnap_tests::judge::{Excused, judge};
use consnap_tests::meddled::quiesce;

use seeds_clocks::{Clocks, service_step};

mod seeds_clocks;
mod seeds_together;

/// Draws that decide a seed's day.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

fn scenario(dice: &mut Dice) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.seed = dice.next();
    let count = 1 + dice.below(24);
    for n in 0..count {
        let platform = if dice.one_in(4) { Platform::Windows } else { Platform::Linux };
        let mut spec = InstanceSpec {
            id: format!("i-bp1seed{n:013}"),
            name: format!("host-{n}"),
            platform,
            role: if dice.one_in(6) { None } else { Some("AppSnapshotRoleName".to_owned()) },
            disks: (0..=dice.below(3)).map(|_| DiskSpec::of("cloud_essd", 40)).collect(),
            ..InstanceSpec::default()
        };
        spec.guest.group_millis = Millis { min: 300, max: 20_000 };
        match dice.below(24) {
            0 => spec.status = String::from("Stopped"),
            1 => spec.cloud_assistant.online = false,
            2 => spec.disks = vec![DiskSpec::of("cloud_efficiency", 40)],
            3 => spec.guest.pre_script.mode = String::from("0755"),
            4 => spec.guest.pre_script.exists = false,
            5 => spec.guest.vss_writers = false,
            6 => spec.guest.post_script.exit_code = 3,
            7 => spec.cloud_assistant.responds = false,
            8 => spec.guest.launcher_present = false,
            9 => spec.guest.plugin_list_reachable = false,
            _ => {}
        }
        scenario.instances.push(spec);
    }
    for _ in 0..dice.below(4) {
        scenario.guest_faults.push(guest_fault(dice, count));
    }
    if dice.one_in(2) {
        for _ in 0..=dice.below(4) {
            scenario.api_faults.push(api_fault(dice));
        }
    }
    // Jobs with an odd number of targets tag their snapshots; twice the answer is lost.
    let lost = Some(ClosedConnection::AfterEffect);
    let operation = Some("TagResources".to_owned());
    scenario.api_faults.push(ApiFault { operation, connection_closed: lost, times: Some(2), ..ApiFault::default() });
    scenario.service.tags_in_groups = !dice.one_in(4);
    scenario.service.instances_per_command = if dice.one_in(6) { 3 } else { 100 };
    scenario.service.latency_millis = Millis { min: 5, max: dice.pick(&[20, 200, 2_000]) };
    scenario.service.role_propagation_seconds = if dice.one_in(4) { 30 } else { 0 };
    // Draws of their own, so that the days from before stay what they are otherwise.
    doubtful(&mut Dice(scenario.seed ^ 0x0005_eed5), &mut scenario);
    foreign_results(&mut Dice(scenario.seed ^ 0x00f0_4e16), &mut scenario);
    scenario
}

/// Outputs that name no group, or an older one; results that are lost; the other order of script and freeze; listings that are
/// not whole.
fn doubtful(dice: &mut Dice, scenario: &mut Scenario) {
    let seed = scenario.seed;
    for spec in &mut scenario.instances {
        if dice.one_in(3) {
            spec.guest.script_order = ScriptOrder::AfterFreeze;
        }
        spec.guest.quiesce_record = Dice(seed ^ u64::from(spec.id.as_bytes()[20])).pick(&[
            QuiesceRecord::AsRun,
            QuiesceRecord::AsRun,
            QuiesceRecord::Lost,
            QuiesceRecord::Expired,
            QuiesceRecord::Unreleased,
            QuiesceRecord::Stale,
            QuiesceRecord::Unreadable,
        ]);
    }
    if dice.one_in(2) {
        let group = PastGroup {
            instance: "i-bp1seed*".to_owned(),
            name: "nightly-0ld00000".to_owned(),
            ..PastGroup::default()
        };
        scenario.groups.push(group);
    }
    let mut before = Simulator::new(scenario.clone());
    let begin = Time::parse("2026-11-03T02:00:00Z").unwrap();
    before.begin(begin);
    let older: Vec<String> =
        before.truth_at(begin).iter().flat_map(|truth| &truth.groups).map(|group| group.group_id.clone()).collect();
    for fault in &mut scenario.guest_faults {
        if dice.one_in(2) {
            fault.group_line = Some(dice.pick(&[GroupLine::Last, GroupLine::Mentioned, GroupLine::Absent]));
        }
        if !older.is_empty() && dice.one_in(2) {
            let named = &older[usize::try_from(dice.below(older.len() as u64)).unwrap()];
            fault.output_text = Some(format!("[snapshotgroup=\"{named}\"][message=\"Finish\"]"));
        }
        if dice.one_in(5) {
            let faults = [ResultFault::NeverEnds, ResultFault::Vanishes, ResultFault::Unreadable, ResultFault::Late];
            fault.result = Some(dice.pick(&faults));
        }
    }
    scenario.service.total_counts = dice.pick(&[TotalCounts::Page, TotalCounts::Listing]);
    scenario.service.beyond_tag_filter = dice.pick(&[BeyondTagFilter::Cut, BeyondTagFilter::Refuse]);
    if scenario.api_faults.len() > 1 && dice.one_in(3) {
        let operations = ["DescribeInstances", "DescribeDisks", "DescribeSnapshotGroups", "DescribeSnapshots"];
        let operation = dice.pick(&operations);
        let faults =
            [ListingFault::RepeatedToken, ListingFault::EmptyPage, ListingFault::OneMissing, ListingFault::CountMoved];
        // Groups have no count by which a missing one could be told.
        let known = if operation == "DescribeSnapshotGroups" { 2 } else { faults.len() };
        scenario.api_faults.push(ApiFault {
            operation: Some(operation.to_owned()),
            listing: Some(dice.pick(&faults[..known])),
            times: Some(1 + u32::try_from(dice.below(3)).unwrap()),
            ..ApiFault::default()
        });
    }
}

/// Results that are asked for and come as another's, a few times or always.
fn foreign_results(dice: &mut Dice, scenario: &mut Scenario) {
    use ForeignResult::*;
    let kinds =
        [OtherInvocation, OtherInvocationToo, OtherInstance, OtherInstanceToo, OtherCommand, OtherCommandToo, Second];
    if dice.one_in(4) {
        scenario.api_faults.push(ApiFault {
            operation: Some("DescribeInvocations".to_owned()),
            results: Some(dice.pick(&kinds)),
            times: dice.pick(&[Some(1), Some(2), Some(5), None]),
            probability: dice.pick(&[None, Some(0.5)]),
            ..ApiFault::default()
        });
    }
}

/// Whether a result may stay unknown, or a guest say what is not so.
fn is_doubtful(scenario: &Scenario) -> bool {
    scenario.guest_faults.iter().any(|fault| fault.output_text.is_some() || fault.result.is_some())
        || scenario.api_faults.iter().any(|fault| fault.results.is_some())
}

fn guest_fault(dice: &mut Dice, count: u64) -> GuestFault {
    let mut fault = GuestFault {
        instances: vec![format!("i-bp1seed{:013}", dice.below(count))],
        nth: dice.one_in(2).then_some(1),
        ..GuestFault::default()
    };
    match dice.below(9) {
        0..=3 => {
            let codes =
                [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 126, 127, 137, 234, 240, 243, 246, 247, 255];
            fault.exit_code = Some(dice.pick(&codes));
        }
        4 => fault.offline = true,
        5 => fault.stall_seconds = Some(dice.pick(&[30, 600, 4_000])),
        6 => {
            let tags = [TagFault::Missing, TagFault::Both, TagFault::FirstOnly, TagFault::OtherCase, TagFault::Late];
            fault.tags = Some(dice.pick(&tags));
        }
        7 => fault.group = Some(dice.pick(&[GroupFault::Failed, GroupFault::Progressing, GroupFault::Slow])),
        _ => fault.snapshot = Some(dice.pick(&[SnapshotFault::Failed, SnapshotFault::Missing])),
    }
    if dice.one_in(6) {
        fault.output_noise_bytes = Some(60_000);
    }
    fault.no_final_line = dice.one_in(12);
    fault
}

fn api_fault(dice: &mut Dice) -> ApiFault {
    let operations = [
        "RunCommand",
        "RunCommand",
        "DescribeInvocations",
        "DescribeSnapshotGroups",
        "DescribeSnapshots",
        "DescribeInstances",
        "DescribeDisks",
        "AttachInstanceRamRole",
        "DescribeCloudAssistantStatus",
    ];
    let mut fault = ApiFault {
        operation: Some(dice.pick(&operations).to_owned()),
        times: Some(1 + u32::try_from(dice.below(3)).unwrap()),
        probability: Some(dice.pick(&[0.2, 0.5, 1.0])),
        ..ApiFault::default()
    };
    let when = dice.pick(&[ClosedConnection::BeforeEffect, ClosedConnection::AfterEffect]);
    match dice.below(6) {
        0 => fault.throttle = Some(Throttle::default()),
        1 => fault.error = Some(ServiceError { after_effect: dice.one_in(2), ..ServiceError::default() }),
        2 => fault.connection_closed = Some(when),
        3 => fault.silence = Some(when),
        4 => fault.latency_millis = Some(Millis { min: 1_000, max: 40_000 }),
        _ => fault.html = Some("<html><body>gateway</body></html>".to_owned()),
    }
    fault
}

fn job(dice: &mut Dice, scenario: &Scenario) -> Job {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.instance_ram_role = String::from("AppSnapshotRoleName");
    job.group_name = String::from("nightly-{run}");
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(dice.pick(&[30, 60, 300]));
    job.targets.ids = scenario.instances.iter().map(|spec| spec.id.clone()).collect();
    if dice.one_in(4) {
        job.targets.ids.push("i-bp1nosuchinstance0001".to_owned());
    }
    job.run.canary = u32::try_from(dice.below(3)).unwrap();
    job.run.max_in_flight = dice.pick(&[1, 3, 10, 100]);
    job.run.max_errors = dice.pick(&[0, 1, 5, 1_000]).into();
    job.run.attach_role = if dice.one_in(2) { AttachRole::IfMissing } else { AttachRole::Never };
    job.run.tag_snapshots = job.targets.ids.len() % 2 == 1;
    // Draws of their own, as above.
    if Dice(scenario.seed ^ 0x0091_e5ce).one_in(3) {
        quiesce(&mut job);
    }
    job
}

struct Day {
    report: Report,
    truth: Vec<InstanceTruth>,
    journal: Vec<Numbered>,
    excused: Excused,
    crashed: bool,
    run_commands: usize,
    /// Groups that were found, and whose snapshots should carry the run's tag and do not.
    untagged: usize,
}

fn begin() -> Time {
    Time::parse("2026-11-03T02:00:00Z").unwrap()
}

fn credential() -> Credential {
    Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: None,
        expires_at: None,
        source: "test".to_owned(),
    }
}

fn setup(job: &Job, seed: u64) -> Setup {
    Setup::new(job.clone(), "a1b2c3d4", seed, Goal::Run)
}

/// One day: from the first call to the last verdict, with crashes in between.
fn live(seed: u64) -> Result<Day, (String, Vec<Numbered>)> {
    let mut dice = Dice(seed);
    let scenario = scenario(&mut dice);
    let faults_between = scenario.api_faults.len() > 1;
    let doubtful = is_doubtful(&scenario);
    let job = job(&mut dice, &scenario);
    let mut simulator = Simulator::new(scenario);
    // Draws of their own, so that the days from before stay what they are otherwise.
    let mut of_clocks = Dice(seed ^ 0x00c1_0c45);
    let apart = of_clocks.one_in(3);
    let mut clocks = if apart { Clocks::apart(&mut of_clocks) } else { Clocks::alike() };
    let mut of_changes = Dice(seed ^ 0x00c1_0c46);
    let service_step = (apart && of_changes.one_in(3)).then(|| service_step(&mut of_changes));
    if apart {
        clocks.change(&mut of_changes);
    }
    let start = begin();
    let mut now = start;
    let mut journal: Vec<Numbered> = Vec::new();
    let mut session = Session::new(setup(&job, seed), now);
    let mut crashes_left = if dice.one_in(2) { dice.below(4) } else { 0 };
    let crashed = crashes_left > 0;
    let mut incarnation = 0u64;
    let mut on_disk = 0;
    loop {
        incarnation += 1;
        let mut driver = MemoryDriver::new(now, credential());
        driver.nonce_prefix(seed ^ (incarnation << 48));
        let crash_after = if crashes_left > 0 { dice.below(120) } else { u64::MAX };
        let mut seen = 0u64;
        let mut observe = |events: &[Numbered]| {
            journal.extend_from_slice(events);
            seen += events.len() as u64;
            if seen > crash_after { Onward::Crash } else { Onward::Go }
        };
        let ended = loop {
            clocks.before_step(&mut driver.now);
            let mut service = clocks.towards(&mut simulator, service_step);
            match driver.step(&mut session, &mut service, &mut observe) {
                Step::Onward => {}
                Step::Planned => session.go_ahead(),
                Step::Over(ended) => break ended,
            }
        };
        now = driver.now;
        match ended {
            Ended::Done => break,
            Ended::Stuck => return Err(("the session neither sends nor waits".to_owned(), journal)),
            Ended::Crashed => {
                crashes_left -= 1;
                // What was not synced may be lost, from the end.
                let durable = usize::try_from(driver.synced()).unwrap().min(journal.len()).max(on_disk);
                let kept = durable + usize::try_from(dice.below((journal.len() - durable) as u64 + 1)).unwrap();
                journal.truncate(kept);
                on_disk = kept;
                let service = clocks.service_time(now).plus_seconds(dice.pick(&[1, 20, 120, 700, 7_200]));
                if apart {
                    // Its clock shows any time; the journal's last one is not gone behind.
                    now = Time::from_millis(
                        service.millis() + of_clocks.pick(&[-3_600_000, -90_000, 0, 90_000, 3_600_000]),
                    );
                    now = journal.last().map_or(now, |last| now.max(last.at));
                    clocks.client_shows(now, service);
                } else {
                    now = service;
                }
                session = if journal.is_empty() {
                    Session::new(setup(&job, seed), now)
                } else {
                    Session::resume(setup(&job, seed), &journal, now)
                };
            }
        }
        if now.since(start).as_secs() > 40 * 86_400 {
            return Err(("the run does not end".to_owned(), journal));
        }
    }
    let run_commands = simulator.calls().filter(|call| call.operation == "RunCommand").count();
    let report = Report::of(session.state(), session.error(), session.calls_sent(), Lang::En);
    let found = |look: Option<&GroupLookup>| matches!(look, Some(GroupLookup::Found(evidence)) if !evidence.snapshots.is_empty());
    let targets = session.state().targets.iter().filter(|_| job.run.tag_snapshots);
    let untagged = targets.filter(|target| found(target.look.as_deref()) && !target.tagged).count();
    let truth = simulator.truth_at(clocks.service_time(now));
    // By a clock that was set ahead a result is overdue too early.
    let urgent = doubtful || service_step.is_some();
    let excused = Excused { unknown: faults_between || doubtful || crashed || apart, urgent };
    Ok(Day { report, truth, journal, excused, crashed, run_commands, untagged })
}

/// What is wrong with a day, if anything.
fn judge_day(day: &Day) -> Result<(), String> {
    judge(&day.report, &day.truth, OUR_NAME, day.excused)?;
    if day.untagged > 0 {
        return Err(format!("{} instances are not tagged", day.untagged));
    }
    Ok(())
}

/// The name of the groups of the run.
const OUR_NAME: &str = "nightly-a1b2c3d4";

/// Days on which something was wrong once.
const TELLING: [u64; 2] = [51_390, 763_597];

fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("CONSNAP_SEEDS").ok();
    let parsed = given
        .as_deref()
        .and_then(|text| text.split_once(".."))
        .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    parsed.unwrap_or(0..2_000)
}

#[test]
fn every_seed_ends_with_the_truth() {
    let mut results = std::collections::BTreeMap::new();
    let (mut calls, mut crashed) = (0, 0);
    for seed in seeds().chain(TELLING) {
        let day = match live(seed) {
            Ok(day) => day,
            Err((why, journal)) => {
                print_journal(&journal);
                panic!("seed {seed}: {why}");
            }
        };
        if let Err(why) = judge_day(&day) {
            print_journal(&day.journal);
            panic!("seed {seed}: {why}");
        }
        for instance in &day.report.instances {
            *results.entry(instance.result.name()).or_insert(0u64) += 1;
        }
        calls += day.run_commands;
        crashed += usize::from(day.crashed);
    }
    println!("{} seeds, {crashed} with crashes, {calls} RunCommand calls, verdicts {results:?}", seeds().count());
    // A day on which nothing ever goes well, or nothing ever goes wrong, would test nothing.
    for result in ["ok", "weaker", "failed", "not_run", "urgent", "unknown"] {
        assert!(
            seeds().count() < 1_000 || results.get(result).is_some_and(|count| *count > 20),
            "{result}: {results:?}"
        );
    }
}

fn print_journal(journal: &[Numbered]) {
    for numbered in journal {
        let text = serde_json::to_string(numbered).unwrap();
        println!("{}", text.chars().take(600).collect::<String>());
    }
}
