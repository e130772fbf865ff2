//! Every schedule of up to K faults over small fleets: each call meets each fault that the session can tell apart, before and
//! after its effect, and the process dies before and after each record of the journal.
//!
//! Whatever happens: no false OK, no false "not held", no second start, no lost outcome, and every run ends.
//! `CONSNAP_FAULTS=2` tries pairs of faults (`cargo xtask soak --exhaustive 2`); a failing schedule prints its journal.
//! `CONSNAP_FAULTS_MINUTES` ends the pairs of each fleet after that time and prints which part was covered.
//!
//! With pairs, a state of session, service and driver that was met before with at least as many faults to come is not played
//! on. Two states are the same where all that they show of themselves is, each time by how far it lies from now; of the
//! journal they hold the fold.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use consnap_core::base::consistency::Platform;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::report::Report;
use consnap_core::run::session::{Numbered, Session};
use consnap_core::{Lang, Time};
use consnap_simulator::scenario::{DiskSpec, GuestFault, InstanceSpec, Millis, QuiesceRecord, Scenario, TagFault};
use consnap_simulator::{Answer, Arrival, Ended, InstanceTruth, MemoryDriver, Onward, Service, Simulator, Step};
use consnap_tests::judge::{Excused, judge};
use consnap_tests::meddled::{driver, instead, quiesce, setup, start};

/// What goes wrong at a point of a run.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// The connection closes, before or after the service did what it was asked for.
    Closed { after: bool },
    /// No answer comes.
    Silent { after: bool },
    /// The answer comes when nobody waits for it any more.
    Late,
    /// The service asks to wait.
    Throttled,
    /// The service refuses the account.
    Refused,
    /// The service fails, before or after the effect.
    Broken { after: bool },
    /// The service does not know the time of the signature.
    WrongTime,
    /// Something that is not the service answers, before or after the effect.
    Foreign { status: u16, after: bool },
    /// The body ends early.
    CutShort,
    /// The machine sleeps for twenty minutes; the answer is lost.
    Slept,
    /// The process dies before or after a record of the journal, and is taken up again after so many seconds.
    Died { recorded: bool, seconds: u64 },
}

use Fault::*;

/// What may happen to a call that changes nothing: whether it was carried out makes no difference.
const READING: &[Fault] = &[
    Closed { after: true },
    Silent { after: true },
    Late,
    Throttled,
    Refused,
    Broken { after: true },
    WrongTime,
    Foreign { status: 200, after: true },
    Foreign { status: 403, after: true },
    CutShort,
    Slept,
];

/// What may happen to a call that changes something, besides.
const WRITING: &[Fault] = &[
    Closed { after: false },
    Silent { after: false },
    Broken { after: false },
    Foreign { status: 200, after: false },
    Foreign { status: 403, after: false },
];

const DEATHS: [u64; 3] = [1, 700, 7_200];

/// At these points pairs of faults are tried with and without pruning: before and after the start.
const POINTS: Range<usize> = 15..19;

/// So many points after a fault states are compared: later ones are the same where one of these was.
const COMPARED: usize = 6;

/// Where something may go wrong.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Point {
    Call {
        writes: bool,
    },
    /// `last`: nothing was recorded together with it after it.
    Record {
        last: bool,
    },
}

impl Point {
    fn faults(self) -> Vec<Fault> {
        match self {
            Self::Call { writes } => READING.iter().chain(WRITING.iter().filter(|_| writes)).copied().collect(),
            Self::Record { last } => {
                let recorded = [false, true].into_iter().filter(|recorded| last || !recorded);
                recorded.flat_map(|recorded| DEATHS.map(|seconds| Died { recorded, seconds })).collect()
            }
        }
    }
}

/// The points of a run in order, and what goes wrong at which.
#[derive(Debug, Default)]
struct Track {
    points: Vec<Point>,
    schedule: Vec<(usize, Fault)>,
}

impl Track {
    fn pass(&mut self, point: Point) -> Option<Fault> {
        let at = self.points.len();
        self.points.push(point);
        self.schedule.iter().find(|(place, _)| *place == at).map(|(_, fault)| *fault)
    }
}

/// The simulator, with what goes wrong on the way to it and back.
struct Faulty {
    inner: Simulator,
    /// By how much the service's clock is ahead of the session's, whose machine slept.
    ahead_millis: i64,
    track: Rc<RefCell<Track>>,
}

impl Service for Faulty {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let operation = request.header("x-acs-action").unwrap_or_default();
        let writes = !operation.starts_with("Describe") && !operation.starts_with("Get");
        let fault = self.track.borrow_mut().pass(Point::Call { writes });
        let before = self.ahead_millis;
        let answer = self.answer(Time::from_millis(now.millis() + before), request, fault);
        Answer { at: Time::from_millis(answer.at.millis() - before), ..answer }
    }
}

impl Faulty {
    fn answer(&mut self, now: Time, request: &HttpRequest, fault: Option<Fault>) -> Answer {
        let at = Time::from_millis(now.millis() + 50);
        let error = |status, code: &str| {
            let body = format!(r#"{{"RequestId":"0000","Code":"{code}","Message":"no"}}"#);
            instead(&Answer { at, what: Arrival::Silence }, status, &body)
        };
        let foreign = |status| {
            let headers = vec![("content-type".into(), "text/html".to_owned())];
            let body = b"<html><body>gateway</body></html>".to_vec();
            Answer { at, what: Arrival::Reply(HttpReply { status, headers, body }) }
        };
        let carried_out = match fault {
            None | Some(Late | CutShort | Slept) => true,
            Some(Closed { after } | Silent { after } | Broken { after } | Foreign { after, .. }) => after,
            Some(Throttled | Refused | WrongTime | Died { .. }) => false,
        };
        let answer = carried_out.then(|| self.inner.handle(now, request));
        match fault {
            Some(Closed { .. }) => Answer { at, what: Arrival::ConnectionClosed },
            Some(Silent { .. }) => Answer { at, what: Arrival::Silence },
            Some(Throttled) => error(400, "Throttling.User"),
            Some(Refused) => error(403, "Forbidden.RAM"),
            Some(Broken { .. }) => error(500, "InternalError"),
            Some(WrongTime) => error(400, "IllegalTimestamp"),
            Some(Foreign { status, .. }) => foreign(status),
            Some(Slept) => {
                self.ahead_millis += 20 * 60 * 1_000;
                Answer { at, what: Arrival::ConnectionClosed }
            }
            None | Some(Late | CutShort | Died { .. }) => match answer {
                Some(answer) if fault == Some(Late) => Answer { at: answer.at.plus_seconds(40), ..answer },
                Some(answer) if fault == Some(CutShort) => cut_short(answer),
                Some(answer) => answer,
                None => Answer { at, what: Arrival::Silence },
            },
        }
    }
}

fn cut_short(answer: Answer) -> Answer {
    let Arrival::Reply(mut reply) = answer.what else { return answer };
    reply.body.truncate(reply.body.len() / 2);
    Answer { at: answer.at, what: Arrival::Reply(reply) }
}

/// States that were met.
#[derive(Default)]
struct Known {
    /// How many faults were to come, and the results in the end where no further one came.
    states: HashMap<u64, (u32, Rc<[&'static str]>)>,
    /// Of the run that is being played.
    own: Vec<u64>,
    pruned: u64,
}

impl Known {
    /// The results of a state that need not be played on with so many faults to come.
    fn meet(&mut self, state: u64, further: u32) -> Option<Rc<[&'static str]>> {
        if let Some((tried, results)) = self.states.get(&state)
            && *tried >= further
            && !self.own.contains(&state)
        {
            self.pruned += 1;
            return Some(Rc::clone(results));
        }
        self.states.insert(state, (further, Rc::default()));
        self.own.push(state);
        None
    }

    /// The run that is being played has ended.
    fn ended(&mut self, results: &[&'static str]) {
        let results: Rc<[&'static str]> = results.into();
        for state in self.own.drain(..) {
            if let Some(known) = self.states.get_mut(&state) {
                known.1 = Rc::clone(&results);
            }
        }
    }
}

/// Everything that decides how a run goes on, with times as they lie from now. Replies name whole seconds, so the part of
/// the second counts.
fn state_of(life: u64, session: &Session, driver: &MemoryDriver, service: &Faulty) -> u64 {
    let now = driver.now.millis();
    let mut text = String::with_capacity(64 * 1024);
    let ahead = service.ahead_millis;
    write!(text, "{life} {} {ahead} {driver:?} {session:?} {:?}", now.rem_euclid(1000), service.inner).unwrap();
    let mut hash = DefaultHasher::new();
    let mut rest = text.as_str();
    while let Some((before, time)) = rest.split_once("Time(") {
        let (digits, after) = time.split_once(')').unwrap();
        before.hash(&mut hash);
        match digits.parse::<i64>() {
            // Beginning and end of all times stay what they are.
            Ok(millis) if (1..Time::FAR_FUTURE.millis()).contains(&millis) => (millis - now).hash(&mut hash),
            _ => digits.hash(&mut hash),
        }
        rest = after;
    }
    rest.hash(&mut hash);
    hash.finish()
}

/// A run to its end, or to a state that was met before.
struct Played {
    points: Vec<Point>,
    results: Rc<[&'static str]>,
    end: Option<End>,
}

/// How a run ended.
struct End {
    report: Report,
    truth: Vec<InstanceTruth>,
    journal: Vec<Numbered>,
}

/// Plays a run; with `known`, until a state is met from which as many faults were tried as are to come.
fn play(
    fleet: &Fleet,
    schedule: &[(usize, Fault)],
    mut known: Option<(&mut Known, u32)>,
) -> Result<Played, (String, Vec<Numbered>)> {
    let track = Rc::new(RefCell::new(Track { schedule: schedule.to_vec(), ..Track::default() }));
    let last_fault = schedule.last().map_or(0, |(place, _)| place + 1);
    let simulator = Simulator::new(fleet.scenario.clone());
    let mut setup = setup(&simulator);
    if fleet.quiesce {
        quiesce(&mut setup.job);
    }
    let mut service = Faulty { inner: simulator, ahead_millis: 0, track: Rc::clone(&track) };
    let mut journal: Vec<Numbered> = Vec::new();
    let mut session = Session::new(setup.clone(), start());
    let mut now = start();
    for life in 0..8 {
        let mut driver = driver(now);
        driver.nonce_prefix(life << 48);
        let mut died = None;
        let mut observe = |records: &[Numbered]| {
            for (position, record) in (1..).zip(records) {
                let fault = track.borrow_mut().pass(Point::Record { last: position == records.len() });
                if !matches!(fault, Some(Died { recorded: false, .. })) {
                    journal.push(record.clone());
                }
                if let Some(Died { seconds, .. }) = fault {
                    died = Some(seconds);
                    return Onward::Crash;
                }
            }
            Onward::Go
        };
        let mut hashed = 0;
        let ended = loop {
            match driver.step(&mut session, &mut service, &mut observe) {
                Step::Onward => {}
                Step::Planned => session.go_ahead(),
                Step::Over(ended) => break ended,
            }
            let points = track.borrow().points.len();
            if let Some((known, further)) = &mut known
                && (last_fault..=last_fault + COMPARED).contains(&points)
                && points > hashed.max(last_fault)
            {
                hashed = points;
                if let Some(results) = known.meet(state_of(life, &session, &driver, &service), *further) {
                    known.ended(&results);
                    return Ok(Played { points: track.take().points, results, end: None });
                }
            }
        };
        now = driver.now;
        let report = Report::of(session.state(), session.error(), session.calls_sent(), Lang::En);
        match (ended, died) {
            // The service refused who took the run up: he is told that it is open, and takes it up once more.
            (Ended::Done, _) if session.error().is_some() && report.summary.open > 0 => {
                if report.exit_status == 0 {
                    return Err(("an open run that is refused ends with 0".to_owned(), journal));
                }
                now = now.plus_seconds(60);
                session = Session::resume(setup.clone(), &journal, now);
            }
            (Ended::Done, _) => {
                let truth = service.inner.truth_at(Time::from_millis(now.millis() + service.ahead_millis));
                let results: Rc<[_]> = report.instances.iter().map(|instance| instance.result.name()).collect();
                if let Some((known, _)) = known {
                    known.ended(&results);
                }
                return Ok(Played { points: track.take().points, results, end: Some(End { report, truth, journal }) });
            }
            (Ended::Crashed, Some(seconds)) => {
                now = now.plus_seconds(seconds);
                session = if journal.is_empty() {
                    Session::new(setup.clone(), now)
                } else {
                    Session::resume(setup.clone(), &journal, now)
                };
            }
            _ => return Err(("the session neither sends nor waits".to_owned(), journal)),
        }
        if now.since(start()).as_secs() > 40 * 86_400 {
            break;
        }
    }
    Err(("the run does not end".to_owned(), journal))
}

/// Whether a fault at a point passes: asked again, the service answers as ever.
fn passes(point: Point, fault: Fault) -> bool {
    point == Point::Call { writes: false } && !matches!(fault, Refused | Slept)
}

/// What is tried, and what was.
struct Tally<'f> {
    fleet: &'f Fleet,
    /// Whether states that were met are known again.
    known: Option<Known>,
    /// Faults come at these points only.
    points: Range<usize>,
    /// When no further first fault is begun.
    until: Option<Instant>,
    /// How many first faults were tried then, and of how many.
    left: Option<(usize, usize)>,
    /// The results without a fault.
    without: Rc<[&'static str]>,
    schedules: u64,
    /// Different ends: report and truth, without times and ids.
    ends: BTreeSet<String>,
    results: BTreeMap<&'static str, u64>,
}

/// Plays a schedule, judges it, and plays every one that has a further fault later.
fn explore(schedule: &mut Vec<(usize, Fault)>, further: u32, tally: &mut Tally<'_>) {
    let wrong = |why: String, journal: &[Numbered]| {
        for record in journal {
            println!("{}", serde_json::to_string(record).unwrap().chars().take(600).collect::<String>());
        }
        panic!("{schedule:?}: {why}");
    };
    let played = match play(tally.fleet, schedule, tally.known.as_mut().map(|known| (known, further))) {
        Ok(played) => played,
        Err((why, journal)) => return wrong(why, &journal),
    };
    if let [(place, fault)] = schedule[..]
        && passes(played.points[place], fault)
        && played.results != tally.without
    {
        let journal = played.end.as_ref().map_or(&[][..], |end| &end.journal);
        wrong(format!("a fault that passes costs a verdict: {:?}", played.results), journal);
    }
    tally.schedules += 1;
    if let Some(End { report, truth, journal }) = &played.end {
        let excused = Excused { unknown: !schedule.is_empty(), urgent: false };
        if let Err(why) = judge(report, truth, "nightly-a1b2c3d4", excused) {
            wrong(why, journal);
        }
        // Reading a record is a command too.
        let starts = |truth: &InstanceTruth| if tally.fleet.quiesce { truth.started } else { truth.commands };
        if let Some(twice) = truth.iter().find(|truth| starts(truth) > 1) {
            wrong(format!("{} commands reached {}", starts(twice), twice.instance_id), journal);
        }
        let mut end = String::new();
        for (instance, truth) in report.instances.iter().zip(truth) {
            *tally.results.entry(instance.result.name()).or_default() += 1;
            let said = (instance.result.name(), instance.held, &instance.why.code, instance.disks_covered);
            let was = (truth.commands, truth.started, truth.held, truth.exit_code, truth.groups.len());
            write!(end, "{said:?} {was:?}; ").unwrap();
        }
        tally.ends.insert(end);
    }
    if further == 0 {
        return;
    }
    let first = schedule.last().map_or(0, |(place, _)| place + 1).max(tally.points.start);
    let mut next: Vec<(usize, Fault)> = (first..played.points.len().min(tally.points.end))
        .flat_map(|place| played.points[place].faults().into_iter().map(move |fault| (place, fault)))
        .collect();
    if schedule.is_empty() && further > 1 {
        spread(&mut next);
    }
    let all = next.len();
    for (tried, (place, fault)) in next.into_iter().enumerate() {
        if schedule.is_empty() && tally.until.is_some_and(|until| until <= Instant::now()) {
            tally.left = Some((tried, all));
            return;
        }
        schedule.push((place, fault));
        explore(schedule, further - 1, tally);
        schedule.pop();
    }
}

/// Takes from everywhere: every sixteenth, then every sixteenth from the next on.
fn spread(faults: &mut Vec<(usize, Fault)>) {
    let all = std::mem::take(faults);
    faults.extend((0..16).flat_map(|from| all.iter().skip(from).step_by(16).copied()));
}

fn instance(id: &str, platform: Platform) -> InstanceSpec {
    InstanceSpec {
        id: id.to_owned(),
        platform,
        role: Some("AppSnapshotRoleName".to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40)],
        ..InstanceSpec::default()
    }
}

/// A few instances, and whether their job has scripts of consnap.
struct Fleet {
    scenario: Scenario,
    quiesce: bool,
}

fn fleet(instances: Vec<(InstanceSpec, GuestFault)>) -> Fleet {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    for (spec, fault) in instances {
        scenario.guest_faults.push(GuestFault { instances: vec![spec.id.clone()], ..fault });
        scenario.instances.push(spec);
    }
    Fleet { scenario, quiesce: false }
}

/// One instance whose scripts leave a record.
fn quiesced(record: QuiesceRecord, fault: GuestFault) -> Fleet {
    let mut spec = instance("i-bp1one", Platform::Linux);
    spec.guest.quiesce_record = record;
    Fleet { quiesce: true, ..fleet(vec![(spec, fault)]) }
}

fn tally(fleet: &Fleet, known: Option<Known>, points: Range<usize>) -> (Tally<'_>, usize) {
    let played = play(fleet, &[], None).unwrap_or_else(|(why, _)| panic!("{why}"));
    let tally = Tally {
        fleet,
        known,
        points,
        until: None,
        left: None,
        without: played.results,
        schedules: 0,
        ends: BTreeSet::new(),
        results: BTreeMap::new(),
    };
    (tally, played.points.len())
}

/// Tries all schedules of a fleet; without a fault it must come to the results that are given.
fn every_schedule(fleet: &Fleet, without: &[&str]) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")));
    let faults = number("CONSNAP_FAULTS").unwrap_or(1);
    let minutes = number("CONSNAP_FAULTS_MINUTES").map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    for faults in 1..=faults {
        let (mut tally, points) = tally(fleet, (faults > 1).then(Known::default), 0..usize::MAX);
        assert_eq!(*tally.without, *without);
        tally.until = minutes.filter(|_| faults > 1).map(|minutes| Instant::now() + minutes);
        explore(&mut Vec::new(), faults, &mut tally);
        tally.say(faults, points);
    }
}

impl Tally<'_> {
    fn say(&self, faults: u32, points: usize) {
        let (states, pruned) = self.known.as_ref().map_or((0, 0), |known| (known.states.len(), known.pruned));
        let fleet = std::thread::current().name().unwrap_or_default().to_owned();
        let part = match self.left {
            None => "all".to_owned(),
            Some((tried, all)) => format!("{tried} of {all} first faults, each with every second one"),
        };
        println!(
            "{fleet}, up to {faults} faults: {part}. {} schedules over {points} points, {states} states, {pruned} pruned, \
             {} different ends, verdicts {:?}",
            self.schedules,
            self.ends.len(),
            self.results
        );
        // Schedules that change nothing would try nothing.
        assert!(self.schedules > 200 && self.ends.len() > 3, "{} {:?}", self.schedules, self.ends);
    }
}

/// Every end that comes of pairs of faults is met with pruning too, whichever of them an invariant would forbid.
#[test]
fn states_that_were_met_hide_no_finding() {
    let guest = GuestFault { exit_code: Some(10), held: Some(true), ..GuestFault::default() };
    let fleet = fleet(vec![(instance("i-bp1one", Platform::Linux), guest)]);
    let [all, pruned] = [None, Some(Known::default())].map(|known| {
        let (mut tally, _) = tally(&fleet, known, POINTS);
        explore(&mut Vec::new(), 2, &mut tally);
        tally
    });
    let known = pruned.known.unwrap();
    println!("{} schedules, {} with pruning, {} states", all.schedules, pruned.schedules, known.states.len());
    assert!(known.pruned > 20 && pruned.schedules < all.schedules, "{} {}", known.pruned, pruned.schedules);
    assert_eq!(all.ends, pruned.ends);
}

#[test]
fn a_linux_instance_that_does_well() {
    every_schedule(&fleet(vec![(instance("i-bp1one", Platform::Linux), GuestFault::default())]), &["ok"]);
}

#[test]
fn a_windows_instance_that_does_well() {
    every_schedule(&fleet(vec![(instance("i-bp1one", Platform::Windows), GuestFault::default())]), &["ok"]);
}

#[test]
fn a_guest_that_fell_back_in_silence() {
    let mut spec = instance("i-bp1one", Platform::Windows);
    spec.guest.vss_writers = false;
    every_schedule(&fleet(vec![(spec, GuestFault::default())]), &["weaker"]);
}

#[test]
fn a_guest_whose_snapshots_have_no_tag() {
    let fault = GuestFault { tags: Some(TagFault::Missing), ..GuestFault::default() };
    every_schedule(&fleet(vec![(instance("i-bp1one", Platform::Linux), fault)]), &["weaker"]);
}

#[test]
fn a_guest_that_stays_held() {
    let fault = GuestFault { exit_code: Some(10), held: Some(true), ..GuestFault::default() };
    every_schedule(&fleet(vec![(instance("i-bp1one", Platform::Linux), fault)]), &["urgent"]);
}

#[test]
fn a_guest_whose_plug_in_failed() {
    let fault = GuestFault { exit_code: Some(3), ..GuestFault::default() };
    every_schedule(&fleet(vec![(instance("i-bp1one", Platform::Linux), fault)]), &["failed"]);
}

#[test]
fn one_that_is_held_and_one_that_does_well() {
    let fault = GuestFault { exit_code: Some(12), held: Some(true), ..GuestFault::default() };
    let two = vec![
        (instance("i-bp1one", Platform::Linux), fault),
        (instance("i-bp1two", Platform::Windows), GuestFault::default()),
    ];
    every_schedule(&fleet(two), &["urgent", "ok"]);
}

#[test]
fn a_guest_whose_scripts_left_a_record() {
    every_schedule(&quiesced(QuiesceRecord::AsRun, GuestFault::default()), &["ok"]);
}

#[test]
fn a_guest_whose_record_contradicts_the_tag() {
    every_schedule(&quiesced(QuiesceRecord::Expired, GuestFault::default()), &["weaker"]);
}
