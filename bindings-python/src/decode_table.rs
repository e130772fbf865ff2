//! Many results in one call: columns at once, words only for the rows that are read.

use consnap_core::plugin::output::{ContentEncoding, Decoded, Outcome, RenderedOutcome, decode_page};
use consnap_core::{Error, Finding, Lang};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::parallel_map::parallel_map;
use crate::reading;

/// How outputs are encoded, and in which language words are wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(deserialize_with = "consnap_core::operations::decode::encoding")]
    content_encoding: ContentEncoding,
    lang: Lang,
}

/// What became of many commands. Rows are in the order of the input.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct DecodeTable {
    lang: Lang,
    /// The rows as they were decoded, page by page: moving them costs a tenth of the whole.
    pages: Vec<Vec<Outcome>>,
    /// The number of the first row of each page, and at the end how many rows there are.
    starts: Vec<usize>,
    findings: Vec<Finding>,
}

#[pymethods]
impl DecodeTable {
    fn __len__(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    fn instance_ids(&self) -> Vec<&str> {
        self.rows().map(|row| row.instance_id.as_str()).collect()
    }

    fn exit_codes(&self) -> Vec<Option<i64>> {
        self.rows().map(|row| row.exit_code).collect()
    }

    fn succeeded(&self) -> Vec<bool> {
        self.rows().map(|row| row.succeeded).collect()
    }

    fn held(&self) -> Vec<bool> {
        self.rows().map(|row| row.held).collect()
    }

    fn group_may_exist(&self) -> Vec<bool> {
        self.rows().map(|row| row.group_may_exist).collect()
    }

    fn snapshot_group_ids(&self) -> Vec<Option<&str>> {
        self.rows().map(|row| row.snapshot_group_id.as_deref()).collect()
    }

    /// Keys of the catalogue rows.
    fn explained_by(&self) -> Vec<&'static str> {
        self.rows().map(|row| row.row().key).collect()
    }

    /// What could not be read, as JSON.
    fn findings<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let words: Vec<_> = self.findings.iter().map(|finding| finding.render(self.lang)).collect();
        crate::json(py, &words)
    }

    /// One row in full, as JSON.
    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        let row = self.rows_from(index).next().ok_or_else(|| PyIndexError::new_err("no such row"))?;
        Ok(crate::json(py, &row.render(self.lang)))
    }

    /// Rows `start` to before `end` in full, as JSON.
    fn slice<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let text = py.detach(|| {
            let rows = self.rows_from(start).take(end.saturating_sub(start));
            let words: Vec<RenderedOutcome> = rows.map(|row| row.render(self.lang)).collect();
            serde_json::to_vec(&words).unwrap_or_else(|_| b"[]".to_vec())
        });
        PyBytes::new(py, &text)
    }
}

impl DecodeTable {
    fn rows(&self) -> impl Iterator<Item = &Outcome> {
        self.pages.iter().flatten()
    }

    /// The rows from a number on.
    fn rows_from(&self, start: usize) -> impl Iterator<Item = &Outcome> {
        let page = self.starts.partition_point(|first| *first <= start).saturating_sub(1);
        let before = start.saturating_sub(self.starts.get(page).copied().unwrap_or(0));
        self.pages.iter().skip(page).flatten().skip(before)
    }
}

/// Decodes all results of pages. What cannot be read is a finding whose place begins with the number of the page.
pub(crate) fn decode_many(options: &[u8], pages: &[PyBackedBytes], threads: usize) -> Result<DecodeTable, Error> {
    let Options { content_encoding: encoding, lang } =
        serde_json::from_slice(options).map_err(|error| reading::unreadable("decode", error.to_string()))?;
    let documents: Vec<&[u8]> = pages.iter().flat_map(|page| documents(page)).collect();
    let share = documents.len().div_ceil(threads.max(1)).max(1);
    let one_by_one = |part: &[&[u8]]| part.iter().map(|page| decode_page(page, encoding)).collect::<Vec<_>>();
    let decoded: Vec<Decoded> = parallel_map(documents.chunks(share), one_by_one).into_iter().flatten().collect();
    let mut table =
        DecodeTable { lang, pages: Vec::with_capacity(decoded.len()), starts: vec![0], findings: Vec::new() };
    let mut rows = 0usize;
    for (index, page) in decoded.into_iter().enumerate() {
        rows = rows.saturating_add(page.outcomes.len());
        table.starts.push(rows);
        table.pages.push(page.outcomes);
        table.findings.extend(page.findings.into_iter().map(|mut finding| {
            finding.place = format!("/{index}{}", finding.place).into();
            finding
        }));
    }
    Ok(table)
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
