//! HTTP status and body to a typed reply or a classified failure: certainly not carried out, perhaps, or answered.
//!
//! Nothing here decides what to do next; that is the session's business.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::http::{HttpReply, Sent, TransportFailure, TransportReason};
use crate::base::time::Time;
use crate::catalog::api_errors::{self, RetryClass, Scope};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;
use crate::ecs::api::Operation;
use crate::ecs::api::lenient::Scalar;
use crate::ecs::retry;

/// A call that did not bring the reply it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What the caller can do about it.
    pub kind: ErrorKind,
    /// Whether the call may have been carried out.
    pub sent: Sent,
    /// Where it went wrong.
    pub cause: Cause,
    /// What was called, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's or the transport's own words; foreign text, at most 1000 characters, without the string to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The service's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether and how the call may be repeated.
    pub retry: RetryClass,
    /// Whom it concerns.
    pub scope: Scope,
    /// How long the service asks to wait, in milliseconds when serialised.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "milliseconds")]
    pub retry_after: Option<Duration>,
}

/// Where a call went wrong.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// No reply came.
    Transport(TransportReason),
    /// The service answered with an error.
    Refused,
    /// What came cannot be read.
    Unreadable(Unreadable),
}

/// Why a reply cannot be read.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// There is no body.
    Empty,
    /// A web page: something between here and the service answered.
    Html,
    /// XML where JSON was asked for.
    Xml,
    /// JSON that ends too early.
    Truncated,
    /// Not JSON, or not an object.
    NotJson,
    /// JSON without what the operation's reply must have.
    Incomplete,
    /// A redirect, which the service never sends.
    Redirect,
    /// An error without a request id, which the service always gives: something between here and the service answered.
    Foreign,
}

/// The body of a reply that says "done"; everything else is a failure. The body is looked at no further than its first
/// character: [`parse`] reads it.
pub fn classify(operation: Operation, reply: &HttpReply) -> Result<&[u8], Failure> {
    match reply.status {
        200..=299 => match body_form(&reply.body) {
            Form::Json => Ok(without_mark(&reply.body)),
            form => Err(unreadable(operation, reply, form.why_unreadable(), None)),
        },
        400.. => Err(refused(operation, reply)),
        _ => Err(unreadable(operation, reply, Unreadable::Redirect, None)),
    }
}

/// The typed reply, or the failure.
pub fn parse<'a, T: Deserialize<'a>>(operation: Operation, reply: &'a HttpReply) -> Result<T, Failure> {
    let body = classify(operation, reply)?;
    // One check of the whole costs less than one a text.
    let text = std::str::from_utf8(body)
        .map_err(|error| unreadable(operation, reply, Unreadable::NotJson, Some(error.to_string())))?;
    serde_json::from_str(text).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => {
                // Some gateways say "no" with status 200; then the code counts.
                if ErrorBody::read(body).code.is_some() {
                    return refused(operation, reply);
                }
                Unreadable::Incomplete
            }
            serde_json::error::Category::Eof => Unreadable::Truncated,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => Unreadable::NotJson,
        };
        unreadable(operation, reply, what, Some(error.to_string()))
    })
}

/// The service has seen the nonce of the request before.
const NONCE_USED: &str = "SignatureNonceUsed";

/// A request that got no reply. Repeating may help; whether it is safe depends on `sent`.
pub fn transport(failure: &TransportFailure) -> Failure {
    let kind = match failure.reason {
        TransportReason::Credentials => ErrorKind::Credential,
        _ => ErrorKind::Transport,
    };
    Failure {
        kind,
        sent: failure.sent,
        cause: Cause::Transport(failure.reason),
        operation: None,
        status: None,
        code: None,
        message: Some(shortened(&failure.detail)).filter(|text| !text.is_empty()),
        request_id: None,
        retry: if failure.sent == Sent::No { RetryClass::AfterPause } else { RetryClass::MaybeCarriedOut },
        scope: Scope::Account,
        retry_after: None,
    }
}

impl Failure {
    /// The failure of a call of an operation, where no reply told which.
    #[must_use]
    pub fn of(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// How far the service's clock is ahead, in milliseconds, by the `Date` of the reply that refused a signature; `None` where
    /// that says nothing about the clock.
    pub(crate) fn clock_offset(&self, reply: &HttpReply, now: Time) -> Option<i64> {
        if self.code.as_deref() == Some(NONCE_USED) {
            return None;
        }
        let theirs = Time::parse_http_date(reply.header("date")?)?;
        Some(theirs.millis().saturating_sub(now.millis()))
    }

    /// Whether the service itself answered. Anything else says nothing about the account or the call.
    pub fn is_of_service(&self) -> bool {
        self.code.is_some()
    }

    /// The service's code, or why none came; for events and reports.
    pub fn name(&self) -> &str {
        match (&self.code, self.cause) {
            (Some(code), _) => code,
            (None, Cause::Transport(reason)) => reason.name(),
            (None, Cause::Unreadable(_)) => "unreadable",
            (None, Cause::Refused) => "refused",
        }
    }

    /// The error in words.
    pub fn to_error(&self) -> Error {
        let row = match (self.cause, self.kind) {
            (Cause::Transport(reason), _) => match reason {
                TransportReason::NameResolution => &calls::NAME_NOT_RESOLVED,
                TransportReason::ConnectionRefused => &calls::CONNECTION_REFUSED,
                TransportReason::Tls => &calls::TLS_FAILED,
                TransportReason::TimedOut => &calls::NO_ANSWER_IN_TIME,
                TransportReason::ConnectionClosed => &calls::CONNECTION_CLOSED,
                TransportReason::Credentials => &calls::CREDENTIALS_NOT_RENEWED,
                TransportReason::Other => &calls::TRANSPORT_FAILED,
            },
            (Cause::Unreadable(what), _) => match what {
                Unreadable::Html | Unreadable::Redirect | Unreadable::Foreign => &calls::ANSWER_NOT_FROM_SERVICE,
                Unreadable::Xml => &calls::ANSWER_IN_XML,
                Unreadable::Empty | Unreadable::Truncated => &calls::ANSWER_CUT_SHORT,
                Unreadable::NotJson | Unreadable::Incomplete => &calls::ANSWER_NOT_UNDERSTOOD,
            },
            (Cause::Refused, ErrorKind::Throttled) => &calls::THROTTLED,
            (Cause::Refused, ErrorKind::Credential) => &calls::CREDENTIALS_REFUSED,
            (Cause::Refused, _) if self.status.is_some_and(|status| status >= 500) => &calls::SERVICE_FAULT,
            (Cause::Refused, _) => &calls::SERVICE_REFUSED,
        };
        let mut error = Error::new(self.kind, row)
            .with("operation", self.operation.map_or("?", Operation::name))
            .with("status", self.status.map_or_else(|| "?".to_owned(), |status| status.to_string()))
            .with("code", self.code.as_deref().unwrap_or("?"))
            .with("detail", self.message.as_deref().unwrap_or("?"));
        error.api_code.clone_from(&self.code);
        error.next_step = self.code.as_deref().and_then(api_errors::find).map(|row| &row.next_step);
        error.request_id.clone_from(&self.request_id);
        error.sent = self.sent;
        let safe = self.sent != Sent::Maybe || self.operation.is_some_and(Operation::repeats_safely);
        error.retryable = self.retry != RetryClass::Never && safe;
        error
    }
}

/// Whether an answer is the service's: it alone gives request ids.
pub(crate) fn is_of_service(reply: &HttpReply) -> bool {
    reply.header("x-acs-request-id").is_some()
        || ["\"RequestId\"", "<RequestId>"].iter().any(|id| memchr::memmem::find(&reply.body, id.as_bytes()).is_some())
}

/// A page that names itself as the next one: reading on would never end, and stopping would leave things out unsaid.
pub(crate) fn endless_pages(operation: Operation, reply: &HttpReply) -> Failure {
    let detail = "NextToken leads to a page that was read before".to_owned();
    Failure { retry: RetryClass::Never, ..unreadable(operation, reply, Unreadable::Incomplete, Some(detail)) }
}

/// A listing that never agreed with its own count.
pub(crate) fn incomplete_listing(operation: Operation, reply: &HttpReply) -> Failure {
    let detail = "fewer entries came than TotalCount says, or it changed between pages".to_owned();
    Failure { retry: RetryClass::Never, ..unreadable(operation, reply, Unreadable::Incomplete, Some(detail)) }
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Form {
    Json,
    Html,
    Xml,
    Empty,
    Other,
}

impl Form {
    fn why_unreadable(self) -> Unreadable {
        match self {
            Self::Html => Unreadable::Html,
            Self::Xml => Unreadable::Xml,
            Self::Empty => Unreadable::Empty,
            Self::Json => Unreadable::Truncated,
            Self::Other => Unreadable::NotJson,
        }
    }
}

fn body_form(body: &[u8]) -> Form {
    let body = without_mark(body).trim_ascii_start();
    let starts = |word: &[u8]| body.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    match body.first() {
        None => Form::Empty,
        Some(b'{') => Form::Json,
        Some(b'<') if starts(b"<!doctype") || starts(b"<html") || starts(b"<head") || starts(b"<body") => Form::Html,
        Some(b'<') => Form::Xml,
        Some(_) => Form::Other,
    }
}

/// Without the byte order mark that some gateways put first.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// An answer that is not the service's, whatever its status: it says nothing about what the service did.
fn unreadable(operation: Operation, reply: &HttpReply, what: Unreadable, detail: Option<String>) -> Failure {
    let sent = if operation.writes() { Sent::Maybe } else { Sent::Yes };
    let throttled = reply.status == 429;
    let retry = if throttled { RetryClass::Throttled } else { RetryClass::MaybeCarriedOut };
    Failure {
        kind: if throttled { ErrorKind::Throttled } else { ErrorKind::Protocol },
        sent,
        cause: Cause::Unreadable(what),
        operation: Some(operation),
        status: Some(reply.status),
        code: None,
        message: detail,
        request_id: reply.header("x-acs-request-id").map(shortened),
        retry,
        scope: Scope::Batch,
        retry_after: retry::wait_hint(&reply.headers),
    }
}

fn refused(operation: Operation, reply: &HttpReply) -> Failure {
    let form = body_form(&reply.body);
    let body = match form {
        Form::Json => ErrorBody::read(&reply.body),
        Form::Xml => ErrorBody::read_xml(&reply.body),
        Form::Html | Form::Empty | Form::Other => ErrorBody::default(),
    };
    let request_id = body.request_id.or_else(|| reply.header("x-acs-request-id").map(shortened));
    let Some(code) = body.code.filter(|_| request_id.is_some()) else {
        let what = if form == Form::Json { Unreadable::Foreign } else { form.why_unreadable() };
        let mut failure = unreadable(operation, reply, what, body.message);
        failure.request_id = request_id;
        return failure;
    };
    let (retry, scope) = match api_errors::find(&code) {
        Some(row) => (row.retry, row.scope),
        // The service has more throttling codes than its documents list (docs/sources/api.md 5.5).
        None if code.contains("Throttling") => (RetryClass::Throttled, Scope::Account),
        None if reply.status >= 500 => (RetryClass::MaybeCarriedOut, Scope::Batch),
        None => (RetryClass::Never, Scope::Batch),
    };
    let kind = match retry {
        RetryClass::Throttled => ErrorKind::Throttled,
        RetryClass::RefreshCredentials => ErrorKind::Credential,
        _ if api_errors::CREDENTIAL_CODES.iter().any(|family| code.starts_with(family)) => ErrorKind::Credential,
        _ => ErrorKind::Api,
    };
    let maybe = match retry {
        RetryClass::Throttled => false,
        RetryClass::StillProcessing | RetryClass::MaybeCarriedOut => true,
        // The nonce was never used by us: somebody on the way sent the request before, and that may have been let in.
        RetryClass::SignAgain if code == NONCE_USED => true,
        _ => reply.status >= 500,
    };
    Failure {
        kind,
        sent: if maybe && operation.writes() { Sent::Maybe } else { Sent::Yes },
        cause: if form == Form::Xml { Cause::Unreadable(Unreadable::Xml) } else { Cause::Refused },
        operation: Some(operation),
        status: Some(reply.status),
        code: Some(code),
        message: body.message,
        request_id,
        retry,
        scope,
        retry_after: retry::wait_hint(&reply.headers),
    }
}

/// The body of an error, in the spellings the service and its gateways use.
#[derive(Default)]
struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            #[serde(borrow, default)]
            code: Option<Scalar<'a>>,
            #[serde(borrow, default, rename = "code")]
            small_code: Option<Scalar<'a>>,
            #[serde(borrow, default)]
            message: Option<Scalar<'a>>,
            #[serde(borrow, default, rename = "message")]
            small_message: Option<Scalar<'a>>,
            #[serde(borrow, default)]
            request_id: Option<Scalar<'a>>,
            #[serde(borrow, default, rename = "requestId")]
            small_request_id: Option<Scalar<'a>>,
        }
        let Ok(wire) = serde_json::from_slice::<Wire<'_>>(without_mark(body)) else {
            return Self::default();
        };
        let pick = |first: Option<Scalar<'_>>, second: Option<Scalar<'_>>| {
            let text = first.and_then(Scalar::into_text).or_else(|| second.and_then(Scalar::into_text))?;
            Some(shortened(text.trim())).filter(|text| !text.is_empty())
        };
        Self {
            code: pick(wire.code, wire.small_code),
            message: pick(wire.message, wire.small_message),
            request_id: pick(wire.request_id, wire.small_request_id),
        }
    }

    /// `<Error><Code>...`: the service's default form, which comes when a gateway did not see that JSON was asked for.
    fn read_xml(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let member = |name: &str| {
            let from = text.split_once(&format!("<{name}>"))?.1;
            let inner = from.split_once(&format!("</{name}>"))?.0.trim();
            let plain = inner
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&");
            Some(shortened(&plain)).filter(|text| !text.is_empty())
        };
        Self { code: member("Code"), message: member("Message"), request_id: member("RequestId") }
    }
}

/// The service ends the message of `SignatureDoesNotMatch` with what it signed itself. In version 1 the string to sign,
/// in version 3 the canonical request holds the STS token: nothing after these words, in any case, may be kept.
const SIGNED_TEXT_FOLLOWS: [&str; 4] = ["string to sign", "stringtosign", "canonicalrequest", "canonical request"];

fn shortened(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let end = SIGNED_TEXT_FOLLOWS.iter().filter_map(|words| Some(lower.find(words)? + words.len())).min();
    let kept = end.and_then(|end| text.get(..end)).unwrap_or(text);
    kept.chars().take(1000).collect()
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}
