//! The service: reads requests, verifies them, lets faults strike, carries operations out, answers.

mod authentication;
mod error;
mod faults;
mod foreign_results;
mod invocations;
mod issuing;
mod operations;
mod paging;
mod parameters;
mod request;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::ecs::api::Operation;
use serde_json::Value;

pub(crate) use authentication::FixedState;
use authentication::{Gate, Moment};
use error::ApiError;
use faults::{FaultState, Rate};
use invocations::History;
use issuing::Issued;
use operations::{ClientTokens, SentFiles};
use request::{Parameters, Request};

use crate::calls::{CallLog, CallResult, RecordedCall};
use crate::random::mix;
use crate::scenario::{AccessKey, ApiFault, ClosedConnection, ListingFault, Scenario, ServiceError};
use crate::world::World;
use crate::{Answer, Arrival, Checks, Service};

/// The simulated service with its account.
#[derive(Clone, Debug)]
pub struct Simulator {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) world: World,
    pub(crate) history: History,
    tokens: ClientTokens,
    sent_files: SentFiles,
    gate: Gate,
    issued: Issued,
    faults: FaultState,
    pub(crate) log: CallLog,
    checks: Checks,
    origin: Option<Time>,
    /// How far the clock was moved by hand.
    advanced: Duration,
    /// Whether the clock moves by hand only.
    stands_still: bool,
    /// The service's clock at the last request.
    pub(crate) now: Time,
    requests: u64,
}

/// What came of a call, before it is put into a reply.
struct Outcome {
    result: Result<Vec<u8>, ApiError>,
    headers: Vec<(&'static str, String)>,
    way: Way,
    delay: Duration,
}

/// How a reply travels.
enum Way {
    Whole,
    Closed,
    Silent,
    Html(String),
}

impl Simulator {
    /// The service of a scenario, before its first request.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            world: World::new(&scenario),
            history: History::default(),
            tokens: ClientTokens::default(),
            sent_files: SentFiles::default(),
            gate: Gate::default(),
            issued: Issued::default(),
            faults: FaultState::new(&scenario),
            log: CallLog::default(),
            checks: Checks::default(),
            origin: None,
            advanced: Duration::ZERO,
            stands_still: false,
            now: Time::EPOCH,
            requests: 0,
            scenario: Arc::new(scenario),
        }
    }

    /// The same service with other checks; tests that replay old requests switch off those that look at the clock.
    pub fn with_checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }

    /// The service of the same scenario as on its first day.
    pub fn reset(&mut self) {
        let stands_still = self.stands_still;
        *self = Self::new(Scenario::clone(&self.scenario)).with_checks(self.checks);
        self.stands_still = stands_still;
    }

    /// The scenario played.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The requests of the log, the newest last; only the last 100,000 are kept.
    pub fn calls(&self) -> impl Iterator<Item = &RecordedCall> {
        self.log.recent()
    }

    /// How often each operation was called, whatever came of it.
    pub fn call_counts(&self) -> &BTreeMap<&'static str, u64> {
        self.log.counts()
    }

    /// The service's clock for a time on the caller's.
    fn service_time(&self, wall: Time, origin: Time) -> Time {
        let passed = if self.stands_still { 0.0 } else { wall.since(origin).as_secs_f64() * self.time_scale() };
        origin.plus(Duration::try_from_secs_f64(passed).unwrap_or(Duration::MAX)).plus(self.advanced)
    }

    /// The caller's clock for a duration on the service's.
    fn wall_duration(&self, service: Duration) -> Duration {
        service.div_f64(self.time_scale())
    }

    /// The scenario's scale, brought into its range.
    fn time_scale(&self) -> f64 {
        let scale = self.scenario.time_scale;
        if scale.is_finite() { scale.clamp(0.001, 100_000.0) } else { 1.0 }
    }

    /// Starts the service's clock before the first request does.
    pub fn begin(&mut self, wall: Time) {
        if self.origin.is_none() {
            self.origin = Some(wall);
            self.world.plant(&self.scenario.groups, wall);
        }
    }

    /// From now on the service's clock moves only by [`Self::advance`]: virtual time.
    pub fn hold_clock(&mut self) {
        self.stands_still = true;
    }

    /// Moves the service's clock forward.
    pub fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }

    /// The service's clock at the last request, or when it was last looked at.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Moves the service's clock to a time on the caller's, as a request would.
    pub fn catch_up(&mut self, wall: Time) {
        if let Some(origin) = self.origin {
            self.now = self.service_time(wall, origin).max(self.now);
        }
    }

    fn request_id(&mut self) -> String {
        self.requests += 1;
        let (a, b) = (mix(self.scenario.seed ^ mix(self.requests)), mix(self.requests ^ 0x5eed));
        format!(
            "{:08X}-{:04X}-5{:03X}-{:04X}-{:012X}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            (b >> 48 & 0x3fff) | 0x8000,
            b & 0xffff_ffff_ffff
        )
    }

    /// Verifies a request, lets faults strike and carries it out.
    fn serve(&mut self, http: &HttpRequest, moment: Moment, request_id: &str) -> Outcome {
        let latency = self.scenario.service.latency_millis;
        let delay = self.faults.random().between(latency.min, latency.max);
        let mut outcome = Outcome {
            result: Ok(Vec::new()),
            headers: Vec::new(),
            way: Way::Whole,
            delay: Duration::from_millis(u64::from(delay)),
        };
        let scenario = Arc::clone(&self.scenario);
        let (operation, parameters, caller) = match self.admit(&scenario, http, moment) {
            Ok(admitted) => admitted,
            Err((name, error)) => {
                self.log.add(RecordedCall::refused(moment.service, name, &error.code));
                outcome.result = Err(error);
                return outcome;
            }
        };
        let rate = self.faults.count(&scenario.rate_limits, operation.name(), moment.service);
        let fault = self.faults.pick(&scenario.api_faults, operation.name(), &parameters);
        self.apply_faults(&mut outcome, operation, &parameters, &caller, moment, request_id, rate, fault);
        let result = match (&outcome.way, &outcome.result) {
            (Way::Closed, _) => CallResult::ConnectionClosed,
            (Way::Silent, _) => CallResult::Silence,
            (_, Ok(_)) => CallResult::Ok,
            (_, Err(error)) => CallResult::Error(error.code.clone().into_owned()),
        };
        self.log.add(RecordedCall {
            operation: operation.name().to_owned(),
            at: moment.service,
            unknown_parameters: parameters::unknown(operation, &parameters),
            parameters: parameters.without_secrets(),
            result,
        });
        outcome
    }

    /// Reads and verifies a request. Besides what is asked for it gives the id of the key that signed.
    fn admit(
        &mut self,
        scenario: &Scenario,
        http: &HttpRequest,
        moment: Moment,
    ) -> Result<(Operation, Parameters, String), (String, ApiError)> {
        let request = Request::read(http).map_err(|error| (String::new(), error))?;
        let name = request.action.clone();
        let refuse = |error| (name.clone(), error);
        if !Operation::ALL.iter().any(|operation| operation.name() == name) {
            return Err(refuse(ApiError::not_modelled(&name)));
        }
        let operation = Operation::ALL
            .into_iter()
            .find(|operation| operation.name() == name && operation.version() == request.version);
        if let Some(operation @ Operation::AssumeRoleWithOidc) = operation {
            return Ok((operation, request.into_parameters(), String::new()));
        }
        let keys = scenario.access_keys.iter().chain(self.issued.keys());
        let key: &AccessKey = self.gate.authenticate(keys, &request, moment, self.checks).map_err(refuse)?;
        let operation = operation.ok_or_else(|| refuse(ApiError::of("InvalidAction.NotFound")))?;
        if key.refused_operations.contains(&name) {
            return Err(refuse(ApiError::of("Forbidden.RAM")));
        }
        let caller = key.id.clone();
        Ok((operation, request.into_parameters(), caller))
    }

    #[expect(clippy::too_many_arguments, reason = "one step of serving, with everything that step decides on")]
    fn apply_faults(
        &mut self,
        outcome: &mut Outcome,
        operation: Operation,
        parameters: &Parameters,
        caller: &str,
        moment: Moment,
        request_id: &str,
        rate: Option<Rate>,
        fault: Option<&ApiFault>,
    ) {
        if let Some(rate) = rate {
            outcome.headers.push(("x-ratelimit-user-api", rate.header(moment.service)));
            if rate.exceeded {
                outcome.result = Err(ApiError::of("Throttling.User"));
                return;
            }
        }
        if let Some(late) = fault.and_then(|fault| fault.latency_millis) {
            let extra = self.faults.random().between(late.min, late.max);
            outcome.delay += Duration::from_millis(u64::from(extra));
        }
        if let Some(throttle) = fault.and_then(|fault| fault.throttle.as_ref()) {
            if throttle.time_left_millis > 0 {
                let rate =
                    Rate { limit: 1, remain: 0, time_left: u64::from(throttle.time_left_millis), exceeded: true };
                outcome.headers.retain(|(name, _)| *name != "x-ratelimit-user-api");
                outcome.headers.push(("x-ratelimit-user-api", rate.header(moment.service)));
            }
            outcome.result = Err(service_error(&ServiceError {
                status: 400,
                code: throttle.code.clone(),
                message: String::new(),
                after_effect: false,
            }));
            return;
        }
        let error = fault.and_then(|fault| fault.error.as_ref());
        let closed = fault.and_then(|fault| fault.connection_closed);
        let silence = fault.and_then(|fault| fault.silence);
        let html = fault.and_then(|fault| fault.html.clone());
        let without_effect = error.is_some_and(|error| !error.after_effect)
            || closed == Some(ClosedConnection::BeforeEffect)
            || silence == Some(ClosedConnection::BeforeEffect)
            || html.is_some() && error.is_none();
        if !without_effect {
            let done_at = moment.service.plus(outcome.delay);
            outcome.result = self.carry_out(operation, parameters, caller, moment.service, done_at, request_id);
            if let (Some(listing), Ok(body)) = (fault.and_then(|fault| fault.listing), &mut outcome.result) {
                spoil(body, listing, &paging::own_token(operation.name(), parameters));
            }
            if let (Some(foreign), Ok(body)) = (fault.and_then(|fault| fault.results), &mut outcome.result) {
                foreign_results::exchange(body, foreign);
            }
        }
        if let Some(error) = error {
            outcome.result = Err(service_error(error));
        }
        if closed.is_some() {
            outcome.way = Way::Closed;
        } else if silence.is_some() {
            outcome.way = Way::Silent;
        } else if let Some(html) = html {
            outcome.way = Way::Html(html);
        }
    }

    /// Puts what came of a call into a reply.
    fn reply(outcome: Outcome, now: Time, request_id: String, host: &str) -> HttpReply {
        let (status, mut body) = match outcome.result {
            Ok(body) => (200, body),
            Err(error) => (error.status, error.body(&request_id, host)),
        };
        let mut kind = "application/json;charset=utf-8";
        // A page is not the service's: nobody else knows its ids.
        let foreign = matches!(outcome.way, Way::Html(_));
        if let Way::Html(text) = outcome.way {
            body = text.into_bytes();
            kind = "text/html";
        }
        let mut headers: Vec<(Cow<'static, str>, String)> =
            vec![(Cow::Borrowed("date"), now.to_http_date()), (Cow::Borrowed("content-type"), kind.to_owned())];
        if !foreign {
            headers.push((Cow::Borrowed("x-acs-trace-id"), request_id.replace('-', "").to_ascii_lowercase()));
            headers.push((Cow::Borrowed("x-acs-request-id"), request_id));
        }
        headers.extend(outcome.headers.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)));
        HttpReply { status, headers, body }
    }
}

impl Service for Simulator {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        self.begin(now);
        let origin = self.origin.unwrap_or(now);
        self.catch_up(now);
        let service = self.now.max(origin);
        self.now = service;
        if request.path.starts_with("/latest/") {
            return Answer { at: now, what: Arrival::Reply(self.metadata(request)) };
        }
        let request_id = self.request_id();
        let host = request.header("host").unwrap_or("ecs.aliyuncs.com").to_owned();
        let outcome = self.serve(request, Moment { wall: now, service, origin }, &request_id);
        let at = now.plus(self.wall_duration(outcome.delay));
        let what = match outcome.way {
            Way::Closed => Arrival::ConnectionClosed,
            Way::Silent => Arrival::Silence,
            Way::Whole | Way::Html(_) => {
                let arrives = service.plus(outcome.delay);
                Arrival::Reply(Self::reply(outcome, arrives, request_id, &host))
            }
        };
        Answer { at, what }
    }
}

/// Makes a page of a listing wrong. A body without a list stays as it is.
fn spoil(body: &mut Vec<u8>, fault: ListingFault, own_token: &str) {
    let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(body) else { return };
    let entries = members.values_mut().find_map(|member| match member {
        Value::Object(list) if list.len() == 1 => list.values_mut().next()?.as_array_mut(),
        _ => None,
    });
    let Some(entries) = entries else { return };
    let whole = entries.len();
    match fault {
        ListingFault::OneMissing => drop(entries.drain(..whole.min(1))),
        ListingFault::EmptyPage => entries.clear(),
        ListingFault::CountMoved | ListingFault::RepeatedToken => {}
    }
    if let Some(count) = members.get_mut("TotalCount") {
        let said = count.as_u64().unwrap_or_default().max(whole as u64);
        *count = Value::from(if fault == ListingFault::CountMoved { said + 1 } else { said });
    }
    if matches!(fault, ListingFault::EmptyPage | ListingFault::RepeatedToken) {
        members.insert("NextToken".to_owned(), Value::from(own_token));
    }
    *body = Value::Object(members).to_string().into_bytes();
}

fn service_error(error: &ServiceError) -> ApiError {
    let message =
        if error.message.is_empty() { error::usual_message(&error.code).to_owned() } else { error.message.clone() };
    ApiError { status: error.status, code: Cow::Owned(error.code.clone()), message: Cow::Owned(message) }
}
