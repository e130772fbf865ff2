//! Errors of the service: status, code and text, and the body they travel in (docs/sources/api.md 4,
//! docs/sources/api.md 5.3, docs/sources/api.md 5.4).

use std::borrow::Cow;

use crate::json::Json;

/// An error the service answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The HTTP status. Editions of the documents differ in it; only the code counts (docs/sources/feature.md 11 C15).
    pub(crate) status: u16,
    /// The error code.
    pub(crate) code: Cow<'static, str>,
    /// The text.
    pub(crate) message: Cow<'static, str>,
}

impl ApiError {
    /// The error of a code, with the status and the text the service gives it.
    pub(crate) fn of(code: &'static str) -> Self {
        let (status, message) = KNOWN
            .iter()
            .find(|(known, ..)| *known == code)
            .map_or((400, "The specified parameter is not valid."), |(_, status, message)| (*status, *message));
        Self { status, code: Cow::Borrowed(code), message: Cow::Borrowed(message) }
    }

    /// An operation that the simulator does not play. It says so in its own name: the service may well have it.
    pub(crate) fn not_modelled(operation: &str) -> Self {
        let shown: String = operation.chars().take(100).collect();
        Self {
            status: 501,
            code: Cow::Borrowed("Simulator.NotModelled"),
            message: Cow::Owned(format!("`{shown}` is not modelled by the simulator.")),
        }
    }

    /// A parameter that must be there is not.
    pub(crate) fn missing(name: &str) -> Self {
        Self {
            status: 400,
            code: Cow::Borrowed("MissingParameter"),
            message: Cow::Owned(format!(
                "The input parameter \"{name}\" that is mandatory for processing this request is not supplied."
            )),
        }
    }

    /// A parameter's value cannot be used.
    pub(crate) fn invalid(name: &str) -> Self {
        Self {
            status: 400,
            code: Cow::Borrowed("InvalidParameter"),
            message: Cow::Owned(format!("The specified parameter \"{name}\" is not valid.")),
        }
    }

    /// A code, with the text of this place.
    pub(crate) fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// The body: `RequestId`, `HostId`, `Code`, `Message`, `Recommend` (docs/sources/api.md 5.3).
    pub(crate) fn body(&self, request_id: &str, host: &str) -> Vec<u8> {
        let product = if host.contains("sts") { "Sts" } else { "Ecs" };
        Json::write(512, |json| {
            json.text("RequestId", request_id);
            json.text("HostId", host);
            json.text("Code", &self.code);
            json.text("Message", &self.message);
            json.text(
                "Recommend",
                &format!(
                    "https://api.aliyun.com/troubleshoot?q={}&product={product}&requestId={request_id}",
                    self.code
                ),
            );
        })
    }
}

/// Codes the simulator itself answers with. Status and text as the documents or real answers give them.
const KNOWN: &[(&str, u16, &str)] = &[
    ("CmdContent.DecodeError", 400, "The CommandContent can not be base64 decoded."),
    ("CmdContent.ExceedLimit", 403, "The length of the command content exceeds the limit."),
    ("Duplicate.TagKey", 400, "The Tag.N.Key contain duplicate key."),
    ("EntityNotExist.OIDCProvider", 404, "The OIDC provider does not exist."),
    ("EntityNotExist.Role", 404, "The specified Role not exists."),
    (
        "Forbidden.RAM",
        403,
        "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
    ),
    (
        "IdempotentParameterMismatch",
        403,
        "The request uses the same client token as a previous, but non-identical request.",
    ),
    ("IdempotentProcessing", 403, "The previous idempotent request(s) is still processing."),
    (
        "IllegalTimestamp",
        400,
        "The input parameter \"Timestamp\" that is mandatory for processing this request is not supplied or expired.",
    ),
    ("IncompleteSignature", 400, "The request signature does not conform to Aliyun standards."),
    ("InstanceIds.ExceedLimit", 403, "The number of instance IDs exceeds the upper limit."),
    ("InternalError", 500, "The request processing has failed due to some unknown error."),
    ("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found."),
    ("InvalidAction.NotFound", 404, "Specified api is not found, please check your url and method."),
    ("InvalidClientToken.Malformed", 400, "The specified parameter clientToken is not valid."),
    ("InvalidCmdType.NotFound", 403, "The specified command type does not exist."),
    ("InvalidDiskIds.Malformed", 403, "The amount of specified disk Ids exceeds the limit."),
    ("InvalidInstance.NotFound", 404, "The specified instance does not exist."),
    ("InvalidInstance.NotMatch", 400, "The specified instances are not matched the type of the command."),
    ("InvalidInstance.NotRunning", 403, "The specified instance is not running."),
    ("InvalidInstanceId.NotFound", 404, "The specified InstanceId does not exist."),
    ("InvalidInstanceIds.Malformed", 400, "The specified InstanceIds is not valid."),
    ("InvalidInvokeId.NotFound", 404, "The specified invoke ID does not exist."),
    ("InvalidNetworkType.MismatchRamRole", 403, "RAM role can not be attached to instances of Classic network type."),
    (
        "InvalidParameter.AllEmpty",
        403,
        "The specified parameters InstanceIds and RamRoleName can not be empty at the same time.",
    ),
    ("InvalidParameter.DiskIds", 400, "The specified parameter DiskIds is not valid."),
    ("InvalidParameter.DurationSeconds", 400, "The Min/Max value of DurationSeconds is 15min/12hr."),
    ("InvalidParameter.MaxResults", 400, "The specified parameter MaxResults is not valid."),
    ("InvalidParameter.NextToken", 400, "The specified parameter NextToken is not valid."),
    ("InvalidParam.PageNumber", 400, "The specified parameter PageNumber is invalid."),
    ("InvalidParam.PageSize", 400, "The specified parameter PageSize is invalid."),
    (
        "InvalidRamRole.NotEcsRole",
        404,
        "The specified ram role is not authorized for ecs, please check your role policy.",
    ),
    ("InvalidRamRole.NotFound", 404, "The specified RamRoleName does not exist."),
    ("InvalidRegionId.NotFound", 404, "The specified RegionId does not exist."),
    ("InvalidRepeatMode.NotFound", 404, "The specified repeat mode does not exist."),
    ("InvalidResourceId.NotFound", 404, "The specified ResourceIds are not found in our records."),
    ("InvalidResourceType.NotFound", 404, "The ResourceType provided does not exist in our records."),
    ("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired."),
    ("InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed."),
    ("InvalidSnapshotGroupId.MustBeOne", 403, "The specified parameter SnapshotGroupId.N must not exceed its limit."),
    ("InvalidSnapshotGroupId.NotFound", 404, "The specified SnapshotGroupId does not exist."),
    ("InvalidSnapshotIds.Malformed", 403, "The amount of specified snapshot Ids exceeds the limit."),
    ("InvalidStatus.NotFound", 404, "The Status provided does not exist in our records."),
    ("InvalidStatus.ValueNotSupported", 403, "The specified Status is not supported."),
    ("InvalidTagKey.Malformed", 400, "The specified Tag.n.Key is not valid."),
    ("InvalidTagValue.Malformed", 400, "The specified Tag.n.Value is not valid."),
    ("InvalidTerminationMode.NotFound", 404, "The specified termination mode does not exist."),
    ("InvalidTimeout.ExceedLimit", 403, "The specified timeout exceeds the limit."),
    ("Invocation.ExceedQuota", 403, "The invocation quota in the current region has been reached for today."),
    ("MissingParam.InstanceId", 400, "The parameter instanceId is missing or empty."),
    ("MissingSecurityToken", 400, "SecurityToken is mandatory for this action."),
    ("NoPermission", 403, "You are not authorized to do this action. You should be authorized by RAM."),
    ("NumberExceed.ResourceIds", 400, "The maximum number of ResourceIds is exceeded."),
    ("NumberExceed.Tags", 400, "The Tags parameter number is exceeded, it should not be more than 20."),
    ("SignatureNonceUsed", 400, "Specified signature nonce was used already."),
    ("Throttling.User", 400, "Request was denied due to user flow control."),
    ("Throttling", 400, "Request was denied due to request throttling."),
    ("Throttling.Api", 400, "Request was denied due to api flow control."),
    ("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
    ("UnsupportedHTTPMethod", 403, "This http method is not supported."),
];

/// Status and text of a code that a scenario names.
pub(crate) fn usual_message(code: &str) -> &'static str {
    KNOWN
        .iter()
        .find(|(known, ..)| *known == code)
        .map_or("The request processing has failed due to some unknown error.", |(.., message)| *message)
}
