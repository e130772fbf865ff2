//! Many checks in one call: columns at once, words only for the rows that are read.

use consnap_core::check::{CheckContext, Checker, Eligibility, InstanceCheck};
use consnap_core::facts::{BorrowedText, InstanceFacts};
use consnap_core::finding::RenderedFinding;
use consnap_core::ops::check::{CheckInput, CheckedInstance, InstanceVerdict};
use consnap_core::{Error, Finding, Lang, config};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize;

use crate::reading;

/// The checks of many instances. Rows are in the order of the input.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct CheckTable {
    lang: Lang,
    job: Vec<Finding>,
    rows: Vec<Row>,
}

struct Row {
    instance_id: Box<str>,
    check: InstanceCheck,
}

#[pymethods]
impl CheckTable {
    fn __len__(&self) -> usize {
        self.rows.len()
    }

    /// The ids of the instances; empty for a row that could not be read.
    fn instance_ids(&self) -> Vec<&str> {
        self.rows.iter().map(|row| &*row.instance_id).collect()
    }

    /// `linux`, `windows` or None.
    fn platforms(&self) -> Vec<Option<&'static str>> {
        self.rows.iter().map(|row| row.check.platform.map(consnap_core::Platform::name)).collect()
    }

    /// `yes`, `no` or `unknown`.
    fn eligible(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.check.eligible.name()).collect()
    }

    /// The consistency that will come of each.
    fn predicted(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.check.predicted.name()).collect()
    }

    /// The codes of all findings of each row.
    fn codes(&self) -> Vec<Vec<&'static str>> {
        self.rows.iter().map(|row| row.check.findings.iter().map(Finding::code).collect()).collect()
    }

    /// What was found about the job itself, as JSON.
    fn job_findings<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        crate::json(py, &rendered(&self.job, self.lang))
    }

    /// One row in full, as JSON.
    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        let row = self.rows.get(index).ok_or_else(|| PyIndexError::new_err("no such row"))?;
        Ok(crate::json(py, &row.in_words(self.lang)))
    }

    /// Rows `start` to before `end` in full, as JSON.
    fn slice<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let end = end.min(self.rows.len());
        let rows = self.rows.get(start.min(end)..end).unwrap_or_default();
        let text = py.detach(|| {
            let words: Vec<CheckedInstance> = rows.iter().map(|row| row.in_words(self.lang)).collect();
            serde_json::to_vec(&words).unwrap_or_else(|_| b"[]".to_vec())
        });
        PyBytes::new(py, &text)
    }
}

impl Row {
    fn in_words(&self, lang: Lang) -> CheckedInstance {
        CheckedInstance {
            findings: rendered(&self.check.findings, lang),
            verdict: InstanceVerdict {
                instance_id: self.instance_id.to_string(),
                platform: self.check.platform,
                eligible: self.check.eligible,
                predicted_consistency: self.check.predicted,
                predicted_why: self.check.predicted_why.render(lang),
            },
        }
    }
}

fn rendered(findings: &[Finding], lang: Lang) -> Vec<RenderedFinding> {
    findings.iter().map(|finding| finding.render(lang)).collect()
}

/// Checks facts against the job of `input`, which is the input of the operation `check` without facts. A line that cannot
/// be read is a row with a finding: nothing is lost, and unknown is never clean.
pub(crate) fn check_many(input: &[u8], facts: &[u8], threads: usize) -> Result<CheckTable, Error> {
    let input: CheckInput =
        serde_json::from_slice(input).map_err(|error| reading::unreadable("check", error.to_string()))?;
    let as_of = match &input.as_of {
        Some(day) => Some(consnap_core::ops::check::day(day)?),
        None => None,
    };
    let context = CheckContext { as_of, now: input.now };
    let (job, mut job_findings) = config::read(&input.job);
    let checker = Checker::new(&job, &context);
    job_findings.extend(checker.job_findings(input.platform));
    let documents = documents(facts);
    let share = documents.len().div_ceil(threads.max(1)).max(1);
    let rows = std::thread::scope(|scope| {
        let workers: Vec<_> = documents
            .chunks(share)
            .enumerate()
            .map(|(chunk, documents)| {
                let checker = &checker;
                scope.spawn(move || {
                    let first = chunk * share;
                    let numbered = documents.iter().enumerate();
                    numbered.map(|(index, document)| check_one(checker, document, first + index)).collect::<Vec<Row>>()
                })
            })
            .collect();
        let mut rows = Vec::with_capacity(documents.len());
        for worker in workers {
            let part = worker.join().map_err(|_| reading::unreadable("check", "a worker thread died".to_owned()))?;
            rows.extend(part);
        }
        Ok(rows)
    })?;
    Ok(CheckTable { lang: input.lang, job: job_findings, rows })
}

fn check_one(checker: &Checker<'_>, document: &[u8], index: usize) -> Row {
    match serde_json::from_slice::<InstanceFacts<BorrowedText<'_>>>(document) {
        Ok(facts) => {
            let check = checker.check(&facts);
            Row { instance_id: facts.instance_id.as_ref().into(), check }
        }
        Err(error) => unreadable_row(document, index, &error),
    }
}

fn unreadable_row(document: &[u8], index: usize, error: &serde_json::Error) -> Row {
    #[derive(Deserialize)]
    struct Id {
        instance_id: String,
    }
    let instance_id = serde_json::from_slice::<Id>(document).map_or_else(|_| String::new(), |id| id.instance_id);
    let finding = Finding::new(&consnap_core::catalog::messages::errors::UNREADABLE_INPUT, format!("/{index}"))
        .with("operation", "check")
        .with("reason", error.to_string());
    Row {
        instance_id: instance_id.into(),
        check: InstanceCheck {
            platform: None,
            findings: vec![finding.clone()],
            eligible: Eligibility::Unknown,
            predicted: consnap_core::Consistency::Unknown,
            predicted_why: finding,
        },
    }
}

/// The documents of one list, or of lines; blank lines are none.
fn documents(bytes: &[u8]) -> Vec<&[u8]> {
    let trimmed = bytes.trim_ascii();
    if trimmed.first() == Some(&b'[')
        && let Ok(list) = serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(trimmed)
    {
        return list.into_iter().map(|raw| raw.get().as_bytes()).collect();
    }
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect()
}
