//! Operation `decode`: what became of commands, from their results or from bare output.

use std::borrow::Cow;

use super::{Deserialize, Serialize, Value, unreadable};
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::text::Lang;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::plugin::output::{self, ContentEncoding, RenderedOutcome};

/// Results as the service gives them, or the members of one result.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DecodeInput {
    /// A list of results in the wire's spelling, or a whole reply of `DescribeInvocationResults` or of
    /// `DescribeInvocations` with output.
    pub results: Option<Value>,
    /// The output of one command.
    pub output: Option<String>,
    /// How output is encoded: `Base64` (the service's default) or `PlainText`.
    #[serde(deserialize_with = "encoding")]
    pub content_encoding: ContentEncoding,
    /// The exit code of one command.
    pub exit_code: Option<i64>,
    /// The invocation status of one command.
    pub invocation_status: Option<String>,
    /// The task error code of one command.
    pub error_code: Option<String>,
    /// Bytes the service cut from the output of one command.
    pub dropped: Option<i64>,
    /// The language of words.
    pub lang: Lang,
}

/// What became of the commands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecodeOutput {
    /// One outcome a result, in their order.
    pub outcomes: Vec<RenderedOutcome>,
    /// What could not be read of the results, by its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<RenderedFinding>,
}

/// Decodes results, or one bare output.
///
/// # Errors
///
/// `CE102` when there are both results and members of one result, or neither.
pub fn decode(input: &DecodeInput) -> Result<DecodeOutput, Error> {
    let of_one = input.output.is_some()
        || input.exit_code.is_some()
        || input.invocation_status.is_some()
        || input.error_code.is_some();
    match (&input.results, of_one) {
        (Some(results), false) => {
            let bytes = serde_json::to_vec(results).map_err(|error| unreadable("decode", error.to_string()))?;
            let decoded = output::decode_page(&bytes, input.content_encoding);
            Ok(DecodeOutput {
                outcomes: decoded.outcomes.iter().map(|outcome| outcome.render(input.lang)).collect(),
                findings: decoded.findings.iter().map(|finding| finding.render(input.lang)).collect(),
            })
        }
        (None, true) => {
            let text = |given: &Option<String>| Cow::Owned(given.clone().unwrap_or_default());
            let result = InvocationResult {
                output: text(&input.output),
                exit_code: input.exit_code,
                invocation_status: text(&input.invocation_status),
                error_code: text(&input.error_code),
                dropped: input.dropped,
                ..InvocationResult::default()
            };
            let outcome = output::decode(&result, input.content_encoding);
            Ok(DecodeOutput { outcomes: vec![outcome.render(input.lang)], findings: Vec::new() })
        }
        _ => Err(unreadable(
            "decode",
            "either `results`, or `output`, `exit_code`, `invocation_status` and `error_code` of one".to_owned(),
        )),
    }
}

/// Reads how an output is encoded: either spelling, in any letter case, as people copy it from many places.
///
/// # Errors
///
/// It is neither.
pub fn encoding<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ContentEncoding, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "" | "base64" => Ok(ContentEncoding::Base64),
        "plaintext" | "plain_text" | "plain" => Ok(ContentEncoding::PlainText),
        _ => Err(serde::de::Error::custom("`content_encoding` is neither `Base64` nor `PlainText`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_way_in_at_a_time() {
        let run = |input: Value| super::super::run("decode", input);
        assert_eq!(run(json!({})).unwrap_err().row.code, "CE102");
        assert_eq!(run(json!({"results": [], "exit_code": 0})).unwrap_err().row.code, "CE102");
        assert_eq!(run(json!({"exit_code": 3, "content_encoding": "gzip"})).unwrap_err().row.code, "CE102");
        let empty = run(json!({"results": []})).unwrap();
        assert_eq!((&empty["outcomes"], &empty["findings"][0]["code"]), (&json!([]), &json!("CS525")));
        let one = run(json!({"exit_code": 3, "invocation_status": "Failed", "output": ""})).unwrap();
        assert_eq!(one["outcomes"][0]["explained_by"], "exit:plugin:3");
    }
}
