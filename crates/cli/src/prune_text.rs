//! A clean-up as text: the table, and the sentences it ends with.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use consnap_core::Text;
use consnap_core::estate::audit::span;
use consnap_core::estate::retention::{Pruning, Row};

use crate::console::Console;
use crate::exit::Failure;
use crate::table::{self, Cell};

/// Writes a clean-up as data.
pub(crate) fn print(pruning: &Pruning, all: bool, console: &mut Console) -> Result<(), Failure> {
    for line in lines(pruning, all, console) {
        console.data(&line)?;
    }
    Ok(())
}

fn lines(pruning: &Pruning, all: bool, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let shown: Vec<&Row> = pruning.groups.iter().filter(|row| all || row.outcome != "keep").collect();
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let rows: Vec<Vec<Cell>> = shown.iter().map(|row| cells(row, console)).collect();
        lines.extend(table::lay_out(&HEADING.map(|title| title.get(lang)), &rows));
    }
    if !all && pruning.kept > 0 {
        let mut reasons: BTreeMap<&str, (u32, &Row)> = BTreeMap::new();
        for row in pruning.groups.iter().filter(|row| row.outcome == "keep") {
            reasons.entry(&row.why.code).or_insert((0, row)).0 += 1;
        }
        let kept = console.text(&KEPT, &[("kept", pruning.kept.to_string())]);
        lines.push(format!("{}  {kept}", word("keep").get(lang)));
        for (code, (count, row)) in reasons {
            let args = [
                ("count", count.to_string()),
                ("code", code.to_owned()),
                ("group", row.group_id.clone()),
                ("why", row.why.message.clone()),
            ];
            lines.push(format!("  {}", console.safe(&console.text(&SUCH_AS, &args))));
        }
    }
    for finding in &pruning.unread {
        lines.push(format!("[{}]: {}", finding.code, console.safe(&finding.message)));
        lines.push(format!("  {}", console.safe(&finding.help)));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(pruning.sentences.iter().map(|sentence| console.safe(sentence)));
    lines
}

fn cells(row: &Row, console: &Console) -> Vec<Cell> {
    let style = match row.outcome {
        "failed" => AnsiColor::Red.on_default().bold(),
        "unknown" => AnsiColor::Magenta.on_default().bold(),
        "keep" => Style::new(),
        _ => Style::new().bold(),
    };
    vec![
        Cell::styled(word(row.outcome).get(console.lang()), style),
        console.safe(row.instance_id.as_deref().unwrap_or("-")).into(),
        console.safe(&row.group_id).into(),
        console.safe(&row.group_name).into(),
        row.level.to_string().into(),
        row.age_seconds.map_or_else(|| "-".to_owned(), span).into(),
        console.safe(&row.run_id).into(),
        console.safe(&row.why.message).into(),
    ]
}

fn word(outcome: &str) -> &'static Text {
    match outcome {
        "delete" => &DELETE,
        "deleted" => &DELETED,
        "failed" => &FAILED,
        "unknown" => &UNKNOWN,
        _ => &KEEP,
    }
}

static DELETE: Text = Text::new("WOULD GO", "将删除");
static DELETED: Text = Text::new("DELETED", "已删除");
static FAILED: Text = Text::new("FAILED", "失败");
static UNKNOWN: Text = Text::new("UNKNOWN", "结果未知");
static KEEP: Text = Text::new("KEPT", "保留");
static KEPT: Text = Text::new("{kept} groups (--all shows them)", "{kept} 个快照一致性组（使用 --all 显示）");
static SUCH_AS: Text =
    Text::new("{count} [{code}], such as {group}: {why}", "{count} 个 [{code}]，例如 {group}：{why}");
const HEADING: [Text; 8] = [
    Text::new("ACTION", "操作"),
    Text::new("INSTANCE", "实例"),
    Text::new("GROUP", "快照一致性组"),
    Text::new("NAME", "名称"),
    Text::new("LEVEL", "级别"),
    Text::new("AGE", "距今"),
    Text::new("RUN", "执行"),
    Text::new("WHY", "原因"),
];
