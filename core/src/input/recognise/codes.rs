//! Codes, parameters and tags as people write them: alone, in the text of an error, in a sentence of either language.

use super::exit_codes::{self, Mention, Owner};
use super::told::{self, Told};
use crate::catalog::codes::{CodeExplanation, CodeKind, explain_code};
use crate::catalog::parameters::{self, ParameterRow};
use crate::catalog::{self, statuses, task_errors};
use crate::input::document::most_similar;

/// Parameters of one text.
const MOST: usize = 8;
/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 1024 * 1024;
/// Letters of the longest word that can be a code.
const LONGEST: usize = 80;

/// What stands before the code of an error.
const BEFORE_CODES: &[&str] = &["errorcode", "error code", "error_code", "code", "错误码", "错误代码"];
/// What codes a text names.
#[derive(Debug, Default)]
pub struct Named {
    /// Those that are known, each once.
    pub codes: Vec<CodeExplanation>,
    /// Those that stand where a code stands, and are none that is known.
    pub unknown: Vec<String>,
    /// Exit codes of other programs, by their names.
    pub of_programs: Vec<(String, i64)>,
    /// Exit codes that may be those of another program; they are among the codes, too.
    pub unclear: Vec<(String, i64)>,
    /// The results that it tells of, the worst first.
    pub results: Vec<Told>,
    /// Whether it speaks of the plug-in or of a script: these ran, whatever an exit code of the shell says.
    pub names_what_ran: bool,
}

/// The meanings of a text that is one code.
pub(super) fn alone(text: &str) -> Vec<CodeExplanation> {
    if text.len() > LONGEST || text.contains('\n') {
        return Vec::new();
    }
    let mut found = explain_code(text);
    // `exit code 12` is one code, `Forbidden.RAM and Throttling` are two.
    if text.trim().contains(char::is_whitespace) {
        found.retain(|code| code.kind == CodeKind::ExitCode);
    }
    found
}

/// A parameter by either spelling; letter case does not matter, and a leading dash neither.
pub fn parameter(name: &str) -> Option<&'static ParameterRow> {
    let name = name.trim().trim_start_matches('-');
    let last_of = |pointer: &'static str| pointer.rsplit('/').next().unwrap_or(pointer);
    parameters::ROWS.iter().copied().find(|row| {
        row.wire.eq_ignore_ascii_case(name) || row.key == name || last_of(row.key).eq_ignore_ascii_case(name)
    })
}

/// The parameters that a sentence names, if their names cannot be plain words.
pub(super) fn parameters_in(text: &str) -> Vec<&'static ParameterRow> {
    let mut found: Vec<&'static ParameterRow> = Vec::new();
    for word in words(text).filter(|word| is_composed(word) || word.contains('_')) {
        if let Some(row) = parameter(word)
            && found.len() < MOST
            && !found.iter().any(|known| known.wire == row.wire)
        {
            found.push(row);
        }
    }
    found
}

/// The codes that a text names, and the results it tells of.
pub fn named(text: &str) -> Named {
    let mut named = Named::default();
    let clear = told::in_clear(head(text));
    let text = clear.as_str();
    for (_, word, after_code) in words_after_codes(text) {
        // `code: 404` is of HTTP; an exit code says that it is one.
        let after_code = after_code && word.starts_with(|c: char| c.is_ascii_alphabetic());
        if !(after_code || stands_out(word) || is_of_the_service(word)) {
            continue;
        }
        let meanings: Vec<_> = explain_code(word)
            .into_iter()
            .filter(|found| after_code || found.kind != CodeKind::InvocationStatus)
            .collect();
        if meanings.is_empty() && after_code && word.starts_with(|c: char| c.is_ascii_uppercase()) {
            let word = word.to_owned();
            if named.unknown.len() < MOST && !named.unknown.contains(&word) {
                named.unknown.push(word);
            }
        }
        named.take(meanings);
    }
    let mut mentions = exit_codes::mentions(text);
    let (numbers, statuses) = told::bare(text);
    mentions.extend(numbers);
    mentions.sort_by_key(|mention| (mention.at, mention.number));
    mentions.dedup_by_key(|mention| (mention.at, mention.number));
    named.results = told::results(text, &mentions, statuses);
    for Mention { number, owner, .. } in mentions {
        match owner {
            Owner::Program(name) => {
                if !named.of_programs.contains(&(name.clone(), number)) {
                    named.of_programs.push((name, number));
                }
                continue;
            }
            Owner::Unclear(name) if !named.unclear.contains(&(name.clone(), number)) => {
                named.unclear.push((name, number));
            }
            Owner::Unclear(_) | Owner::Plugin => {}
        }
        named.take(catalog::exit_codes::candidates(number).flat_map(|row| explain_code(row.outcome.key)).collect());
    }
    // A status that stands with an exit code is judged with it.
    for status in named.results.clone().iter().filter(|one| !one.is_joint()).filter_map(|one| one.status) {
        named.take(explain_code(status).into_iter().filter(|code| code.kind == CodeKind::InvocationStatus).collect());
    }
    named.take(told::own_words(text));
    let lower = text.to_ascii_lowercase();
    let names = ["plugin", "plug-in", "插件", "script", "脚本", ".sh", ".bat", ".ps1", "[level="];
    named.names_what_ran = names.iter().any(|name| lower.replace("acs-plugin-manager", "").contains(name));
    named
}

impl Named {
    /// One word that is a code.
    pub(super) fn word(codes: Vec<CodeExplanation>) -> Self {
        Self { codes, ..Self::default() }
    }

    /// Whether it names none.
    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.unknown.is_empty() && self.of_programs.is_empty() && self.results.is_empty()
    }

    fn take(&mut self, meanings: Vec<CodeExplanation>) {
        for meaning in meanings {
            if !self.codes.iter().any(|known| known.key == meaning.key) {
                self.codes.push(meaning);
            }
        }
    }
}

/// The known code or parameter that a word is nearest to.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    if word.contains(char::is_whitespace) {
        return None;
    }
    let wires = parameters::ROWS.iter().map(|row| row.wire);
    let keys = parameters::ROWS.iter().filter_map(|row| row.key.rsplit('/').next());
    let results = statuses::ROWS.iter().map(|row| row.outcome.name).chain(task_errors::ROWS.iter().map(|row| row.name));
    let calls = crate::catalog::api_errors::rows().map(|row| row.code);
    most_similar(word, wires.chain(keys).chain(results).chain(calls))
}

pub(super) fn head(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

pub(super) fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    words_after_codes(text).map(|(_, word, _)| word)
}

/// The words of a text with their places, and whether each stands where a code stands.
pub(super) fn words_after_codes(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let begin = from + rest.find(is_part)?;
            let rest = text.get(begin..)?;
            let end = begin + rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            from = end;
            let word = text.get(begin..end)?.trim_matches(['.', '-', '_']);
            if !word.is_empty() && word.len() <= LONGEST {
                return Some((begin, word, stands_after_code(text.get(..begin).unwrap_or_default())));
            }
        }
    })
}

fn stands_after_code(before: &str) -> bool {
    let joined = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '=' | '"' | '\''));
    if joined.len() == before.len() || joined.ends_with('\n') {
        return false;
    }
    // `code 12` is an exit code more often than not; a colon or an equals sign says what follows.
    let marked = before.get(joined.len()..).is_some_and(|mark| mark.contains([':', '：', '=']));
    let from = joined.char_indices().rev().nth(12).map_or(0, |(at, _)| at);
    let lower = joined.get(from..).unwrap_or_default().to_ascii_lowercase();
    marked
        && BEFORE_CODES.iter().any(|mark| lower.ends_with(mark))
        && !lower.ends_with("exitcode")
        && !lower.ends_with("exit code")
        && !lower.ends_with("exit_code")
}

/// Whether a word cannot be a plain one.
fn stands_out(word: &str) -> bool {
    let of_consnap = |begin: &str, digits: usize| {
        word.strip_prefix(begin)
            .is_some_and(|rest| rest.len() == digits && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    of_consnap("CS", 3)
        || of_consnap("CE", 3)
        || word.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("0x")) && word.len() == 10
        || word.contains('.') && word.starts_with(|c: char| c.is_ascii_uppercase())
        || word.contains('_') && word.len() >= 8 && word.bytes().all(|byte| !byte.is_ascii_lowercase())
        || is_composed(word)
}

/// `Throttling`, as the service writes it: no other text has this word with a capital in its middle or at its end.
fn is_of_the_service(word: &str) -> bool {
    word == "Throttling"
}

/// `ClientNotRunning`: a word of at least two.
fn is_composed(word: &str) -> bool {
    let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
    word.len() >= 6
        && capitals >= 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<&'static str> {
        named(text).codes.iter().map(|code| code.key).collect()
    }

    #[test]
    fn codes_in_texts_of_sdks_and_sentences() {
        for (text, first) in [
            (
                "SDK.ServerError\nErrorCode: InvalidRamRole.NotFound\nRecommend: https://x",
                Some("InvalidRamRole.NotFound"),
            ),
            ("com.aliyuncs.exceptions.ServerException: Forbidden.RAM : User not authorized", Some("Forbidden.RAM")),
            ("HTTP Status: 403 Error:Forbidden.RAM User not authorized", Some("Forbidden.RAM")),
            ("Error: Throttling code: Throttling, Request was denied", Some("Throttling")),
            ("the agent says ClientNotRunning, why?", Some("task:ClientNotRunning")),
            ("插件退出码为 12", Some("exit:plugin:12")),
            ("it ended with exit code 12.", Some("exit:plugin:12")),
            ("command exited with status 9", Some("exit:plugin:9")),
            ("\"ExitCode\": 12", Some("exit:plugin:12")),
            ("VSS error 0x8004230F in the log", Some("VSS_E_UNEXPECTED_PROVIDER_ERROR")),
            ("I like snapshots", None),
            ("file pre.sh, version 1.0.0.8, 12 of them", None),
            ("exit code 12abc", None),
            ("Success", Some("status:Success")),
            ("StatusCode: 404\n   Code: InvalidInstance.NotFound", Some("InvalidInstance.NotFound")),
        ] {
            assert_eq!(keys(text).first().copied(), first, "{text}");
        }
        assert_eq!(named("ErrorCode: Foo.Bar, error code: Foo.Baz").unknown, ["Foo.Bar", "Foo.Baz"]);
        assert_eq!(
            keys("Forbidden.RAM and Throttling, then exit code 8"),
            ["Forbidden.RAM", "Throttling", "exit:plugin:8"]
        );
        assert!(keys("curl exit code 7").is_empty());
    }

    #[test]
    fn both_spellings_lead_to_the_parameter() {
        for name in ["ExcludeDiskId", "excludediskid", "-ExcludeDiskId", "exclude_disks", "/exclude_disks"] {
            assert_eq!(parameter(name).map(|row| row.wire), Some("ExcludeDiskId"), "{name}");
        }
        assert_eq!(parameter(""), None);
        assert_eq!(parameters_in("what does ScriptTimeoutInSeconds do?").len(), 1);
        assert_eq!(parameters_in("the Name of a Description").len(), 0);
        assert_eq!(nearest("ExcludeDiskIds"), Some("ExcludeDiskId"));
    }
}
