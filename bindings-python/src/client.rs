//! A client of the real (or simulated) service: single calls, and whole runs whose events are read one by one.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use consnap_client::caller::ApiCaller;
use consnap_client::credentials::{self, Provider, Reach};
use consnap_client::driver::Control;
use consnap_client::journal::state_directory;
use consnap_client::run::new_run_id;
use consnap_client::single_call::SingleCalls;
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::api::Product;
use consnap_core::ecs::api::endpoint::{Endpoint, Network};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::{Error, ErrorKind, Lang};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tokio::sync::watch;

use crate::call::{self, PendingCall, wall_clock};
use crate::event_loop::EventLoop;
use crate::progress::Progress;
use crate::reading;
use crate::run::{self, Task};
use crate::running_task::RunningTask;

/// What a client is told. Secrets come from the script's own memory and are cleared after use.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    region: Option<String>,
    profile: Option<String>,
    endpoint: Option<String>,
    access_key_id: Option<String>,
    #[pyo3(from_py_with = secret)]
    access_key_secret: Option<Secret>,
    #[pyo3(from_py_with = secret)]
    security_token: Option<Secret>,
    state_directory: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    vpc: bool,
    read_timeout: Option<f64>,
    time_scale: Option<f64>,
    lang: String,
}

fn secret(given: &Bound<'_, PyAny>) -> PyResult<Option<Secret>> {
    Ok(given.extract::<Option<String>>()?.map(Secret::new))
}

/// A client. It shares nothing with other clients, and may be used by many threads.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct Client {
    inner: Arc<Inner>,
    events: EventLoop,
}

/// What calls and runs share.
pub(crate) struct Inner {
    pub(crate) caller: Arc<ApiCaller>,
    pub(crate) single_calls: SingleCalls,
    /// The id of the access key the client began with, and where it came from.
    identity: OnceLock<(String, String)>,
    pub(crate) region: Option<String>,
    pub(crate) state_directory: PathBuf,
    /// Whether all calls stay on this machine.
    pub(crate) is_loopback: bool,
    pub(crate) time_scale: f64,
}

/// The error for an option of another type than it has.
pub(crate) fn unreadable(py: Python<'_>, error: &PyErr) -> Error {
    let said = error.value(py).to_string();
    let option = said.rsplit_once('.').map_or(said.as_str(), |(_, option)| option);
    let why = error.cause(py).map_or_else(String::new, |cause| cause.value(py).to_string());
    reading::unusable("Client", format!("`{option}`: {why}"))
}

/// Opens a client.
pub(crate) fn open(options: Options) -> Result<Client, Error> {
    if !matches!(options.lang.as_str(), "en" | "zh") {
        return Err(reading::unusable("Client", format!("`lang`: `{}` is neither `en` nor `zh`", options.lang)));
    }
    let variable = |name: &str| std::env::var(name).ok();
    let mut transport = TransportOptions { ca_file: options.ca_file, ..TransportOptions::default() };
    if let Some(seconds) = options.read_timeout {
        let timeout = Duration::try_from_secs_f64(seconds).ok().filter(|timeout| !timeout.is_zero());
        transport.read_timeout = timeout.ok_or_else(|| no_span("read_timeout", seconds))?;
    }
    let time_scale = options.time_scale.unwrap_or(1.0);
    if !(time_scale.is_finite() && time_scale > 0.0) {
        return Err(no_span("time_scale", time_scale));
    }
    // Real instances are never hurried.
    let is_loopback = |text: &String| Endpoint::parse(text).is_ok_and(|endpoint| endpoint.is_loopback());
    let network = if options.vpc { Network::Vpc } else { Network::Public };
    let endpoint = options.endpoint.or_else(|| variable("CONSNAP_ENDPOINT").filter(|text| !text.is_empty()));
    let is_loopback = endpoint.as_ref().is_some_and(is_loopback);
    let time_scale = if is_loopback { time_scale } else { 1.0 };
    let (credentials, found_region) = if options.access_key_id.is_some() || options.access_key_secret.is_some() {
        let own = own_credential(options.access_key_id, options.access_key_secret, options.security_token)?;
        (Provider::from(own), None)
    } else {
        let reach = Reach { endpoint: endpoint.clone(), network, transport: transport.clone() };
        let found = credentials::find(options.profile.as_deref(), reach, variable)?;
        (found.credentials, found.region)
    };
    let caller = ApiCaller::new(HttpTransport::new(transport)?, credentials, endpoint).over(network);
    let region = options.region.or(found_region);
    if let Some(region) = &region {
        caller.endpoint_of(Product::Ecs, region)?;
    }
    let state_directory = match options.state_directory {
        Some(directory) => directory,
        None => state_directory(variable)?,
    };
    let events = EventLoop::open().map_err(|error| reading::unusable("Client", error.to_string()))?;
    let caller = Arc::new(caller);
    let (identity, single_calls) = (OnceLock::new(), SingleCalls::default());
    let inner = Inner { caller, single_calls, identity, region, state_directory, is_loopback, time_scale };
    Ok(Client { inner: Arc::new(inner), events })
}

/// Finds out whose credentials a client has, which may take a call: whoever has none learns it here, not from the first
/// call. The outer error is an interruption.
pub(crate) fn identify(py: Python<'_>, client: &Client) -> PyResult<Result<(), Error>> {
    let found = client.events.wait(py, "Client", client.inner.caller.credentials().current(wall_clock()))?;
    Ok(found.and_then(|found| found).map(|credential| {
        let _ = client.inner.identity.set((credential.access_key_id.clone(), credential.source.clone()));
    }))
}

fn no_span(option: &str, given: f64) -> Error {
    reading::unusable("Client", format!("`{option}`: {given} is not above 0"))
}

/// The script's own credentials. One half alone is an error: another place would be another identity.
fn own_credential(id: Option<String>, secret: Option<Secret>, token: Option<Secret>) -> Result<Credential, Error> {
    let missing = |name: &str| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
            .with("source", "the script")
            .with("missing", name)
    };
    Ok(Credential {
        access_key_id: id.filter(|text| !text.is_empty()).ok_or_else(|| missing("access_key_id"))?,
        access_key_secret: secret
            .filter(|secret| !secret.expose().is_empty())
            .ok_or_else(|| missing("access_key_secret"))?,
        security_token: token,
        expires_at: None,
        source: "the script".to_owned(),
    })
}

#[pymethods]
impl Client {
    /// The region calls go to when none is given.
    #[getter]
    fn region(&self) -> Option<&str> {
        self.inner.region.as_deref()
    }

    /// The id of the access key, and where it comes from.
    fn identity(&self) -> (&str, &str) {
        self.inner.identity.get().map_or(("", ""), |(id, source)| (id, source))
    }

    /// Sends one call, signed, without repeating it. The reply, or an error as JSON.
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        region: Option<&str>,
        parameters: &Bound<'py, PyDict>,
        lang: &str,
    ) -> PyResult<call::Reply<'py>> {
        let lang = reading::lang(lang);
        let answer = match call::read(&self.inner, operation, region, parameters)? {
            Ok(call) => call::wait(py, &self.events, &self.inner, call)?,
            Err(error) => Err(error),
        };
        Ok(call::give(py, answer, lang))
    }

    /// Sends one call in the same way and gives it at once; when it is over the future has the reply and the error.
    fn call_later(
        &self,
        operation: &str,
        region: Option<&str>,
        parameters: &Bound<'_, PyDict>,
        lang: &str,
        answers: Py<call::Answers>,
        future: Py<PyAny>,
    ) -> PyResult<PendingCall> {
        let call = call::read(&self.inner, operation, region, parameters)?;
        Ok(call::later(&self.events, &self.inner, call, reading::lang(lang), answers, future))
    }

    /// Breaks the connections; closing twice does no harm.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.events.close());
    }

    /// Begins a run, a plan, or goes on with a run; a task, or an error as JSON.
    fn start<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        lang: &str,
    ) -> (Option<RunningTask>, Option<Bound<'py, PyBytes>>) {
        let lang = reading::lang(lang);
        let begun = run::read(request).and_then(|task| self.begin(task, lang));
        match begun {
            Ok(running) => (Some(running), None),
            Err(error) => (None, Some(crate::json(py, &error.render(lang)))),
        }
    }
}

impl Client {
    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) fn events(&self) -> &EventLoop {
        &self.events
    }

    fn begin(&self, mut task: Task, lang: Lang) -> Result<RunningTask, Error> {
        task.run_id = match task.run_id.take() {
            None if task.is_run() => Some(new_run_id()?),
            given => given,
        };
        let run_id = task.run_id.clone();
        let progress = Progress::begun();
        let (control, controls) = watch::channel(Control::default());
        let told = run::OutcomeSender::new(Arc::clone(&progress), run_id.as_deref());
        let inner = Arc::clone(&self.inner);
        self.events.spawn(run::carry_out(inner, task, lang, controls, told))?;
        Ok(RunningTask::new(self.events.process(), run_id, control, progress))
    }
}
