//! Codes of STS when a role is taken on (AssumeRole, AssumeRoleWithOIDC), and of calls that hand a role on.

use super::{ApiErrorRow, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

const ROLE_ARN: Text = Text::new(
    "correct the ARN of the role in the profile or in `ALIBABA_CLOUD_ROLE_ARN`: `acs:ram::ACCOUNT:role/NAME`",
    "请修正配置或 `ALIBABA_CLOUD_ROLE_ARN` 中的角色 ARN：`acs:ram::账号:role/角色名`",
);
const OIDC: Text = Text::new(
    "look at the identity provider in RAM and at `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`; issuer, client id and fingerprint must fit the token",
    "请检查 RAM 中的身份提供商和 `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`；颁发者、客户端 ID 和指纹须与令牌一致",
);

api_errors! {
    "sts: AssumeRole and AssumeRoleWithOIDC" {
        "EntityNotExist.Role" Never Account
            ("there is no such role in the account of the ARN", "该账号中不存在该角色") => ROLE_ARN;
        "EntityNotExist.OIDCProvider" Never Account
            ("there is no such identity provider", "身份提供商不存在") => OIDC;
        "EntityNotExist.*" Never Account
            ("something that the call names does not exist in RAM", "请求中的 RAM 实体不存在") => ROLE_ARN;
        "InvalidParameter.RoleArn" Never Account
            ("the ARN of the role cannot be read", "角色 ARN 格式错误") => ROLE_ARN;
        "InvalidParameter.RoleSessionName" Never Account
            ("the name of the session is not valid", "角色会话名称无效")
            => Text::new("use 2 to 64 letters, digits, `.`, `@`, `-` or `_` as the session's name",
                         "角色会话名称请使用 2 至 64 个字母、数字或 `.`、`@`、`-`、`_`");
        "InvalidParameter.DurationSeconds" Never Account
            ("the credentials may not last so long, or so short", "凭证有效期超出允许范围")
            => Text::new("set `expired_seconds` of the profile between 900 and the longest session of the role",
                         "请将配置中的 `expired_seconds` 设为 900 至该角色最大会话时间之间");
        "InvalidParameter.PolicyGrammar" Never Account
            ("the policy of the session is not valid", "会话权限策略语法错误")
            => Text::new("correct `policy` in the profile; `consnap role check` reads a policy",
                         "请修正配置中的 `policy`；`consnap role check` 可检查权限策略");
        "InvalidParameter.OIDCProviderArn" Never Account
            ("the ARN of the identity provider cannot be read", "身份提供商 ARN 格式错误") => OIDC;
        "AuthenticationFail.OIDCToken.Expired" RefreshCredentials Account
            ("the token of the identity provider has expired", "身份提供商的令牌已过期")
            => Text::new("see that the token file is replaced in time; consnap reads it again for each role session",
                         "请确认令牌文件会及时更新；consnap 每次扮演角色时都会重新读取");
        "AuthenticationFail.OIDCToken.*" Never Account
            ("the token of the identity provider is not accepted", "身份提供商的令牌未被接受") => OIDC;
        "AuthenticationFail.*" Never Account
            ("the identity is not accepted", "身份验证失败") => OIDC;
    }
    "ram-ecs; ram-policy-evaluation: access denied messages" {
        "NoPermission.RolePolicy" Never Account
            ("the policy of the role does not allow this call", "角色的权限策略未授权该操作")
            => Text::new("compare the role's policy with `consnap role print`, and judge it with `consnap role check`",
                         "请与 `consnap role print` 的输出对照，并用 `consnap role check` 检查");
    }
}
