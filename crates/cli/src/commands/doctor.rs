//! `consnap doctor`: whether everything around a run is in order, and what to do where it is not.

use std::io::{self, Write as _};
use std::path::Path;

use consnap_client::caller::ApiCaller;
use consnap_client::credentials::files_open_to_others;
use consnap_client::driver::Clock;
use consnap_core::base::http::HttpReply;
use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::ecs::api::requests::{DescribeRegions, GetCallerIdentity};
use consnap_core::ecs::api::{ApiCall, replies};
use consnap_core::{Error, ErrorKind, Lang, Text, Time, ecs::reply};
use serde::Serialize;

use crate::connection::{Connection, ConnectionArguments};
use crate::console::Console;
use crate::drive::runtime;
use crate::drive::state_directory;
use crate::exit::{Exit, Failure};
use crate::permissions::{self, Rights};
use crate::table;

/// Check whether credentials, clock, endpoints, rights and state directory are in order; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap doctor --region cn-hangzhou
  consnap doctor --profile ops --format json | jq '.[] | select(.ok | not)'

Rights that change something are never tried: compare the policy with `consnap role check`. Exit status 3 when credentials or the service \
stand in the way of a run, 1 for anything else that is not in order.")]
pub(crate) struct Arguments {
    /// A region to check; may be repeated; the one of the profile when not given
    #[arg(long, value_name = "ID")]
    region: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// The region that chooses the endpoint when none is given: the call is not about a region.
const ANY_REGION: &str = "cn-hangzhou";
/// From here on the service refuses requests, in seconds (docs/sources/feature.md 10.1).
const REFUSED_SKEW_SECONDS: u64 = 15 * 60;
/// From here on it is worth setting the clock, in seconds.
const LARGE_SKEW_SECONDS: u64 = 60;

/// What is looked at.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    Credentials,
    Account,
    Clock,
    Endpoint,
    Rights,
    StateDirectory,
}

impl Check {
    const fn title(self) -> Text {
        match self {
            Self::Credentials => Text::new("credentials", "凭证"),
            Self::Account => Text::new("account", "账号"),
            Self::Clock => Text::new("clock", "时钟"),
            Self::Endpoint => Text::new("endpoint", "接入点"),
            Self::Rights => Text::new("rights", "权限"),
            Self::StateDirectory => Text::new("state directory", "状态目录"),
        }
    }
}

/// One line.
#[derive(Serialize)]
struct Line {
    check: Check,
    ok: bool,
    detail: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

impl Line {
    fn fine(check: Check, detail: String) -> Self {
        Self { check, ok: true, detail, help: None, exit: Exit::Reached }
    }

    fn problem(check: Check, detail: String, help: String, exit: Exit) -> Self {
        Self { check, ok: false, detail, help: Some(help), exit }
    }

    fn of(check: Check, error: &Error, exit: Exit, lang: Lang) -> Self {
        Self::problem(check, error.message(lang), error.help(lang), exit)
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let lang = console.lang();
    let mut lines = Vec::new();
    match arguments.connection.open(&arguments.region, None) {
        Ok(connection) => look(&connection, lang, &mut lines)?,
        // An unknown region or an endpoint that cannot be read is wrong usage, not an illness.
        Err(Failure::Error(error)) if !matches!(error.kind, ErrorKind::Input | ErrorKind::Rejected) => {
            lines.push(Line::of(Check::Credentials, &error, Exit::NotStarted, lang));
        }
        Err(failure) => return Err(failure),
    }
    for (file, mode) in files_open_to_others(|name| std::env::var(name).ok()) {
        let values = [("file", file.display().to_string()), ("mode", mode)];
        let help = filled(&CLOSE_FILE, lang, &values);
        lines.push(Line::problem(Check::Credentials, filled(&OPEN_FILE, lang, &values), help, Exit::Findings));
    }
    lines.push(state(lang));
    // What keeps a run from starting says more than the rest.
    let exit = lines.iter().map(|line| line.exit).fold(Exit::Reached, Exit::or_worse);
    if console.is_json() {
        console.json(&lines)?;
        return Ok(exit);
    }
    let mut rows: Vec<Vec<table::Cell>> = Vec::new();
    for line in &lines {
        let verdict = if line.ok { FINE.get(lang) } else { PROBLEM.get(lang) };
        let text = match &line.help {
            Some(help) => format!("{}{}{}", line.detail, lang.colon(), help),
            None => line.detail.clone(),
        };
        rows.push(vec![verdict.into(), line.check.title().get(lang).into(), console.safe(&text).into()]);
    }
    for line in table::lay_out(&HEADING.map(|title| title.get(lang)), &rows) {
        console.data(&line)?;
    }
    Ok(exit)
}

fn look(connection: &Connection, lang: Lang, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let clock = Clock::of_wall(Time::EPOCH);
    let caller = &*connection.caller;
    runtime()?.block_on(async {
        match caller.credentials().current(clock.now()).await {
            Ok(credential) => {
                let ends = credential.expires_at.map(|end| end.to_string());
                let text = match (&ends, caller.credentials().is_renewable()) {
                    (None, _) if credential.security_token.is_some() => &CREDENTIALS_SOME_TIME,
                    (None, _) => &CREDENTIALS,
                    (Some(_), true) => &CREDENTIALS_RENEWED,
                    (Some(_), false) => &CREDENTIALS_ENDING,
                };
                let values = [("source", credential.source.clone()), ("ends", ends.unwrap_or_default())];
                lines.push(Line::fine(Check::Credentials, filled(text, lang, &values)));
            }
            Err(error) => {
                lines.push(Line::of(Check::Credentials, &error, Exit::NotStarted, lang));
                return Ok(());
            }
        }
        let any = connection.regions.first().map_or(ANY_REGION, String::as_str);
        let (reply, skew) = ask(caller, &GetCallerIdentity.into_call(any), &clock).await;
        match reply.and_then(|reply| identity(&reply)) {
            Ok(identity) => {
                let values = [("account", identity.account_id), ("arn", identity.arn.unwrap_or_default())];
                lines.push(Line::fine(Check::Account, filled(&ACCOUNT, lang, &values)));
            }
            Err(error) => {
                lines.push(Line::of(Check::Account, &error, Exit::NotStarted, lang));
                lines.extend(skew.map(|skew| clock_line(skew, lang)));
                return Ok(());
            }
        }
        lines.extend(skew.map(|skew| clock_line(skew, lang)));
        if connection.regions.is_empty() {
            lines.push(Line::problem(
                Check::Endpoint,
                NO_REGION.get(lang).to_owned(),
                GIVE_REGION.get(lang).to_owned(),
                Exit::Findings,
            ));
        }
        for region in &connection.regions {
            let (reply, _) = ask(caller, &DescribeRegions.into_call(region), &clock).await;
            match reply {
                Ok(_) => {
                    lines.push(Line::fine(Check::Endpoint, filled(&ENDPOINT, lang, &[("region", region.clone())])));
                }
                Err(error) if is_refusal(&error) => {
                    // consnap itself does not need this call: an answer is all that was asked for.
                    lines.push(Line::fine(Check::Endpoint, filled(&ENDPOINT, lang, &[("region", region.clone())])));
                }
                Err(error) => {
                    lines.push(Line::of(Check::Endpoint, &error, Exit::NotStarted, lang));
                    continue;
                }
            }
            lines.push(rights_line(&permissions::look(caller, region, &clock).await?, region, lang));
        }
        Ok::<(), Failure>(())
    })
}

/// Sends a call; gives its reply or the error, and how far the clocks are apart.
async fn ask(caller: &ApiCaller, call: &ApiCall, clock: &Clock) -> (Result<HttpReply, Error>, Option<Skew>) {
    let answer = match caller.call(call, clock.now()).await {
        Ok(answer) => answer,
        Err(failure) => return (Err(reply::transport(&failure).of(call.operation).to_error()), None),
    };
    let now = clock.now();
    let theirs = answer.header("date").and_then(Time::parse_http_date);
    let skew =
        theirs.map(|theirs| Skew { seconds: now.since(theirs).max(theirs.since(now)).as_secs(), fast: now > theirs });
    let result = reply::classify(call.operation, &answer).map(drop).map_err(|failure| failure.to_error());
    (result.map(|()| answer), skew)
}

/// How far this machine's clock is from the service's.
#[derive(Copy, Clone)]
struct Skew {
    seconds: u64,
    fast: bool,
}

fn clock_line(skew: Skew, lang: Lang) -> Line {
    let values = [("seconds", skew.seconds.to_string())];
    let text = if skew.fast { &FAST } else { &SLOW };
    match skew.seconds {
        0..=LARGE_SKEW_SECONDS => Line::fine(Check::Clock, filled(&CLOCK, lang, &values)),
        seconds => {
            let exit = if seconds >= REFUSED_SKEW_SECONDS { Exit::NotStarted } else { Exit::Findings };
            Line::problem(Check::Clock, filled(text, lang, &values), SET_CLOCK.get(lang).to_owned(), exit)
        }
    }
}

fn identity(reply: &HttpReply) -> Result<replies::GetCallerIdentity, Error> {
    reply::parse(consnap_core::ecs::api::Operation::GetCallerIdentity, reply).map_err(|failure| failure.to_error())
}

fn is_refusal(error: &Error) -> bool {
    let refusals = consnap_core::catalog::ram::REFUSALS;
    error.api_code.as_deref().is_some_and(|code| refusals.iter().any(|refusal| code.starts_with(refusal)))
}

fn rights_line(rights: &Rights, region: &str, lang: Lang) -> Line {
    let unclear: Vec<String> = rights.unclear.iter().map(|(action, why)| format!("{action} ({why})")).collect();
    let values = [
        ("region", region.to_owned()),
        ("missing", rights.missing.join(", ")),
        ("unclear", unclear.join(", ")),
        ("count", rights.allowed.len().to_string()),
        ("writing", rights.not_asked.join(", ")),
    ];
    if !rights.missing.is_empty() {
        let detail = filled(&RIGHTS_MISSING, lang, &values);
        return Line::problem(Check::Rights, detail, GRANT.get(lang).to_owned(), Exit::NotStarted);
    }
    if !rights.unclear.is_empty() {
        let detail = filled(&RIGHTS_UNCLEAR, lang, &values);
        return Line::problem(Check::Rights, detail, LOOK_AGAIN.get(lang).to_owned(), Exit::Findings);
    }
    Line::fine(Check::Rights, filled(&RIGHTS, lang, &values))
}

/// The directory of the journals: it is made if it is missing, and a file is written and removed.
fn state(lang: Lang) -> Line {
    let directory = match state_directory() {
        Ok(directory) => directory,
        Err(error) => return Line::of(Check::StateDirectory, &error, Exit::Findings, lang),
    };
    let values = [("path", directory.display().to_string())];
    match try_writing(&directory) {
        Err(error) => {
            let row = match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => &rows::JOURNAL_DISK_FULL,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => &rows::JOURNAL_NOT_WRITABLE,
                _ => &rows::JOURNAL_FAILED,
            };
            let error = Error::new(ErrorKind::Rejected, row)
                .with("file", directory.display().to_string())
                .with("detail", error.to_string());
            Line::of(Check::StateDirectory, &error, Exit::Findings, lang)
        }
        Ok(()) if is_open_to_others(&directory) => Line::problem(
            Check::StateDirectory,
            filled(&STATE_OPEN, lang, &values),
            filled(&CLOSE_STATE, lang, &values),
            Exit::Findings,
        ),
        Ok(()) => Line::fine(Check::StateDirectory, filled(&STATE, lang, &values)),
    }
}

/// Does once what a run does: makes the directory when it is missing, and writes a file to the disk.
fn try_writing(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    let file = directory.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::File::create_new(&file).and_then(|mut open| {
        open.write_all(&[b'x'; 4096])?;
        open.sync_all()
    });
    let removed = std::fs::remove_file(&file);
    written.and(removed)
}

fn is_open_to_others(directory: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(directory).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = directory;
        false
    }
}

fn filled(text: &Text, lang: Lang, values: &[(&'static str, String)]) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    text.fill(lang, &values)
}

const HEADING: [Text; 3] = [Text::new("", ""), Text::new("CHECK", "检查项"), Text::new("DETAIL", "详情")];
static OPEN_FILE: Text = Text::new("others than you may write `{file}` ({mode})", "其他用户可写入 `{file}`（{mode}）");
static CLOSE_FILE: Text = Text::new(
    "look whether it is still as you wrote it, then `chmod 600 {file}`",
    "请确认其内容未被修改，然后执行 `chmod 600 {file}`",
);
static FINE: Text = Text::new("ok", "正常");
static PROBLEM: Text = Text::new("problem", "问题");
static CREDENTIALS: Text = Text::new("from {source}; they do not expire", "来自 {source}；长期有效");
static CREDENTIALS_SOME_TIME: Text = Text::new(
    "from {source}; they expire at a time that is not known, and cannot be renewed",
    "来自 {source}；到期时间未知，且无法自动刷新",
);
static CREDENTIALS_RENEWED: Text = Text::new(
    "from {source}; they expire at {ends} and are renewed before that",
    "来自 {source}；{ends} 到期，到期前自动刷新",
);
static CREDENTIALS_ENDING: Text = Text::new(
    "from {source}; they expire at {ends} and cannot be renewed: a longer run must be resumed with new ones",
    "来自 {source}；{ends} 到期且无法自动刷新：更长的执行须用新的凭证恢复",
);
static ACCOUNT: Text = Text::new("{account}, {arn}", "{account}，{arn}");
static CLOCK: Text = Text::new("{seconds} s from the service's", "与服务端相差 {seconds} 秒");
static FAST: Text =
    Text::new("this machine's clock is {seconds} s ahead of the service's", "本机时钟比服务端快 {seconds} 秒");
static SLOW: Text =
    Text::new("this machine's clock is {seconds} s behind the service's", "本机时钟比服务端慢 {seconds} 秒");
static SET_CLOCK: Text = Text::new(
    "let NTP set the clock; consnap corrects itself by the service's time, other tools do not",
    "请用 NTP 校准时钟；consnap 会按服务端时间自行校正，其他工具不会",
);
static ENDPOINT: Text = Text::new("ECS answers for {region}", "{region} 的 ECS 接入点有响应");
static NO_REGION: Text = Text::new("no region is known: not checked", "未指定地域：未检查接入点");
static GIVE_REGION: Text =
    Text::new("use `--region`, or set a region in the profile", "请使用 `--region`，或在配置中设置地域");
static RIGHTS: Text = Text::new(
    "{region}: all {count} reading calls are allowed; not tried because they change something: {writing}",
    "{region}：{count} 个只读操作均已授权；以下写操作未尝试：{writing}",
);
static RIGHTS_MISSING: Text = Text::new("{region}: not allowed: {missing}", "{region}：未授权：{missing}");
static RIGHTS_UNCLEAR: Text =
    Text::new("{region}: cannot be determined for {unclear}", "{region}：无法判断：{unclear}");
static GRANT: Text = Text::new(
    "grant them to the RAM user or role; `consnap role print operator` shows the policy",
    "请为 RAM 用户或角色授权；`consnap role print operator` 会输出权限策略",
);
static LOOK_AGAIN: Text = Text::new("run `consnap doctor` again in a minute", "请在一分钟后重新执行 `consnap doctor`");
static STATE: Text = Text::new("{path} can be written, by its owner only", "{path} 可写，且仅所有者可访问");
static STATE_OPEN: Text = Text::new(
    "{path} can be read by other users: journals hold instance names and outputs",
    "其他用户可访问 {path}：执行记录包含实例名称和输出",
);
static CLOSE_STATE: Text = Text::new("run `chmod 700 {path}`", "请执行 `chmod 700 {path}`");
