//! What goes wrong: between caller and service, and in guests.

use serde::{Deserialize, Serialize};

/// A range of milliseconds; a draw decides.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Millis {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// Something that goes wrong between caller and service. All conditions given must hold; one effect is given, and a
/// latency may come with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ApiFault {
    /// Only this operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Only calls that name this instance; a final `*` stands for any ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Only the nth call that meets the conditions above, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// Only every nth of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// At most so many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Only with this probability, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,

    /// The answer comes late by this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_millis: Option<Millis>,
    /// The service asks to slow down; the call has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// The service answers with an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ServiceError>,
    /// The connection closes without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_closed: Option<ClosedConnection>,
    /// No answer ever comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<ClosedConnection>,
    /// The listing that is answered is not whole, or has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListingFault>,
    /// The results of an invocation that are asked for come as another's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<ForeignResult>,
    /// The body of the answer is this text instead of JSON, as a proxy in between would send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// What is wrong with a page of a listing.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListingFault {
    /// One entry fewer than `TotalCount` says; of a listing without a count, the first entry is not there.
    OneMissing,
    /// `TotalCount` is another than on the page before: one more than there is.
    CountMoved,
    /// `NextToken` leads to this page again.
    RepeatedToken,
    /// No entries, and a token to them that the service then takes.
    EmptyPage,
}

/// Whose results come when those of an invocation are asked for. They say the opposite of the right ones.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForeignResult {
    /// Those of another invocation on the same instances.
    OtherInvocation,
    /// Those of another invocation, and the right ones.
    OtherInvocationToo,
    /// Those of another instance.
    OtherInstance,
    /// Those of another instance, and the right ones.
    OtherInstanceToo,
    /// Those of an earlier command on the same instances, in the place of the right ones.
    OtherCommand,
    /// Those of an earlier command, after the right ones.
    OtherCommandToo,
    /// A second result of the same instance that nothing tells from the right one.
    Second,
}

/// How the service asks to slow down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Throttle {
    /// `Throttling.User`, `Throttling.Api`, `Throttling`, ...
    pub code: String,
    /// What the header says about the time left, in milliseconds; no header when 0.
    pub time_left_millis: u32,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { code: "Throttling.User".to_owned(), time_left_millis: 2_000 }
    }
}

/// An error of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ServiceError {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The error code.
    pub code: String,
    /// The text; a usual one when empty.
    pub message: String,
    /// Whether the call was carried out all the same, as can be with 5xx.
    pub after_effect: bool,
}

impl Default for ServiceError {
    fn default() -> Self {
        Self { status: 503, code: "ServiceUnavailable".to_owned(), message: String::new(), after_effect: false }
    }
}

/// Whether a call whose answer is lost was carried out.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClosedConnection {
    /// It was not.
    BeforeEffect,
    /// It was.
    AfterEffect,
}

/// Something that goes wrong in a guest. All conditions given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct GuestFault {
    /// Only these instances; a final `*` stands for any ending. All when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<String>,
    /// Only the nth command on the instance, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// Only with this probability, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,

    /// The command ends with this exit code, of whatever layer, and with what belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// Whether a group is made in spite of the exit code; decided by the code when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_made: Option<bool>,
    /// Whether the guest stays held (application locked or file systems frozen); decided by the code when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// The agent is gone: the command is never delivered.
    pub offline: bool,
    /// The task ends with this error code, such as `ClientNotResponse` or `DirectoryNotExists`, before the plug-in starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_error: Option<String>,
    /// Seconds the plug-in takes before it makes the group: beyond the time-out of the command, the group comes afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall_seconds: Option<u32>,
    /// The plug-in makes the group so many seconds after the time-out of the command, whatever that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall_past_timeout_seconds: Option<u32>,
    /// What becomes of the tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagFault>,
    /// What becomes of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupFault>,
    /// What becomes of the last member snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotFault>,
    /// How the output names the group; by the recorded order of lines when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_line: Option<GroupLine>,
    /// What becomes of the command's result at the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultFault>,
    /// Bytes of noise in the output; beyond 24 KB the middle is cut out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_noise_bytes: Option<u32>,
    /// The final line is missing from the output.
    pub no_final_line: bool,
    /// Text of the guest's own that appears in the output, as a hostile guest might write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_text: Option<String>,
}

/// What becomes of the consistency tags.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TagFault {
    /// None is put.
    Missing,
    /// Both are put.
    Both,
    /// Only the first snapshot gets one.
    FirstOnly,
    /// The key is written `AppConsistent` (docs/sources/feature.md 11 C1).
    OtherCase,
    /// They come a minute late.
    Late,
}

/// What becomes of the group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupFault {
    /// It ends `failed`.
    Failed,
    /// It stays `progressing`.
    Progressing,
    /// It stays `progressing` for five minutes.
    Slow,
}

/// What becomes of the last member snapshot.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotFault {
    /// It ends `failed`.
    Failed,
    /// It is not there.
    Missing,
}

/// How the output of the plug-in names the group it made.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupLine {
    /// In a last line of its own, `[snapshotgroup="..."]`, also where the plug-in failed.
    Last,
    /// Only in passing, in the text of a message.
    Mentioned,
    /// Not at all.
    Absent,
}

/// What becomes of a command's result at the service.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResultFault {
    /// It stays `Running` for ever: the agent hangs with its file system.
    NeverEnds,
    /// The instance is not listed in the invocation once the command is over.
    Vanishes,
    /// It has neither status nor exit code.
    Unreadable,
    /// It comes 70 minutes after the command has ended.
    Late,
}
