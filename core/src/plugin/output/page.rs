//! Results from the JSON they come in: a reply of `DescribeInvocationResults` or of `DescribeInvocations` with output, a
//! list of results, one result.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::{ContentEncoding, Decoder, Outcome};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::outcomes;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::lenient::{borrowed_text, list};

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
        Ok(reply) if reply.is_page() => reply.into_results(),
        _ => slowly(text),
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
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page<'a> {
    #[serde(borrow, deserialize_with = "list")]
    invocation_results: Vec<InvocationResult<'a>>,
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

    fn into_results(self) -> Results<'a> {
        let mut read = Results::default();
        if let Some(page) = self.invocation {
            note_nameless(
                &page.invocation_results,
                "/Invocation/InvocationResults/InvocationResult",
                &mut read.findings,
            );
            read.results = page.invocation_results;
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
        read
    }
}

fn note_nameless(results: &[InvocationResult<'_>], place: &str, findings: &mut Vec<Finding>) {
    let nameless = results.iter().enumerate().filter(|(_, result)| result.instance_id.is_empty());
    findings.extend(nameless.map(|(index, _)| Finding::new(&outcomes::NO_INSTANCE_NAMED, format!("{place}/{index}"))));
}

/// Any other shape, or a page with something wrong in it: each result is read by itself.
fn slowly<'a>(text: &str) -> Results<'a> {
    let mut read = Results::default();
    collect_text(text, String::new(), &mut read);
    read
}

fn collect_text(text: &str, place: String, read: &mut Results<'_>) {
    match serde_json::from_str::<Value>(text) {
        Ok(document) => collect(document, place, read),
        Err(error) => read.findings.push(Finding::new(&outcomes::NOT_JSON, place).with("reason", error.to_string())),
    }
}

/// Members that lead to results, outermost first. `body` is how the SDKs print a reply.
const WAYS: [&str; 7] =
    ["body", "Invocation", "Invocations", "InvocationResults", "InvocationResult", "InvokeInstances", "InvokeInstance"];
/// Members of which a result has at least one.
const MARKS: [&str; 5] = ["InvocationStatus", "ExitCode", "Output", "ErrorCode", "InstanceId"];

fn collect(value: Value, place: String, read: &mut Results<'_>) {
    let unreadable =
        |reason: &str, place: String| Finding::new(&outcomes::UNREADABLE_RESULT, place).with("reason", reason);
    match value {
        Value::Array(items) => {
            for (index, item) in items.into_iter().enumerate() {
                collect(item, format!("{place}/{index}"), read);
            }
        }
        Value::Object(mut members) => {
            let on = WAYS.iter().find_map(|way| {
                let holds =
                    |inner: &Value| inner.is_object() || inner.is_array() || (*way == "body" && inner.is_string());
                let inner = members.get_mut(*way).filter(|inner| holds(inner))?;
                Some((way, inner.take()))
            });
            if let Some((way, inner)) = on {
                let first = read.results.len();
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
