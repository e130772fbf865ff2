//! Two runs in one virtual day: of the same job or another, on the same machine or two, with a person's command between them.
//!
//! What holds for one run holds for each. And where two plug-ins were at work in one guest at the same time, neither run says
//! that its snapshots are what was asked for.

use std::collections::{BTreeMap, BTreeSet};

use consnap_core::base::consistency::Platform;
use consnap_core::input::job::Job;
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, Holder, Numbered, Session, Setup, Stage};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Lang, Time};
use consnap_simulator::{Ended, InstanceTruth, MemoryDriver, Onward, PluginRun, Scenario, Simulator, Step};
use consnap_tests::judge::{Excused, judge};
use consnap_tests::meddled::ask_to_start;

use super::seeds_clocks::{Clocks, service_step};
use super::{Dice, begin, credential, print_journal};

const RUNS: [&str; 2] = ["a1b2c3d4", "e5f6g7h8"];

/// A run with its process.
struct Process {
    setup: Setup,
    session: Session,
    driver: MemoryDriver,
    journal: Vec<Numbered>,
    on_disk: usize,
    /// Events until the process dies.
    dies_after: Option<u64>,
    incarnation: u64,
    over: bool,
    /// Of the machine it is on.
    clocks: Clocks,
}

impl Process {
    fn new(setup: Setup, now: Time, dies_after: Option<u64>, clocks: Clocks) -> Self {
        let mut process = Self {
            session: Session::new(setup.clone(), now),
            driver: MemoryDriver::new(now, credential()),
            setup,
            journal: Vec::new(),
            on_disk: 0,
            dies_after,
            incarnation: 0,
            over: false,
            clocks,
        };
        process.name_nonces();
        process
    }

    fn service_time(&self) -> Time {
        self.clocks.service_time(self.driver.now)
    }

    fn name_nonces(&mut self) {
        self.driver.nonce_prefix(self.setup.seed ^ (self.incarnation << 48));
    }

    /// Another process goes on with the journal.
    fn again(&mut self, dice: &mut Dice) {
        let durable = usize::try_from(self.driver.synced()).unwrap().min(self.journal.len()).max(self.on_disk);
        let kept = durable + usize::try_from(dice.below((self.journal.len() - durable) as u64 + 1)).unwrap();
        self.journal.truncate(kept);
        self.on_disk = kept;
        let now = self.driver.now.plus_seconds(dice.pick(&[1, 20, 120, 700]));
        self.incarnation += 1;
        self.dies_after = None;
        self.driver = MemoryDriver::new(now, credential());
        self.name_nonces();
        self.session = if self.journal.is_empty() {
            Session::new(self.setup.clone(), now)
        } else {
            Session::resume(self.setup.clone(), &self.journal, now)
        };
    }

    fn report(&self) -> Report {
        Report::of(self.session.state(), self.session.error(), self.session.calls_sent(), Lang::En)
    }

    fn waiting(&self) -> BTreeSet<String> {
        let state = self.session.state();
        let waiting = state.targets.iter().filter(|target| matches!(target.stage, Stage::Waiting { .. }));
        waiting.map(|target| target.id.to_string()).collect()
    }
}

/// The file of claims and the journals of a machine, as another process of it sees them.
struct Machine {
    shared: bool,
    claims: [BTreeSet<String>; 2],
}

impl Machine {
    /// What the client does before it starts anything.
    fn claim(&mut self, processes: &mut [Process; 2], which: usize) {
        if !self.shared {
            return;
        }
        let other = &processes[1 - which];
        let alive = !other.over;
        let mut taken = BTreeMap::new();
        let mut free = BTreeSet::new();
        for instance in processes[which].waiting() {
            if alive && self.claims[1 - which].contains(&instance) {
                taken.insert(instance, Holder::Process(RUNS[1 - which].to_owned()));
            } else {
                free.insert(instance);
            }
        }
        self.claims[which] = free;
        for held in other.report().instances.iter().filter(|instance| instance.held) {
            if processes[which].waiting().contains(&held.instance_id) {
                taken.insert(held.instance_id.clone(), Holder::Guest(RUNS[1 - which].to_owned()));
            }
        }
        processes[which].session.claimed_elsewhere(taken);
    }
}

struct Together {
    reports: [Report; 2],
    /// Of their groups.
    names: [String; 2],
    journals: [Vec<Numbered>; 2],
    truth: Vec<InstanceTruth>,
    plugins: Vec<PluginRun>,
    end: Time,
    doubtful: bool,
}

fn job_of(dice: &mut Dice, scenario: &Scenario) -> Job {
    let mut job = super::job(dice, scenario);
    job.run.tag_snapshots = false;
    job
}

fn live(seed: u64) -> Result<Together, (String, Vec<Numbered>)> {
    let mut dice = Dice(seed ^ 0x7067_e74e);
    let mut scenario = super::scenario(&mut dice);
    scenario.instances.truncate(5);
    scenario.service.running_lists_pending = !dice.one_in(4);
    let first = job_of(&mut dice, &scenario);
    let mut second = first.clone();
    if dice.one_in(2) {
        second = job_of(&mut dice, &scenario);
        second.group_name = String::from("weekly-{run}");
        second.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    }
    let gap = dice.pick(&[0, 0, 300, 2_000, 20_000, 120_000]) + i64::try_from(dice.below(1_500)).unwrap();
    let starts = [begin(), Time::from_millis(begin().millis() + gap)];
    let mut person = dice.one_in(3).then(|| {
        let at = Time::from_millis(begin().millis() + i64::try_from(dice.below(90_000)).unwrap());
        (at, dice.pick(&scenario.instances.iter().map(|spec| spec.id.as_str()).collect::<Vec<_>>()).to_owned())
    });
    let mut machine = Machine { shared: dice.one_in(2), claims: Default::default() };
    let mut simulator = Simulator::new(scenario.clone());
    // Draws of their own, so that the days from before stay what they are otherwise.
    let mut of_clocks = Dice(seed ^ 0x00c1_0c47);
    let apart = of_clocks.one_in(3);
    let service_step = (apart && of_clocks.one_in(3)).then(|| service_step(&mut of_clocks));
    let mut process = |which: usize, job: Job, dice: &mut Dice| {
        let mut setup = Setup::new(job, RUNS[which], seed ^ ((which as u64 + 1) << 40), Goal::Run);
        setup.pause_at_plan = true;
        setup.wait = dice.one_in(3);
        let dies_after = dice.one_in(3).then(|| dice.below(60));
        let mut clocks = Clocks::alike();
        if apart {
            clocks.change(&mut of_clocks);
        }
        Process::new(setup, starts[which], dies_after, clocks)
    };
    let mut processes = [process(0, first, &mut dice), process(1, second, &mut dice)];
    loop {
        let next = (0..2).filter(|&which| !processes[which].over).min_by_key(|&which| processes[which].service_time());
        let Some(which) = next else { break };
        let now = processes[which].service_time();
        if let Some((_, instance)) = person.take_if(|(at, _)| *at <= now) {
            let is_linux =
                scenario.instances.iter().any(|spec| spec.id == instance && spec.platform == Platform::Linux);
            if is_linux {
                // It may be refused, or the answer may be lost.
                ask_to_start(&mut simulator, now, &instance, &[]);
            }
        }
        let Process { session, driver, journal, dies_after, clocks, .. } = &mut processes[which];
        let mut service = clocks.towards(&mut simulator, service_step);
        let step = driver.step(session, &mut service, |events| {
            journal.extend_from_slice(events);
            let died = dies_after.is_some_and(|after| journal.len() as u64 > after);
            if died { Onward::Crash } else { Onward::Go }
        });
        let Process { driver, clocks, .. } = &mut processes[which];
        clocks.before_step(&mut driver.now);
        match step {
            Step::Onward => {}
            Step::Planned => {
                machine.claim(&mut processes, which);
                processes[which].session.go_ahead();
            }
            Step::Over(Ended::Done) => processes[which].over = true,
            Step::Over(Ended::Crashed) => {
                processes[which].again(&mut dice);
                machine.claim(&mut processes, which);
            }
            Step::Over(Ended::Stuck) => {
                return Err((format!("run {which} neither sends nor waits"), processes[which].journal.clone()));
            }
        }
        if now.since(begin()).as_secs() > 40 * 86_400 {
            return Err((format!("run {which} does not end"), processes[which].journal.clone()));
        }
    }
    let end = processes.iter().map(Process::service_time).max().unwrap();
    let [first, second] = processes;
    Ok(Together {
        reports: [first.report(), second.report()],
        names: [&first, &second].map(|process| process.setup.job.group_name.replace("{run}", &process.setup.run_id)),
        truth: simulator.truth_at(end),
        end,
        plugins: simulator.plugin_runs(),
        journals: [first.journal, second.journal],
        doubtful: super::is_doubtful(&scenario) || service_step.is_some(),
    })
}

fn judge_day(day: &Together) -> Result<usize, (String, usize)> {
    let mut overlaps = 0;
    for (which, run) in RUNS.iter().enumerate() {
        let is_own = |plugin: &PluginRun| plugin.run.as_deref() == Some(run);
        let mut truth = day.truth.clone();
        for one in &mut truth {
            let plugins = day.plugins.iter().filter(|plugin| plugin.instance_id == one.instance_id);
            let own = plugins.clone().filter(|plugin| is_own(plugin)).count();
            one.started = u32::try_from(own).unwrap();
            let holds =
                |plugin: &PluginRun| plugin.hold.is_some_and(|(from, until)| from <= day.end && day.end < until);
            one.held = plugins.filter(|plugin| is_own(plugin)).any(holds);
        }
        let excused = Excused { unknown: true, urgent: day.doubtful };
        judge(&day.reports[which], &truth, &day.names[which], excused).map_err(|why| (why, which))?;
        for instance in &day.reports[which].instances {
            let of_guest: Vec<&PluginRun> =
                day.plugins.iter().filter(|plugin| plugin.instance_id == instance.instance_id).collect();
            let meet = |own: &PluginRun, other: &PluginRun| own.from < other.until && other.from < own.until;
            let met = of_guest
                .iter()
                .filter(|other| !is_own(other) && of_guest.iter().any(|own| is_own(own) && meet(own, other)));
            let met = met.count();
            overlaps += met;
            if met > 0 && matches!(instance.result, ResultKind::Ok | ResultKind::Weaker) {
                let (id, result) = (&instance.instance_id, instance.result);
                return Err((format!("{id}: said {result:?}, but others overlapped: {of_guest:#?}"), which));
            }
        }
    }
    Ok(overlaps)
}

/// Fewer than of single runs: they cost more.
fn seeds() -> std::ops::Range<u64> {
    let all = super::seeds();
    all.start..all.start + (all.end - all.start).div_ceil(8)
}

#[test]
fn two_runs_of_one_day_end_with_the_truth() {
    let (mut overlaps, mut results) = (0, BTreeMap::new());
    for seed in seeds() {
        let day = live(seed).unwrap_or_else(|(why, journal)| {
            print_journal(&journal);
            panic!("seed {seed}: {why}");
        });
        overlaps += judge_day(&day).unwrap_or_else(|(why, which)| {
            day.journals.iter().for_each(|journal| print_journal(journal));
            panic!("seed {seed}, run {which}: {why}");
        });
        for instance in day.reports.iter().flat_map(|report| &report.instances) {
            *results.entry(instance.result.name()).or_insert(0u64) += 1;
        }
    }
    println!("{} days of two runs, {overlaps} overlaps, verdicts {results:?}", seeds().count());
    // Days on which the two never meet would test nothing.
    assert!(seeds().count() < 100 || (overlaps > 20 && results.get("unknown").is_some_and(|count| *count > 10)));
}
