//! Codes of the gateway: signature, credentials, permissions, throttling, faults of the service.

use super::{ApiErrorRow, REPEAT, REPORT, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

const SLOW_DOWN: Text = Text::new(
    "nothing was started by this call; consnap slows down and repeats it, a quota can be raised in Quota Center",
    "该请求未被执行；consnap 会降低频率后重试，您也可以在配额中心申请提升配额",
);
const CHECK_KEY: Text = Text::new(
    "check AccessKey ID and secret at the place they come from, the environment or the CLI profile; correct or replace them",
    "请在其来源处（环境变量或 CLI 配置）检查 AccessKey ID 和 AccessKey Secret，更正或更换后重试",
);
const NEW_TOKEN: Text = Text::new(
    "get a new STS token and run again; a run under way goes on with `consnap resume`",
    "请获取新的临时安全令牌后重试；进行中的执行可用 `consnap resume` 继续",
);
const GRANT: Text = Text::new(
    "grant the RAM user or role the action and the resource that the message names; `consnap role print operator` shows all that are needed",
    "请为 RAM 用户或角色授予报错信息中的操作和资源权限；`consnap role print operator` 会输出所需的全部权限",
);
const ACCOUNT: Text = Text::new(
    "put the account in order in the Alibaba Cloud console, then run again",
    "请在阿里云控制台处理账号问题后重新执行",
);

api_errors! {
    "api-reference: common error codes" {
        "IllegalTimestamp" SignAgain Account
            ("the time of the request is too far from the service's clock", "请求时间与服务端时钟相差过大")
            => Text::new("set this machine's clock; consnap corrects by the service's time once and signs again",
                         "请校准本机时钟；consnap 会按服务端时间校正一次并重新签名");
        "InvalidTimeStamp.Expired" SignAgain Account
            ("the time of the request is too far from the service's clock", "请求时间与服务端时钟相差过大")
            => Text::new("set this machine's clock; consnap corrects by the service's time once and signs again",
                         "请校准本机时钟；consnap 会按服务端时间校正一次并重新签名");
        "InvalidTimeStamp.Format" Never Batch
            ("the time of the request has a form the service cannot read", "请求时间的格式无法识别") => REPORT;
        "SignatureNonceUsed" SignAgain Batch
            ("the nonce of the request was used before", "请求的随机数已被使用过")
            => Text::new("consnap signs again with a new nonce; if it lasts, look for a proxy that repeats requests",
                         "consnap 会更换随机数重新签名；如持续出现，请检查是否有代理在重发请求");
        "SignatureDoesNotMatch" Never Account
            ("the signature does not fit the AccessKey secret", "签名与 AccessKey Secret 不匹配") => CHECK_KEY;
        "IncompleteSignature" Never Account
            ("the signature is incomplete or does not fit", "签名不完整或不匹配") => CHECK_KEY;
        "InvalidAccessKeyId.NotFound" Never Account
            ("there is no such AccessKey ID", "AccessKey ID 不存在") => CHECK_KEY;
        "InvalidAccessKeyId.Inactive" Never Account
            ("the AccessKey is disabled", "AccessKey 已被禁用") => CHECK_KEY;
        "InvalidAccessKeySecret" Never Account
            ("the AccessKey secret is wrong", "AccessKey Secret 错误") => CHECK_KEY;
        "InvalidAccount.NotFound" Never Account
            ("there is no such account", "账号不存在") => CHECK_KEY;
        "Forbidden.AccessKeyDisabled" Never Account
            ("the AccessKey is disabled", "AccessKey 已被禁用") => CHECK_KEY;
        "Forbidden.RAM" Never Account
            ("RAM does not allow this call", "RAM 未授权该操作") => GRANT;
        "Forbidden.Unauthorized" Never Account
            ("this call is not authorised", "该操作未获授权") => GRANT;
        "Forbidden.SubUser" Never Account
            ("a RAM user may not do this", "RAM 用户无权执行该操作") => GRANT;
        "Forbidden.NotSupportRAM" Never Account
            ("this call cannot be made by a RAM user", "该操作不支持 RAM 用户调用") => GRANT;
        "Forbidden.RiskControl" Never Account
            ("the account is under risk control", "账号处于风险控制状态") => ACCOUNT;
        "Forbidden" Never Account
            ("this call is not allowed", "该操作被拒绝") => GRANT;
        "Forbidden.*" Never Account
            ("this call is not allowed", "该操作被拒绝") => GRANT;
        "RealNameAuthenticationError" Never Account
            ("the account lacks real-name verification", "账号未完成实名认证") => ACCOUNT;
        "InsufficientBalance" Never Account
            ("the balance of the account is too low", "账号余额不足") => ACCOUNT;
        "InvalidOwner*" Never Account
            ("the account named as owner of the resources is wrong", "资源所属账号不正确") => REPORT;
        "ChargeTypeViolation" Never Batch
            ("the billing method does not allow this call", "计费方式不支持该操作") => ACCOUNT;
        "Throttling" Throttled Account
            ("too many requests at the moment", "请求过于频繁，触发流控") => SLOW_DOWN;
        "ServiceUnavailable" MaybeCarriedOut Batch
            ("the service is not available for the moment; the call may have been carried out",
             "服务暂时不可用；该请求可能已被执行") => REPEAT;
        "ServiceUnavailable.RegionMaintaining" MaybeCarriedOut Account
            ("the region is under maintenance", "该地域正在维护")
            => Text::new("run again when the region works; do not start anything there now",
                         "请待该地域恢复后再运行，当前不要在该地域启动新的任务");
        "ServiceUnavailable.*" MaybeCarriedOut Batch
            ("the service is not available for the moment; the call may have been carried out",
             "服务暂时不可用；该请求可能已被执行") => REPEAT;
        "InternalError" MaybeCarriedOut Batch
            ("the service failed; the call may have been carried out", "服务内部错误；该请求可能已被执行") => REPEAT;
        "InternalError.*" MaybeCarriedOut Batch
            ("the service failed; the call may have been carried out", "服务内部错误；该请求可能已被执行") => REPEAT;
        "UnknownError" MaybeCarriedOut Batch
            ("the service reports an unknown error; the call may have been carried out",
             "服务返回未知错误；该请求可能已被执行") => REPEAT;
        "OperationConflict" AfterPause Batch
            ("another operation on the same resource is under way", "同一资源上有其他操作正在进行") => REPEAT;
        "LastTokenProcessing" StillProcessing Batch
            ("an earlier request with the same ClientToken is still being processed",
             "使用相同 ClientToken 的上一次请求仍在处理中") => REPEAT;
        "IdempotentProcessing" StillProcessing Batch
            ("an earlier request with the same ClientToken is still being processed",
             "使用相同 ClientToken 的上一次请求仍在处理中") => REPEAT;
        "IdempotentParameterMismatch" Never Batch
            ("the ClientToken was used before with other parameters", "该 ClientToken 已用于参数不同的请求") => REPORT;
        "InvalidIdempotenceParameter.Mismatch" Never Batch
            ("the ClientToken was used before with other parameters", "该 ClientToken 已用于参数不同的请求") => REPORT;
        "MissingParameter" Never Batch
            ("a required parameter is missing", "缺少必填参数") => REPORT;
        "MissingParameter.*" Never Batch
            ("a required parameter is missing", "缺少必填参数") => REPORT;
        "InvalidParameter" Never Batch
            ("a parameter has a value that is not valid", "参数取值无效") => REPORT;
        "InvalidParamater" Never Batch
            ("a parameter has a value that is not valid", "参数取值无效") => REPORT;
        "InvalidParameter.IsNull" Never Batch
            ("a parameter is empty", "参数取值为空") => REPORT;
        "InvalidParameter.*" Never Batch
            ("a parameter has a value that is not valid", "参数取值无效") => REPORT;
        "UnsupportedParameter" Never Batch
            ("a parameter is not supported", "不支持该参数") => REPORT;
        "InvalidAction" Never Batch
            ("the service does not know this operation", "服务不支持该接口") => REPORT;
        "InvalidAction.NotFound" Never Batch
            ("the service does not know this operation", "服务不支持该接口") => REPORT;
        "InvalidVersion" Never Batch
            ("the service does not know this API version", "服务不支持该 API 版本") => REPORT;
        "UnsupportedHTTPMethod" Never Batch
            ("the service does not accept this HTTP method", "不支持该 HTTP 请求方法") => REPORT;
    }
    "darabonba: retry conditions" {
        "Throttling.User" Throttled Account
            ("this account sends too many requests at the moment", "该账号的请求过于频繁，触发用户流控") => SLOW_DOWN;
        "Throttling.Api" Throttled Account
            ("this operation is called too often at the moment", "该接口调用过于频繁，触发接口流控") => SLOW_DOWN;
        "Throttling.*" Throttled Account
            ("too many requests at the moment", "请求过于频繁，触发流控") => SLOW_DOWN;
        "Rejected.Throttling" Throttled Account
            ("too many requests at the moment", "请求过于频繁，触发流控") => SLOW_DOWN;
    }
    "sts: error codes" {
        "InvalidSecurityToken.Expired" RefreshCredentials Account
            ("the STS token has expired", "临时安全令牌已过期") => NEW_TOKEN;
        "InvalidSecurityToken.Malformed" Never Account
            ("the STS token is damaged", "临时安全令牌格式错误") => NEW_TOKEN;
        "InvalidSecurityToken.MismatchWithAccessKey" Never Account
            ("the STS token belongs to another AccessKey", "临时安全令牌与 AccessKey 不匹配")
            => Text::new("give the AccessKey ID, its secret and the token of the same credentials",
                         "请同时提供同一凭证的 AccessKey ID、AccessKey Secret 和安全令牌");
        "InvalidSecurityToken.*" Never Account
            ("the STS token is not valid", "临时安全令牌无效") => NEW_TOKEN;
        "MissingSecurityToken" Never Account
            ("a temporary AccessKey needs its STS token", "使用临时 AccessKey 时必须提供安全令牌") => NEW_TOKEN;
        "NoPermission" Never Account
            ("RAM does not allow this call", "RAM 未授权该操作") => GRANT;
        "NoPermission.*" Never Account
            ("RAM does not allow this call", "RAM 未授权该操作") => GRANT;
    }
}
