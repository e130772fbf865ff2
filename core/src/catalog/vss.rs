//! What the Volume Shadow Copy Service says: its error codes, the states of its writers, and whose data a writer holds.

use crate::diagnostics::text::Text;

/// An error of VSS.
#[derive(Debug)]
pub struct VssErrorRow {
    /// The number as logs print it, in lower case.
    pub number: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub next_step: Text,
}

const LOOK_AT_WRITERS: Text = Text::new(
    "run `vssadmin list writers` in the guest, repair or restart the service of each writer that is not stable, then run again",
    "请在实例内执行 `vssadmin list writers`，修复或重启状态不稳定的 Writer 所属服务，然后重新执行",
);
const AT_A_QUIET_TIME: Text = Text::new(
    "run again at a quieter time; look at the load of the disks and at the event log of VSS",
    "请在负载较低时重新执行，并检查云盘负载和 VSS 事件日志",
);
const MAKE_ROOM: Text = Text::new(
    "make room for shadow copies (`vssadmin list shadowstorage`), delete old ones, then run again",
    "请为卷影副本腾出空间（`vssadmin list shadowstorage`）或删除旧副本，然后重新执行",
);
const RESTART_VSS: Text = Text::new(
    "look at the event log of VSS, restart the services `VSS` and `COM+ Event System`, then run again",
    "请查看 VSS 事件日志，重启 `VSS` 和 `COM+ Event System` 服务，然后重新执行",
);
const ONE_AT_A_TIME: Text =
    Text::new("wait until the other backup has ended, then run again", "请等待另一个备份任务结束，然后重新执行");

macro_rules! errors {
    ($($number:literal $name:literal ($en:literal, $zh:literal) => $next:expr;)*) => {
        &[$(VssErrorRow { number: $number, name: $name, meaning: Text::new($en, $zh), next_step: $next }),*]
    };
}

/// Where states and errors are documented.
pub const SOURCE: &str = "vss";

/// Errors.
pub static ERRORS: &[VssErrorRow] = errors! {
    "0x80042301" "VSS_E_BAD_STATE" ("VSS was called out of order", "VSS 调用顺序错误") => RESTART_VSS;
    "0x80042302" "VSS_E_UNEXPECTED" ("VSS met an error it did not expect", "VSS 遇到意外错误") => RESTART_VSS;
    "0x80042306" "VSS_E_PROVIDER_VETO" ("the VSS provider refused the shadow copy", "VSS 提供程序拒绝创建卷影副本") => RESTART_VSS;
    "0x80042308" "VSS_E_OBJECT_NOT_FOUND" ("a volume or shadow copy was not found", "未找到卷或卷影副本") => RESTART_VSS;
    "0x8004230c" "VSS_E_VOLUME_NOT_SUPPORTED" ("a volume does not support shadow copies", "某个卷不支持卷影副本")
        => Text::new("only NTFS and ReFS volumes can be held: look at the file systems of the guest",
                     "只有 NTFS 和 ReFS 卷受支持，请检查实例内的文件系统");
    "0x8004230f" "VSS_E_UNEXPECTED_PROVIDER_ERROR" ("the VSS provider met an error it did not expect", "VSS 提供程序遇到意外错误")
        => RESTART_VSS;
    "0x80042313" "VSS_E_FLUSH_WRITES_TIMEOUT" ("the volumes could not be flushed in time", "卷未能在规定时间内完成刷写") => AT_A_QUIET_TIME;
    "0x80042314" "VSS_E_HOLD_WRITES_TIMEOUT" ("the volumes could not be held in time", "卷未能在规定时间内暂停写入") => AT_A_QUIET_TIME;
    "0x80042315" "VSS_E_UNEXPECTED_WRITER_ERROR" ("VSS lost touch with its writers", "VSS 与 Writer 通信时出现意外错误") => LOOK_AT_WRITERS;
    "0x80042316" "VSS_E_SNAPSHOT_SET_IN_PROGRESS" ("another shadow copy is being made", "另一个卷影副本正在创建") => ONE_AT_A_TIME;
    "0x80042317" "VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED" ("there are too many shadow copies", "卷影副本数量已达上限") => MAKE_ROOM;
    "0x80042318" "VSS_E_WRITER_INFRASTRUCTURE" ("the infrastructure of the writers does not work", "Writer 基础组件工作异常") => RESTART_VSS;
    "0x80042319" "VSS_E_WRITER_NOT_RESPONDING" ("a writer did not answer", "某个 Writer 没有响应") => LOOK_AT_WRITERS;
    "0x8004231f" "VSS_E_INSUFFICIENT_STORAGE" ("there is no room for the shadow copy", "没有足够空间创建卷影副本") => MAKE_ROOM;
    "0x800423f0" "VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT"
        ("a writer's data lies only in part on the volumes of the shadow copy", "某个 Writer 的数据只有部分位于本次卷影副本的卷上")
        => Text::new("include all volumes on which the application keeps data", "请包含应用数据所在的全部卷");
    "0x800423f1" "VSS_E_WRITERERROR_OUTOFRESOURCES" ("a writer ran out of memory or other resources", "某个 Writer 内存或其他资源不足")
        => LOOK_AT_WRITERS;
    "0x800423f2" "VSS_E_WRITERERROR_TIMEOUT" ("a writer did not hold its application in time", "某个 Writer 未能在规定时间内暂停应用")
        => AT_A_QUIET_TIME;
    "0x800423f3" "VSS_E_WRITERERROR_RETRYABLE" ("a writer failed in a way that can pass", "某个 Writer 失败，可重试") => LOOK_AT_WRITERS;
    "0x800423f4" "VSS_E_WRITERERROR_NONRETRYABLE" ("a writer failed in a way that does not pass by itself", "某个 Writer 失败，重试无效")
        => LOOK_AT_WRITERS;
};

/// The error with a number or a name, in any letter case.
pub fn find_error(code: &str) -> Option<&'static VssErrorRow> {
    ERRORS.iter().find(|row| row.number.eq_ignore_ascii_case(code) || row.name.eq_ignore_ascii_case(code))
}

/// A product that keeps data, the services that show that it runs, and its writers.
#[derive(Debug)]
pub struct ProductRow {
    /// Names of services; one that ends in `*` stands for all with that beginning. Letter case does not matter.
    pub services: &'static [&'static str],
    /// Names of writers, which no language of Windows translates; a `*` stands for any text. None where the product has none.
    pub writers: &'static [&'static str],
    /// The id of the writer, where it is one and the same everywhere.
    pub writer_id: Option<&'static str>,
}

const fn product(
    services: &'static [&'static str],
    writers: &'static [&'static str],
    writer_id: Option<&'static str>,
) -> ProductRow {
    ProductRow { services, writers, writer_id }
}

/// Products.
pub static PRODUCTS: &[ProductRow] = &[
    product(&["MSSQLSERVER", "MSSQL$*"], &["SqlServerWriter"], Some("a65faa63-5ea8-4ebc-9dbd-a0c4db26912a")),
    product(
        &["MSExchangeIS"],
        &["Microsoft Exchange Writer", "Microsoft Exchange Replica Writer"],
        Some("76fe1ac4-15f7-4bcd-987e-8e1acb462fb7"),
    ),
    product(&["vmms"], &["Microsoft Hyper-V VSS Writer"], Some("66841cd4-6ded-4f4b-8f17-fd23f8ddc3de")),
    product(&["NTDS"], &["NTDS"], Some("b2014c9e-8711-4c5c-a5a9-3cf384484757")),
    product(&["OracleService*"], &["Oracle VSS Writer*"], None),
    product(&["OSearch*"], &["OSearch* VSS Writer"], None),
    product(&["SPTimerV*"], &["SharePoint Services Writer"], None),
    product(&["SPSearch*"], &["SPSearch* VSS Writer"], None),
    product(&["MySQL*", "MariaDB*", "postgresql*", "MongoDB*", "Redis*", "elasticsearch*"], &[], None),
];

impl ProductRow {
    /// Whether a writer is one of the product.
    pub fn is_held_by(&self, writer: &str) -> bool {
        self.writers.iter().any(|name| match name.split_once('*') {
            Some((begin, end)) => writer.starts_with(begin) && writer.ends_with(end),
            None => writer == *name,
        })
    }
}

/// The product that a service shows to run.
pub fn product_of(service: &str) -> Option<&'static ProductRow> {
    let is = |name: &&str| match name.strip_suffix('*') {
        Some(begin) => service.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin)),
        None => service.eq_ignore_ascii_case(name),
    };
    PRODUCTS.iter().find(|row| row.services.iter().any(is))
}

/// Whether a writer holds the data of a product, not only of the system.
pub fn holds_data(writer: &str) -> bool {
    PRODUCTS.iter().any(|row| row.is_held_by(writer))
}

/// The name of the writer with an id, in any letter case and with or without braces; an unknown one is called as it was.
pub fn writer_name<'n>(id: &str, name: &'n str) -> &'n str {
    let id = id.trim_matches(['{', '}']);
    let row = PRODUCTS.iter().find(|row| row.writer_id.is_some_and(|known| known.eq_ignore_ascii_case(id)));
    match row {
        Some(row) if !row.is_held_by(name) => row.writers.first().copied().unwrap_or(name),
        _ => name,
    }
}

/// How `vssadmin` says that a writer had no error, in the languages of Windows that are known.
static NO_ERROR: &[&str] = &[
    "No error",
    "没有错误",
    "無錯誤",
    "沒有錯誤",
    "エラーなし",
    "오류 없음",
    "Kein Fehler",
    "Aucune erreur",
    "Nessun errore",
    "Sin errores",
    "Sin error",
    "Нет ошибок",
];
/// How it says that there was one, in English and Chinese.
static AN_ERROR: &[&str] = &[
    "Retryable error",
    "Non-retryable error",
    "Timed out",
    "Inconsistent shadow copy",
    "Out of resources",
    "Unexpected error",
    "可重试的错误",
    "不可重试的错误",
    "不能重试的错误",
    "超时",
];

/// Whether the words for a last error say that there was none.
pub fn is_no_error(words: &str) -> bool {
    NO_ERROR.iter().any(|known| known.eq_ignore_ascii_case(words.trim()))
}

/// Whether the words for a last error say that there was one.
pub fn is_error(words: &str) -> bool {
    AN_ERROR.iter().any(|known| known.eq_ignore_ascii_case(words.trim()))
}

/// The name of a writer's state; an unknown number is its own name.
pub fn state_name(state: &str) -> &str {
    match state {
        "1" => "VSS_WS_STABLE",
        "2" => "VSS_WS_WAITING_FOR_FREEZE",
        "3" => "VSS_WS_WAITING_FOR_THAW",
        "4" => "VSS_WS_WAITING_FOR_POST_SNAPSHOT",
        "5" => "VSS_WS_WAITING_FOR_BACKUP_COMPLETE",
        "6" => "VSS_WS_FAILED_AT_IDENTIFY",
        "7" => "VSS_WS_FAILED_AT_PREPARE_BACKUP",
        "8" => "VSS_WS_FAILED_AT_PREPARE_SNAPSHOT",
        "9" => "VSS_WS_FAILED_AT_FREEZE",
        "10" => "VSS_WS_FAILED_AT_THAW",
        "11" => "VSS_WS_FAILED_AT_POST_SNAPSHOT",
        "12" => "VSS_WS_FAILED_AT_BACKUP_COMPLETE",
        "13" => "VSS_WS_FAILED_AT_PRE_RESTORE",
        "14" => "VSS_WS_FAILED_AT_POST_RESTORE",
        "15" => "VSS_WS_FAILED_AT_BACKUPSHUTDOWN",
        other => other,
    }
}
