//! The simulator in virtual time with one thing going wrong at a chosen call, and the session that meets it.

use std::cell::RefCell;
use std::rc::Rc;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::ecs::api::{ApiCall, Operation};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_core::input::job::{Job, Quiesce};
use consnap_core::run::session::{Event, Goal, Numbered, Session, Setup, Target};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::scenario::{DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, Scenario};
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Service, Simulator};

use crate::simulated::LINUX_COMMAND;

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

/// The job with scripts of consnap instead of its own; what they do stands in the scenario.
pub fn quiesce(job: &mut Job) {
    // `#!/bin/sh` and `exit 0`, each with a line end.
    let content = Some("IyEvYmluL3NoCmV4aXQgMAo=".to_owned());
    let quiesce = Quiesce {
        engine: "mariadb".to_owned(),
        name: Some("m1".to_owned()),
        pre_content: content.clone(),
        post_content: content,
        ..Quiesce::default()
    };
    let [pre, post] = quiesce.paths().unwrap();
    (job.linux.pre_script_path, job.linux.post_script_path) = (Some(pre), Some(post));
    job.linux.script_timeout_seconds = Some(quiesce.script_seconds());
    job.linux.quiesce = Some(quiesce);
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

/// A service between which and the session somebody sits: each call goes through his hands, with its number.
pub struct Between<F> {
    pub inner: Simulator,
    /// How far the service's clock is ahead of the session's.
    pub ahead: i64,
    pub calls: Vec<(Time, String)>,
    hands: F,
}

impl<F: FnMut(&str, usize, &mut Simulator, &mut i64, Time, &HttpRequest) -> Answer> Between<F> {
    pub fn new(inner: Simulator, hands: F) -> Self {
        Self { inner, ahead: 0, calls: Vec::new(), hands }
    }

    pub fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|(_, name)| name == operation).count()
    }
}

impl<F: FnMut(&str, usize, &mut Simulator, &mut i64, Time, &HttpRequest) -> Answer> Service for Between<F> {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let operation = request.header("x-acs-action").unwrap_or_default().to_owned();
        self.calls.push((now, operation.clone()));
        let nth = self.count(&operation);
        let before = self.ahead;
        let theirs = Time::from_millis(now.millis() + before);
        let answer = (self.hands)(&operation, nth, &mut self.inner, &mut self.ahead, theirs, request);
        Answer { at: Time::from_millis(answer.at.millis() - before), ..answer }
    }
}

pub fn lost(answer: &Answer) -> Answer {
    Answer { at: answer.at, what: Arrival::ConnectionClosed }
}

/// An answer without an id of the service's.
pub fn foreign(answer: &Answer, status: u16, body: &str) -> Answer {
    let headers = vec![("content-type".into(), "text/html".to_owned())];
    Answer { at: answer.at, what: Arrival::Reply(HttpReply { status, headers, body: body.as_bytes().to_vec() }) }
}

pub fn asks_by_tag(request: &HttpRequest) -> bool {
    request.query.contains("consnap%3Acall")
}

/// A command that somebody starts on an instance, past the session; the id of its invocation.
pub fn start_elsewhere(simulator: &mut Simulator, now: Time, instance: &str, tags: &[(&str, &str)]) -> String {
    let body = ask_to_start(simulator, now, instance, tags).expect("a reply");
    body["InvokeId"].as_str().unwrap_or_else(|| panic!("not started: {body}")).to_owned()
}

/// What the service answers to somebody who starts the plug-in by hand; `None` where nothing comes.
pub fn ask_to_start(
    simulator: &mut Simulator,
    now: Time,
    instance: &str,
    tags: &[(&str, &str)],
) -> Option<serde_json::Value> {
    let mut parameters = vec![
        ("RegionId".into(), "cn-hangzhou".to_owned()),
        ("Type".into(), "RunShellScript".to_owned()),
        ("CommandContent".into(), LINUX_COMMAND.to_owned()),
        ("Timeout".into(), "600".to_owned()),
        ("InstanceId.1".into(), instance.to_owned()),
    ];
    for (number, (key, value)) in (1..).zip(tags) {
        parameters.push((format!("Tag.{number}.Key").into(), (*key).to_owned()));
        parameters.push((format!("Tag.{number}.Value").into(), (*value).to_owned()));
    }
    let call = ApiCall { operation: Operation::RunCommand, region: "cn-hangzhou".to_owned(), parameters };
    let credential = driver(now).credential;
    let request = sign_call(&call, "127.0.0.1", &credential, now, "elsewhere", SignatureVersion::V3);
    let Arrival::Reply(reply) = simulator.handle(now, &request).what else { return None };
    serde_json::from_slice(&reply.body).ok()
}

/// Somebody asks the service to stop an invocation.
pub fn stop_elsewhere(simulator: &mut Simulator, now: Time, invoke_id: &str) {
    let parameters = vec![("RegionId".into(), "cn-hangzhou".to_owned()), ("InvokeId".into(), invoke_id.to_owned())];
    let call = ApiCall { operation: Operation::StopInvocation, region: "cn-hangzhou".to_owned(), parameters };
    let credential = driver(now).credential;
    let request = sign_call(&call, "127.0.0.1", &credential, now, "stopped elsewhere", SignatureVersion::V3);
    let Arrival::Reply(reply) = simulator.handle(now, &request).what else { panic!("no reply") };
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
}

pub fn groups(simulator: &Simulator) -> Vec<usize> {
    simulator.truth().iter().map(|truth| truth.groups.len()).collect()
}

pub fn why(session: &Session, index: usize) -> &'static str {
    let target = &session.state().targets[index];
    let finding = target.not_run.as_deref().or(target.verdict.as_deref().map(|verdict| &verdict.why));
    finding.map_or("-", |finding| finding.row.code)
}
