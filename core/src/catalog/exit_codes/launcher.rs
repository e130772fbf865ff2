//! `acs-plugin-manager`, which fetches and starts the plug-in: 232 to 247, and 0 to 3 where they are its own.

use super::exit_codes;
use crate::diagnostics::text::Text;

const NETWORK: Text = Text::new(
    "let the instance reach `https://<region>.axt.aliyun.com` and the Cloud Assistant OSS bucket, then run again",
    "请确保实例可访问 `https://<region>.axt.aliyun.com` 以及云助手的 OSS 存储空间，然后重新执行",
);
const REINSTALL: Text = Text::new(
    "reinstall or upgrade the Cloud Assistant Agent, see that its disk is not full, then run again",
    "请重新安装或升级云助手Agent，并确认磁盘空间充足，然后重新执行",
);
const SUPPORT: Text = Text::new(
    "run again later; if it lasts, send the output to Alibaba Cloud support",
    "请稍后重新执行；如持续出现，请将输出提供给阿里云技术支持",
);

exit_codes! { Launcher "exit:launcher:" "agent: acspluginmanager/errcode.go":
    0 "" free group AfterLook
        ("exit code 0, but the output names no snapshot-consistent group", "退出码为 0，但输出中没有快照一致性组ID")
        ("the plug-in manager printed its help and ran nothing, or the end of the output was lost",
         "插件管理程序只打印了帮助而未执行插件，或输出的末尾丢失")
        => Text::new("look for the group by its name; paste the command into `consnap explain`",
                     "请按名称查找快照一致性组，并将命令粘贴到 `consnap explain` 检查");
    1 "" free no_group AfterFix
        ("the plug-in manager refused its own options", "插件管理程序不接受命令行选项")
        ("an option given twice or unknown, or the list of plug-ins cannot be opened", "选项重复或未知，或无法打开插件列表")
        => Text::new("paste the command into `consnap explain`", "请将命令粘贴到 `consnap explain` 检查");
    2 "" free no_group AfterFix
        ("the plug-in manager crashed before the plug-in started", "插件管理程序在插件启动前崩溃")
        ("a fault inside the plug-in manager, or `COMP_LINE` in its environment", "插件管理程序内部错误，或环境变量中存在 `COMP_LINE`") => REINSTALL;
    3 "" free no_group AfterFix
        ("the plug-in manager refused the command and printed a hint", "插件管理程序拒绝执行该命令并给出提示")
        ("see the plug-in manager's line in the output", "请参见输出中插件管理程序的提示行")
        => Text::new("paste the command into `consnap explain`", "请将命令粘贴到 `consnap explain` 检查");
    232 "LOCKING_ERR" free no_group AfterPause
        ("the plug-in manager could not lock the plug-in", "插件管理程序无法锁定插件")
        ("another run installs or removes the plug-in at this moment", "另一条命令正在安装或移除该插件") => SUPPORT;
    233 "CHECK_ENDPOINT_FAIL" free no_group AfterFix
        ("the plug-in manager found no service endpoint", "插件管理程序未找到服务接入点")
        ("the instance cannot reach Cloud Assistant", "实例无法访问云助手服务") => NETWORK;
    234 "PACKAGE_NOT_FOUND" free no_group AfterFix
        ("the plug-in is neither offered nor installed", "未找到该插件，且实例上未安装")
        ("the plug-in of the other platform, an architecture without the plug-in, or a region without it",
         "使用了其他平台的插件，或当前架构、地域不提供该插件")
        => Text::new("use `app-snapshot-plugin` on Linux and `app-snapshot-plugin-win` on Windows; check region and architecture",
                     "Linux 请使用 `app-snapshot-plugin`，Windows 请使用 `app-snapshot-plugin-win`，并检查地域与架构");
    235 "PACKAGE_FORMAT_ERR" free no_group AfterPause
        ("the package of the plug-in is not a zip file", "插件包不是 zip 文件")
        ("a proxy or a portal answered instead of the service", "代理或认证页面替代服务返回了内容") => NETWORK;
    236 "UNZIP_ERR" free no_group AfterFix
        ("the package of the plug-in could not be unpacked", "插件包解压失败")
        ("a full disk, or a damaged download", "磁盘已满，或下载内容损坏") => REINSTALL;
    237 "UNMARSHAL_ERR" free no_group AfterFix
        ("the plug-in's `config.json` cannot be read", "插件的 `config.json` 无法解析")
        ("a damaged package", "插件包损坏") => REINSTALL;
    238 "PLUGIN_FORMAT_ERR" free no_group AfterFix
        ("the package of the plug-in is incomplete or for another platform", "插件包不完整或与平台不匹配")
        ("the plug-in of the other platform", "使用了其他平台的插件")
        => Text::new("use `app-snapshot-plugin` on Linux and `app-snapshot-plugin-win` on Windows",
                     "Linux 请使用 `app-snapshot-plugin`，Windows 请使用 `app-snapshot-plugin-win`");
    239 "MD5_CHECK_FAIL" free no_group AfterPause
        ("the downloaded package has a wrong checksum", "下载的插件包校验失败")
        ("a broken download, or a proxy that changes it", "下载中断，或代理修改了内容") => NETWORK;
    240 "DOWNLOAD_FAIL" free no_group AfterPause
        ("the plug-in could not be downloaded", "插件下载失败")
        ("the internal OSS bucket is not reachable from this VPC, or the download took longer than 20 seconds",
         "该 VPC 无法访问内网 OSS 存储空间，或下载超过 20 秒") => NETWORK;
    241 "LOAD_INSTALLEDPLUGINS_ERR" free no_group AfterFix
        ("the list of installed plug-ins cannot be read", "无法读取已安装插件列表")
        ("the file `installed_plugins` or its database is damaged", "`installed_plugins` 文件或数据库损坏") => REINSTALL;
    242 "DUMP_INSTALLEDPLUGINS_ERR" free no_group AfterFix
        ("the list of installed plug-ins cannot be written", "无法写入已安装插件列表")
        ("a full or read-only disk", "磁盘已满或只读") => REINSTALL;
    243 "GET_ONLINE_PACKAGE_INFO_ERR" free no_group AfterPause
        ("the service could not be asked for its list of plug-ins", "无法查询服务端的插件信息")
        ("the instance cannot reach Cloud Assistant; the plug-in manager asks on every run, even with the plug-in installed",
         "实例无法访问云助手服务；即使已安装插件，插件管理程序每次执行也会查询") => NETWORK;
    244 "EXECUTABLE_PERMISSION_ERR" free no_group AfterFix
        ("the plug-in could not be made executable", "无法为插件设置可执行权限")
        ("a read-only or `noexec` file system", "文件系统只读或以 `noexec` 挂载") => REINSTALL;
    245 "REMOVE_FILE_ERR" free no_group AfterFix
        ("files of the plug-in could not be removed", "无法删除插件文件")
        ("only with `--remove`: files in use", "仅在使用 `--remove` 时出现：文件被占用") => SUPPORT;
    246 "EXECUTE_FAILED" free no_group AfterFix
        ("the plug-in could not be started", "插件无法启动")
        ("a missing permission, a damaged file or another architecture", "缺少权限、文件损坏或架构不匹配") => REINSTALL;
    247 "EXECUTE_TIMEOUT" held group AfterLook
        ("the plug-in manager killed the plug-in because it took too long; the guest may still be held",
         "插件执行超时被插件管理程序终止，实例可能仍处于冻结状态")
        ("the plug-in's own time limit, 60 seconds unless its package says otherwise, is shorter than scripts and snapshots need",
         "插件自身的时限（安装包未指定时为 60 秒）短于脚本和快照所需的时间")
        => Text::new(
            "check at once that the application accepts writes, thaw by hand if not; look for the group before another run",
            "请立即确认应用可正常写入，否则请手动解冻；再次执行前请先查找快照一致性组");
}
