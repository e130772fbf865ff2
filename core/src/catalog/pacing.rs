//! The numbers the session goes by. Each is a row, so that documentation and reports can show them.

use std::time::Duration;

use serde::Serialize;

use crate::diagnostics::text::Text;

/// A number with its unit and reason.
#[derive(Debug, Serialize)]
pub struct PacingRow {
    /// Its key.
    pub key: &'static str,
    /// Its value, in the unit of the text.
    pub value: u64,
    /// What it is for, with the unit.
    pub about: Text,
    /// Where it comes from.
    pub source: &'static str,
}

/// Declares each number in the type its users need, and the list of all rows.
macro_rules! pacing {
    (@type seconds) => { Duration };
    (@type millis) => { Duration };
    (@type $kind:ident) => { $kind };
    (@value seconds $value:literal) => { Duration::from_secs($value) };
    (@value millis $value:literal) => { Duration::from_millis($value) };
    (@value $kind:ident $value:literal) => { $value };
    ($($name:ident: $kind:ident = $value:literal, $en:literal, $zh:literal, $source:literal;)+) => {
        $(
            #[doc = $en]
            pub const $name: pacing!(@type $kind) = pacing!(@value $kind $value);
        )+
        /// All rows.
        pub static ROWS: &[PacingRow] = &[$(
            PacingRow { key: stringify!($name), value: $value, about: Text::new($en, $zh), source: $source }
        ),+];
    };
}

pacing! {
    IDS_PER_CALL: usize = 100, "instances in one RunCommand", "一次 RunCommand 的实例数", "run-command";
    IDS_PER_CALL_REDUCED: usize = 50, "instances in one RunCommand after `InstanceIds.ExceedLimit`", "出现 `InstanceIds.ExceedLimit` 后一次 RunCommand 的实例数", "api-reference: RunCommand, InstanceId.N 1 to 50";
    IDS_PER_ROLE_QUERY: usize = 50, "instances in one DescribeInstanceRamRole", "一次 DescribeInstanceRamRole 的实例数", "describe-instance-ram-role";
    DISKS_PER_PAGE: usize = 500, "disks in one page of DescribeDisks", "DescribeDisks 每页云盘数", "describe-disks";
    LIST_DISKS_FROM: usize = 10, "targets from which the region's disks are listed instead of asked for one by one", "目标实例数达到该值时改为按地域分页查询云盘", "consnap: calls are few";
    CHECKS_AT_ONCE: usize = 500, "instances checked before events are written away", "写出事件前一次检查的实例数", "consnap";
    CALLS_IN_FLIGHT: usize = 8, "calls under way at the same time", "同时进行的请求数", "consnap";
    CALLS_PER_SECOND: u32 = 10, "calls a second per API before the service asks to slow down", "每个 API 每秒请求数（流控前）", "consnap: assumption";
    POLL_FIRST: seconds = 5, "seconds before the first look at a running command", "首次查询执行状态前的秒数", "plug-in-log: about one second of freeze";
    POLL_LONGEST: seconds = 30, "seconds between looks at a long command", "长时间执行时两次查询之间的秒数", "consnap";
    UNREAD_RESULTS: u32 = 5000, "instances with a command and no result read: beyond, nothing new is started", "已下发命令但尚未读取结果的实例数上限，超过后暂不启动新实例", "describe-invocation-results: 10,000 results are kept";
    REPEAT_WINDOW: seconds = 480, "seconds after its intent, by the service's clock, in which a call that may have happened is repeated with its token", "请求可能已生效时，可携带原 ClientToken 重复的秒数（以服务端时钟为准）", "consnap: repeat or look";
    CLOCK_FRESH: seconds = 30, "seconds for which an answer tells the service's time before a call is repeated", "重复请求前，服务端响应中的时间保持有效的秒数", "consnap: repeat or look";
    LOOK_GAP: seconds = 30, "seconds before the first look for a call that may have happened", "首次查找可能已生效请求之前的秒数", "consnap: repeat or look";
    LOOK_SETTLE: seconds = 900, "seconds after its last sending in which a call may still be carried out: later its signature is refused", "最后一次发送后请求仍可能生效的秒数，之后其签名会被拒绝", "consnap: repeat or look";
    TAG_WAIT: seconds = 120, "seconds after a group is accomplished in which its tags may still come", "快照一致性组完成后等待标签的秒数", "consnap: verdict";
    VISIBLE_WAIT: seconds = 120, "seconds in which a group the log names may still become visible", "等待输出中的快照一致性组可见的秒数", "plug-in-log: 200 ms";
    CLOCK_TOLERANCE: seconds = 5, "seconds by which the service's clock may differ from what is known of it before that is noted", "与服务端时钟的偏差超过该秒数时记录", "consnap";
    CLOCK_MARGIN: seconds = 60, "seconds by which clocks may differ where a group's time is held against that of a start", "比较快照一致性组创建时间与启动时间时允许的时钟误差秒数", "consnap";
    GROUP_SETTLE: seconds = 300, "seconds after the end of a command in which a group still counts as made by it", "命令结束后仍视为由其创建快照一致性组的秒数", "plug-in-log: about one second";
    VERIFY_GAP: seconds = 2, "seconds between the first looks at groups; doubles up to the next row", "首次两次查询快照一致性组之间的秒数", "consnap";
    VERIFY_LONGEST: seconds = 30, "seconds between later looks at groups", "后续两次查询快照一致性组之间的秒数", "consnap";
    RESULT_GRACE: seconds = 120, "seconds after the time-out of a command in which its result must be there", "命令超时后等待结果的秒数", "describe-invocation-results: DeliveryTimeout, within one minute";
    LISTING_ATTEMPTS: u64 = 3, "times a listing is read that does not agree with its own count", "列表与其总数不一致时的读取次数", "consnap";
    READ_ATTEMPTS: u32 = 6, "attempts of a reading call before anything was started", "尚未启动任何实例时读请求的尝试次数", "consnap";
    WRITE_ATTEMPTS: u32 = 8, "attempts of a call with a token", "带 ClientToken 请求的尝试次数", "consnap";
    ROLE_DELAY: seconds = 300, "seconds after our own attaching of a role in which exit codes 1 and 13 are tried once more", "授予角色后，退出码 1 和 13 可重试一次的秒数", "consnap: repeat or look";
    PROBE_TIMEOUT: u32 = 60, "seconds after which a look into a guest is given up", "查看实例内部的超时秒数", "run-command: Timeout";
    PROBE_FIRST: seconds = 5, "seconds before the first look at a running probe", "首次查询探测状态前的秒数", "consnap: the probe takes well below a second in the guest";
    WITNESS_FIRST: seconds = 2, "seconds before the first look at a running read of a record", "首次查询脚本记录读取状态前的秒数", "consnap: the read takes well below a second in the guest";
    WITNESS_ENDURANCE: seconds = 900, "seconds in which the read of a record is tried before the verdict goes without it", "尝试读取脚本记录的秒数，超过后不再等待该记录", "consnap";
    RETRY_PAUSE: seconds = 60, "seconds before an instance is tried once more", "实例重试前等待的秒数", "consnap";
    BACKOFF_BASE: millis = 500, "milliseconds of the first backoff", "首次退避毫秒数", "consnap";
    BACKOFF_LONGEST: millis = 30_000, "milliseconds of the longest backoff", "最长退避毫秒数", "consnap";
    CREDENTIALS_ENDURANCE: seconds = 300, "seconds in which refused credentials may still be renewed while something runs", "有实例正在执行时，等待凭证刷新的秒数", "consnap";
    READ_ENDURANCE: seconds = 7200, "seconds an unreachable service is endured while something runs", "有实例正在执行时，容忍服务端不可达的秒数", "consnap";
}
