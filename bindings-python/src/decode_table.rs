//! Many results in one call: columns at once, words only for the rows that are read.

use consnap_core::output::{ContentEncoding, Decoded, Outcome, RenderedOutcome, decode_page};
use consnap_core::{Finding, Lang};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use serde_json::value::RawValue;

/// What became of many commands. Rows are in the order of the input.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct DecodeTable {
    lang: Lang,
    rows: Vec<Outcome>,
    findings: Vec<Finding>,
}

#[pymethods]
impl DecodeTable {
    fn __len__(&self) -> usize {
        self.rows.len()
    }

    fn instance_ids(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.instance_id.as_str()).collect()
    }

    fn exit_codes(&self) -> Vec<Option<i64>> {
        self.rows.iter().map(|row| row.exit_code).collect()
    }

    fn succeeded(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.succeeded).collect()
    }

    fn held(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.held).collect()
    }

    fn group_may_exist(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.group_may_exist).collect()
    }

    fn snapshot_group_ids(&self) -> Vec<Option<&str>> {
        self.rows.iter().map(|row| row.snapshot_group_id.as_deref()).collect()
    }

    /// Keys of the catalogue rows.
    fn explained_by(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.row().key).collect()
    }

    /// What could not be read, as JSON.
    fn findings<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let words: Vec<_> = self.findings.iter().map(|finding| finding.render(self.lang)).collect();
        crate::json(py, &words)
    }

    /// One row in full, as JSON.
    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        let row = self.rows.get(index).ok_or_else(|| PyIndexError::new_err("no such row"))?;
        Ok(crate::json(py, &row.render(self.lang)))
    }

    /// Rows `start` to before `end` in full, as JSON.
    fn slice<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let end = end.min(self.rows.len());
        let rows = self.rows.get(start.min(end)..end).unwrap_or_default();
        let text = py.detach(|| {
            let words: Vec<RenderedOutcome> = rows.iter().map(|row| row.render(self.lang)).collect();
            serde_json::to_vec(&words).unwrap_or_else(|_| b"[]".to_vec())
        });
        PyBytes::new(py, &text)
    }
}

/// Decodes all results of pages. What cannot be read is a finding whose place begins with the number of the page.
pub(crate) fn decode_many(
    pages: &[PyBackedBytes],
    encoding: ContentEncoding,
    threads: usize,
    lang: Lang,
) -> DecodeTable {
    let documents: Vec<&[u8]> = pages.iter().flat_map(|page| documents(page)).collect();
    let share = documents.len().div_ceil(threads.max(1)).max(1);
    let decoded: Vec<Decoded> = std::thread::scope(|scope| {
        let one_by_one = |part: &[&[u8]]| part.iter().map(|page| decode_page(page, encoding)).collect::<Vec<_>>();
        let workers: Vec<_> =
            documents.chunks(share).map(|part| (part, scope.spawn(move || one_by_one(part)))).collect();
        // A worker cannot die; if one did, its part would be done here.
        workers.into_iter().flat_map(|(part, worker)| worker.join().unwrap_or_else(|_| one_by_one(part))).collect()
    });
    let mut table = DecodeTable { lang, rows: Vec::new(), findings: Vec::new() };
    table.rows.reserve_exact(decoded.iter().map(|page| page.outcomes.len()).sum());
    for (index, page) in decoded.into_iter().enumerate() {
        table.rows.extend(page.outcomes);
        table.findings.extend(page.findings.into_iter().map(|mut finding| {
            finding.place = format!("/{index}{}", finding.place).into();
            finding
        }));
    }
    table
}

/// The documents of a text: one, or one after the other.
fn documents(bytes: &[u8]) -> Vec<&[u8]> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return Vec::new();
    }
    if !bytes.contains(&b'\n') {
        return vec![bytes];
    }
    let mut found = Vec::new();
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    let mut end = 0;
    while let Some(Ok(raw)) = stream.next() {
        found.push(raw.get().as_bytes());
        end = stream.byte_offset();
    }
    // The rest cannot be read as JSON: it goes on whole, so that it is told.
    let rest = bytes.get(end..).unwrap_or_default().trim_ascii();
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}
