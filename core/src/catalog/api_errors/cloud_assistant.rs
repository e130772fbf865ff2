//! Codes of the Cloud Assistant operations: running, stopping and reading commands, and its status.

use super::{ApiErrorRow, MEND_JOB, REPEAT, REPORT, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

const NOT_THIS_INSTANCE: Text = Text::new(
    "take the instance out of the job, or check whether it was released or lies in another region or account",
    "请将该实例移出作业，或确认其是否已释放、是否属于其他地域或账号",
);
const SHORTER: Text =
    Text::new("shorten the names, paths or description in the job document", "请缩短作业文档中的名称、路径或描述");
const QUOTA: Text = Text::new(
    "wait until the quota is free again or have it raised in Quota Center, then run again",
    "请等待配额恢复，或在配额中心申请提升配额后重新执行",
);
const TAGS: Text = Text::new(
    "correct the tags: at most 20, key at most 64 characters, not beginning with `acs:` or `aliyun`, no URL",
    "请修正标签：最多 20 个，标签键不超过 64 个字符，不能以 `acs:` 或 `aliyun` 开头，不能包含网址",
);

api_errors! {
    "run-command; invoke-command; create-command" {
        "InvalidInstance.NotFound" Never Instance
            ("an instance of the call does not exist in this region", "请求中有实例在该地域不存在") => NOT_THIS_INSTANCE;
        "InvalidInstance.NotMatch" Never Instance
            ("the type of the command does not fit the operating system of an instance",
             "命令类型与某台实例的操作系统不匹配")
            => Text::new("check the platform of the instance: shell scripts run on Linux, batch scripts on Windows",
                         "请检查实例的操作系统类型：Shell 命令用于 Linux，Bat 命令用于 Windows");
        "InstanceIds.ExceedLimit" Never Batch
            ("the call names more instances than are allowed", "请求中的实例数量超过上限")
            => Text::new("consnap goes on with smaller batches of 50; nothing was started by this call",
                         "consnap 会改用每批 50 台实例继续；该请求未启动任何命令");
        "InvalidRegionId.NotFound" Never Account
            ("there is no such region", "地域不存在")
            => Text::new("correct the region id in the job document, such as `cn-hangzhou`",
                         "请修正作业文档中的地域ID，例如 `cn-hangzhou`");
        "RegionId.ApiNotSupported" Never Account
            ("Cloud Assistant does not offer this call in this region", "该地域不支持此云助手接口")
            => Text::new("run the job in a region where Cloud Assistant is offered",
                         "请在支持云助手的地域运行");
        "Operation.Forbidden" Never Account
            ("this account may not make this call", "该账号不允许执行此操作")
            => Text::new("grant the RAM user or role `ecs:RunCommand`, `ecs:DescribeInvocations` and `ecs:DescribeCloudAssistantStatus`",
                         "请为 RAM 用户或角色授予 `ecs:RunCommand`、`ecs:DescribeInvocations` 和 `ecs:DescribeCloudAssistantStatus` 权限");
        "Invocation.ExceedQuota" Never Account
            ("the daily quota of command runs in this region is used up", "该地域当日的命令执行次数已达配额上限") => QUOTA;
        "CmdCount.ExceedQuota" Never Account
            ("the quota of stored commands in this region is used up", "该地域的命令数量已达配额上限") => QUOTA;
        "CmdContent.ExceedLimit" Never Batch
            ("the command is too long", "命令内容过长") => SHORTER;
        "CmdContent.DecodeError" Never Batch
            ("the Base64 of the command cannot be decoded", "命令内容的 Base64 无法解码") => REPORT;
        "CmdName.ExceedLimit" Never Batch
            ("the name of the command is too long", "命令名称过长") => REPORT;
        "CmdDesc.ExceedLimit" Never Batch
            ("the description of the command is too long", "命令描述过长") => REPORT;
        "CmdParam.EmptyKey" Never Batch
            ("a custom parameter of the command has no name", "命令的自定义参数缺少名称") => REPORT;
        "CmdParam.InvalidParamName" Never Batch
            ("a custom parameter of the command has a wrong name", "命令的自定义参数名称无效") => REPORT;
        "CmdParamCount.ExceedLimit" Never Batch
            ("the command has too many custom parameters", "命令的自定义参数过多") => REPORT;
        "CmdParamName.ExceedLimit" Never Batch
            ("the name of a custom parameter is too long", "自定义参数名称过长") => REPORT;
        "InvalidCmdType.NotFound" Never Batch
            ("the type of the command is not known", "命令类型不存在") => REPORT;
        "InvalidCmdId.NotFound" Never Batch
            ("there is no such command", "命令ID不存在") => REPORT;
        "InvalidTimeout.ExceedLimit" Never Batch
            ("the time-out of the command is out of range", "命令的超时时间超出范围")
            => Text::new("set a smaller `run.timeout`, or shorter script and freeze time-outs, in the job document",
                         "请在作业文档中减小 `run.timeout`，或缩短脚本与冻结的超时时间");
        "InvalidClientToken.Malformed" Never Batch
            ("the ClientToken is not valid", "ClientToken 格式错误") => REPORT;
        "InvalidContainerId.Malformed" Never Batch
            ("the container id is not valid", "容器ID格式错误") => REPORT;
        "InvalidContainerName.Malformed" Never Batch
            ("the container name is not valid", "容器名称格式错误") => REPORT;
        "InvalidLauncher.LengthLimitExceeded" Never Batch
            ("the launcher of the command is too long", "命令启动程序参数过长") => REPORT;
        "InvalidTerminationMode.NotFound" Never Batch
            ("the termination mode is not known", "命令终止模式不存在") => REPORT;
        "InvalidRepeatMode.NotFound" Never Batch
            ("the repeat mode is not known", "命令执行方式不存在") => REPORT;
        "MissingParam.InstanceId" Never Batch
            ("the call names no instance", "请求未指定实例") => REPORT;
        "MissingParam.Frequency" Never Batch
            ("the frequency of a periodic command is missing", "周期命令缺少执行频率") => REPORT;
        "InvalidParam.Frequency" Never Batch
            ("the frequency of a periodic command is not valid", "周期命令的执行频率无效") => REPORT;
        "Parameter.MissingValue" Never Batch
            ("a custom parameter has no value", "自定义参数缺少取值") => REPORT;
        "Parameter.Disabled" Never Batch
            ("custom parameters were given although they are switched off", "未启用自定义参数却传入了参数") => REPORT;
        "Parameter.NotMatched" Never Batch
            ("the custom parameters do not fit the command", "自定义参数与命令不匹配") => REPORT;
        "InvalidParameter.Parameters" Never Batch
            ("the custom parameters are not valid", "自定义参数无效") => REPORT;
        "InvalidParameter.WorkingDir" Never Batch
            ("the working directory is not valid", "执行目录无效") => REPORT;
        "ParameterCount.ExceedLimit" Never Batch
            ("too many custom parameters", "自定义参数过多") => REPORT;
        "ParameterKey.ExceedLimit" Never Batch
            ("the name of a custom parameter is too long", "自定义参数名称过长") => REPORT;
        "ParameterKey.Duplicate" Never Batch
            ("a custom parameter is given twice", "自定义参数重复") => REPORT;
        "ParameterType.NotSupported" Never Batch
            ("the type of a custom parameter is not supported", "不支持该自定义参数类型") => REPORT;
        "ParameterStore.NotSupported" Never Batch
            ("Parameter Store of OOS is not offered here", "此处不支持 OOS 参数仓库") => REPORT;
        "ParameterStore.InvalidParameters" Never Batch
            ("a parameter in Parameter Store of OOS is not valid", "OOS 参数仓库中的参数无效") => REPORT;
        "ParameterStore.NoPermission" Never Account
            ("Parameter Store of OOS may not be read", "无权读取 OOS 参数仓库") => REPORT;
        "TemporaryAccessKey.Error" Never Account
            ("the service could not get temporary credentials for this call", "服务无法为该请求获取临时凭证") => REPORT;
        "Username.ExceedLimit" Never Batch
            ("the user name is too long", "用户名过长") => REPORT;
        "WindowsPasswordName.ExceedLimit" Never Batch
            ("the name of the Windows password is too long", "Windows 密码名称过长") => REPORT;
        "WindowsPasswordName.Missed" Never Batch
            ("the name of the Windows password is missing", "缺少 Windows 密码名称") => REPORT;
        "InvalidParameterCharset.Parameters" Never Batch
            ("the custom parameters have characters that are not allowed", "自定义参数包含不支持的字符") => REPORT;
        "InvalidParameterCharacter.CommandName" Never Batch
            ("the name of the command has characters that are not allowed", "命令名称包含不支持的字符") => REPORT;
        "InvalidParameterCharacter.CommandDescription" Never Batch
            ("the description of the command has characters that are not allowed", "命令描述包含不支持的字符") => REPORT;
        "InvalidParameterCharacter.CommandWorkingDir" Never Batch
            ("the working directory has characters that are not allowed", "执行目录包含不支持的字符") => REPORT;
        "InvalidStatus.ResourceGroup" Never Batch
            ("the state of the resource group does not allow this call", "资源组状态不允许该操作") => MEND_JOB;
        "InvalidResourceGroup.NotFound" Never Batch
            ("there is no such resource group", "资源组不存在") => MEND_JOB;
        "NumberExceed.ResourceTags" Never Batch
            ("too many instance tags in the selection", "用于选择实例的标签过多") => TAGS;
        "MissingParameter.ResourceTagKey" Never Batch
            ("an instance tag of the selection has no key", "用于选择实例的标签缺少标签键") => TAGS;
        "InvalidResourceTagKey.Malformed" Never Batch
            ("the key of an instance tag is not valid", "用于选择实例的标签键无效") => TAGS;
        "InvalidResourceTagValue.Malformed" Never Batch
            ("the value of an instance tag is not valid", "用于选择实例的标签值无效") => TAGS;
        "Duplicate.ResourceTagKey" Never Batch
            ("an instance tag of the selection appears twice", "用于选择实例的标签键重复") => TAGS;
        "InvalidResourceTag.InstanceNotFound" Never Batch
            ("no instance has these tags", "没有实例带有这些标签") => MEND_JOB;
        "InvalidResourceTag.ConflictWithInstanceIds" Never Batch
            ("instances are selected both by id and by tag", "不能同时按实例ID和标签选择实例") => MEND_JOB;
        "InternalError.Dispatch" MaybeCarriedOut Batch
            ("the service failed while passing on the call; the command may have been started",
             "服务在分发请求时出错；命令可能已经启动") => REPEAT;
    }
    "stop-invocation" {
        "InvalidInvokeId.NotFound" Never Batch
            ("there is no such invocation", "命令执行ID不存在")
            => Text::new("check region and account; records of invocations are kept for 30 days only",
                         "请检查地域和账号；命令执行记录只保留 30 天");
    }
    "describe-invocation-results; describe-cloud-assistant-status" {
        "InvalidParam.PageNumber" Never Batch
            ("the number of the page is not valid", "页码无效") => REPORT;
        "InvalidParam.PageSize" Never Batch
            ("the size of the page is not valid", "每页行数无效") => REPORT;
        "InvalidParameter.NextToken" Never Batch
            ("the token of the next page is not valid any more", "翻页凭证 NextToken 无效")
            => Text::new("run again; the listing must start from its first page",
                         "请重新执行；列表需要从第一页重新查询");
        "InvalidParameter.MaxResults" Never Batch
            ("the size of the page is not valid", "每页行数无效") => REPORT;
        "NumberExceed.Tags" Never Batch
            ("too many tags", "标签数量超过上限") => TAGS;
        "Duplicate.TagKey" Never Batch
            ("a tag key appears twice", "标签键重复") => TAGS;
        "MissingParameter.TagKey" Never Batch
            ("a tag has no key", "缺少标签键") => TAGS;
        "InvalidTagKey.Malformed" Never Batch
            ("a tag key is not valid", "标签键无效") => TAGS;
        "InvalidTagValue.Malformed" Never Batch
            ("a tag value is not valid", "标签值无效") => TAGS;
    }
}
