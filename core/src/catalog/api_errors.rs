//! Error codes of the API, each with the two things the session needs (may it be repeated, whom does it concern) and
//! words for the operator.

use serde::{Deserialize, Serialize};

use crate::diagnostics::text::Text;

mod access;
mod cloud_assistant;
mod identity;
mod resources;
mod scripts;
mod snapshots;

/// Whether and how a call may be repeated after this code.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetryClass {
    /// Repeating changes nothing: the request itself must change.
    Never,
    /// The service asks to slow down; the call was not carried out.
    Throttled,
    /// A passing fault of the service; the call may have been carried out.
    MaybeCarriedOut,
    /// Another call with the same token is still being processed; look or wait, then repeat the same bytes.
    StillProcessing,
    /// The clock or the nonce was wrong: correct it, sign again and repeat at once.
    SignAgain,
    /// The credentials ended: refresh them, then repeat.
    RefreshCredentials,
    /// A state that passes by itself, such as a snapshot under way; the call was not carried out.
    AfterPause,
}

impl RetryClass {
    /// What it means for whoever reads it.
    pub const fn about(self) -> Text {
        match self {
            Self::Never => Text::new("no: something must change first", "否：须先处理"),
            Self::Throttled => Text::new("yes, slower; it was not carried out", "是，降低频率；该请求未被执行"),
            Self::MaybeCarriedOut => Text::new(
                "only with its token, or after a look: it may have been carried out",
                "仅可使用原令牌重试或先查看结果：该请求可能已被执行",
            ),
            Self::StillProcessing => {
                Text::new("after a pause, with the same token and bytes", "稍后使用相同的令牌和内容重试")
            }
            Self::SignAgain => Text::new("at once, signed again", "重新签名后立即重试"),
            Self::RefreshCredentials => Text::new("with new credentials", "使用新的凭证重试"),
            Self::AfterPause => Text::new("after a pause; it was not carried out", "稍后重试；该请求未被执行"),
        }
    }
}

/// Whom a rejection concerns.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One or some of the instances in the call: the batch can be bisected.
    Instance,
    /// The call as a whole: parameters, size, form.
    Batch,
    /// Everything this account or these credentials do.
    Account,
}

impl Scope {
    /// What it means for whoever reads it.
    pub const fn about(self) -> Text {
        match self {
            Self::Instance => Text::new("some of the instances", "部分实例"),
            Self::Batch => Text::new("the call", "该次请求"),
            Self::Account => Text::new("the account or the credentials", "账号或凭证"),
        }
    }
}

/// A row of the table.
#[derive(Debug, Serialize)]
pub struct ApiErrorRow {
    /// The code as the service writes it. A row ending in `*` covers all codes with that beginning.
    pub code: &'static str,
    /// Whether and how to repeat.
    pub retry: RetryClass,
    /// Whom it concerns.
    pub scope: Scope,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub next_step: Text,
    /// Document and edition.
    pub source: &'static str,
}

/// All tables: access and protocol, roles, Cloud Assistant, resources, snapshots, scripts. One code stands in one table
/// only.
pub static TABLES: &[&[ApiErrorRow]] =
    &[access::ROWS, identity::ROWS, cloud_assistant::ROWS, resources::ROWS, snapshots::ROWS, scripts::ROWS];

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static ApiErrorRow> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The row of a code: an exact one first, then the longest family (`Throttling.*`). An unknown code has no row.
pub fn find(code: &str) -> Option<&'static ApiErrorRow> {
    rows().find(|row| row.code == code).or_else(|| {
        rows()
            .filter(|row| row.code.strip_suffix('*').is_some_and(|family| code.starts_with(family)))
            .max_by_key(|row| row.code.len())
    })
}

/// Declares a table: for each document its codes, `"code" Retry Scope ("en", "zh") => next step`.
macro_rules! api_errors {
    ($($source:literal { $($code:literal $retry:ident $scope:ident ($en:literal, $zh:literal) => $next:expr;)* })*) => {
        pub(super) static ROWS: &[ApiErrorRow] = &[$($(ApiErrorRow {
            code: $code,
            retry: RetryClass::$retry,
            scope: Scope::$scope,
            meaning: Text::new($en, $zh),
            next_step: $next,
            source: $source,
        },)*)*];
    };
}
use api_errors;

/// The way out where the mistake cannot be the operator's.
const REPORT: Text = Text::new(
    "consnap should not send such a call: report it with the request id",
    "consnap 不应发出这样的请求，请附上请求ID反馈此问题",
);
/// The way out where a value of the job is refused.
const MEND_JOB: Text =
    Text::new("correct the value in the job document, then run again", "请修正作业文档中的取值后重新执行");
/// The way out after a passing fault.
const REPEAT: Text = Text::new(
    "consnap repeats the call where that is safe; if it lasts, quote the request id to Alibaba Cloud support",
    "consnap 会在安全的情况下重试；如持续出现，请携带请求ID联系阿里云技术支持",
);

/// Beginnings of codes that speak of the credentials: the key, the token or the signature (docs/sources/api.md 5.4;
/// the token's
/// are inferred from the service's own naming).
pub static CREDENTIAL_CODES: &[&str] = &[
    "Forbidden.AccessKeyDisabled",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidAccessKeySecret",
    "InvalidSecurityToken",
    "MissingSecurityToken",
    "SignatureDoesNotMatch",
    "TemporaryAccessKey",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_words_complete() {
        let mut seen = BTreeSet::new();
        for row in rows() {
            assert!(seen.insert(row.code), "{} appears twice", row.code);
            for text in [row.meaning, row.next_step] {
                assert!(!text.en.is_empty() && !text.en.ends_with('.'), "{}: {}", row.code, text.en);
                assert!(text.zh.chars().any(|c| c > '\u{2e80}') && !text.zh.ends_with('。'), "{}", row.code);
            }
        }
    }

    #[test]
    fn exact_row_before_family_and_unknown_stays_unknown() {
        assert_eq!(find("Throttling.User").map(|row| row.code), Some("Throttling.User"));
        assert_eq!(find("Throttling.SomethingNew").map(|row| row.retry), Some(RetryClass::Throttled));
        assert_eq!(find("InternalError.Dispatch").map(|row| row.retry), Some(RetryClass::MaybeCarriedOut));
        assert_eq!(find("InvalidInstance.NotFound").map(|row| row.scope), Some(Scope::Instance));
        assert!(find("InvalidParameter.SomethingNew").is_some());
        assert!(find("invalidinstance.notfound").is_none());
        assert!(find("SomethingNew").is_none());
        assert!(find("").is_none());
    }
}
