//! What a command was probably meant to say, and how to say it safely.

use super::plugin_flags;
use crate::base::consistency::Platform;
use crate::catalog::parameters::{self, ParameterKind};
use crate::plugin::command::launcher::{self, Launch, flags::Call, lexer};
use crate::plugin::command::quoting::{self, Assigned, Value};
use crate::plugin::command::{Form, write};

/// A parameter as it stands in the text for the lexer, its separators not yet replaced.
pub(super) struct Written {
    /// Name with its dashes.
    pub(super) name: String,
    /// What stands between name and value: `=`, a separator, or nothing when there is no value.
    joint: String,
    /// The text of the value.
    raw: String,
    /// The separator in force, which the launcher turns into blanks; none with `--paramsV2`.
    separator: Option<String>,
}

impl Written {
    /// The text as the lexer gets it.
    pub(super) fn text(&self) -> String {
        let text = format!("{}{}{}", self.name, self.joint, self.raw);
        match &self.separator {
            Some(separator) => text.replace(separator, " "),
            None => text,
        }
    }

    /// The value that was meant, where that is clear: quotes around it were meant for the lexer, backslashes and blanks
    /// outside of quotes were not. A name alone says `true`.
    pub(super) fn intended(&self) -> Option<String> {
        if self.joint.is_empty() {
            return Some("true".to_owned());
        }
        let raw = self.raw.trim_end_matches(['\r', '\n']);
        if !raw.contains(['"', '\'']) {
            return Some(raw.to_owned());
        }
        let lexed = lexer::split(raw);
        match lexed.arguments.as_slice() {
            [only] if lexed.dropped.is_none() && lexed.comments.is_empty() => Some(only.clone()),
            // A lone quote, such as an apostrophe, belongs to the value.
            _ if raw.matches(['"', '\'']).count() == 1 => Some(raw.to_owned()),
            _ => None,
        }
    }
}

/// Splits the text of a call into its parameters: a separator before a parameter's name begins the next one, any other
/// belongs to the value before it.
pub(super) fn segments(call: &Call) -> Vec<Written> {
    let v2 = !call.params_v2.is_empty();
    let (text, separator) = if v2 { (call.params_v2.as_str(), " ") } else { (call.params.as_str(), call.separator()) };
    let separator = if is_list_of_blanks(text, separator) { " " } else { separator };
    let mut segments: Vec<Written> = Vec::new();
    for piece in text.split(separator) {
        let open_quote = segments.last().is_some_and(|last| lexer::split(&last.raw).dropped.is_some());
        let begun = begins(piece)
            .filter(|(name, _, _)| !open_quote || parameters::find(name.trim_start_matches('-')).is_some());
        match (begun, segments.last_mut()) {
            (Some((name, joint, raw)), _) => segments.push(Written {
                name: name.to_owned(),
                joint: joint.to_owned(),
                raw: raw.to_owned(),
                separator: (!v2).then(|| separator.to_owned()),
            }),
            (None, Some(last)) if last.joint.is_empty() => {
                separator.clone_into(&mut last.joint);
                piece.clone_into(&mut last.raw);
            }
            (None, Some(last)) => {
                last.raw.push_str(separator);
                last.raw.push_str(piece);
            }
            // Something stands before the first parameter: no telling what it was meant to be.
            (None, None) if piece.trim().is_empty() => {}
            (None, None) => return Vec::new(),
        }
    }
    segments
}

/// Whether a text without the separator in force names all that the plug-in needs, with blanks between: it arrives as it
/// was meant, since neither value could hold a blank.
fn is_list_of_blanks(text: &str, separator: &str) -> bool {
    let arguments = lexer::split(text).arguments;
    let row_of = |argument: &String| {
        let (name, _, _) = begins(argument)?;
        parameters::find(name.trim_start_matches('-'))
    };
    let rows: Vec<_> = arguments.iter().map(row_of).collect();
    !text.contains(separator)
        && rows.iter().all(Option::is_some)
        && parameters::ROWS.iter().filter(|row| row.required).all(|row| rows.contains(&Some(row)))
}

/// Name, joint and value of a piece that begins a parameter: `-Name=value` or `-Name`.
fn begins(piece: &str) -> Option<(&str, &str, &str)> {
    if !piece.starts_with('-') {
        return None;
    }
    let bare = || piece.trim_start_matches('-').chars().all(|c| c.is_ascii_alphabetic());
    match piece.split_once('=') {
        Some((name, raw)) => Some((name, "=", raw)),
        None => bare().then_some((piece, "", "")),
    }
}

/// The command written safely; `None` where it is not clear what was meant, or where it is the same.
pub(super) fn corrected(platform: Platform, command: &str) -> Option<String> {
    let text = command.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let trace = launcher::trace(platform, text.trim());
    if trace.beside || (platform == Platform::Windows && text.replace("%%", "").contains('%')) {
        return None;
    }
    let call = trace.call?;
    let ours = [Platform::Linux, Platform::Windows].map(parameters::plugin);
    if !ours.contains(&call.plugin.as_str()) {
        return None;
    }
    let mut meant: Vec<Assigned> = Vec::new();
    for written in segments(&call) {
        let assigned = assign(platform, &written)?;
        meant.retain(|earlier| earlier.wire != assigned.wire);
        meant.push(assigned);
    }
    let complete = parameters::ROWS.iter().filter(|row| row.required).all(|row| {
        meant.iter().any(|assigned| assigned.wire == row.wire && assigned.text().is_some_and(|text| !text.is_empty()))
    });
    if !complete {
        return None;
    }
    meant.sort_by_key(|assigned| parameters::ROWS.iter().position(|row| row.wire == assigned.wire));
    let has_comma = meant.iter().filter_map(Assigned::text).any(|text| text.contains(','));
    let plugin = parameters::plugin(platform);
    let form = quoting::form(platform, &meant, has_comma);
    let corrected = quoting::write(platform, form, plugin, &meant);
    let arguments: Vec<String> = meant.iter().map(Assigned::argument).collect();
    let arrives = launcher::launch(platform, &corrected) == Launch::Plugin { plugin: plugin.to_owned(), arguments };
    let whole =
        corrected.len() <= if form == Form::WholeArgument { launcher::cmd::LINE_LIMIT } else { write::CONTENT_LIMIT };
    (arrives && whole && corrected != command).then_some(corrected)
}

/// A parameter with the value that was meant, fit to be written.
fn assign(platform: Platform, written: &Written) -> Option<Assigned> {
    let name = written.name.trim_start_matches('-');
    let row = match parameters::find(name) {
        // The other platform's parameter has no counterpart here.
        Some(row) => Some(row).filter(|row| row.is_for(platform))?,
        None => plugin_flags::nearest(platform, name)?,
    };
    if written.joint.is_empty() && row.kind != ParameterKind::Boolean {
        return None;
    }
    let text = written.intended()?;
    // How several disks are separated is not known.
    if row == &parameters::EXCLUDE_DISK_ID && text.contains([',', ';', ' ']) {
        return None;
    }
    let value = match row.kind {
        ParameterKind::Boolean => Value::Boolean(plugin_flags::boolean(&text)?),
        ParameterKind::Integer => {
            let number = plugin_flags::integer(&text)?;
            // `030` is read as 24 and was hardly meant so.
            Value::Integer(Some(number).filter(|number| number.to_string() == text)?)
        }
        ParameterKind::Text => {
            if !write::hazards(platform, &text, true, row == &parameters::NAME).is_empty() {
                return None;
            }
            Value::Text(text)
        }
    };
    Some(Assigned { wire: row.wire, value })
}
