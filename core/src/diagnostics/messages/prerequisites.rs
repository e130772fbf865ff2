//! Rows `CS2xx`: prerequisites of an instance.

messages! {
    FACT_MISSING = "CS200", Warning, "consnap": {
        "`{fact}` is not known", "`{fact}` 未知"
    } help {
        "collect the facts again with credentials that may read instances, disks, roles and Cloud Assistant",
        "请使用有权查询实例、云盘、实例RAM角色和云助手的凭证重新采集信息"
    };
    NOT_RUNNING = "CS201", Error, "mysql: instance state Running": {
        "the instance is `{status}`, not `Running`", "实例状态为 `{status}`，不是运行中（`Running`）"
    } help {
        "start the instance, or leave it out", "请启动实例，或将其排除"
    };
    NOT_VPC = "CS202", Error, "attach-instance-ram-role: VPC instances only": {
        "the network type is `{network}`, not `vpc`", "网络类型为 `{network}`，不是专有网络（`vpc`）"
    } help {
        "migrate the instance to a VPC: RAM roles cannot be attached in the classic network", "请将实例迁移到专有网络：经典网络实例无法授予实例RAM角色"
    };
    LOCKED = "CS203", Error, "create-snapshot-group: InstanceLockedForSecurity": {
        "the instance is locked: `{reason}`", "实例已被锁定：`{reason}`"
    } help {
        "resolve the cause of the lock in the console first", "请先在控制台处理锁定原因"
    };
    METADATA_OFF = "CS204", Error, "credentials: instance metadata": {
        "the metadata service of the instance is off, so the plug-in cannot use the RAM role", "实例元数据服务已关闭，插件无法使用实例RAM角色"
    } help {
        "switch it on: ModifyInstanceMetadataOptions, `HttpEndpoint=enabled`", "请开启：ModifyInstanceMetadataOptions，`HttpEndpoint=enabled`"
    };
    METADATA_TOKENS = "CS205", Warning, "assumption A28": {
        "the metadata service demands tokens; plug-in 1.8 was seen asking without one, and what newer ones do is not known",
        "实例元数据服务要求令牌（加固模式）；插件 1.8 被观察到不带令牌访问，更新版本的行为未知"
    } help {
        "try this instance by itself before the fleet", "请先单独在该实例上试运行"
    };
    METADATA_SILENT = "CS206", Error, "credentials: instance metadata": {
        "the metadata service does not answer inside the guest", "在实例内无法访问实例元数据服务"
    } help {
        "let the guest reach 100.100.100.200: check its firewall and routes", "请确保实例内可访问 100.100.100.200，检查防火墙和路由"
    };
    FACTS_OLD = "CS207", Advice, "consnap": {
        "the facts were collected {minutes} minutes ago", "实例信息采集于 {minutes} 分钟前"
    } help {
        "collect them again before a run", "请在执行前重新采集"
    };
    UNKNOWN_VALUE = "CS208", Warning, "consnap": {
        "`{fact}` is `{value}`, which consnap does not know", "`{fact}` 的值为 `{value}`，consnap 无法识别"
    } help {
        "look at the instance in the console; this counts as unknown", "请在控制台查看该实例；此项按未知处理"
    };
    ASSISTANT_MISSING = "CS210", Error, "go-page: prerequisites": {
        "Cloud Assistant is not installed, or not running", "云助手未安装或未运行"
    } help {
        "install the Cloud Assistant Agent and restart the instance", "请安装云助手Agent并重启实例"
    };
    ASSISTANT_OFFLINE = "CS211", Error, "describe-cloud-assistant-status": {
        "Cloud Assistant gives no heartbeat", "云助手没有心跳"
    } help {
        "start the `aliyun.service` in the guest, and let it reach the endpoint of Cloud Assistant on port 443",
        "请在实例内启动 `aliyun.service`，并确保可通过 443 端口访问云助手接入点"
    };
    HEARTBEAT_OLD = "CS212", Warning, "describe-cloud-assistant-status: heartbeat within two minutes": {
        "the last heartbeat of Cloud Assistant is {seconds} s old", "云助手最近一次心跳在 {seconds} 秒前"
    } help {
        "collect the facts again; if it stays so, restart the Cloud Assistant Agent", "请重新采集信息；若仍如此，请重启云助手Agent"
    };
    LAUNCHER_MISSING = "CS213", Error, "launcher 2.6: exit code 127": {
        "`acs-plugin-manager` is not found in the guest", "实例内找不到 `acs-plugin-manager`"
    } help {
        "update the Cloud Assistant Agent", "请升级云助手Agent"
    };
    ASSISTANT_BUSY = "CS214", Advice, "describe-cloud-assistant-status: ActiveTaskCount": {
        "Cloud Assistant is working on {count} tasks", "云助手正在执行 {count} 个任务"
    } help {
        "make sure that none of them is a snapshot of the same application", "请确认其中没有针对同一应用的快照任务"
    };
    AGENT_TOO_OLD = "CS219", Error, "send-file: agent 1.0.2.569": {
        "Cloud Assistant `{found}` takes no files: the upload of the scripts needs `{needed}`",
        "云助手 `{found}` 不支持接收文件：上传脚本需要 `{needed}`"
    } help {
        "update the Cloud Assistant Agent, or put the scripts there yourself and leave out `linux.upload`",
        "请升级云助手Agent，或自行放置脚本并去掉 `linux.upload`"
    };
    ROLE_NONE = "CS220", Error, "go-page: step 1, exit codes 1 and 13": {
        "no RAM role is attached to the instance", "实例未授予实例RAM角色"
    } help {
        "attach the role, or set `run.attach_role: if_missing`", "请授予角色，或设置 `run.attach_role: if_missing`"
    };
    ROLE_DIFFERENT = "CS221", Error, "go-page: RamRoleName, exit codes 1 and 13": {
        "RAM role `{attached}` is attached, the job names `{wanted}`", "实例已授予的实例RAM角色为 `{attached}`，作业中为 `{wanted}`"
    } help {
        "write `instance_ram_role: attached` if that role may make snapshots; consnap never replaces a role",
        "若该角色有快照权限，请写为 `instance_ram_role: attached`；consnap 不会替换已授予的角色"
    };
    ROLE_TO_ATTACH = "CS222", Advice, "consnap": {
        "no RAM role is attached; the run attaches `{wanted}`", "实例未授予角色；执行时将授予 `{wanted}`"
    } help {
        "nothing to do: `run.attach_role` asks for it", "无需处理：`run.attach_role` 已要求授予"
    };
    PLATFORM_UNKNOWN = "CS229", Warning, "consnap": {
        "whether this is Linux or Windows is not known", "无法确定是 Linux 还是 Windows"
    } help {
        "give `os_type`, `os_name_en` or `os_name`", "请提供 `os_type`、`os_name_en` 或 `os_name`"
    };
    PLATFORM_CONTRADICTION = "CS230", Error, "consnap": {
        "the operating system is named `{name}`, but its type is `{platform}`", "操作系统名称为 `{name}`，但类型为 `{platform}`"
    } help {
        "find out which is right: the two platforms take different commands", "请确认实际系统：两个平台使用不同的命令"
    };
    SYSTEM_UNLISTED = "CS231", Error, acceptable, "guide-2024-04: operating systems": {
        "`{name}` is not among the systems the documents of {edition} list", "{edition} 版文档列出的操作系统中没有 `{name}`"
    } help {
        "use a listed system, or `accept` this after a trial on an instance that may be lost", "请使用文档列出的操作系统；或在可丢弃的实例上验证后以 `accept` 豁免"
    };
    SYSTEM_UNRECOGNISED = "CS232", Error, acceptable, "public-images; feature 7.2": {
        "the operating system `{name}` is not recognised", "无法识别操作系统 `{name}`"
    } help {
        "name the system when importing the image, or `accept` this after a trial on an instance that may be lost",
        "请在导入镜像时填写操作系统；或在可丢弃的实例上验证后以 `accept` 豁免"
    };
    SYSTEM_UNDATED = "CS233", Warning, "guide-2024-04: operating systems": {
        "no list of supported systems is known for {day}", "{day} 没有已知的支持列表"
    } help {
        "use a day from 2021-03-25 on, or none", "请使用 2021-03-25 及之后的日期，或不指定"
    };
    NO_DISKS = "CS240", Error, "go-page: exit code 3": {
        "the instance has no disk", "实例没有云盘"
    } help {
        "attach an ESSD", "请挂载ESSD云盘"
    };
    DISK_UNSUPPORTED = "CS241", Error, "describe-disks: Category": {
        "disk `{disk}` is of category `{category}`, which cannot be in a snapshot-consistent group", "云盘 `{disk}` 的类型为 `{category}`，不能加入快照一致性组"
    } help {
        "exclude the disk in `exclude_disks`, or change it to an ESSD", "请在 `exclude_disks` 中排除该云盘，或将其变更为ESSD云盘"
    };
    DISK_CATEGORY_UNRECOGNISED = "CS242", Error, acceptable, "describe-disks: Category": {
        "the category `{category}` of disk `{disk}` is not known to consnap", "consnap 不认识云盘 `{disk}` 的类型 `{category}`"
    } help {
        "exclude the disk in `exclude_disks`, or `accept` this after a trial", "请在 `exclude_disks` 中排除该云盘，或在验证后以 `accept` 豁免"
    };
    NO_ESSD_LEFT = "CS243", Warning, "plug-in-log: All attached ESSD Disks were excluded; assumption A17": {
        "only ESSD AutoPL or ESSD Entry disks are to be snapshotted; plug-in 1.8 was seen refusing that",
        "待创建快照的只有 ESSD AutoPL云盘或 ESSD Entry云盘；插件 1.8 曾拒绝这种情况"
    } help {
        "try this instance by itself before the fleet; one ESSD among the disks avoids the question", "请先单独在该实例上试运行；若其中有一块ESSD云盘则无此问题"
    };
    ESSD_EXCLUDED = "CS244", Warning, "guide-2024-03: ESSD AutoPL; plug-in-log: All attached ESSD Disks were excluded": {
        "the job excludes every ESSD and leaves ESSD AutoPL or ESSD Entry disks; plug-in 1.8 was seen ending with `All attached ESSD Disks were excluded`",
        "作业排除了所有ESSD云盘，只剩 ESSD AutoPL云盘或 ESSD Entry云盘；插件 1.8 曾因此以 `All attached ESSD Disks were excluded` 结束"
    } help {
        "leave at least one ESSD in", "请至少保留一块ESSD云盘"
    };
    DISK_UNDOCUMENTED = "CS245", Advice, "guide-2024-03: ESSD AutoPL; create-snapshot-group: ESSD Entry, zone-redundant ESSD": {
        "disk `{disk}` (`{category}`) is documented for snapshot-consistent groups, not for this feature", "云盘 `{disk}`（`{category}`）见于快照一致性组文档，但未见于本功能文档"
    } help {
        "nothing to do: it was seen at work beside an ESSD", "无需处理：与ESSD云盘同时使用时曾观察到正常工作"
    };
    ZONE_REDUNDANT = "CS246", Warning, "guide-2024-03: ESSD AutoPL; create-snapshot-group: ESSD Entry, zone-redundant ESSD": {
        "the disks are zone-redundant; whether the plug-in takes them is not known", "云盘为ESSD同城冗余云盘，插件是否支持未知"
    } help {
        "try this instance by itself before the fleet", "请先单独在该实例上试运行"
    };
    ZONE_REDUNDANT_MIXED = "CS247", Error, "create-snapshot-group: InvalidDisk.DiskCategoryInconsistent": {
        "zone-redundant disks and others cannot be in one snapshot-consistent group", "ESSD同城冗余云盘与其他云盘不能加入同一个快照一致性组"
    } help {
        "exclude one kind in `exclude_disks`", "请在 `exclude_disks` 中排除其中一类"
    };
    MULTI_ATTACH = "CS248", Error, "create-snapshot-group: InvalidOperation.MultiAttachDisk": {
        "disk `{disk}` has multi-attach enabled", "云盘 `{disk}` 开启了多重挂载"
    } help {
        "exclude the disk in `exclude_disks`", "请在 `exclude_disks` 中排除该云盘"
    };
    DISK_STATUS = "CS249", Error, "groups: In_use": {
        "disk `{disk}` is `{status}`, not `In_use`", "云盘 `{disk}` 的状态为 `{status}`，不是使用中（`In_use`）"
    } help {
        "wait until the disk is attached, or exclude it in `exclude_disks`", "请等待云盘挂载完成，或在 `exclude_disks` 中排除"
    };
    DISK_ZONES = "CS250", Error, "create-snapshot-group: InvalidDiskIds.NotInSameZone": {
        "the disks are in several zones: {zones}", "云盘位于多个可用区：{zones}"
    } help {
        "exclude the disks of other zones in `exclude_disks`", "请在 `exclude_disks` 中排除其他可用区的云盘"
    };
    MANY_DISKS = "CS251", Warning, "groups: 16 disks, 128 in some regions; assumption A27": {
        "{count} disks are to be snapshotted; {most} are allowed everywhere, more in some regions only", "待创建快照的云盘有 {count} 块；所有地域均允许 {most} 块，更多仅部分地域支持"
    } help {
        "exclude disks in `exclude_disks`, or make sure of the region's limit", "请在 `exclude_disks` 中排除部分云盘，或确认该地域的上限"
    };
    TOO_MANY_DISKS = "CS252", Error, "groups: 128 disks in some regions": {
        "{count} disks are to be snapshotted; no region allows more than {most}", "待创建快照的云盘有 {count} 块；任何地域都不超过 {most} 块"
    } help {
        "exclude disks in `exclude_disks`", "请在 `exclude_disks` 中排除部分云盘"
    };
    LARGE_GROUP = "CS253", Warning, "groups; assumption A27": {
        "{size} GiB are to be snapshotted; {most} TiB are allowed everywhere, more in some regions only", "待创建快照的云盘共 {size} GiB；所有地域均允许 {most} TiB，更多仅部分地域支持"
    } help {
        "exclude disks in `exclude_disks`, or make sure of the region's limit", "请在 `exclude_disks` 中排除部分云盘，或确认该地域的上限"
    };
    TOO_LARGE_GROUP = "CS254", Error, "groups": {
        "{size} GiB are to be snapshotted; no region allows more than {most} TiB", "待创建快照的云盘共 {size} GiB；任何地域都不超过 {most} TiB"
    } help {
        "exclude disks in `exclude_disks`", "请在 `exclude_disks` 中排除部分云盘"
    };
    SIZE_UNKNOWN = "CS255", Advice, "consnap": {
        "the size of {count} disks is not known, so the limit of the group's size was not checked", "有 {count} 块云盘的容量未知，未检查快照一致性组的总容量上限"
    } help {
        "give `size_gib` of every disk", "请提供每块云盘的 `size_gib`"
    };
    SNAPSHOT_UNDER_WAY = "CS256", Warning, "go-page: exit code 16; create-snapshot-group: IncorrectDiskStatus.CreatingSnapshot": {
        "disk `{disk}` has {count} snapshot tasks under way", "云盘 `{disk}` 有 {count} 个快照任务正在进行"
    } help {
        "wait until they are finished, or expect exit code 16 where instant access is off", "请等待其完成；在未开启快照极速可用时可能出现退出码 16"
    };
    TOO_MANY_SNAPSHOTS = "CS257", Error, "create-snapshot-group: QuotaExceed.ConcurrentSnapshotQuota": {
        "disk `{disk}` has {count} snapshot tasks under way, which is the limit", "云盘 `{disk}` 有 {count} 个快照任务正在进行，已达上限"
    } help {
        "wait until some are finished", "请等待部分任务完成"
    };
    EXCLUDED_DISK_NOT_ATTACHED = "CS260", Error, "consnap": {
        "the job excludes disk `{disk}`, which is not attached to this instance", "作业排除的云盘 `{disk}` 没有挂载在该实例上"
    } help {
        "correct the id: another disk than you mean would be snapshotted", "请修正云盘ID：否则本应排除的云盘会被创建快照"
    };
    ALL_EXCLUDED = "CS261", Error, "plug-in-log: All attached ESSD Disks were excluded": {
        "the job excludes every disk of the instance", "作业排除了该实例的所有云盘"
    } help {
        "leave at least one ESSD in, or leave the instance out", "请至少保留一块ESSD云盘，或排除该实例"
    };
    DATA_EXCLUDED = "CS262", Warning, "consnap": {
        "`{target}` holds application data, but lies on the excluded disk `{disk}`", "`{target}` 上有应用数据，但位于被排除的云盘 `{disk}`"
    } help {
        "make sure that a restore can do without it", "请确认恢复时不需要该数据"
    };
    DATA_ON_NETWORK = "CS270", Error, acceptable, "go-page: no network or shared file systems": {
        "`{target}` is a network or cluster file system (`{file_system}`) and may hold data, which no snapshot of this instance covers",
        "`{target}` 是网络文件系统或共享文件系统（`{file_system}`）且可能有数据，该实例的快照无法覆盖"
    } help {
        "say `holds_data: false` if it holds none, back it up by itself, or `accept` this", "若没有数据请标明 `holds_data: false`；否则请单独备份，或以 `accept` 豁免"
    };
    NETWORK_BESIDE = "CS271", Warning, "go-page: no network or shared file systems": {
        "`{target}` is a network or cluster file system (`{file_system}`) beside the data", "`{target}` 是数据之外的网络文件系统或共享文件系统（`{file_system}`）"
    } help {
        "make sure that the scripts do not wait for it", "请确认脚本不会等待该文件系统"
    };
    DATA_ON_UNLISTED = "CS272", Error, acceptable, "go-page: ext3, ext4, XFS, NTFS": {
        "`{target}` is a `{file_system}` file system, which the documents do not list, and may hold data", "`{target}` 的文件系统为 `{file_system}`，未见于文档，且可能有数据"
    } help {
        "move the data to a listed file system, say `holds_data: false` if it holds none, or `accept` this",
        "请将数据迁移到文档列出的文件系统；若没有数据请标明 `holds_data: false`；或以 `accept` 豁免"
    };
    UNLISTED_BESIDE = "CS273", Warning, "go-page: ext3, ext4, XFS, NTFS": {
        "`{target}` is a `{file_system}` file system beside the data, which the documents do not list", "`{target}` 是数据之外的 `{file_system}` 文件系统，未见于文档"
    } help {
        "nothing to do if it may be as after a power cut", "若允许其处于断电后的状态，则无需处理"
    };
    SCRIPT_MISSING = "CS280", Warning, "go-page: PreScriptPath, PostScriptPath": {
        "script `{path}` does not exist", "脚本 `{path}` 不存在"
    } help {
        "put it there, owned by root, mode 0700", "请放置该脚本，属主为 root，权限为 0700"
    };
    SCRIPT_KIND = "CS281", Warning, "plug-in-log; assumption A26": {
        "script `{path}` is a `{kind}`, not a regular file with content", "脚本 `{path}` 是 `{kind}`，不是有内容的普通文件"
    } help {
        "put the script itself there, not a link", "请放置脚本文件本身，而不是链接"
    };
    SCRIPT_OWNER = "CS282", Warning, "go-page: only the root user": {
        "script `{path}` belongs to `{owner}`, not to root", "脚本 `{path}` 的属主是 `{owner}`，不是 root"
    } help {
        "run `chown root` on it", "请对其执行 `chown root`"
    };
    SCRIPT_MODE = "CS283", Warning, "go-page: chmod 700": {
        "script `{path}` has mode `{mode}`, needed is 0700", "脚本 `{path}` 的权限为 `{mode}`，应为 0700"
    } help {
        "run `chmod 0700` on it", "请对其执行 `chmod 0700`"
    };
    SCRIPT_NOEXEC = "CS284", Warning, "launcher 2.6: exit code 126": {
        "script `{path}` lies on a file system mounted `noexec`", "脚本 `{path}` 所在的文件系统以 `noexec` 挂载"
    } help {
        "move it to a file system that allows execution", "请将其移动到允许执行的文件系统"
    };
    SCRIPT_ELSEWHERE = "CS285", Warning, "consnap": {
        "the facts describe script `{found}`, the job names `{path}`", "实例信息中的脚本是 `{found}`，作业中是 `{path}`"
    } help {
        "look into the instance again with this job: `consnap check --probe`", "请使用该作业重新探测实例：`consnap check --probe`"
    };
    NO_WRITERS = "CS290", Warning, "go-page: no VSS Writers, file system-consistent snapshots": {
        "there is no stable VSS Writer", "没有稳定的 VSS Writer"
    } help {
        "look at `vssadmin list writers` and restart the service of a failed writer", "请查看 `vssadmin list writers`，并重启异常 Writer 对应的服务"
    };
    WITHOUT_FACTS = "CS223", Error, "consnap": {
        "the job selects {count} instances of which there are no facts: {instances}", "作业选中的 {count} 台实例没有提供信息：{instances}"
    } help {
        "collect their facts too: `consnap check --probe --save-facts`; an instance that is gone goes out of the job",
        "请一并采集其信息：`consnap check --probe --save-facts`；已释放的实例请从作业中移除"
    };
    NO_FACTS = "CS224", Error, "consnap": {
        "there are no facts in it, so no instance was checked", "其中没有任何实例信息，因此没有检查任何实例"
    } help {
        "collect them: `consnap check --probe --save-facts`", "请先采集：`consnap check --probe --save-facts`"
    };
    REPLIES_AS_FACTS = "CS225", Warning, "consnap": {
        "these are replies of {operations}, from which the facts were made; what {missing} would tell is not known",
        "这些是 {operations} 的返回，已据此得到实例信息；{missing} 能提供的信息未知"
    } help {
        "add these replies, in one list: {commands}", "请在同一列表中补充这些返回：{commands}"
    };
    NOT_SELECTED = "CS265", Error, "consnap": {
        "the job does not select `{instance}`: see `{part}`", "作业未选中 `{instance}`：参见 `{part}`"
    } help {
        "give the facts of the instances that the job selects, or correct the job", "请提供作业所选实例的信息，或修正作业"
    };
    FACTS_REPEATED = "CS266", Error, "consnap": {
        "the facts of `{instance}` are there more than once", "`{instance}` 的信息出现了多次"
    } help {
        "keep the newest ones", "请只保留最新的一份"
    };
    SELECTION_UNKNOWN = "CS267", Warning, "consnap": {
        "whether the job selects `{instance}` cannot be told: `{fact}` is not known", "无法判断作业是否选中 `{instance}`：`{fact}` 未知"
    } help {
        "collect the missing fact", "请补齐缺失的信息"
    };
    WRITER_NOT_STABLE = "CS268", Warning, "vss": {
        "the VSS Writer `{writer}` is not stable: `{state}`", "VSS Writer `{writer}` 状态不稳定：`{state}`"
    } help {
        "look at `vssadmin list writers` and restart the service of the writer", "请查看 `vssadmin list writers`，并重启该 Writer 所属的服务"
    };
    REPLY_NOT_WHOLE = "CS269", Error, "describe-instances: TotalCount, NextToken": {
        "the reply of {operation} is one page of several, and nothing is known of the others",
        "{operation} 的返回只是多页中的一页，其余情况未知"
    } help {
        "give all pages: {command}", "请提供全部分页：{command}"
    };
    WRITER_ERROR = "CS279", Warning, "vss": {
        "the last error of the VSS Writer `{writer}` is `{error}`", "VSS Writer `{writer}` 的上一个错误为 `{error}`"
    } help {
        "look at `vssadmin list writers` and at the event log of VSS, and restart the service of the writer",
        "请查看 `vssadmin list writers` 和 VSS 事件日志，并重启该 Writer 所属的服务"
    };
}
