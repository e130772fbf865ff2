//! What the service says of a command on one instance.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::lenient::{borrowed_text as text, number_or_text};

/// One result as `DescribeInvocationResults` gives it, in the wire's spelling; also read from
/// `DescribeInvocations` (`InvokeInstance`, whose `FinishTime` is spelled differently).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub struct InvocationResult<'a> {
    /// `i-...`.
    #[serde(borrow, deserialize_with = "text")]
    pub instance_id: Cow<'a, str>,
    /// `t-...`.
    #[serde(borrow, deserialize_with = "text")]
    pub invoke_id: Cow<'a, str>,
    /// `c-...`.
    #[serde(borrow, deserialize_with = "text")]
    pub command_id: Cow<'a, str>,
    /// `Success`, `Failed`, `Timeout`, ... of this instance.
    #[serde(borrow, deserialize_with = "text")]
    pub invocation_status: Cow<'a, str>,
    /// Of the whole invocation, in the legacy family; never decides.
    #[serde(borrow, deserialize_with = "text")]
    pub invoke_record_status: Cow<'a, str>,
    /// Absent until finished. Some SDKs hand it on as text.
    #[serde(deserialize_with = "number_or_text", skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// Base64 or plain.
    #[serde(borrow, deserialize_with = "text")]
    pub output: Cow<'a, str>,
    /// Bytes cut from the output.
    #[serde(deserialize_with = "number_or_text", skip_serializing_if = "Option::is_none")]
    pub dropped: Option<i64>,
    /// Task error code, such as `ExecutionTimeout`.
    #[serde(borrow, deserialize_with = "text")]
    pub error_code: Cow<'a, str>,
    /// Free text.
    #[serde(borrow, deserialize_with = "text")]
    pub error_info: Cow<'a, str>,
    /// When the command was ordered for this instance, by `DescribeInvocations`.
    #[cfg_attr(feature = "schema", schemars(skip))]
    #[serde(borrow, deserialize_with = "text", skip_serializing)]
    pub creation_time: Cow<'a, str>,
    /// When the command started in the guest.
    #[serde(borrow, deserialize_with = "text")]
    pub start_time: Cow<'a, str>,
    /// When it ended.
    #[serde(borrow, alias = "FinishTime", deserialize_with = "text")]
    pub finished_time: Cow<'a, str>,
    /// When it was stopped.
    #[serde(borrow, deserialize_with = "text")]
    pub stop_time: Cow<'a, str>,
}
