//! Results from the JSON they come in: a reply of `DescribeInvocationResults` or of `DescribeInvocations` with output, a
//! list of results, one result.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ContentEncoding, Decoder, Outcome};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::outcomes;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::lenient::{borrowed_text, list, number_or_text};

/// What could be read, and what could not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results<'a> {
    /// The results, in their order.
    pub results: Vec<InvocationResult<'a>>,
    /// What could not be read, by its place.
    pub findings: Vec<Finding>,
}

/// Outcomes of a page, and what of it could not be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// One outcome a result, in their order.
    pub outcomes: Vec<Outcome>,
    /// What could not be read, by its place.
    pub findings: Vec<Finding>,
}

/// Reads and decodes a page in one go.
pub fn decode_page(bytes: &[u8], encoding: ContentEncoding) -> Decoded {
    let Results { results, findings } = read_results(bytes);
    let mut decoder = Decoder::new(encoding);
    Decoded { outcomes: results.iter().map(|result| decoder.decode(result)).collect(), findings }
}

/// Reads results. It never fails: what cannot be read becomes a finding.
pub fn read_results(bytes: &[u8]) -> Results<'_> {
    // One check of the whole instead of one a string.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return slowly(&String::from_utf8_lossy(bytes));
    };
    match serde_json::from_str::<Reply<'_>>(text) {
        Ok(reply) if reply.is_page() => {
            let mut read = Reading::default();
            reply.read(&mut read);
            read.finish()
        }
        _ => slowly(text),
    }
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Reading<'a> {
    results: Vec<InvocationResult<'a>>,
    findings: Vec<Finding>,
    pages: Vec<Part>,
}

/// A page of a listing.
#[derive(Debug)]
struct Part {
    /// The invocation whose results are listed; empty where invocations are listed.
    listing: String,
    /// What the page holds.
    held: usize,
    /// What the listing holds, by its own count.
    total: usize,
    /// Whether a next page is named.
    goes_on: bool,
}

impl Part {
    fn new(listing: &str, held: usize, total: Option<i64>, next_token: &str) -> Self {
        let total = total.and_then(|total| usize::try_from(total).ok()).unwrap_or(0);
        Self { listing: listing.to_owned(), held, total, goes_on: !next_token.is_empty() }
    }
}

impl<'a> Reading<'a> {
    /// Absent is not empty, and a page of several is not the whole.
    fn finish(mut self) -> Results<'a> {
        let mut listings: Vec<&str> = self.pages.iter().map(|page| page.listing.as_str()).collect();
        listings.sort_unstable();
        listings.dedup();
        for listing in listings {
            let pages = || self.pages.iter().filter(|page| page.listing == listing);
            let held = pages().fold(0, |sum: usize, page| sum.saturating_add(page.held));
            let total = pages().map(|page| page.total).max().unwrap_or(0);
            let goes_on = pages().next_back().is_some_and(|page| page.goes_on);
            if held < total || goes_on && held > 0 {
                let total = if total > held { total.to_string() } else { format!("> {held}") };
                let finding = Finding::new(&outcomes::PAGE_OF_SEVERAL, "");
                self.findings.push(finding.with("held", held.to_string()).with("total", total));
            }
        }
        if self.results.is_empty() && self.findings.is_empty() {
            self.findings.push(Finding::new(&outcomes::EMPTY_REPLY, ""));
        }
        Results { results: self.results, findings: self.findings }
    }
}

/// Either reply, as far as results go.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply<'a> {
    #[serde(borrow)]
    invocation: Option<Page<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    invocations: Vec<Invocation<'a>>,
    #[serde(default, deserialize_with = "number_or_text")]
    total_count: Option<i64>,
    #[serde(borrow, default, deserialize_with = "borrowed_text")]
    next_token: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page<'a> {
    #[serde(borrow, deserialize_with = "list")]
    invocation_results: Vec<InvocationResult<'a>>,
    #[serde(default, deserialize_with = "number_or_text")]
    total_count: Option<i64>,
    #[serde(borrow, default, deserialize_with = "borrowed_text")]
    next_token: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Invocation<'a> {
    #[serde(borrow, default, deserialize_with = "borrowed_text")]
    invoke_id: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "borrowed_text")]
    command_id: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "list")]
    invoke_instances: Vec<InvocationResult<'a>>,
}

impl<'a> Reply<'a> {
    fn is_page(&self) -> bool {
        self.invocation.is_some() || !self.invocations.is_empty()
    }

    fn read(self, read: &mut Reading<'a>) {
        if let Some(page) = self.invocation {
            let results = page.invocation_results;
            note_nameless(&results, "/Invocation/InvocationResults/InvocationResult", &mut read.findings);
            let invocation = results.first().map_or("", |result| &result.invoke_id);
            read.pages.push(Part::new(invocation, results.len(), page.total_count, &page.next_token));
            read.results = results;
        }
        if !self.invocations.is_empty() {
            read.pages.push(Part::new("", self.invocations.len(), self.total_count, &self.next_token));
        }
        for (index, mut invocation) in self.invocations.into_iter().enumerate() {
            for result in &mut invocation.invoke_instances {
                // The ids stand once, beside the list.
                result.invoke_id.clone_from(&invocation.invoke_id);
                result.command_id.clone_from(&invocation.command_id);
            }
            let place = format!("/Invocations/Invocation/{index}/InvokeInstances/InvokeInstance");
            note_nameless(&invocation.invoke_instances, &place, &mut read.findings);
            read.results.append(&mut invocation.invoke_instances);
        }
    }
}

fn note_nameless(results: &[InvocationResult<'_>], place: &str, findings: &mut Vec<Finding>) {
    let nameless = results.iter().enumerate().filter(|(_, result)| result.instance_id.is_empty());
    findings.extend(nameless.map(|(index, _)| Finding::new(&outcomes::NO_INSTANCE_NAMED, format!("{place}/{index}"))));
}

/// Any other shape, or a page with something wrong in it: each result is read by itself.
fn slowly<'a>(text: &str) -> Results<'a> {
    let mut read = Reading::default();
    collect_text(text, String::new(), &mut read);
    read.finish()
}

fn collect_text(text: &str, place: String, read: &mut Reading<'_>) {
    match serde_json::from_str::<Value>(text) {
        Ok(document) => collect(document, place, read),
        Err(error) => read.findings.push(Finding::new(&outcomes::NOT_JSON, place).with("reason", error.to_string())),
    }
}

/// Members that lead to results, outermost first. `body` is how the SDKs print a reply.
const WAYS: [&str; 7] =
    ["body", "Invocation", "Invocations", "InvocationResults", "InvocationResult", "InvokeInstances", "InvokeInstance"];
/// Members of which a result has at least one.
const MARKS: [&str; 5] = ["InvocationStatus", "InvokeRecordStatus", "ExitCode", "Output", "ErrorCode"];

/// Members as the service spells them: some SDKs print `invocationResults`, others `invocation_results`.
fn as_the_service_spells(members: Map<String, Value>) -> Map<String, Value> {
    if !members.keys().any(|key| key.starts_with(|first: char| first.is_ascii_lowercase())) {
        return members;
    }
    let spelled = |key: &str| match key {
        "body" => key.to_owned(),
        _ => key
            .split('_')
            .flat_map(|word| {
                [word.get(..1).unwrap_or(word).to_ascii_uppercase(), word.get(1..).unwrap_or("").to_owned()]
            })
            .collect::<String>(),
    };
    // A member in the spelling of the service goes before its double.
    let (own, others): (Vec<_>, Vec<_>) = members.into_iter().partition(|(key, _)| spelled(key) == *key);
    let mut spelled_members: Map<String, Value> = own.into_iter().collect();
    for (key, value) in others {
        spelled_members.entry(spelled(&key)).or_insert(value);
    }
    spelled_members
}

fn collect(value: Value, place: String, read: &mut Reading<'_>) {
    let unreadable =
        |reason: &str, place: String| Finding::new(&outcomes::UNREADABLE_RESULT, place).with("reason", reason);
    match value {
        Value::Array(items) => {
            for (index, item) in items.into_iter().enumerate() {
                collect(item, format!("{place}/{index}"), read);
            }
        }
        Value::Object(members) => {
            let mut members = as_the_service_spells(members);
            let on = WAYS.iter().find_map(|way| {
                let holds =
                    |inner: &Value| inner.is_object() || inner.is_array() || (*way == "body" && inner.is_string());
                let inner = members.get_mut(*way).filter(|inner| holds(inner))?;
                Some((way, inner.take()))
            });
            if let Some((way, inner)) = on {
                let first = read.results.len();
                let held = match &inner {
                    Value::Object(list) => list.values().find_map(Value::as_array).map_or(0, Vec::len),
                    Value::Array(list) => list.len(),
                    _ => 0,
                };
                collect(inner, format!("{place}/{way}"), read);
                let id = |name: &str| members.get(name).and_then(Value::as_str).filter(|id| !id.is_empty());
                for result in read.results.iter_mut().skip(first) {
                    if let (Some(id), true) = (id("InvokeId"), result.invoke_id.is_empty()) {
                        result.invoke_id = id.to_owned().into();
                    }
                    if let (Some(id), true) = (id("CommandId"), result.command_id.is_empty()) {
                        result.command_id = id.to_owned().into();
                    }
                }
                let total = members.get("TotalCount").and_then(|total| match total {
                    Value::String(digits) => digits.parse().ok(),
                    other => other.as_i64(),
                });
                let token = members.get("NextToken").and_then(Value::as_str).unwrap_or_default();
                match *way {
                    "Invocations" => read.pages.push(Part::new("", held, total, token)),
                    "InvocationResults" => {
                        let invocation = read.results.get(first).map_or("", |result| &result.invoke_id).to_owned();
                        read.pages.push(Part::new(&invocation, read.results.len() - first, total, token));
                    }
                    _ => {}
                }
                return;
            }
            if members.contains_key("CommandContent") && !members.contains_key("InstanceId") {
                read.findings.push(unreadable("it is an invocation without its instances", place));
                return;
            }
            if let (Some(Value::String(code)), None) = (members.get("Code"), members.get("InstanceId")) {
                read.findings.push(unreadable(&format!("it is an error reply with code `{code}`"), place));
                return;
            }
            if !MARKS.iter().any(|mark| members.contains_key(*mark)) {
                read.findings.push(unreadable("it has no member of a result", place));
                return;
            }
            if members.contains_key("FinishedTime") {
                members.remove("FinishTime");
            }
            match InvocationResult::deserialize(Value::Object(members)) {
                Ok(result) => {
                    if result.instance_id.is_empty() {
                        read.findings.push(Finding::new(&outcomes::NO_INSTANCE_NAMED, place));
                    }
                    read.results.push(result);
                }
                Err(error) => read.findings.push(unreadable(&error.to_string(), place)),
            }
        }
        // Some tools hand on a reply as text.
        Value::String(text) => collect_text(&text, place, read),
        _ => read.findings.push(unreadable("it is no object", place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULTS: &str = r#"{"Invocation": {"InvocationResults": {"InvocationResult": [
        {"InvokeId": "t-1", "CommandId": "c-1", "InstanceId": "i-1", "ExitCode": 0, "Output": "", "FinishedTime": "2025-11-03T08:12:53Z"},
        {"InvokeId": "t-1", "CommandId": "c-1", "InstanceId": "i-2", "ExitCode": "12"}]}}}"#;
    const INVOCATIONS: &str = r#"{"Invocations": {"Invocation": [
        {"InvokeId": "t-1", "CommandId": "c-1", "InvokeInstances": {"InvokeInstance": [
            {"InstanceId": "i-1", "ExitCode": 0, "Output": "", "FinishTime": "2025-11-03T08:12:53Z"}]}},
        {"InvokeId": "t-1", "CommandId": "c-1", "InvokeInstances": {"InvokeInstance": [{"InstanceId": "i-2", "ExitCode": 12}]}}]}}"#;

    #[test]
    fn both_replies_and_both_readers_give_the_same() {
        let expected = read_results(RESULTS.as_bytes());
        let ids =
            expected.results.iter().map(|one| (&*one.invoke_id, &*one.command_id, &*one.instance_id, one.exit_code));
        assert_eq!(ids.collect::<Vec<_>>(), [("t-1", "c-1", "i-1", Some(0)), ("t-1", "c-1", "i-2", Some(12))]);
        assert_eq!(expected.results.first().map(|one| &*one.finished_time), Some("2025-11-03T08:12:53Z"));
        assert!(matches!(expected.results.first().map(|one| &one.instance_id), Some(Cow::Borrowed(_))));
        for read in [read_results(INVOCATIONS.as_bytes()), slowly(RESULTS), slowly(INVOCATIONS)] {
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_far_as_possible() {
        let read = read_results(b"{\"InstanceId\": \"i-\xff\", \"ExitCode\": 0}");
        assert_eq!(read.results.first().map(|one| &*one.instance_id), Some("i-\u{fffd}"));
    }
}
