//! Help in Chinese. The English help is clap's own; here its texts are looked up in `zh.json`, by the English text, and
//! set on a page where Chinese characters count two columns and lines break between them.

mod page;

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::Command;

pub(crate) use page::page;

/// The Chinese texts, by the English ones.
pub(crate) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(crate) fn chinese() -> Self {
        // A test reads it, so that it cannot be wrong here; without it the help is English.
        Self(serde_json::from_str(include_str!("zh.json")).unwrap_or_default())
    }

    /// The Chinese for an English text; what has none stays as it is.
    fn get<'a>(&'a self, english: &'a str) -> &'a str {
        self.0.get(english).map_or(english, String::as_str)
    }
}

/// `help run` is `run --help`.
pub(crate) fn as_option(mut given: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(word) = given.get(at).and_then(|word| word.to_str()) {
        match word {
            "help" => {
                given.remove(at);
                given.push("--help".into());
                break;
            }
            "--lang" | "--format" => at += 2,
            word if word.starts_with("--lang=") || word.starts_with("--format=") => at += 1,
            _ => break,
        }
    }
    given
}

/// The command whose help is asked for, with the words that lead to it.
pub(crate) fn asked<'a>(root: &'a Command, given: &[OsString]) -> &'a Command {
    let mut command = root;
    for word in given.iter().skip(1).take_while(|word| *word != "--") {
        if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        }
    }
    command
}

/// The paragraphs of a text: lines that are indented stand alone, others belong together up to the next.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let flowing = !line.is_empty() && !line.starts_with(' ');
        match paragraphs.last_mut() {
            Some(last) if flowing && open => {
                last.push(' ');
                last.push_str(line);
            }
            _ => paragraphs.push(line.to_owned()),
        }
        open = flowing;
    }
    paragraphs
}

/// An indented line: what is typed, and the words beside it where there are some.
fn example(line: &str) -> (&str, &str) {
    let typed = line.trim_start();
    let indent = line.len() - typed.len();
    // Either a gap stands between the two, or what is typed ends where the column of the words begins.
    match typed.find("  ") {
        Some(gap) => {
            let words = typed[gap..].trim_start();
            (&line[..indent + typed.len() - words.len()], words)
        }
        None => (line, ""),
    }
}

#[cfg(test)]
mod tests;
