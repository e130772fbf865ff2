//! A command of the plug-in, and the call of `RunCommand` around it.

use serde_json::{Map, Value};

use super::json::member;
use super::wrapping;
use crate::base::consistency::Platform;

/// The program that starts the plug-in.
pub(super) const LAUNCHER: &str = "acs-plugin-manager";

/// A command and what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenCommand {
    /// In clear.
    pub command: String,
    /// Whether it stood there in Base64.
    pub is_encoded: bool,
    /// Whether the parameters of a call stand around it.
    pub is_call: bool,
    /// `Timeout` of the call, in seconds.
    pub timeout: Option<i64>,
    /// `ContentEncoding` of the call.
    pub encoding: Option<String>,
    /// The platform that `Type` of the call means.
    pub platform: Option<Platform>,
}

impl GivenCommand {
    /// The parameters of a call, or an invocation, as JSON.
    pub fn of(members: &Map<String, Value>) -> Option<Self> {
        let content = member(members, "CommandContent")?.as_str()?;
        let text = |name: &str| member(members, name).and_then(Value::as_str);
        let timeout = member(members, "Timeout").and_then(|value| match value {
            Value::String(digits) => digits.trim().parse().ok(),
            other => other.as_i64(),
        });
        let kind = text("Type").or_else(|| text("CommandType")).unwrap_or_default();
        Some(Self {
            timeout,
            encoding: text("ContentEncoding").map(str::to_owned),
            platform: platform_of_type(kind),
            is_call: true,
            ..Self::content(content)
        })
    }

    /// The command that a text holds, if it holds one.
    pub(super) fn in_text(text: &str) -> Option<Self> {
        match beside_its_name(text) {
            Some(content) => {
                let given = Self::content(&content);
                is_command(&given.command).then(|| given.with_call(text))
            }
            None if is_command(text) => {
                let command = literal(text).unwrap_or_else(|| text.to_owned());
                let given = Self { command, ..Self::default() };
                Some(if text.contains("RunCommand") { given.with_call(text) } else { given })
            }
            None => {
                let long = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')));
                let decoded = long.filter(|word| word.len() >= 40).find_map(wrapping::base64);
                let command = decoded.filter(|command| is_command(command))?;
                let given = Self { command, is_encoded: true, ..Self::default() };
                Some(given.with_call(text))
            }
        }
    }

    fn content(content: &str) -> Self {
        match wrapping::base64(content) {
            Some(command) => Self { command, is_encoded: true, ..Self::default() },
            None => Self { command: content.to_owned(), ..Self::default() },
        }
    }

    /// With what the text says of the call.
    fn with_call(self, text: &str) -> Self {
        let kinds = ["RunShellScript", "RunBatScript", "RunPowerShellScript"];
        let kind = kinds.into_iter().find(|kind| text.contains(kind)).unwrap_or_default();
        Self {
            is_call: true,
            timeout: value_of(text, "timeout").and_then(|value| value.parse().ok()),
            encoding: value_of(text, "contentencoding").map(str::to_owned),
            platform: platform_of_type(kind),
            ..self
        }
    }
}

fn platform_of_type(kind: &str) -> Option<Platform> {
    match kind {
        "RunShellScript" => Some(Platform::Linux),
        "RunBatScript" | "RunPowerShellScript" => Some(Platform::Windows),
        _ => None,
    }
}

/// Whether a text calls the launcher, and is not what a guest said of it.
fn is_command(text: &str) -> bool {
    let of_a_log = ["[level=", "[snapshotgroup=", "not found", "not recognized", "未找到命令", "不是内部或外部命令"];
    let calls = text.match_indices(LAUNCHER).any(|(at, _)| {
        let rest = text.get(at + LAUNCHER.len()..).unwrap_or_default();
        let rest = rest.strip_prefix(".exe").unwrap_or(rest).trim_start_matches(['"', '\'', '`', '\\']);
        rest.trim().is_empty()
            || rest.starts_with(char::is_whitespace) && rest.trim_start().starts_with(['-', '\\', '"', '\'', '^'])
    });
    calls && !of_a_log.iter().any(|mark| text.contains(mark))
}

/// What is given for `CommandContent`, in the code of an SDK or on the command line.
fn beside_its_name(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("commandcontent").find_map(|(at, name)| {
        let rest = text.get(at + name.len()..)?;
        let opening = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | ',' | '('));
        let behind = opening.trim_start_matches(['"', '\'', '`']);
        let quote = opening.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        let inner = if let Some(quote) = quote {
            between(opening.get(quote.len_utf8()..)?, quote)?
        } else {
            let line = behind.lines().next()?.trim_end();
            let first = line.split_whitespace().next()?;
            if wrapping::base64(first).is_some() { first.to_owned() } else { line.to_owned() }
        };
        (inner.contains(LAUNCHER) || wrapping::base64(&inner).is_some_and(|text| text.contains(LAUNCHER)))
            .then_some(inner)
    })
}

/// The text up to the closing quote, with what is escaped in it in clear.
fn between(text: &str, quote: char) -> Option<String> {
    let (mut inner, mut letters) = (String::new(), text.chars());
    loop {
        match letters.next()? {
            '\\' if quote != '\'' => match letters.next()? {
                'n' => inner.push('\n'),
                other => inner.push(other),
            },
            end if end == quote => return Some(inner),
            other => inner.push(other),
        }
    }
}

/// The command behind what stands before it in its line: an assignment, a mark of a log, words.
fn literal(text: &str) -> Option<String> {
    let at = text.find(LAUNCHER)?;
    let line_begin = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '\\');
    let begin = line_begin + text.get(line_begin..at)?.trim_end_matches(is_path).len();
    let before = text.get(line_begin..begin)?;
    let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`' | '“' | '「'));
    if let Some(quote) = quote {
        let outside = before.strip_suffix(quote)?.trim_end();
        let close = match quote {
            '“' => '”',
            '「' => '」',
            same => same,
        };
        let is_value = !matches!(quote, '"' | '\'') || outside.ends_with(['=', ':', '(', ',', '[', '{', '：']);
        return if is_value { between(text.get(begin..)?, close) } else { None };
    }
    let outside = before.trim_end();
    let is_shell = outside.contains(['|', '&', ';', '$', '(', '<', '`']);
    let is_mark =
        outside.ends_with([':', ']', '：', '=', '>', '，', '。']) || outside.starts_with(|c: char| c.is_ascii_digit());
    let is_value = is_mark && !is_shell && !outside.is_empty();
    let rest = text.get(begin..)?;
    // The lines below belong to the command only where it says so.
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with(['\\', '^', '`']) {
            break;
        }
    }
    is_value.then(|| rest.get(..end).unwrap_or(rest).trim_end().to_owned())
}

/// The word behind a name, in whatever spelling it is joined to it; the name in lower case, whole.
fn value_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices(name).find_map(|(at, _)| {
        let before = lower.get(..at)?.chars().next_back();
        let rest = text.get(at + name.len()..)?;
        let value =
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\'' | ',' | '('));
        let joined = value.len() < rest.len();
        let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
        let whole = !before.is_some_and(|c| c.is_ascii_alphanumeric());
        (joined && whole && end > 0).then(|| value.get(..end))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-Name=\"N1\"";

    #[test]
    fn a_command_is_found_among_what_people_write_around_it() {
        for text in [
            COMMAND.to_owned(),
            format!("request.CommandContent = {}", serde_json::to_string(COMMAND).unwrap()),
            format!("aliyun ecs RunCommand --CommandContent '{COMMAND}' --Type RunShellScript --Timeout 600"),
            format!("command: '{COMMAND}'"),
            format!("2025-11-03 08:12:45 INFO running: {COMMAND}"),
            format!("Please run `{COMMAND}` on it."),
        ] {
            assert_eq!(GivenCommand::in_text(&text).map(|given| given.command).as_deref(), Some(COMMAND), "{text}");
        }
        let shell = format!("cd /tmp && {COMMAND}");
        assert_eq!(GivenCommand::in_text(&shell).unwrap().command, shell);
        for text in [
            "bash: acs-plugin-manager: command not found",
            "'acs-plugin-manager' is not recognized as an internal or external command",
            "the acs-plugin-manager of the guest",
        ] {
            assert_eq!(GivenCommand::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn the_call_around_it_is_read() {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, COMMAND);
        let text = format!(
            "aliyun ecs RunCommand --CommandContent {encoded} --ContentEncoding Base64 --Timeout 900 --Type RunBatScript"
        );
        let given = GivenCommand::in_text(&text).unwrap();
        assert_eq!((given.command.as_str(), given.is_encoded, given.timeout), (COMMAND, true, Some(900)));
        assert_eq!((given.encoding.as_deref(), given.platform), (Some("Base64"), Some(Platform::Windows)));
        assert_eq!(value_of("ScriptTimeoutInSeconds=5 Timeout: 7", "timeout"), Some("7"));
    }
}
