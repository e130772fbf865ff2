//! `consnap history`: the runs of this machine.

use consnap_client::journal;
use consnap_client::past_run::PastRun;
use consnap_core::report::{Report, result_word};
use consnap_core::run::session::Phase;
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Error, Text};
use serde::Serialize;

use crate::console::Console;
use crate::drive::state_directory;
use crate::exit::{Exit, Failure};
use crate::table;

/// List the runs whose journals lie on this machine, the newest first, and how each ended; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap history
  consnap history --limit 100 --format json | jq '.[] | select(.exit_status != 0)'")]
pub(crate) struct Arguments {
    /// Show at most this many
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    limit: usize,
}

/// A run in the list.
#[derive(Serialize)]
struct Row {
    run_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<u32>,
    /// Of these, those whose scripts' record bears the tags out.
    #[serde(skip_serializing_if = "Option::is_none")]
    witnessed: Option<u32>,
    /// Those whose tags the record contradicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    contradicted: Option<u32>,
    /// How the others ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<Others>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_status: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

/// The instances that did not reach what was required, by result.
#[derive(Copy, Clone, Serialize)]
struct Others {
    urgent: u32,
    unknown: u32,
    failed: u32,
    weaker: u32,
    not_run: u32,
    /// Under way when the journal ends: `resume` goes on with them.
    open: u32,
    /// Whether the run came to its end.
    ended: bool,
}

impl Others {
    fn in_words(self, lang: consnap_core::Lang) -> String {
        if !self.ended {
            return OPEN.get(lang).to_owned();
        }
        let parts: Vec<String> = [
            (ResultKind::Urgent, self.urgent),
            (ResultKind::Unknown, self.unknown),
            (ResultKind::Failed, self.failed),
            (ResultKind::Weaker, self.weaker),
            (ResultKind::NotRun, self.not_run),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(result, count)| format!("{} {count}", result_word(result, lang)))
        .collect();
        if parts.is_empty() { result_word(ResultKind::Ok, lang).to_owned() } else { parts.join(lang.comma()) }
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let state = state_directory()?;
    let entries = journal::list(&state)?;
    let rows: Vec<Row> =
        entries.iter().rev().take(arguments.limit).map(|entry| row(&entry.run_id, console.lang())).collect();
    if console.is_json() {
        console.json(&rows)?;
        return Ok(Exit::Reached);
    }
    if rows.is_empty() {
        let line = console.text(&NONE, &[("path", state.display().to_string())]);
        console.note(&line);
        return Ok(Exit::Reached);
    }
    let cells: Vec<Vec<table::Cell>> = rows
        .iter()
        .map(|row| {
            let text = |text: &Option<String>| console.safe(text.as_deref().unwrap_or("-")).into();
            let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            vec![
                console.safe(&row.run_id).into(),
                text(&row.started_at.as_deref().map(to_the_second)),
                row.seconds.map_or_else(|| "-".to_owned(), lasted).into(),
                format!("{}/{}", number(row.ok), number(row.instances)).into(),
                row.exit_status.map_or_else(|| "-".to_owned(), |status| status.to_string()).into(),
                row.others.map_or_else(|| "-".to_owned(), |others| others.in_words(console.lang())).into(),
                text(&row.account),
                match &row.unreadable {
                    Some(why) => console.safe(why).into(),
                    None => text(&row.group_name),
                },
            ]
        })
        .collect();
    for line in table::lay_out(&HEADING.map(|title| title.get(console.lang())), &cells) {
        console.data(&line)?;
    }
    Ok(Exit::Reached)
}

fn row(run_id: &str, lang: consnap_core::Lang) -> Row {
    let read = || -> Result<Row, Error> {
        let past = PastRun::load(&state_directory()?, run_id)?;
        let state = past.state();
        let report = Report::of(&state, None, 0, lang);
        Ok(Row {
            run_id: run_id.to_owned(),
            started_at: Some(past.header.started_at.to_string()),
            account: Some(past.header.account),
            group_name: Some(report.group_name),
            instances: Some(report.summary.instances),
            ok: Some(report.summary.ok),
            witnessed: some(report.summary.witnessed),
            contradicted: some(report.summary.contradicted),
            others: Some(Others {
                urgent: report.summary.urgent,
                unknown: report.summary.unknown,
                failed: report.summary.failed,
                weaker: report.summary.weaker,
                not_run: report.summary.not_run,
                open: report.summary.open,
                ended: state.phase == Phase::Ended,
            }),
            ended_at: Some(report.ended_at.to_string()),
            seconds: Some(report.ended_at.since(past.header.started_at).as_secs()),
            exit_status: Some(report.exit_status),
            unreadable: None,
        })
    };
    read().unwrap_or_else(|error| Row {
        run_id: run_id.to_owned(),
        started_at: None,
        account: None,
        group_name: None,
        instances: None,
        ok: None,
        witnessed: None,
        contradicted: None,
        others: None,
        ended_at: None,
        seconds: None,
        exit_status: None,
        unreadable: Some(error.message(lang)),
    })
}

/// A count that is worth a word.
fn some(count: u32) -> Option<u32> {
    (count > 0).then_some(count)
}

static NONE: Text = Text::new("no runs in {path}", "{path} 中没有执行记录");
/// A time without its milliseconds.
fn to_the_second(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

/// `4 s`, `12 min`, `3 h 05 min`.
fn lasted(seconds: u64) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

static OPEN: Text = Text::new("not over: `consnap resume`", "未结束：`consnap resume`");
const HEADING: [Text; 8] = [
    Text::new("RUN", "执行"),
    Text::new("STARTED", "开始时间"),
    Text::new("LASTED", "用时"),
    Text::new("OK", "达标"),
    Text::new("EXIT", "退出状态"),
    Text::new("RESULTS", "结果"),
    Text::new("ACCOUNT", "账号"),
    Text::new("GROUP", "快照一致性组"),
];
