//! A report as text: the table, the causes, the sentences it ends with.

use anstyle::{AnsiColor, Style};
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::report::{Cause, InstanceReport, Report, causes_apart, result_word};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Lang, Text};

use crate::console::Console;
use crate::exit::Failure;
use crate::plan_text;
use crate::table::{self, Cell};

/// Instances that a cause names before it says how many more there are.
const NAMED: usize = 6;

/// Writes a report as data.
pub(crate) fn print(report: &Report, all: bool, console: &mut Console) -> Result<(), Failure> {
    for line in lines(report, all, console) {
        console.data(&line)?;
    }
    Ok(())
}

fn lines(report: &Report, all: bool, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let shown: Vec<&InstanceReport> =
        report.instances.iter().filter(|instance| all || instance.result != ResultKind::Ok).collect();
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let rows: Vec<Vec<Cell>> = shown.iter().map(|instance| row(instance, console)).collect();
        lines.extend(table::lay_out(&HEADING.map(|title| title.get(lang)), &rows));
    }
    if !all && report.summary.ok > 0 {
        let folded = console.text(&FOLDED, &[("ok", report.summary.ok.to_string())]);
        lines.push(format!("{OK}{}{OK:#}  {folded}", result_word(ResultKind::Ok, lang)));
    }
    for cause in &causes_apart(report) {
        lines.push(String::new());
        lines.extend(cause_lines(cause, console));
    }
    if let Some(first) = report.assumptions.first() {
        let all = report.assumptions.iter().map(|relied| relied.id).collect::<Vec<_>>().join(", ");
        lines.push(String::new());
        lines.push(console.text(&RELIES_ON, &[("all", all), ("first", first.id.to_owned())]));
    }
    lines.push(String::new());
    lines.extend(report.sentences.iter().map(|sentence| console.safe(sentence)));
    lines
}

fn row(instance: &InstanceReport, console: &Console) -> Vec<Cell> {
    let lang = console.lang();
    let held = match (instance.held, instance.held_millis) {
        (true, _) => STILL_HELD.get(lang).to_owned(),
        (false, Some(millis)) => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        (false, None) => "-".to_owned(),
    };
    vec![
        Cell::styled(result_word(instance.result, lang), style(instance.result)),
        console.safe(&instance.instance_id).into(),
        console.safe(&instance.name).into(),
        instance.wanted.to_string().into(),
        instance.got.to_string().into(),
        instance.proof.map_or("-", |proof| proof.name()).into(),
        format!("{}/{}", instance.disks_covered, instance.disks_expected).into(),
        held.into(),
        console.safe(instance.group_id.as_deref().unwrap_or("-")).into(),
        cut(&console.safe(&why(instance, console.lang()))).into(),
    ]
}

/// Text short enough for the last column; the causes below the table have the whole.
fn cut(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Why an instance came out as it did; for one set aside, what blocked it.
fn why(instance: &InstanceReport, lang: Lang) -> String {
    if instance.result == ResultKind::NotRun
        && instance.starts == 0
        && instance.findings.iter().any(RenderedFinding::blocks)
    {
        plan_text::why_not(Some(&instance.why), &instance.findings, lang)
    } else {
        instance.why.message.clone()
    }
}

fn cause_lines(cause: &Cause<'_>, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let named = cause.instances.iter().take(NAMED).map(|instance| instance.instance_id.as_str());
    let mut who = named.collect::<Vec<_>>().join(", ");
    if let Some(more) = cause.instances.len().checked_sub(NAMED).filter(|more| *more > 0) {
        who.push_str(&console.text(&MORE, &[("count", more.to_string())]));
    }
    let style = style(cause.result);
    let mut lines = vec![format!(
        "{style}{} {}{style:#} [{}]{}{}",
        result_word(cause.result, lang),
        cause.instances.len(),
        cause.why.code,
        lang.colon(),
        console.safe(&cause.why.message)
    )];
    let mut add =
        |label: &Text, text: &str| lines.push(format!("  {}{}{}", label.get(lang), lang.colon(), console.safe(text)));
    add(&INSTANCES, &who);
    // Where a command failed, its code is nearer to the cause than what came of it.
    match cause.explanation {
        Some(explanation) => {
            add(&MEANING, &explanation.meaning);
            add(&CAUSE, &explanation.cause);
            add(&NEXT, &explanation.next_step);
        }
        None => add(&NEXT, &cause.why.help),
    }
    lines
}

const OK: Style = AnsiColor::Green.on_default().bold();

/// Colour only supports the word beside it.
pub(crate) fn style(result: ResultKind) -> Style {
    match result {
        ResultKind::Urgent => AnsiColor::Red.on_default().bold().invert(),
        ResultKind::Unknown => AnsiColor::Magenta.on_default().bold(),
        ResultKind::Failed => AnsiColor::Red.on_default().bold(),
        ResultKind::Weaker => AnsiColor::Yellow.on_default().bold(),
        ResultKind::NotRun => Style::new().bold(),
        ResultKind::Ok => OK,
    }
}

const HEADING: [Text; 10] = [
    Text::new("RESULT", "判定结果"),
    Text::new("INSTANCE", "实例"),
    Text::new("NAME", "名称"),
    Text::new("WANTED", "要求"),
    Text::new("GOT", "达到"),
    Text::new("PROOF", "依据"),
    Text::new("DISKS", "云盘"),
    Text::new("HELD", "冻结"),
    Text::new("GROUP", "快照一致性组"),
    Text::new("WHY", "原因"),
];
const FOLDED: Text = Text::new("{ok} instances (--all shows them)", "{ok} 台实例（使用 --all 显示）");
const RELIES_ON: Text = Text::new(
    "relies on assumptions {all}: see `consnap explain {first}`",
    "依赖以下假设：{all}；参见 `consnap explain {first}`",
);
const STILL_HELD: Text = Text::new("maybe now", "可能仍冻结");
const INSTANCES: Text = Text::new("instances", "实例");
const MORE: Text = Text::new(" and {count} more", " 等另外 {count} 台");
const MEANING: Text = Text::new("meaning", "含义");
const CAUSE: Text = Text::new("usual cause", "常见原因");
const NEXT: Text = Text::new("what to do", "处理方法");
