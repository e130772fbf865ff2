//! Many checks in one call: columns at once, words only for the rows that are read.
//!
//! A row keeps what its columns need. Its findings in words are worked out of its document again when somebody reads
//! them: that is cheaper than to keep a hundred thousand lists of findings that nobody looks at.

use std::borrow::Cow;
use std::collections::BTreeMap;

use consnap_core::check::{CheckContext, Checker, Eligibility, Joining, Severities, leaves_out};
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::input::job::{self, Job};
use consnap_core::operations::check::{CheckInput, CheckedInstance, InstanceVerdict};
use consnap_core::{Consistency, Error, Finding, Lang, Platform, input::facts};
use consnap_policy::operations::{take_policies, with_severities_of};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyTuple};
use serde_json::Value;

use crate::parallel_map::parallel_map;
use crate::policy_table::PolicyTable;
use crate::reading;

/// The checks of many instances. Rows are in the order of the input.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct CheckTable {
    lang: Lang,
    job: Job,
    context: CheckContext,
    severities: Severities,
    job_findings: Vec<Finding>,
    facts: PyBackedBytes,
    rows: Vec<Row>,
    /// Each list of codes that occurs.
    codes: Vec<Codes>,
    /// What policies say, where there are any.
    policies: Option<PolicyTable>,
}

/// The codes of the findings of an instance.
type Codes = Box<[&'static str]>;

struct Row {
    /// Where its document lies.
    start: usize,
    length: usize,
    instance_id: Box<str>,
    platform: Option<Platform>,
    eligible: Eligibility,
    predicted: Consistency,
    /// Whether an error stands against it that nobody accepted.
    blocked: bool,
    /// Whether the job selects it.
    selected: bool,
    /// Index of its list of codes.
    codes: u32,
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
        self.rows.iter().map(|row| row.platform.map(Platform::name)).collect()
    }

    /// `yes`, `no` or `unknown`.
    fn eligible(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.eligible.name()).collect()
    }

    /// The consistency that will come of each.
    fn predicted(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.predicted.name()).collect()
    }

    /// Whether an error stands against each that nobody accepted.
    fn blocked(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.blocked).collect()
    }

    /// The codes of all findings of each row; rows with the same codes share one tuple.
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let shared: Vec<Bound<'py, PyTuple>> =
            self.codes.iter().map(|codes| PyTuple::new(py, codes.iter())).collect::<PyResult<_>>()?;
        PyList::new(py, self.rows.iter().map(|row| shared.get(row.codes as usize)).collect::<Vec<_>>())
    }

    /// What was found about the job itself, as JSON.
    fn job_findings<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        crate::json(py, &rendered(&self.job_findings, self.lang))
    }

    /// What policies say but for their results, as JSON; None without policies.
    fn policies<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.policies.as_ref().map(|policies| crate::json(py, &policies.said))
    }

    /// How many results policies have.
    fn policy_results(&self) -> usize {
        self.policies.as_ref().map_or(0, |policies| policies.not_met.len())
    }

    /// Results `start` to before `end` in words, as JSON.
    fn policy_slice<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let text = py.detach(|| {
            let words = self.policies.as_ref().map(|policies| policies.words(start..end, |row| self.known(row)));
            serde_json::to_vec(&words.unwrap_or_default()).unwrap_or_else(|_| b"[]".to_vec())
        });
        PyBytes::new(py, &text)
    }

    /// The policies that each row does not meet, or that cannot be judged, and that nobody waived; rows with the same
    /// policies share one tuple.
    fn policies_not_met<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let not_met = self.policies.as_ref().map_or_else(BTreeMap::new, PolicyTable::by_row);
        let mut shared: BTreeMap<&[&str], Bound<'py, PyTuple>> = BTreeMap::new();
        for ids in not_met.values() {
            if !shared.contains_key(ids.as_slice()) {
                shared.insert(ids, PyTuple::new(py, ids)?);
            }
        }
        let none = PyTuple::empty(py);
        let of_row = |row: usize| not_met.get(&row).and_then(|ids| shared.get(ids.as_slice())).unwrap_or(&none);
        PyList::new(py, (0..self.rows.len()).map(of_row))
    }

    /// One row in full, as JSON.
    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        let row = self.rows.get(index).ok_or_else(|| PyIndexError::new_err("no such row"))?;
        let checker = Checker::new(&self.job, &self.context).weighing(&self.severities);
        Ok(crate::json(py, &self.in_words(&checker, row)))
    }

    /// Rows `start` to before `end` in full, as JSON.
    fn slice<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let end = end.min(self.rows.len());
        let rows = self.rows.get(start.min(end)..end).unwrap_or_default();
        let text = py.detach(|| {
            let checker = Checker::new(&self.job, &self.context).weighing(&self.severities);
            let words: Vec<CheckedInstance> = rows.iter().map(|row| self.in_words(&checker, row)).collect();
            serde_json::to_vec(&words).unwrap_or_else(|_| b"[]".to_vec())
        });
        PyBytes::new(py, &text)
    }
}

impl CheckTable {
    /// What policies see of an instance.
    fn known(&self, row: usize) -> Value {
        self.rows.get(row).map_or(Value::Null, |row| facts::known(&row.document(&self.facts)))
    }

    fn in_words(&self, checker: &Checker<'_>, row: &Row) -> CheckedInstance {
        let (_, check) = checker.check_text(&row.document(&self.facts));
        CheckedInstance {
            findings: rendered(&check.findings, self.lang),
            verdict: InstanceVerdict {
                instance_id: row.instance_id.to_string(),
                platform: check.platform,
                eligible: check.eligible,
                predicted_consistency: check.predicted,
                predicted_why: check.predicted_why.render(self.lang),
            },
        }
    }
}

impl Row {
    fn document<'f>(&self, facts: &'f [u8]) -> Cow<'f, str> {
        text(facts.get(self.start..self.start.saturating_add(self.length)).unwrap_or_default())
    }
}

/// Bytes that are not UTF-8 harm no other document. The lossy reading alone would do, but slowly.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn rendered(findings: &[Finding], lang: Lang) -> Vec<RenderedFinding> {
    findings.iter().map(|finding| finding.render(lang)).collect()
}

/// Checks facts against the job of `input`, which is the input of the operation `check` without facts. A document that
/// cannot be read is a row with a finding: nothing is lost, and unknown is never clean.
pub(crate) fn check_many(input: &[u8], facts: PyBackedBytes, threads: usize) -> Result<CheckTable, Error> {
    let unreadable = |error: serde_json::Error| reading::unreadable("check", error.to_string());
    let mut input: Value = serde_json::from_slice(input).map_err(unreadable)?;
    let policies = take_policies(&mut input);
    let mut input: CheckInput = serde_json::from_value(input).map_err(unreadable)?;
    if let Some(policies) = &policies {
        input.severities = with_severities_of(policies, &input.severities);
    }
    let as_of = match &input.as_of {
        Some(day) => Some(consnap_core::operations::check::day("check", day)?),
        None => None,
    };
    let context = CheckContext { as_of, now: input.now };
    let (job, mut job_findings) = job::read(&input.job);
    let (severities, refused) = consnap_core::operations::check::severities(&input);
    job_findings.extend(refused);
    let checker = Checker::new(&job, &context).weighing(&severities);
    job_findings.extend(checker.job_findings(input.platform));
    let shares = shares(&facts, threads.max(1));
    let parts = parallel_map(&shares, |share| Part::of(&checker, &facts, share));
    let (mut rows, mut codes) = (Vec::new(), Vec::new());
    rows.reserve_exact(parts.iter().map(|part| part.rows.len()).sum());
    for part in parts {
        let before = u32::try_from(codes.len()).unwrap_or(u32::MAX);
        rows.extend(part.rows.into_iter().map(|row| Row { codes: row.codes.saturating_add(before), ..row }));
        let mut listed: Vec<(Codes, u32)> = part.codes.into_iter().collect();
        listed.sort_unstable_by_key(|(_, index)| *index);
        codes.extend(listed.into_iter().map(|(codes, _)| codes));
    }
    drop(checker);
    // What only all of them together tell: repeats, and instances of the job without facts.
    let mut joining = Joining::new(&job);
    for row in &rows {
        job_findings.extend(joining.note(&row.instance_id, row.selected));
    }
    job_findings.extend(joining.finish());
    let known = |row: usize| rows.get(row).map_or(Value::Null, |row: &Row| facts::known(&row.document(&facts)));
    let policies = PolicyTable::of(&input, policies, rows.len(), known, threads)?;
    Ok(CheckTable { lang: input.lang, job, context, severities, job_findings, facts, rows, codes, policies })
}

/// What one thread has to do.
enum Share {
    /// Documents of a list: where each begins, and its length.
    Documents(Vec<(usize, usize)>),
    /// Whole lines, from here to before there.
    Lines(usize, usize),
}

/// The documents of one list, or lines, in about equal parts.
fn shares(bytes: &[u8], threads: usize) -> Vec<Share> {
    if bytes.trim_ascii_start().first() == Some(&b'[')
        && let Ok(list) = serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(bytes)
    {
        let base = bytes.as_ptr().addr();
        let place = |raw: &&serde_json::value::RawValue| raw.get().as_ptr().addr().saturating_sub(base);
        let places: Vec<(usize, usize)> = list.iter().map(|raw| (place(raw), raw.get().len())).collect();
        let size = places.len().div_ceil(threads).max(1);
        return places.chunks(size).map(|part| Share::Documents(part.to_vec())).collect();
    }
    let (mut shares, mut start) = (Vec::new(), 0);
    let size = bytes.len().div_ceil(threads).max(1);
    while start < bytes.len() {
        let about = start.saturating_add(size);
        let rest = bytes.get(about..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |at| about.saturating_add(at).saturating_add(1));
        shares.push(Share::Lines(start, end));
        start = end;
    }
    shares
}

/// What one thread did.
struct Part {
    rows: Vec<Row>,
    /// Each list of codes, and its index.
    codes: BTreeMap<Codes, u32>,
    /// The codes at hand.
    found: Vec<&'static str>,
}

impl Part {
    fn of(checker: &Checker<'_>, facts: &[u8], share: &Share) -> Self {
        let mut part = Self { rows: Vec::new(), codes: BTreeMap::new(), found: Vec::new() };
        match share {
            Share::Documents(places) => {
                part.rows.reserve_exact(places.len());
                for &(start, length) in places {
                    part.check(checker, facts, start, length);
                }
            }
            &Share::Lines(mut start, end) => {
                while start < end {
                    let rest = facts.get(start..end).unwrap_or_default();
                    let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    // Blank lines are none.
                    if rest.get(..length).is_some_and(|line| !line.trim_ascii().is_empty()) {
                        if part.rows.is_empty() {
                            // Lines are about equally long.
                            part.rows.reserve(end.saturating_sub(start) / length.max(1));
                        }
                        part.check(checker, facts, start, length);
                    }
                    start = start.saturating_add(length).saturating_add(1);
                }
            }
        }
        part
    }

    fn check(&mut self, checker: &Checker<'_>, facts: &[u8], start: usize, length: usize) {
        let bytes = facts.get(start..start.saturating_add(length)).unwrap_or_default();
        let document = text(bytes);
        let (instance_id, check) = checker.check_text(&document);
        self.found.clear();
        self.found.extend(check.findings.iter().map(Finding::code));
        let next = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        let codes = self.codes.get(self.found.as_slice()).copied().unwrap_or(next);
        if codes == next {
            self.codes.insert(self.found.as_slice().into(), next);
        }
        self.rows.push(Row {
            start,
            length,
            instance_id: instance_id.as_ref().into(),
            platform: check.platform,
            eligible: check.eligible,
            predicted: check.predicted,
            blocked: check.findings.iter().any(Finding::blocks),
            selected: !check.findings.iter().any(leaves_out),
            codes,
        });
    }
}
