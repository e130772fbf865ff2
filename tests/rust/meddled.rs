//! The simulator in virtual time with one thing going wrong at a chosen call, and the session that meets it.

use std::cell::RefCell;
use std::rc::Rc;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::input::job::Job;
use consnap_core::run::session::{Event, Goal, Numbered, Session, Setup, Target};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::scenario::{DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, Scenario};
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Service, Simulator};

/// A service that somebody meddles with: each call is named and counted, and its answer may be exchanged.
pub struct Meddled<F> {
    pub inner: Simulator,
    pub calls: Vec<(Time, String)>,
    meddle: F,
    pub transcript: Option<Rc<RefCell<Vec<String>>>>,
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Meddled<F> {
    pub fn new(inner: Simulator, meddle: F) -> Self {
        Self { inner, calls: Vec::new(), meddle, transcript: None }
    }

    pub fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|(_, name)| name == operation).count()
    }
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Service for Meddled<F> {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let operation = request.header("x-acs-action").unwrap_or_default().to_owned();
        self.calls.push((now, operation.clone()));
        if let Some(transcript) = &self.transcript {
            let seconds = now.since(start()).as_millis() as f64 / 1000.0;
            transcript.borrow_mut().push(format!("{seconds:>9.3} s  -> {operation}"));
        }
        let nth = self.count(&operation);
        let answer = self.inner.handle(now, request);
        (self.meddle)(&operation, nth, answer)
    }
}

pub fn untouched(_: &str, _: usize, answer: Answer) -> Answer {
    answer
}

/// A reply in the place of what the service answered, at the same time.
pub fn instead(answer: &Answer, status: u16, body: &str) -> Answer {
    let headers = vec![("content-type".into(), "application/json".to_owned())];
    Answer { at: answer.at, what: Arrival::Reply(HttpReply { status, headers, body: body.as_bytes().to_vec() }) }
}

/// The service's own reply with a change in its body.
pub fn changed(answer: Answer, change: impl FnOnce(&mut serde_json::Value)) -> Answer {
    let Arrival::Reply(mut reply) = answer.what else { return answer };
    if let Ok(mut body) = serde_json::from_slice(&reply.body) {
        change(&mut body);
        reply.body = body.to_string().into_bytes();
    }
    Answer { at: answer.at, what: Arrival::Reply(reply) }
}

/// A list without a single invocation in the place of what the service answered: tags that do not show yet.
pub fn no_invocation(answer: &Answer) -> Answer {
    let Arrival::Reply(reply) = &answer.what else { return answer.clone() };
    let body = br#"{"RequestId":"r","TotalCount":0,"NextToken":"","Invocations":{"Invocation":[]}}"#.to_vec();
    Answer { at: answer.at, what: Arrival::Reply(HttpReply { body, ..reply.clone() }) }
}

pub fn fleet(count: u32) -> Simulator {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    scenario.fleets.push(Fleet {
        count,
        id_prefix: "i-bp1web".to_owned(),
        template: InstanceSpec {
            role: Some("AppSnapshotRoleName".to_owned()),
            disks: vec![DiskSpec::of("cloud_essd", 40)],
            ..InstanceSpec::default()
        },
    });
    Simulator::new(scenario)
}

pub fn setup(simulator: &Simulator) -> Setup {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    job.instance_ram_role = String::from("AppSnapshotRoleName");
    job.group_name = String::from("nightly-{run}");
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job.run.canary = 0;
    job.run.max_in_flight = u32::MAX;
    Setup::new(job, "a1b2c3d4", 1, Goal::Run)
}

pub fn start() -> Time {
    Time::parse("2026-11-03T02:00:00Z").unwrap()
}

pub fn driver(now: Time) -> MemoryDriver {
    let credential = Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: None,
        expires_at: None,
        source: "test".to_owned(),
    };
    MemoryDriver::new(now, credential)
}

/// Runs to the end and gives all events.
pub fn run<F: FnMut(&str, usize, Answer) -> Answer>(session: &mut Session, service: &mut Meddled<F>) -> Vec<Numbered> {
    let mut events = Vec::new();
    let ended = driver(start()).run(session, service, |news| {
        events.extend_from_slice(news);
        Onward::Go
    });
    assert_eq!(ended, Ended::Done);
    events
}

/// A run that dies as soon as its first command is intended and sent; the events that survived.
pub fn died_after_the_first_start(simulator: Simulator) -> (Simulator, Vec<Numbered>, Time) {
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut driver = driver(start());
    let mut events: Vec<Numbered> = Vec::new();
    let ended = driver.run(&mut session, &mut service, |news| {
        events.extend_from_slice(news);
        let accepted = news.iter().any(|numbered| matches!(numbered.event, Event::CallAccepted { .. }));
        if accepted { Onward::Crash } else { Onward::Go }
    });
    assert_eq!((ended, service.count("RunCommand")), (Ended::Crashed, 1));
    events.retain(|numbered| !matches!(numbered.event, Event::CallAccepted { .. }));
    (service.inner, events, driver.now)
}

/// The results of all instances, in the order of the job.
pub fn results(session: &Session) -> Vec<ResultKind> {
    let result = |target: &Target| target.verdict.as_ref().map_or(ResultKind::NotRun, |it| it.result);
    session.state().targets.iter().map(result).collect()
}

/// Two instances, of which the first has a fault in its guest.
pub fn with_fault(fault: GuestFault, change: impl FnOnce(&mut Scenario)) -> Simulator {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    let instance = |id: &str| InstanceSpec {
        id: id.to_owned(),
        role: Some("AppSnapshotRoleName".to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40)],
        ..InstanceSpec::default()
    };
    scenario.instances = vec![instance("i-bp1one"), instance("i-bp1two")];
    scenario.guest_faults.push(GuestFault { instances: vec!["i-bp1one".to_owned()], ..fault });
    change(&mut scenario);
    Simulator::new(scenario)
}
