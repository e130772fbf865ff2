//! A client of the real (or simulated) service: single calls, and whole runs whose events are read one by one.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use consnap_client::caller::ApiCaller;
use consnap_client::credentials::{self, Provider, Reach};
use consnap_client::driver::Wish;
use consnap_client::journal::state_directory;
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::api::Product;
use consnap_core::api::endpoint::Network;
use consnap_core::catalog::messages::calls;
use consnap_core::credentials::{Credential, Secret};
use consnap_core::{Error, ErrorKind, Lang};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use crate::call::{self, PendingCall, wall_clock};
use crate::reading;
use crate::run::{self, Task, Written};

/// What a client is told. Secrets come from the script's own memory and are cleared after use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    region: Option<String>,
    profile: Option<String>,
    endpoint: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    security_token: Option<Secret>,
    state_directory: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    vpc: bool,
    read_timeout_seconds: Option<f64>,
    time_scale: Option<f64>,
}

/// A client. It has its own thread for the network, shares nothing with other clients, and may be used by many threads.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct Client {
    inner: Arc<Inner>,
    /// The network's thread ends when this is dropped.
    stop: Mutex<Option<oneshot::Sender<()>>>,
}

/// What calls and runs share.
pub(crate) struct Inner {
    pub(crate) caller: Arc<ApiCaller>,
    /// The id of the access key the client began with, and where it came from.
    identity: OnceLock<(String, String)>,
    pub(crate) region: Option<String>,
    pub(crate) state_directory: PathBuf,
    pub(crate) time_scale: f64,
    pub(crate) handle: Handle,
}

/// Opens a client.
pub(crate) fn open(options: &[u8]) -> Result<Client, Error> {
    let options: Options =
        serde_json::from_slice(options).map_err(|error| reading::unreadable("client", error.to_string()))?;
    let variable = |name: &str| std::env::var(name).ok();
    let mut transport = TransportOptions { ca_file: options.ca_file, ..TransportOptions::default() };
    if let Some(timeout) = options.read_timeout_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        transport.read_timeout = timeout;
    }
    let network = if options.vpc { Network::Vpc } else { Network::Public };
    let endpoint = options.endpoint.or_else(|| variable("CONSNAP_ENDPOINT").filter(|text| !text.is_empty()));
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
    let (handle, stop) = network_thread().map_err(|error| reading::unreadable("client", error.to_string()))?;
    let time_scale = options.time_scale.unwrap_or(1.0);
    let caller = Arc::new(caller);
    let identity = OnceLock::new();
    Ok(Client {
        inner: Arc::new(Inner { caller, identity, region, state_directory, time_scale, handle }),
        stop: Mutex::new(Some(stop)),
    })
}

/// Finds out whose credentials a client has, which may take a call: whoever has none learns it here, not from the first
/// call. The outer error is an interruption.
pub(crate) fn identify(py: Python<'_>, client: &Client) -> PyResult<Result<(), Error>> {
    let caller = Arc::clone(&client.inner.caller);
    let found =
        call::attend(py, &client.inner.handle, async move { caller.credentials().current(wall_clock()).await })?;
    Ok(match found {
        Some(Ok(credential)) => {
            let _ = client.inner.identity.set((credential.access_key_id.clone(), credential.source.clone()));
            Ok(())
        }
        Some(Err(error)) => Err(error),
        None => Err(call::closed("client")),
    })
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

/// One thread that drives everything a client does.
fn network_thread() -> std::io::Result<(Handle, oneshot::Sender<()>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    std::thread::Builder::new().name("consnap-network".to_owned()).spawn(move || {
        let _ = runtime.block_on(stopped);
    })?;
    Ok((handle, stop))
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

    /// Sends one call, signed, without repeating it. The reply's body, or an error as JSON.
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        region: String,
        parameters: Vec<(String, String)>,
        lang: &str,
    ) -> PyResult<(bool, Bound<'py, PyBytes>)> {
        let lang = reading::lang(lang);
        let answer = match call::read(operation, region, parameters) {
            Ok(call) => call::wait(py, &self.inner, call)?,
            Err(error) => Err(error),
        };
        Ok(call::give(py, answer, lang))
    }

    /// Sends one call in the same way and gives it at once; `tell(ok, JSON)` is called from another thread when it is over.
    fn call_later(
        &self,
        operation: &str,
        region: String,
        parameters: Vec<(String, String)>,
        lang: &str,
        tell: Py<PyAny>,
    ) -> PendingCall {
        call::later(&self.inner, call::read(operation, region, parameters), reading::lang(lang), tell)
    }

    /// Breaks the connections and ends the network's thread; closing twice does no harm.
    fn close(&self, py: Python<'_>) {
        py.detach(|| drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take()));
    }

    /// Begins a run, a plan, or goes on with a run; a task, or an error as JSON.
    fn start<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        lang: &str,
    ) -> (Option<RunningTask>, Option<Bound<'py, PyBytes>>) {
        let lang = reading::lang(lang);
        let begun = run::read(request).map(|task| self.begin(task, lang));
        match begun {
            Ok(running) => (Some(running), None),
            Err(error) => (None, Some(crate::json(py, &error.render(lang)))),
        }
    }
}

impl Client {
    fn begin(&self, task: Task, lang: Lang) -> RunningTask {
        let (told, tell) = channel();
        let (wish, wished) = watch::channel(Wish::default());
        let inner = Arc::clone(&self.inner);
        self.inner.handle.spawn(run::carry_out(inner, task, lang, wished, told));
        RunningTask { wish, tell: Mutex::new(tell), instances: Mutex::new(Vec::new()) }
    }
}

/// What a task tells.
pub(crate) enum Told {
    /// An event.
    Event(Vec<u8>),
    /// It is over: what came of it.
    Done(Written),
    /// It could not be carried out.
    Failed(Box<Error>),
}

/// Where a task tells it.
pub(crate) type Teller = Sender<Told>;

/// A task under way.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct RunningTask {
    wish: watch::Sender<Wish>,
    tell: Mutex<Receiver<Told>>,
    /// The instances of what came of it, until they are fetched.
    instances: Mutex<Vec<Vec<u8>>>,
}

#[pymethods]
impl RunningTask {
    /// Waits at most so long for news: `("event" | "done" | "error", JSON)`, or None.
    fn next<'py>(
        &self,
        py: Python<'py>,
        timeout_millis: u64,
        lang: &str,
    ) -> Option<(&'static str, Bound<'py, PyBytes>)> {
        let told = py.detach(|| {
            let tell = self.tell.lock().unwrap_or_else(PoisonError::into_inner);
            tell.recv_timeout(Duration::from_millis(timeout_millis))
        });
        match told {
            Ok(Told::Event(event)) => Some(("event", PyBytes::new(py, &event))),
            Ok(Told::Done(written)) => {
                *self.instances.lock().unwrap_or_else(PoisonError::into_inner) = written.instances;
                Some(("done", PyBytes::new(py, &written.whole)))
            }
            Ok(Told::Failed(error)) => Some(("error", crate::json(py, &error.render(reading::lang(lang))))),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let error = reading::unreadable("run", "the network's thread ended".to_owned());
                Some(("error", crate::json(py, &error.render(reading::lang(lang)))))
            }
        }
    }

    /// The instances of the report or plan, each as JSON, once it is done; a second time there are none.
    fn instances<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        let instances = std::mem::take(&mut *self.instances.lock().unwrap_or_else(PoisonError::into_inner));
        instances.iter().map(|instance| PyBytes::new(py, instance)).collect()
    }

    /// Starts nothing new; what runs is followed to its end.
    fn stop(&self) {
        self.wish.send_replace(Wish::StopStarting);
    }

    /// Leaves at once; the journal has everything.
    fn leave(&self) {
        self.wish.send_replace(Wish::LeaveNow);
    }
}
