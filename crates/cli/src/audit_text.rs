//! An audit as text: the table, those nobody looks after, the sentences it ends with.

use anstyle::{AnsiColor, Style};
use consnap_core::Text;
use consnap_core::estate::audit::{Audit, AuditResult, InstanceAudit, span};

use crate::console::Console;
use crate::exit::Failure;
use crate::table::{self, Cell};

/// Instances that nothing selected, named before the rest is only counted.
const NAMED: usize = 12;

/// Writes an audit as data.
pub(crate) fn print(audit: &Audit, all: bool, console: &mut Console) -> Result<(), Failure> {
    for line in lines(audit, all, console) {
        console.data(&line)?;
    }
    Ok(())
}

fn lines(audit: &Audit, all: bool, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let shown: Vec<&InstanceAudit> =
        audit.instances.iter().filter(|instance| all || instance.result != AuditResult::Met).collect();
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let rows: Vec<Vec<Cell>> = shown.iter().map(|instance| row(instance, console)).collect();
        lines.extend(table::lay_out(&HEADING.map(|title| title.get(lang)), &rows));
    }
    if !all && audit.summary.met > 0 {
        let folded = console.text(&FOLDED, &[("met", audit.summary.met.to_string())]);
        let style = style(AuditResult::Met);
        lines.push(format!("{style}{}{style:#}  {folded}", AuditResult::Met.word(lang)));
    }
    if !audit.not_selected.is_empty() {
        lines.push(String::new());
        lines.push(console.text(&NOT_SELECTED, &[("count", audit.not_selected.len().to_string())]));
        for other in audit.not_selected.iter().take(NAMED) {
            let newest = match &other.newest {
                Some(point) => {
                    let age = span(audit.as_of.since(point.created_at).as_secs());
                    console.text(&NEWEST, &[("group", point.group_id.clone()), ("age", age)])
                }
                None => NO_GROUP.get(lang).to_owned(),
            };
            let line = format!("  {}  {}  {newest}", other.instance_id, other.name);
            lines.push(format!("  {}", console.safe(line.trim_start())));
        }
        if let Some(more) = audit.not_selected.len().checked_sub(NAMED).filter(|more| *more > 0) {
            lines.push(format!("  {}", console.text(&MORE, &[("count", more.to_string())])));
        }
    }
    for finding in &audit.unread {
        lines.push(String::new());
        lines.push(format!("[{}]{}{}", finding.code, lang.colon(), console.safe(&finding.message)));
        lines.push(format!("  {}{}{}", WHAT_TO_DO.get(lang), lang.colon(), console.safe(&finding.help)));
    }
    lines.push(String::new());
    lines.extend(audit.sentences.iter().map(|sentence| console.safe(sentence)));
    lines
}

fn row(instance: &InstanceAudit, console: &Console) -> Vec<Cell> {
    let newest = instance.newest.as_ref();
    vec![
        Cell::styled(instance.result.word(console.lang()), style(instance.result)),
        console.safe(&instance.instance_id).into(),
        console.safe(&instance.name).into(),
        newest.map_or_else(|| "-".to_owned(), |point| point.level.to_string()).into(),
        instance.age_seconds.map_or_else(|| "-".to_owned(), span).into(),
        format!("{}/{}", instance.disks_covered, instance.disks_expected).into(),
        console.safe(newest.map_or("-", |point| &point.group_id)).into(),
        console.safe(&instance.why.message).into(),
    ]
}

/// Colour only supports the word beside it.
fn style(result: AuditResult) -> Style {
    match result {
        AuditResult::Unknown => AnsiColor::Magenta.on_default().bold(),
        AuditResult::Missed => AnsiColor::Red.on_default().bold(),
        AuditResult::Met => AnsiColor::Green.on_default().bold(),
    }
}

const HEADING: [Text; 8] = [
    Text::new("RESULT", "判定结果"),
    Text::new("INSTANCE", "实例"),
    Text::new("NAME", "名称"),
    Text::new("LEVEL", "级别"),
    Text::new("AGE", "距今"),
    Text::new("DISKS", "云盘"),
    Text::new("GROUP", "快照一致性组"),
    Text::new("WHY", "原因"),
];
const FOLDED: Text = Text::new("{met} instances (--all shows them)", "{met} 台实例（使用 --all 显示）");
const NOT_SELECTED: Text = Text::new("in no job or selection given: {count}", "不在所给的作业或选择范围内：{count} 个");
const NEWEST: Text = Text::new("newest `{group}`, {age} old", "最新 `{group}`，{age} 前");
const NO_GROUP: Text = Text::new("no application-consistent group", "没有应用一致性的快照一致性组");
const MORE: Text =
    Text::new("and {count} more; `--format json` has them all", "另外 {count} 个；完整列表见 `--format json`");
const WHAT_TO_DO: Text = Text::new("what to do", "处理方法");
