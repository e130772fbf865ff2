//! `consnap._native`: the engine as Python sees it. A handful of items; everything typed is in the package around it.
//!
//! This module decides nothing. JSON goes in as bytes and comes out as bytes, with a flag that tells an answer from an
//! error: the package turns errors into its exceptions. Nothing here holds the interpreter while the engine works.

mod at_exit;
mod call;
mod calls;
mod check_table;
mod client;
mod decode_table;
mod event_loop;
mod given;
mod journals;
mod parallel_map;
mod policy_table;
mod progress;
mod reading;
mod run;
mod running_task;
mod simulator;

use std::ffi::OsString;
use std::path::PathBuf;

use consnap_client::document::Document;
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Lang};
use consnap_policy::operations;
use consnap_simulator::rehearse;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use serde_json::Value;

/// Whether it is an answer, and the answer or the error as JSON.
type Answer<'py> = (bool, Bound<'py, PyBytes>);

/// The native half of the package `consnap`.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let ending = wrap_pyfunction!(super::at_exit::ending, module)?;
        module.py().import("atexit")?.call_method1("register", (ending,))?;
        Ok(())
    }

    #[pymodule_export]
    use super::{
        check_many, decode_many, main, no_policies, open_client, operation, operation_names, past_runs, read_document,
        schema, start_simulator, version,
    };

    #[pymodule_export]
    use super::check_table::CheckTable;

    #[pymodule_export]
    use super::decode_table::DecodeTable;

    #[pymodule_export]
    use super::simulator::Simulator;

    #[pymodule_export]
    use super::call::{Answers, PendingCall};

    #[pymodule_export]
    use super::calls::Calls;

    #[pymodule_export]
    use super::client::Client;

    #[pymodule_export]
    use super::running_task::RunningTask;
}

/// The version of the engine.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The names of all operations.
#[pyfunction]
fn operation_names() -> Vec<&'static str> {
    operations::NAMES.iter().copied().chain([rehearse::NAME]).collect()
}

/// The JSON Schemas of an operation, or that of a document, as JSON.
#[pyfunction]
fn schema(name: &str) -> Option<String> {
    consnap_cli::schema(name).map(|schema| schema.to_string())
}

/// Carries out an operation: one JSON object in, one out.
#[pyfunction]
fn operation<'py>(py: Python<'py>, name: &str, input: &[u8], lang: &str) -> Answer<'py> {
    let lang = reading::lang(lang);
    let answer = py.detach(|| {
        let input = reading::value(name, input)?;
        if name == rehearse::NAME { rehearse::run(input) } else { consnap_client::operations::operation(name, input) }
    });
    give(py, answer, lang)
}

/// Reads a document in YAML or JSON, from a file or from text.
#[pyfunction]
#[pyo3(signature = (path, text, lang))]
fn read_document<'py>(py: Python<'py>, path: Option<PathBuf>, text: Option<&str>, lang: &str) -> Answer<'py> {
    let lang = reading::lang(lang);
    let answer = py.detach(|| match path {
        Some(path) => Document::read(&path),
        None => Document::parse("text", text.unwrap_or_default()),
    });
    let answer = answer.map(|document| document.value);
    give(py, answer, lang)
}

/// What the journals of this machine tell of runs, or the release of a guest: one JSON object in, one value out.
#[pyfunction]
fn past_runs<'py>(py: Python<'py>, request: &[u8], lang: &str) -> Answer<'py> {
    let lang = reading::lang(lang);
    let answer = py.detach(|| journals::answer(request, lang));
    give(py, answer, lang)
}

/// The error of whoever asks for policies and gives none: a folder without documents, or an empty list.
#[pyfunction]
#[pyo3(signature = (folder, lang))]
fn no_policies<'py>(py: Python<'py>, folder: Option<&str>, lang: &str) -> Bound<'py, PyBytes> {
    let error = match folder {
        Some(folder) => Error::new(ErrorKind::Input, &errors::NO_POLICY_FILES).with("path", folder),
        None => Error::new(ErrorKind::Input, &errors::NO_POLICIES),
    };
    json(py, &error.render(reading::lang(lang)))
}

/// Checks instances against a job: facts as JSON, one instance a line or one list. A table, or an error as JSON.
#[pyfunction]
fn check_many<'py>(
    py: Python<'py>,
    input: &[u8],
    facts: PyBackedBytes,
    threads: usize,
    lang: &str,
) -> (Option<check_table::CheckTable>, Option<Bound<'py, PyBytes>>) {
    match py.detach(|| check_table::check_many(input, facts, threads)) {
        Ok(table) => (Some(table), None),
        Err(error) => (None, Some(json(py, &error.render(reading::lang(lang))))),
    }
}

/// Decodes results from pages as the service replies them, or one result or page a line. A table, or an error as JSON.
#[pyfunction]
fn decode_many<'py>(
    py: Python<'py>,
    options: &[u8],
    pages: Vec<PyBackedBytes>,
    threads: usize,
    lang: &str,
) -> (Option<decode_table::DecodeTable>, Option<Bound<'py, PyBytes>>) {
    match py.detach(move || decode_table::decode_many(options, &pages, threads)) {
        Ok(table) => (Some(table), None),
        Err(error) => (None, Some(json(py, &error.render(reading::lang(lang))))),
    }
}

/// Starts a simulator of a scenario given as JSON. A simulator, or an error as JSON.
#[pyfunction]
fn start_simulator<'py>(
    py: Python<'py>,
    scenario: &[u8],
    changes: &[u8],
    port: u16,
    virtual_time: bool,
    lang: &str,
) -> PyResult<(Option<simulator::Simulator>, Option<Bound<'py, PyBytes>>)> {
    match py.detach(|| simulator::start(scenario, changes, port, virtual_time)) {
        Ok(started) => Ok((Some(started?), None)),
        Err(error) => Ok((None, Some(json(py, &error.render(reading::lang(lang)))))),
    }
}

/// Opens a client with options given as a mapping. A client, or an error as JSON.
#[pyfunction]
fn open_client<'py>(
    py: Python<'py>,
    options: &Bound<'py, PyAny>,
    lang: &str,
) -> PyResult<(Option<client::Client>, Option<Bound<'py, PyBytes>>)> {
    let read = options.extract::<client::Options>();
    let read = read.map_err(|error| client::unreadable(py, &error));
    let opened = match read.and_then(|options| py.detach(|| client::open(options))) {
        Ok(opened) => client::identify(py, &opened)?.map(|()| opened),
        Err(error) => Err(error),
    };
    Ok(match opened {
        Ok(opened) => (Some(opened), None),
        Err(error) => (None, Some(json(py, &error.render(reading::lang(lang))))),
    })
}

/// Runs the command line with its arguments, the program's name first, and gives the exit code.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| consnap_cli::main_from(arguments))
}

fn give(py: Python<'_>, answer: Result<Value, Error>, lang: Lang) -> Answer<'_> {
    match answer {
        Ok(value) => (true, json(py, &value)),
        Err(error) => (false, json(py, &error.render(lang))),
    }
}

/// An error raised as the package's exception of its kind.
fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let made = py
        .import("consnap.errors")
        .and_then(|errors| errors.call_method1("from_json", (json(py, &error.render(Lang::En)),)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// JSON of our own types never fails to be written; were it to, an empty object says less than nothing wrong.
fn json<'py>(py: Python<'py>, value: &impl serde::Serialize) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &serde_json::to_vec(value).unwrap_or_else(|_| b"{}".to_vec()))
}
