//! Parameters of a call as Python hands them over.

use consnap_core::ecs::api::given::Given;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyString};

/// The parameters; those that are `None` are left out.
pub(crate) fn parameters(given: &Bound<'_, PyDict>) -> PyResult<Vec<(String, Given)>> {
    let mut found = Vec::with_capacity(given.len());
    for (name, value) in given {
        if let Some(value) = value_of(&value)? {
            found.push((text(&name)?, value));
        }
    }
    Ok(found)
}

/// A value: texts, numbers, truth values and enumerations as their text, mappings and anything that can be gone over.
fn value_of(value: &Bound<'_, PyAny>) -> PyResult<Option<Given>> {
    if value.is_none() {
        return Ok(None);
    }
    // Nearly all are ids.
    if value.is_exact_instance_of::<PyString>() {
        return Ok(Some(Given::Text(text(value)?)));
    }
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(Some(Given::Text(truth.is_true().to_string())));
    }
    // A member of an enumeration stands for its value.
    if let Some(inner) = value.getattr_opt("value")? {
        return value_of(&inner);
    }
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return Ok(Some(Given::Text(text(value)?)));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Some(Given::Text(String::from_utf8_lossy(bytes.as_bytes()).into_owned())));
    }
    if let Some(items) = value.getattr_opt("items")?.filter(PyAnyMethods::is_callable) {
        let mut members = Vec::new();
        for pair in items.call0()?.try_iter()? {
            let (name, item) = pair?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            members.push((text(&name)?, inner(&item)?));
        }
        return Ok(Some(Given::Members(members)));
    }
    match value.try_iter() {
        Ok(items) => {
            let items = items.map(|item| value_of(&item?)).collect::<PyResult<Vec<Option<Given>>>>()?;
            let nothing = items.iter().all(Option::is_none);
            let known = items.into_iter().filter(|_| !nothing).map(or_empty);
            Ok(Some(Given::List(known.collect())))
        }
        Err(_) => Ok(Some(Given::Text(text(value)?))),
    }
}

/// A value inside another: `None` is empty there, for it does not say what is meant.
fn inner(value: &Bound<'_, PyAny>) -> PyResult<Given> {
    Ok(or_empty(value_of(value)?))
}

fn or_empty(value: Option<Given>) -> Given {
    value.unwrap_or_else(|| Given::Text(String::new()))
}

/// Text; half of a surrogate pair, which cannot be sent, is replaced.
fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = value.str()?;
    Ok(match text.to_str() {
        Ok(text) => text.to_owned(),
        Err(_) => text.to_string_lossy().into_owned(),
    })
}
