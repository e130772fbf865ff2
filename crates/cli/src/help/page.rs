//! One page of help.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Texts, example, paragraphs};

/// What stands in the usage line as clap writes it, and in Chinese.
const PLACEHOLDERS: [(&str, &str); 3] = [("[OPTIONS]", "[选项]"), ("<COMMAND>", "<命令>"), ("[COMMAND]", "[命令]")];
/// The column of the words where what stands before them is short.
const COLUMN: usize = 26;
/// Words beside an example get at least so much room, or a line of their own with this indent.
const ROOM: usize = 24;
const INDENT: usize = 6;
/// Marks that do not begin a line.
const CLOSING: &str = "，。；：？！、）”》";
const OPENING: &str = "（“《";

/// The page of a command, as wide as `width`; the tree the command is in has been built.
pub(crate) fn page(command: &Command, texts: &Texts, width: usize) -> String {
    let styles = command.get_styles();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut page = String::new();
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        write_wrapped(&mut page, texts.get(&about.to_string()), 0, 0, width);
        page.push('\n');
    }
    let _ = writeln!(page, "{header}用法：{header:#}{literal}{}{literal:#}", usage(command));

    let commands: Vec<&Command> = command.get_subcommands().filter(|inner| !inner.is_hide_set()).collect();
    if !commands.is_empty() {
        let _ = writeln!(page, "\n{header}命令：{header:#}");
        let column = commands.iter().map(|inner| inner.get_name().len()).max().unwrap_or_default() + 4;
        for inner in commands {
            let name = inner.get_name();
            let _ = write!(page, "  {literal}{name}{literal:#}");
            let about = inner.get_about().map(ToString::to_string).unwrap_or_default();
            write_wrapped(&mut page, texts.get(&about), 2 + name.len(), column, width);
        }
    }
    let shown: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let mut headings: Vec<Option<&str>> = vec![None];
    for arg in &shown {
        if !arg.is_positional() && !headings.contains(&arg.get_help_heading()) {
            headings.push(arg.get_help_heading());
        }
    }
    let positionals: Vec<&Arg> = shown.iter().copied().filter(|arg| arg.is_positional()).collect();
    write_section(&mut page, command, "参数", &positionals, texts, width);
    for heading in headings {
        let of_heading = |arg: &&Arg| !arg.is_positional() && arg.get_help_heading() == heading;
        let args: Vec<&Arg> = shown.iter().copied().filter(of_heading).collect();
        write_section(&mut page, command, heading.map_or("选项", |heading| texts.get(heading)), &args, texts, width);
    }
    if let Some(after) = command.get_after_long_help().or(command.get_after_help()) {
        page.push('\n');
        write_after(&mut page, &after.to_string(), texts, width);
    }
    page
}

/// The usage without its heading, on one line.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let mut usage = usage.trim_start_matches("Usage: ").to_owned();
    for (english, chinese) in PLACEHOLDERS {
        usage = usage.replace(english, chinese);
    }
    usage
}

fn write_section(page: &mut String, command: &Command, heading: &str, args: &[&Arg], texts: &Texts, width: usize) {
    if args.is_empty() {
        return;
    }
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let _ = writeln!(page, "\n{header}{heading}：{header:#}");
    for arg in args {
        let typed = typed(arg);
        let _ = write!(page, "  {literal}{typed}{literal:#}");
        let mut used = 2 + typed.width();
        if used + 2 > COLUMN {
            page.push('\n');
            used = 0;
        }
        write_wrapped(page, &words(arg, texts), used, COLUMN, width);
        write_values(page, arg, texts, width);
    }
}

/// An argument as it is typed: `-i, --instance <ID>`.
fn typed(arg: &Arg) -> String {
    // clap writes `--name <VALUE>` and `[NAME]...`.
    let long = arg.to_string();
    match arg.get_short() {
        Some(short) if arg.get_long().is_some() => format!("-{short}, {long}"),
        None if !arg.is_positional() => format!("    {long}"),
        _ => long,
    }
}

/// The text of an argument, with its default and where else it may come from.
fn words(arg: &Arg, texts: &Texts) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut words = texts.get(&help).to_owned();
    let has_default = !arg.get_default_values().is_empty() && arg.get_action().takes_values();
    if has_default && !arg.is_hide_default_value_set() {
        let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let _ = write!(words, "（默认值：{}）", values.join(" "));
    }
    if let Some(name) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
        let _ = write!(words, "（环境变量：{}）", name.to_string_lossy());
    }
    words
}

/// The values an argument may have: a line for each where they are explained, else one for all.
fn write_values(page: &mut String, arg: &Arg, texts: &Texts, width: usize) {
    if !arg.get_action().takes_values() || arg.is_hide_possible_values_set() {
        return;
    }
    let mut values = arg.get_possible_values();
    values.retain(|value| !value.is_hide_set());
    if values.is_empty() || matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse) {
        return;
    }
    if values.iter().all(|value| value.get_help().is_none()) {
        let names: Vec<_> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        // A flag with an optional `true` or `false` says so by its placeholder.
        if names != ["true", "false"] {
            write_wrapped(page, &format!("可选值：{}", names.join("、")), 0, COLUMN, width);
        }
        return;
    }
    write_wrapped(page, "可选值：", 0, COLUMN, width);
    let longest = values.iter().map(|value| value.get_name().len()).max().unwrap_or_default();
    for value in values {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        let name = value.get_name();
        let _ = write!(page, "{:COLUMN$}- {name}", "");
        write_wrapped(page, texts.get(&help), COLUMN + 2 + name.len(), COLUMN + longest + 4, width);
    }
}

fn write_after(page: &mut String, after: &str, texts: &Texts, width: usize) {
    for paragraph in paragraphs(after) {
        if paragraph.starts_with(' ') {
            let (typed, words) = example(&paragraph);
            let (mut used, words) = (typed.width(), texts.get(words));
            let mut column = used;
            page.push_str(if words.is_empty() { typed.trim_end() } else { typed });
            if used + words.width() > width && used + ROOM > width && !words.is_empty() {
                page.truncate(page.trim_end().len());
                page.push('\n');
                (used, column) = (0, INDENT);
            }
            write_wrapped(page, words, used, column, width);
        } else {
            write_wrapped(page, texts.get(&paragraph), 0, 0, width);
        }
    }
}

/// Writes a text from a column on, over as many lines as it takes; `used` columns of the first line are taken.
fn write_wrapped(page: &mut String, text: &str, used: usize, column: usize, width: usize) {
    let room = width.saturating_sub(column).max(20);
    let mut lines = wrapped(text, room).into_iter();
    let first = lines.next().unwrap_or_default();
    if !first.is_empty() {
        let _ = write!(page, "{:1$}{first}", "", column.saturating_sub(used));
    }
    page.push('\n');
    for line in lines {
        let _ = writeln!(page, "{:column$}{line}", "");
    }
}

/// Lines of at most so many columns. Words of other scripts stay whole; marks stay with what they close.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut filled = 0;
    for piece in pieces(text) {
        let size = piece.trim_end().width();
        if filled + size > room && filled > 0 {
            lines.push(String::new());
            filled = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
        filled += piece.width();
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The text cut where a line may break.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut last, mut quoted) = (0, None, false);
    for (at, char) in text.char_indices() {
        let may_break = last.is_some_and(|last: char| {
            let after_space = last == ' ' && char != ' ';
            let wide = is_wide(last) || is_wide(char);
            after_space || wide && !CLOSING.contains(char) && !OPENING.contains(last) && char != ' '
        });
        if may_break && !quoted {
            pieces.push(&text[start..at]);
            start = at;
        }
        quoted ^= char == '`';
        last = Some(char);
    }
    pieces.push(&text[start..]);
    pieces
}

fn is_wide(char: char) -> bool {
    char.width() == Some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_characters_and_marks_stay() {
        assert_eq!(wrapped("检查作业，以及实例。", 8), ["检查作", "业，以及", "实例。"].map(str::to_owned));
        assert_eq!(wrapped("用 `consnap run` 执行", 12), ["用", "`consnap run`", "执行"].map(str::to_owned));
        assert_eq!(wrapped("", 10), [""]);
    }
}
