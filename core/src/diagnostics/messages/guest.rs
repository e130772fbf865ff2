//! Rows about what a look into the guest shows, and about the look itself.

messages! {
    FREEZER_RUNNING = "CS215", Error, "plug-in-log: fsfreezer": {
        "a process that freezes file systems (`fsfreezer`) is alive in the guest: another snapshot is under way, or the guest is still held",
        "实例内有冻结文件系统的进程（`fsfreezer`）在运行：另一个快照正在进行，或实例可能仍处于冻结状态"
    } help {
        "wait for the other snapshot; if there is none, check that the application accepts writes, and if not run `fsfreeze -u` on each mount with `/` last",
        "请等待另一个快照完成；若没有，请确认应用可正常写入，否则请对每个挂载点执行 `fsfreeze -u`（最后处理 `/`）"
    };
    PLUGIN_RUNNING = "CS216", Error, acceptable, "go-page: exit code 16; launcher 2.4": {
        "a snapshot plug-in is already at work in the guest", "实例内已有快照插件在运行"
    } help {
        "wait until it has ended", "请等待其结束"
    };
    GUEST_ROLE = "CS217", Warning, "credentials: instance metadata": {
        "the RAM role as the guest sees it: {role_seen}; as the API shows it: {role_attached}", "实例内看到的RAM角色：{role_seen}；API 显示的RAM角色：{role_attached}"
    } help {
        "wait some minutes after a change of the role, then look again", "变更RAM角色后请等待几分钟再查看"
    };
    PROBE_OLD = "CS218", Advice, "consnap": {
        "the guest was looked into {hours} hours ago", "实例内信息采集于 {hours} 小时前"
    } help {
        "probe it again before a run", "请在执行前重新探测"
    };
    DATA_TORN = "CS263", Error, acceptable, "consnap": {
        "`{target}` lies on several disks of which only some are snapshotted; `{disks}` is excluded, so nothing of it can be restored",
        "`{target}` 跨多块云盘，但只有部分会创建快照；`{disks}` 被排除，因此无法恢复"
    } help {
        "exclude all disks of that volume or none", "请排除该卷的全部云盘，或一块也不排除"
    };
    DATA_ON_OTHER_DEVICE = "CS264", Error, acceptable, "describe-disks: SerialNumber": {
        "`{target}` lies on `{devices}`, which is none of the cloud disks of the instance and in no snapshot",
        "`{target}` 位于 `{devices}`，不是该实例的云盘，不会包含在快照中"
    } help {
        "move the data to a cloud disk, say `holds_data: false` if it holds none, or `accept` this",
        "请将数据迁移到云盘；若没有数据请标明 `holds_data: false`；或以 `accept` 豁免"
    };
    SCRIPT_FOLDER = "CS286", Warning, "consnap": {
        "users other than root can change the folder `{folder}` above script `{path}`, and with it what runs as root",
        "脚本 `{path}` 的上级目录 `{folder}` 可被 root 以外的用户修改，从而改变以 root 身份运行的内容"
    } help {
        "put the script where only root may write, such as /opt/consnap", "请将脚本放在只有 root 可写的目录，例如 /opt/consnap"
    };
    SCRIPT_CONTENT = "CS287", Error, "send-file": {
        "script `{path}` is not as it was uploaded: SHA-256 `{found}`, wanted `{wanted}`", "脚本 `{path}` 与上传的内容不一致：SHA-256 为 `{found}`，应为 `{wanted}`"
    } help {
        "see who else writes the file, then upload it again", "请确认是否有其他程序写入该文件，然后重新上传"
    };
    UPLOAD_UNREADABLE = "CS288", Error, "consnap": {
        "`{key}` has no content that can be uploaded", "`{key}` 没有可上传的内容"
    } help {
        "name a file that is there and not empty, or give its content in Base64 under `{key}_content`", "请填写存在且非空的文件，或在 `{key}_content` 下提供其 Base64 内容"
    };
    UPLOAD_TOO_LARGE = "CS289", Error, "send-file: 32 KB after Base64": {
        "`{key}` has {size} bytes, at most {most} can be uploaded", "`{key}` 有 {size} 字节，最多可上传 {most} 字节"
    } help {
        "shorten the script, or put it on the instances in another way", "请缩短脚本，或以其他方式放到实例上"
    };
    PROBE_FAILED = "CS291", Warning, "consnap": {
        "the look into the guest failed: `{code}`", "查看实例内部失败：`{code}`"
    } help {
        "run `consnap explain {code}`; what only the guest knows stays unknown", "请执行 `consnap explain {code}`；只有实例内部知道的信息保持未知"
    };
    PROBE_SILENT = "CS292", Warning, "consnap": {
        "the probe gave no answer", "探测没有输出"
    } help {
        "run it by hand in the guest and look at its output", "请在实例内手动执行并查看输出"
    };
    PROBE_CUT = "CS293", Warning, "consnap": {
        "the answer of the probe is not whole, so nothing of it counts", "探测的输出不完整，因此全部不予采用"
    } help {
        "probe again; if it stays so, run it by hand in the guest and look at its output", "请重新探测；若仍如此，请在实例内手动执行并查看输出"
    };
    PROBE_LINE = "CS294", Warning, "consnap": {
        "the answer of the probe holds a line that does not belong to it: `{line}`", "探测的输出中有不属于它的行：`{line}`"
    } help {
        "check what in the guest writes into the output of commands", "请检查实例内是什么向命令输出写入了内容"
    };
    PROBE_FORMAT = "CS295", Warning, "consnap": {
        "the answer is of a probe that this version does not read: `{format}`", "该输出来自此版本无法读取的探测：`{format}`"
    } help {
        "probe again with this version", "请使用此版本重新探测"
    };
    PROBE_MOUNTS = "CS296", Warning, "consnap": {
        "the probe could not list all file systems", "探测未能列出全部文件系统"
    } help {
        "look at the mounts in the guest; which file systems hold the data stays unknown", "请在实例内查看挂载情况；数据位于哪些文件系统保持未知"
    };
    PROBE_LINES = "CS297", Warning, "consnap": {
        "the answer of the probe holds {count} more lines that do not belong to it", "探测的输出中还有 {count} 行不属于它"
    } help {
        "check what in the guest writes into the output of commands", "请检查实例内是什么向命令输出写入了内容"
    };
    PROBE_OTHER_INSTANCE = "CS298", Warning, "credentials: instance metadata": {
        "the answer came from instance `{found}`", "该输出来自实例 `{found}`"
    } help {
        "see why the metadata service of the guest names another instance", "请检查实例元数据服务为何给出另一台实例"
    };
    UPLOAD_FAILED = "CS299", Error, "send-file": {
        "script `{path}` could not be uploaded: `{code}`", "脚本 `{path}` 上传失败：`{code}`"
    } help {
        "run `consnap explain {code}` for cause and next step", "请执行 `consnap explain {code}` 查看原因和下一步操作"
    };
}

/// The rows about the look itself: they stand in no facts.
pub static ABOUT_THE_LOOK: &[&crate::diagnostics::finding::MessageRow] = &[
    &PROBE_FAILED,
    &PROBE_SILENT,
    &PROBE_CUT,
    &PROBE_LINE,
    &PROBE_FORMAT,
    &PROBE_MOUNTS,
    &PROBE_LINES,
    &PROBE_OTHER_INSTANCE,
];
