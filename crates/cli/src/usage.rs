//! Wrong usage in Chinese. English is clap's own; what clap says and this file does not know stays English.

use std::error::Error as _;
use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Why a value is none, as the parsers of values say it.
const REASONS: [(&str, &str); 6] = [
    ("write it as KEY=VALUE", "请写为 KEY=VALUE"),
    ("write it as `40-60`, or as `60` for exactly so many", "请写为 `40-60`，或用 `60` 表示恰好此数量"),
    ("write it as `24h`, `90m` or `30d`", "请写为 `24h`、`90m` 或 `30d`"),
    ("write it as 2026-11-01 or 2026-11-01T00:00:00Z", "请写为 2026-11-01 或 2026-11-01T00:00:00Z"),
    ("invalid digit found in string", "须为整数"),
    ("cannot parse integer from empty string", "不能为空，须为整数"),
];

fn chinese(reason: &str) -> &str {
    REASONS.iter().find(|(english, _)| *english == reason).map_or(reason, |(_, chinese)| chinese)
}

/// Everything that is told of an error: what is wrong, what may have been meant, how it is used, where to read on.
pub(crate) fn text(error: &clap::Error) -> Option<String> {
    let mut text = format!("错误：{}\n", reason(error)?);
    for tip in tips(error) {
        let _ = write!(text, "\n  提示：{tip}");
    }
    if text.ends_with('\n') {
        text.push('\n');
    } else {
        text.push_str("\n\n");
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[选项]").replace("<COMMAND>", "<命令>");
        let _ = write!(text, "用法：{}\n\n", usage.replace("[COMMAND]", "[命令]"));
    }
    text.push_str("使用 '--help' 查看更多信息。\n");
    Some(text)
}

/// What is wrong.
pub(crate) fn reason(error: &clap::Error) -> Option<String> {
    let arg = || one(error, ContextKind::InvalidArg);
    let value = || one(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("未知参数 '{}'", arg()?),
        ErrorKind::InvalidSubcommand => format!("未知命令 '{}'", one(error, ContextKind::InvalidSubcommand)?),
        ErrorKind::InvalidValue => {
            let (arg, value) = (arg()?, value()?);
            let what = if value.is_empty() {
                format!("参数 '{arg}' 缺少值")
            } else {
                format!("参数 '{arg}' 的值 '{value}' 无效")
            };
            format!("{what}{}", listed("可选值", &all(error, ContextKind::ValidValue)))
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| format!("：{}", chinese(&source.to_string()))).unwrap_or_default();
            format!("参数 '{}' 的值 '{}' 无效{why}", arg()?, value()?)
        }
        ErrorKind::NoEquals => format!("为参数 '{}' 赋值时须使用等号", arg()?),
        ErrorKind::TooManyValues => format!("参数 '{}' 的值过多，多余的值为 '{}'", arg()?, value()?),
        ErrorKind::TooFewValues => {
            let (least, actual) =
                (number(error, ContextKind::MinValues)?, number(error, ContextKind::ActualNumValues)?);
            format!("参数 '{}' 至少需要 {least} 个值，仅提供了 {actual} 个", arg()?)
        }
        ErrorKind::WrongNumberOfValues => {
            let expected = number(error, ContextKind::ExpectedNumValues)?;
            let actual = number(error, ContextKind::ActualNumValues)?;
            format!("参数 '{}' 需要 {expected} 个值，提供了 {actual} 个", arg()?)
        }
        ErrorKind::ArgumentConflict => {
            let this = arg().or_else(|| one(error, ContextKind::InvalidSubcommand))?;
            let others = all(error, ContextKind::PriorArg);
            match others.as_slice() {
                [] => format!("参数 '{this}' 不能与其他参数同时使用"),
                [other] if *other == this => format!("参数 '{this}' 不能重复使用"),
                [other] => format!("参数 '{this}' 不能与 '{other}' 同时使用"),
                _ => format!("参数 '{this}' 不能与以下参数同时使用：\n  {}", others.join("\n  ")),
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = all(error, ContextKind::InvalidArg);
            (!missing.is_empty()).then(|| format!("缺少必需的参数：\n  {}", missing.join("\n  ")))?
        }
        ErrorKind::MissingSubcommand => {
            let command = one(error, ContextKind::InvalidSubcommand)?;
            format!("'{command}' 缺少子命令{}", listed("可用的子命令", &all(error, ContextKind::ValidSubcommand)))
        }
        ErrorKind::InvalidUtf8 => "参数含有无效的 UTF-8".to_owned(),
        _ => return None,
    })
}

/// What may have been meant.
fn tips(error: &clap::Error) -> Vec<String> {
    let mut tips = Vec::new();
    for (kind, noun) in [
        (ContextKind::SuggestedSubcommand, "命令"),
        (ContextKind::SuggestedArg, "参数"),
        (ContextKind::SuggestedValue, "值"),
    ] {
        let names = all(error, kind);
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            tips.push(format!("有相近的{noun}：{}", names.join("、")));
        }
    }
    // The one of these that this command line can meet; clap has it as an English sentence only.
    let words = one(error, ContextKind::InvalidArg).filter(|_| error.get(ContextKind::Suggested).is_some());
    if let Some(arg) = words.filter(|arg| error.kind() == ErrorKind::UnknownArgument && arg.starts_with('-')) {
        tips.push(format!("如需将 '{arg}' 作为值传入，请使用 '-- {arg}'"));
    }
    tips
}

fn listed(what: &str, values: &[String]) -> String {
    if values.is_empty() { String::new() } else { format!("\n  [{what}：{}]", values.join("、")) }
}

fn one(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn number(error: &clap::Error, kind: ContextKind) -> Option<isize> {
    match error.get(kind)? {
        ContextValue::Number(number) => Some(*number),
        _ => None,
    }
}
