//! Codes of the operations on snapshots, groups and tags. Those of making a group are met in the log of the plug-in, which
//! calls it inside the guest.

use super::{ApiErrorRow, MEND_JOB, REPEAT, REPORT, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

const EXCLUDE_DISK: Text = Text::new(
    "exclude the disk in `exclude_disks` of the job document, or take the instance out of the job",
    "请在作业文档的 `exclude_disks` 中排除该云盘，或将该实例移出作业",
);
const WAIT_SNAPSHOT: Text =
    Text::new("wait until the snapshot under way is finished, then run again", "请等待进行中的快照完成后重新执行");
const ACCOUNT: Text = Text::new(
    "put the account in order in the Alibaba Cloud console, then run again",
    "请在阿里云控制台处理账号问题后重新执行",
);
const KMS: Text = Text::new(
    "check the KMS key of the encrypted disk and the rights of ECS on it",
    "请检查加密云盘的 KMS 密钥以及 ECS 对该密钥的权限",
);
const GROUP_NAME: Text = Text::new(
    "correct `group_name`: 2 to 128 characters, beginning with a letter, then letters, digits, `.`, `_`, `-` or `:`",
    "请修正 `group_name`：2~128 个字符，以字母开头，可包含字母、数字、`.`、`_`、`-` 和 `:`",
);
const DESCRIPTION: Text = Text::new(
    "correct `description`: 2 to 256 characters, not beginning with `http://` or `https://`",
    "请修正 `description`：2~256 个字符，不能以 `http://` 或 `https://` 开头",
);

api_errors! {
    "create-snapshot-group" {
        "IncorrectDiskStatus.CreatingSnapshot" AfterPause Instance
            ("a snapshot of a disk is already being created", "云盘已有快照正在创建") => WAIT_SNAPSHOT;
        "IncorrectDiskStatus.TooManyCreatingSnapshots" AfterPause Instance
            ("too many snapshots of a disk are being created", "云盘正在创建的快照过多") => WAIT_SNAPSHOT;
        "QuotaExceed.ConcurrentSnapshotQuota" AfterPause Instance
            ("too many snapshots of a disk are being created", "云盘正在创建的快照数量达到上限") => WAIT_SNAPSHOT;
        "QuotaExceed.Snapshot" Never Instance
            ("the number of snapshots has reached its limit", "快照数量已达上限")
            => Text::new("delete snapshots that are not needed any more, or have the quota raised",
                         "请删除不再需要的快照，或申请提升配额");
        "QuotaExceed.Tags" Never Batch
            ("the number of tags has reached its limit", "标签数量已达上限")
            => Text::new("remove tags that are not needed: a resource has at most 20",
                         "请删除不需要的标签：每个资源最多 20 个");
        "DiskCategory.OperationNotSupported" Never Instance
            ("the category of a disk does not allow a snapshot-consistent group", "云盘种类不支持创建快照一致性组") => EXCLUDE_DISK;
        "InvalidOperation.MultiAttachDisk" Never Instance
            ("a disk with multi-attach cannot be in a snapshot-consistent group", "启用多重挂载的云盘不支持创建快照一致性组")
            => EXCLUDE_DISK;
        "InvalidDisk.ShareVolume" Never Instance
            ("a shared disk cannot be in a snapshot-consistent group", "共享块存储不支持创建快照一致性组") => EXCLUDE_DISK;
        "InvalidDisk.DiskCategoryInconsistent" Never Instance
            ("zone-redundant disks cannot be in one group with other disks", "ESSD同城冗余云盘不能与其他云盘组成快照一致性组") => EXCLUDE_DISK;
        "IncorrectDiskType.NotSupport" Never Instance
            ("the type of a disk does not allow snapshots", "云盘类型不支持创建快照") => EXCLUDE_DISK;
        "InvalidDiskIds.NotInSameZone" Never Instance
            ("the disks are not in one zone", "云盘不在同一可用区") => EXCLUDE_DISK;
        "NumberExceed.TooManyDisks" Never Instance
            ("more disks than a snapshot-consistent group can have", "云盘数量超过快照一致性组的上限") => EXCLUDE_DISK;
        "CapacityExceed.TooManyDisks" Never Instance
            ("the disks are larger than a snapshot-consistent group can be", "云盘总容量超过快照一致性组的上限") => EXCLUDE_DISK;
        "InvalidInstance.NoDisk" Never Instance
            ("the instance has no disk for a snapshot-consistent group", "实例没有可用于快照一致性组的云盘")
            => Text::new("attach an ESSD, or take the instance out of the job", "请挂载ESSD云盘，或将该实例移出作业");
        "IncorrectInstanceStatus" Never Instance
            ("the state of the instance does not allow this call", "实例状态不支持该操作")
            => Text::new("start the instance and wait until it is Running, then run again",
                         "请启动实例，待其处于运行中状态后重新执行");
        "InstanceLockedForSecurity" Never Instance
            ("the instance is locked for security reasons", "实例因安全原因被锁定")
            => Text::new("resolve the lock in the console, or take the instance out of the job",
                         "请在控制台解除锁定，或将该实例移出作业");
        "DiskInArrears" Never Instance
            ("a disk has overdue payments", "云盘已欠费") => ACCOUNT;
        "InvalidAccountStatus.NotEnoughBalance" Never Account
            ("the balance of the account is too low", "账号余额不足") => ACCOUNT;
        "InvalidAccountStatus.SnapshotServiceUnavailable" Never Account
            ("the snapshot service is not activated for this account", "该账号未开通快照服务")
            => Text::new("activate the snapshot service in the ECS console", "请在 ECS 控制台开通快照服务");
        "IncorrectDiskStatus" Never Instance
            ("the state of a disk does not allow a snapshot", "云盘状态不支持创建快照") => EXCLUDE_DISK;
        "IncorrectDiskStatus.NeverAttached" Never Instance
            ("a disk was never attached", "云盘从未挂载过") => EXCLUDE_DISK;
        "IncorrectDiskStatus.NeverUsed" Never Instance
            ("a disk was never used", "云盘从未使用过") => EXCLUDE_DISK;
        "IncorrectDiskStatus.Invalid" Never Instance
            ("the state of a disk does not allow a snapshot", "云盘状态不支持创建快照") => EXCLUDE_DISK;
        "IncorrectDiskStatus.Transferring" AfterPause Instance
            ("a disk is being moved", "云盘正在迁移") => WAIT_SNAPSHOT;
        "IncorrectVolumeStatus" Never Instance
            ("the state of a disk does not allow a snapshot", "云盘状态不支持创建快照") => EXCLUDE_DISK;
        "CreateSnapshot.Failed" AfterPause Instance
            ("the snapshot could not be created", "快照创建失败") => REPEAT;
        "InvalidSnapshotName.Malformed" Never Batch
            ("the name of the snapshot is not valid", "快照名称无效") => GROUP_NAME;
        "InvalidParameter.Name" Never Batch
            ("the name of the snapshot-consistent group is not valid", "快照一致性组名称无效") => GROUP_NAME;
        "InvalidParameter.Description" Never Batch
            ("the description is not valid", "描述无效") => DESCRIPTION;
        "InvalidDescription.Malformed" Never Batch
            ("the description is not valid", "描述无效") => DESCRIPTION;
        "InvalidRetentionDays.Malformed" Never Batch
            ("the retention days are not valid", "保留天数无效") => MEND_JOB;
        "InvalidDiskId.NotFound" Never Instance
            ("a disk of the call does not exist", "请求中有云盘不存在")
            => Text::new("correct `exclude_disks` in the job document: the disk may have been detached or released",
                         "请修正作业文档中的 `exclude_disks`：云盘可能已卸载或释放");
        "InvalidVolumeId.NotFound" Never Instance
            ("a disk of the call does not exist", "请求中有云盘不存在") => EXCLUDE_DISK;
        "DiskId.ValueNotSupported" Never Instance
            ("a disk does not allow this call", "云盘不支持该操作") => EXCLUDE_DISK;
        "InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict" Never Batch
            ("disks are both chosen and excluded", "不能同时指定与排除云盘") => REPORT;
        "MissingParamter.InstanceId" Never Batch
            ("the instance is missing", "缺少实例ID") => REPORT;
        "InvalidOperation.Unauthorized" Never Account
            ("this call is not authorised", "该操作未获授权")
            => Text::new("allow the RAM role of the instance `ecs:CreateSnapshot*`, `ecs:DescribeSnapshot*`, `ecs:DescribeDisks` and `ecs:TagResources`",
                         "请为实例RAM角色授予 `ecs:CreateSnapshot*`、`ecs:DescribeSnapshot*`、`ecs:DescribeDisks` 和 `ecs:TagResources` 权限");
        "InvalidRegion.NotSupport" Never Account
            ("this region does not offer the function", "该地域不支持此功能")
            => Text::new("run the job in a region that offers snapshot-consistent groups", "请在支持快照一致性组的地域运行");
        "InvalidRegion.NotSupportSnapshotInstantAccessRegion" Never Batch
            ("this region does not offer instant access", "该地域不支持快照极速可用")
            => Text::new("leave `instant_access` out of the job document", "请从作业文档中移除 `instant_access`");
        "InvalidCategoryAndInstantAccess.Malformed" Never Batch
            ("instant access does not go with this snapshot category", "该快照种类不支持快照极速可用")
            => Text::new("leave `instant_access` out of the job document", "请从作业文档中移除 `instant_access`");
        "InvalidSnapshotCategory.Malformed" Never Batch
            ("the snapshot category is not valid", "快照种类无效") => REPORT;
        "InvalidKMSKeyId.NotFound" Never Instance
            ("there is no such KMS key", "KMS 密钥不存在") => KMS;
        "InvalidParameter.KMSKeyId.CMKNotEnabled" Never Instance
            ("the KMS key is not enabled", "KMS 密钥未启用") => KMS;
        "InvalidParameter.KMSKeyId.KMSUnauthorized" Never Instance
            ("ECS may not use KMS", "ECS 无权使用 KMS") => KMS;
        "InvalidParameter.KMSKeyId.CMKUnauthorized" Never Instance
            ("ECS may not use the KMS key", "ECS 无权使用该 KMS 密钥") => KMS;
        "InvalidParameter.UnauthorizedStorageLocationArn" Never Batch
            ("the storage location is not authorised", "存储位置未获授权") => REPORT;
        "InvalidOperation.SnapshotStorageLocationUnsupported" Never Batch
            ("the storage location is not supported", "不支持该存储位置") => REPORT;
    }
    "describe-snapshot-groups" {
        "InvalidSnapshotGroupId.MustBeOne" Never Batch
            ("exactly one snapshot-consistent group must be named", "必须且只能指定一个快照一致性组") => REPORT;
    }
    "consnap: the error table of DeleteSnapshotGroup is not published" {
        "InvalidSnapshotGroupId.NotFound" Never Batch
            ("there is no such snapshot-consistent group", "快照一致性组不存在")
            => Text::new("check whether it was deleted, or lies in another region or account",
                         "请确认其是否已删除，或属于其他地域或账号");
        "SnapshotCreatedImage" Never Batch
            ("a custom image was made from the snapshot", "已使用该快照创建自定义镜像")
            => Text::new("delete the image first, or keep the snapshot", "请先删除该镜像，或保留该快照");
    }
    "describe-snapshots" {
        "InvalidSnapshotIds.Malformed" Never Batch
            ("the list of snapshots is not valid or too long", "快照ID列表格式错误或数量过多") => REPORT;
        "InvalidUsage" Never Batch
            ("the filter for usage is not valid", "快照用途过滤参数无效") => REPORT;
        "InvalidSourceDiskType" Never Batch
            ("the disk type is not known", "源云盘类型无效") => REPORT;
        "InvalidSnapshotType.NotFound" Never Batch
            ("the snapshot type is not known", "快照类型不存在") => REPORT;
        "InvalidSnapshotLinkId.NotFound" Never Batch
            ("there is no such snapshot chain", "快照链不存在") => REPORT;
        "InvalidSnapshotId.NotFound" Never Batch
            ("there is no such snapshot", "快照不存在")
            => Text::new("check whether the snapshot was deleted, or lies in another region or account",
                         "请确认快照是否已删除，或属于其他地域或账号");
    }
    "tag-resources" {
        "NumberExceed.ResourceIds" Never Batch
            ("too many resources in one call", "资源数量超过上限") => REPORT;
        "OperationDenied.QuotaExceed" Never Batch
            ("a quota does not allow this call", "配额不足")
            => Text::new("remove tags that are not needed, or have the quota raised", "请删除不需要的标签，或申请提升配额");
        "Invalid.Scope" Never Batch
            ("the scope of the tag is not valid", "标签范围无效") => REPORT;
        "PermissionDenied.TagOwnerUid" Never Account
            ("the tag belongs to another account", "标签属于其他账号") => REPORT;
        "PermissionDenied.Scope" Never Account
            ("the scope of the tag is not allowed", "无权使用该标签范围") => REPORT;
        "InvalidResourceId.NotSupported" Never Batch
            ("the resource cannot be tagged", "该资源不支持标签") => REPORT;
        "InvalidResourceId.NotFound" Never Batch
            ("a resource of the call does not exist", "请求中有资源不存在")
            => Text::new("check whether the resource was released meanwhile", "请确认资源是否已被释放");
        "NoPermission.Tag" Never Account
            ("RAM does not allow the use of this tag", "RAM 未授权使用该标签")
            => Text::new("grant the RAM user or role `ecs:TagResources`", "请为 RAM 用户或角色授予 `ecs:TagResources` 权限");
    }
}
