//! What a text is that somebody pasted: the one place that tells. Everybody who explains or reads what people bring asks here.
//!
//! A text is looked at from the most certain to the least: an answer of the guest probe, JSON, XML, one word, Base64 of any of
//! these, a command, the output of one, the codes that a sentence names. What stands around the whole is taken off first. What
//! fits nothing is nothing, and the nearest is named.

use serde_json::Value;

use crate::catalog::codes::{CodeExplanation, CodeKind};
use crate::catalog::parameters::ParameterRow;
use crate::diagnostics::text::Text;

mod call;
mod codes;
mod exit_codes;
mod json;
mod kinds;
mod told;
mod wrapping;
mod xml;

pub use call::GivenCommand;
pub use codes::{Named, named, parameter};
pub use json::{DocumentKind, Malformed, as_the_service_spells, member, outside};
pub use kinds::TextKind;
pub use told::{Told, own_words, spelled};
pub use wrapping::is_base64;

/// Base64, quotes and fences inside each other.
const LEVELS: usize = 4;

/// What a text is.
#[derive(Debug)]
pub enum Recognised {
    /// Blanks.
    Empty,
    /// Codes, alone or in the text of an error or a sentence.
    Codes(Named),
    /// Parameters.
    Parameters(Vec<&'static ParameterRow>),
    /// A consistency tag with its value, `APPConsistent:True`.
    Tag(String, String),
    /// A command, with the call around it.
    Command(GivenCommand),
    /// The output of a command.
    Output(String),
    /// An answer of the guest probe.
    Probe(String),
    /// Documents, each with what it is.
    Documents(Vec<(DocumentKind, Value)>),
    /// Begins like JSON in this line, and is none.
    Malformed(usize, Malformed),
    /// What consnap knows and other commands read.
    Other(TextKind),
    /// None of what consnap knows: the nearest, a word or a kind.
    Nothing(Nearest),
}

/// What a text is nearest to.
#[derive(Debug)]
pub enum Nearest {
    /// A known word.
    Word(&'static str),
    /// A kind of text.
    Kind(Text),
}

/// Tells what a text is.
pub fn recognise(text: &str) -> Recognised {
    look(text, 0)
}

impl Recognised {
    /// The kind of text.
    pub fn kind(&self) -> TextKind {
        match self {
            Self::Codes(_) => TextKind::Code,
            Self::Parameters(_) => TextKind::Parameter,
            Self::Tag(..) => TextKind::Tag,
            Self::Command(given) if given.is_call => TextKind::Call,
            Self::Command(_) => TextKind::Command,
            Self::Output(..) => TextKind::Output,
            Self::Probe(_) => TextKind::Probe,
            Self::Documents(found) => found.first().map_or(TextKind::Nothing, |(kind, _)| kind.kind()),
            Self::Other(kind) => *kind,
            Self::Empty | Self::Malformed(..) | Self::Nothing(_) => TextKind::Nothing,
        }
    }
}

fn look(text: &str, level: usize) -> Recognised {
    let whole = text;
    let text = wrapping::unwrap(text);
    let text = text.as_ref();
    if text.is_empty() {
        return Recognised::Empty;
    }
    if text.lines().any(|line| line.trim_start().starts_with(PROBE)) {
        return Recognised::Probe(text.to_owned());
    }
    if let Some(found) = as_json(text, level).or_else(|| as_xml(text)) {
        return found;
    }
    if let Some(found) = as_word(text) {
        return found;
    }
    if level < LEVELS
        && let Some(decoded) = wrapping::base64(text)
    {
        return look(&decoded, level + 1);
    }
    if let Some(given) = GivenCommand::in_text(text).or_else(|| GivenCommand::in_text(whole)) {
        return Recognised::Command(given);
    }
    if kinds::is_log(text) {
        return Recognised::Output(text.to_owned());
    }
    if let Some(kind) = kinds::of_lines(text) {
        return Recognised::Other(kind);
    }
    if kinds::is_of_a_shell(text) {
        return Recognised::Output(text.to_owned());
    }
    let named = codes::named(text);
    if !named.is_empty() {
        return Recognised::Codes(named);
    }
    match codes::parameters_in(text) {
        found if !found.is_empty() => Recognised::Parameters(found),
        _ => Recognised::Nothing(match codes::nearest(text) {
            Some(word) => Nearest::Word(word),
            None => Nearest::Kind(kinds::nearest(text)),
        }),
    }
}

/// How an answer of the guest probe begins.
const PROBE: &str = "consnap-probe format=";

fn as_json(text: &str, level: usize) -> Option<Recognised> {
    let begins = text.starts_with(['{', '[']) && !kinds::is_log(text);
    let found = match json::documents(text) {
        Ok(found) => found,
        // Braces in other texts are nothing of ours.
        Err((at, why)) => {
            let is_json =
                begins || text.get(at..).is_some_and(|rest| rest.starts_with(['{', '[']) && rest.contains("\":"));
            let is_command = GivenCommand::in_text(text).is_some();
            return (is_json && !is_command).then(|| Recognised::Malformed(json::line_of(text, at), why));
        }
    };
    if found.is_empty()
        && level < LEVELS
        && let Some(inner) = json::written_as_text(text)
    {
        return Some(look(&inner, level + 1));
    }
    if let [Value::String(inner)] = found.as_slice() {
        return (level < LEVELS).then(|| look(inner, level + 1));
    }
    let kinds: Vec<_> = found.into_iter().map(|value| (DocumentKind::of(&value), value)).collect();
    // A sentence with a refusal in it speaks of a command's result too: that may be the worse of the two.
    let is_of_result = |code: &CodeExplanation| {
        matches!(code.kind, CodeKind::ExitCode | CodeKind::InvocationStatus | CodeKind::TaskError)
    };
    if !begins
        && kinds.iter().all(|(kind, _)| matches!(kind, DocumentKind::Refusal | DocumentKind::Unknown))
        && codes::named(text).codes.iter().any(is_of_result)
    {
        return None;
    }
    if kinds.iter().any(|(kind, _)| *kind != DocumentKind::Unknown) {
        return Some(Recognised::Documents(kinds));
    }
    if !begins {
        return None;
    }
    if let Some(given) = GivenCommand::in_text(text) {
        return Some(Recognised::Command(given));
    }
    let named = codes::named(text);
    Some(match (named.codes.is_empty(), kinds.first()) {
        (false, _) => Recognised::Codes(Named::word(named.codes)),
        (true, Some((_, value))) => Recognised::Nothing(Nearest::Kind(kinds::nearest_document(value))),
        (true, None) => {
            return text
                .trim_matches(|c: char| matches!(c, '[' | ']' | '{' | '}') || c.is_whitespace())
                .is_empty()
                .then_some(Recognised::Nothing(Nearest::Kind(kinds::RESULTS)));
        }
    })
}

fn as_xml(text: &str) -> Option<Recognised> {
    let begin = text.find('<').filter(|at| {
        text.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c == '?' || c.is_ascii_alphabetic()))
    })?;
    let value = xml::read(text.get(begin..)?)?;
    match DocumentKind::of(&value) {
        DocumentKind::Unknown => None,
        kind => Some(Recognised::Documents(vec![(kind, value)])),
    }
}

/// One word: a code, a parameter, a tag.
fn as_word(text: &str) -> Option<Recognised> {
    let found = codes::alone(text);
    if !found.is_empty() {
        return Some(Recognised::Codes(Named::word(found)));
    }
    if let Some(row) = codes::parameter(text) {
        return Some(Recognised::Parameters(vec![row]));
    }
    let (key, value) = text.split_once([':', '=']).unwrap_or((text, "True"));
    let (key, value) = (key.trim(), value.trim().trim_matches(['"', '\'']));
    let is_tag = ["APPConsistent", "FsConsistent"].iter().any(|tag| tag.eq_ignore_ascii_case(key));
    is_tag.then(|| Recognised::Tag(key.to_owned(), value.to_owned()))
}
