//! `consnap history`: the runs of this machine.

use consnap_client::past_run::history;
use consnap_core::Text;
use consnap_core::report::{OtherResults, result_word};
use consnap_core::run::verdict::ResultKind;

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

/// How the others ended, in words.
fn in_words(others: OtherResults, lang: consnap_core::Lang) -> String {
    if !others.ended {
        return OPEN.get(lang).to_owned();
    }
    let parts: Vec<String> = [
        (ResultKind::Urgent, others.urgent),
        (ResultKind::Unknown, others.unknown),
        (ResultKind::Failed, others.failed),
        (ResultKind::Weaker, others.weaker),
        (ResultKind::NotRun, others.not_run),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(result, count)| format!("{} {count}", result_word(result, lang)))
    .collect();
    if parts.is_empty() { result_word(ResultKind::Ok, lang).to_owned() } else { parts.join(lang.comma()) }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let state = state_directory()?;
    let rows = history(&state, arguments.limit, console.lang())?;
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
                row.others.map_or_else(|| "-".to_owned(), |others| in_words(others, console.lang())).into(),
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
