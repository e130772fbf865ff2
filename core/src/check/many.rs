//! Checking many instances straight from their JSON.

use std::borrow::Cow;

use serde_json::{StreamDeserializer, Value};

use super::selection::not_selected;
use super::{CheckContext, Checker, InstanceCheck, Joining, instance};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::parameters;
use crate::input::document::{duplicate_keys, shorten};
use crate::input::facts::{self, BorrowedText, InstanceFacts};
use crate::input::job::Job;

/// One instance of a batch.
#[derive(Debug)]
pub struct Checked<'a> {
    /// Its number in the batch, from 0.
    pub index: usize,
    /// `i-...`; empty when it could not be read.
    pub instance_id: &'a str,
    /// What was found, with findings about the document itself at the front.
    pub check: InstanceCheck,
}

/// Checks the facts of many instances, given as one JSON array, as JSON Lines, or one after the other. Each goes to the
/// sink as soon as it is read. Gives back how many there were, and what was wrong with the batch as a whole: text that
/// is no JSON ends it, and the finding says at which instance.
///
/// A document that fits the facts is read without copying a text. Only one that does not is read a second time, with a
/// finding for each thing that does not fit.
pub fn check_many(
    job: &Job,
    json: &[u8],
    context: &CheckContext,
    sink: impl FnMut(Checked<'_>),
) -> (usize, Vec<Finding>) {
    Checker::new(job, context).check_many(json, sink)
}

impl Checker<'_> {
    /// As [`check_many`].
    pub fn check_many(&self, json: &[u8], sink: impl FnMut(Checked<'_>)) -> (usize, Vec<Finding>) {
        self.check_all(json, None, sink)
    }

    /// As [`check_many`], where the facts are held to the instances the job selects as well.
    pub fn check_many_joined(&self, json: &[u8], sink: impl FnMut(Checked<'_>)) -> (usize, Vec<Finding>) {
        let mut joining = Joining::new(self.job);
        let (count, mut findings) = self.check_all(json, Some(&mut joining), sink);
        findings.extend(joining.finish());
        (count, findings)
    }

    fn check_all(
        &self,
        json: &[u8],
        mut joining: Option<&mut Joining<'_>>,
        mut sink: impl FnMut(Checked<'_>),
    ) -> (usize, Vec<Finding>) {
        let text = match str::from_utf8(json) {
            Ok(text) => text,
            Err(error) => return (0, vec![unreadable(0, &error.to_string())]),
        };
        let mut batch = Batch::new(text);
        let mut index = 0usize;
        while let Some(rest) = batch.next_document() {
            let (length, id, check) = match first::<InstanceFacts<BorrowedText<'_>>>(rest) {
                Some((Ok(facts), length)) => {
                    let joined = joining.as_mut().map_or_else(Vec::new, |joining| joining.take(&facts));
                    let check = instance::check(self, &facts, joined);
                    (length, facts.instance_id.0, check)
                }
                typed => match first::<Value>(rest) {
                    Some((Ok(document), length)) => {
                        let refused = typed.and_then(|(typed, _)| typed.err()).map(|error| error.to_string());
                        let text = rest.get(..length).unwrap_or_default();
                        let (id, check) =
                            check_misfit(self, &document, (text, &refused.unwrap_or_default()), |facts| {
                                joining.as_mut().map_or_else(Vec::new, |joining| joining.take(facts))
                            });
                        (length, id.into(), check)
                    }
                    Some((Err(error), _)) => return (index, vec![unreadable(index, &error.to_string())]),
                    None => break,
                },
            };
            sink(Checked { index, instance_id: &id, check });
            index = index.saturating_add(1);
            batch.pass(length);
        }
        let wrong = batch.wrong.map(|wrong| unreadable(index, wrong));
        (index, wrong.into_iter().collect())
    }

    /// Checks one instance from the text of its document, and whether the job selects it; gives back its id as well, empty
    /// when it could not be read.
    /// Text that is no JSON is a finding, and the instance is as unknown as can be.
    pub fn check_text<'d>(&self, document: &'d str) -> (Cow<'d, str>, InstanceCheck) {
        let refused = match serde_json::from_str::<InstanceFacts<BorrowedText<'d>>>(document) {
            Ok(facts) => {
                let joined = not_selected(self.job, &facts).into_iter().collect();
                let check = instance::check(self, &facts, joined);
                return (facts.instance_id.0, check);
            }
            Err(error) => error.to_string(),
        };
        if let Ok(value) = serde_json::from_str(document) {
            let joined = |facts: &_| not_selected(self.job, facts).into_iter().collect();
            let (id, check) = check_misfit(self, &value, (document, &refused), joined);
            return (Cow::Owned(id), check);
        }
        let finding = Finding::new(&parameters::UNREADABLE, "").with("detail", shorten(&refused));
        let mut check = instance::check(self, &InstanceFacts::<String>::default(), vec![finding]);
        // That every fact is missing follows from it.
        check.findings.truncate(1);
        (Cow::Borrowed(""), check)
    }
}

/// Checks a document that does not fit the facts, with a finding for each thing that does not.
fn check_misfit(
    checker: &Checker<'_>,
    document: &Value,
    (text, refused): (&str, &str),
    joined: impl FnOnce(&InstanceFacts) -> Vec<Finding>,
) -> (String, InstanceCheck) {
    let (facts, mut findings) = facts::read(document);
    findings.extend(duplicate_keys(text));
    if findings.is_empty() {
        // Whatever the typed reading refused must not pass without a word.
        findings.push(Finding::new(&parameters::UNREADABLE, "").with("detail", shorten(refused)));
    }
    findings.extend(joined(&facts));
    let check = instance::check(checker, &facts, findings);
    (facts.instance_id, check)
}

/// The first value of a text and how many bytes it takes.
fn first<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Option<(serde_json::Result<T>, usize)> {
    let mut values: StreamDeserializer<'a, _, T> = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?;
    Some((value, values.byte_offset()))
}

fn unreadable(index: usize, detail: &str) -> Finding {
    Finding::new(&parameters::UNREADABLE, format!("/{index}")).with("detail", shorten(detail))
}

/// Walks over the documents of a batch: the members of an array, or documents with blanks between them.
struct Batch<'a> {
    rest: &'a str,
    in_array: bool,
    /// Whether a comma must stand before the next document.
    after_document: bool,
    wrong: Option<&'static str>,
}

impl<'a> Batch<'a> {
    fn new(text: &'a str) -> Self {
        // A byte order mark is no JSON, yet editors write one.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start_matches(BLANKS);
        let inside = text.strip_prefix('[');
        Self { rest: inside.unwrap_or(text), in_array: inside.is_some(), after_document: false, wrong: None }
    }

    /// The text from the next document on.
    fn next_document(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start_matches(BLANKS);
        if !self.in_array {
            return (!self.rest.is_empty()).then_some(self.rest);
        }
        if let Some(after) = self.rest.strip_prefix(']') {
            if !after.trim_start_matches(BLANKS).is_empty() {
                self.wrong = Some("text after the end of the array");
            }
            return None;
        }
        if self.after_document {
            let Some(after) = self.rest.strip_prefix(',') else {
                self.wrong = Some("expected `,` or `]`");
                return None;
            };
            self.rest = after.trim_start_matches(BLANKS);
        }
        if self.rest.is_empty() {
            self.wrong = Some("the array has no end");
            return None;
        }
        Some(self.rest)
    }

    fn pass(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.after_document = true;
    }
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];
