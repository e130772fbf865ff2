//! Codes of the operations on instances, disks, RAM roles and regions.

use super::{ApiErrorRow, MEND_JOB, REPORT, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

api_errors! {
    "attach-instance-ram-role; describe-instance-ram-role" {
        "InvalidInstanceId.NotFound" Never Instance
            ("an instance of the call does not exist in this region", "请求中有实例在该地域不存在")
            => Text::new("take the instance out of the job, or check whether it was released or lies in another region or account",
                         "请将该实例移出作业，或确认其是否已释放、是否属于其他地域或账号");
        "InvalidInstanceIds.Malformed" Never Batch
            ("the list of instances is not valid", "实例ID列表格式错误")
            => Text::new("check the instance ids in the job document: `i-` and lower-case letters and digits",
                         "请检查作业文档中的实例ID：以 `i-` 开头，由小写字母和数字组成");
        "InvalidNetworkType.MismatchRamRole" Never Instance
            ("an instance is not in a VPC, so it can have no RAM role", "实例不在专有网络 VPC 中，无法授予实例RAM角色")
            => Text::new("move the instance into a VPC, or take it out of the job",
                         "请将实例迁移到专有网络 VPC，或将其移出作业");
        "InvalidUser.PassRoleForbidden" Never Account
            ("the caller may not pass this RAM role to an instance", "当前用户无权将该RAM角色授予实例")
            => Text::new("grant the caller `ram:PassRole` on this role, or attach the role by other means",
                         "请为当前用户授予该角色的 `ram:PassRole` 权限，或以其他方式授予实例RAM角色");
        "InvalidRamRole.NotFound" Never Batch
            ("there is no such RAM role", "RAM角色不存在")
            => Text::new("correct `instance_ram_role` in the job document, or create the role with ECS as its trusted entity",
                         "请修正作业文档中的 `instance_ram_role`，或创建可信实体为云服务器 ECS 的该角色");
        "InvalidRamRole.NotEcsRole" Never Batch
            ("ECS is not a trusted entity of the RAM role", "该RAM角色的可信实体不包含云服务器 ECS")
            => Text::new("name `ecs.aliyuncs.com` as trusted service in the trust policy of the role",
                         "请在该角色的信任策略中将 `ecs.aliyuncs.com` 设为可信服务");
        "InvalidParameter.AllEmpty" Never Batch
            ("neither instances nor a role are named", "未指定实例或RAM角色") => REPORT;
    }
    "describe-instances" {
        "InvalidTag.Mismatch" Never Batch
            ("tag keys and values do not go together", "标签键与标签值不匹配") => REPORT;
        "InvalidTagCount" Never Batch
            ("too many tags", "标签数量超过上限") => MEND_JOB;
        "InvalidHpcClusterId.NotFound" Never Batch
            ("there is no such HPC cluster", "HPC 集群不存在") => REPORT;
        "InvalidHpcClusterId.Creating" AfterPause Batch
            ("the HPC cluster is still being created", "HPC 集群正在创建") => REPORT;
        "InvalidInstanceChargeType.NotFound" Never Batch
            ("the billing method is not known", "实例计费方式不存在") => REPORT;
        "InvalidInternetChargeType.ValueNotSupported" Never Batch
            ("the billing method of the network is not known", "网络计费方式不支持") => REPORT;
        "InvalidLockReason.NotFound" Never Batch
            ("the reason of a lock is not known", "锁定原因不存在") => REPORT;
        "InvalidFilterKey.NotFound" Never Batch
            ("the filter is not known", "过滤条件不存在") => REPORT;
        "InvalidNetworkType.NotFound" Never Batch
            ("the network type is not known", "网络类型不存在") => REPORT;
        "InvalidStatus.NotFound" Never Batch
            ("the state to filter by is not known", "用于过滤的状态不存在") => REPORT;
    }
    "describe-disks" {
        "InvalidDiskType.ValueNotSupported" Never Batch
            ("the disk type is not known", "云盘类型不支持") => REPORT;
        "InvalidCategory.ValueNotSupported" Never Batch
            ("the disk category is not known", "云盘种类不支持") => REPORT;
        "InvalidStatus.ValueNotSupported" Never Batch
            ("the state to filter by is not known", "用于过滤的状态不支持") => REPORT;
        "InvalidRegion.NotFound" Never Account
            ("there is no such region", "地域不存在")
            => Text::new("correct the region id in the job document, such as `cn-hangzhou`",
                         "请修正作业文档中的地域ID，例如 `cn-hangzhou`");
        "InvalidZoneId.NotFound" Never Batch
            ("there is no such zone", "可用区不存在") => REPORT;
        "MissingParamter.RegionId" Never Batch
            ("the region is missing", "缺少地域参数") => REPORT;
        "InvalidParameter.DiskIds" Never Batch
            ("the list of disks is not valid", "云盘ID列表无效") => REPORT;
        "IncompleteParamter" Never Batch
            ("parameters that belong together are not complete", "参数不完整") => REPORT;
        "InvalidParamter" Never Batch
            ("a parameter has a value that is not valid", "参数取值无效") => REPORT;
        "InvalidSnapshot.NotFound" Never Batch
            ("there is no such snapshot", "快照不存在") => REPORT;
        "InvalidDiskIds.Malformed" Never Batch
            ("the list of disks is not valid or too long", "云盘ID列表格式错误或数量过多") => REPORT;
        "UserNotInTheWhiteList" Never Account
            ("this account has no access to this function", "该账号未开通此功能")
            => Text::new("ask Alibaba Cloud support to open the function for the account", "请联系阿里云技术支持开通该功能");
        "InvalidParameter.MultiAttachAndEnableSharedNotMatch" Never Batch
            ("two filters for shared disks contradict each other", "共享云盘的过滤参数互相矛盾") => REPORT;
        "InvalidParameter.MultiAttach" Never Batch
            ("the filter for multi-attach is not valid", "多重挂载过滤参数无效") => REPORT;
        "InvalidFilterValue" Never Batch
            ("the value of a filter is not valid", "过滤条件取值无效") => REPORT;
        "InvalidDiskIds.ValueNotSupported" Never Batch
            ("the list of disks is not valid", "云盘ID列表不支持") => REPORT;
        "InvalidDiskChargeType.NotFound" Never Batch
            ("the billing method of disks is not known", "云盘计费方式不存在") => REPORT;
    }
    "describe-regions" {
        "Unauthorized.EmptyRegion" Never Account
            ("no region may be seen with these credentials", "当前凭证无权查看任何地域")
            => Text::new("grant the RAM user or role `ecs:DescribeRegions`",
                         "请为 RAM 用户或角色授予 `ecs:DescribeRegions` 权限");
        "InvalidAcceptLanguage.NotFound" Never Batch
            ("the language is not known", "语言参数不存在") => REPORT;
        "InvalidResourceType.NotFound" Never Batch
            ("the type of resource is not known", "资源类型不存在") => REPORT;
    }
}
