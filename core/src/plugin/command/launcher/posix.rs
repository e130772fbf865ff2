//! Layer 1 on Linux: how `sh` reads the script that the agent wrote (docs/sources/launcher.md 3.1 and 4).
//!
//! The script has no `#!`, so the shell that finds it cannot be executed reads it itself. Modelled is what dash, bash
//! (as `sh`) and busybox ash agree on; everything else is [`Shell::NotModelled`].

use super::{
    COMPLETION, CONTROL, DIFFERS, ENVIRONMENT, EXPANDS, INTERPRETER, OTHER_PROGRAM, PROGRAM, REDIRECTS, STRUCTURE,
    Shell,
};

/// Longest argument the kernel takes, in bytes without its terminating NUL (`MAX_ARG_STRLEN`, measured).
const ARGUMENT_LIMIT: usize = 131_071;

/// Words with a meaning of their own at the start of a command, in any of the shells.
const RESERVED: &[&str] = &[
    "!", "{", "}", "[[", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while",
];

const SYNTAX: Shell = Shell::Ends { exit: 2, why: "the shell finds a syntax error" };
const OPEN_QUOTE: Shell = Shell::Ends { exit: 2, why: "the shell finds an open quote" };

/// Follows a script through the shell.
pub fn read(script: &str) -> Shell {
    match first_command(script) {
        Ok(shell) | Err(shell) => shell,
    }
}

/// The outcome of reading is on both sides, so that `?` can end it anywhere.
fn first_command(script: &str) -> Result<Shell, Shell> {
    let not_modelled = |why| Shell::NotModelled { why };
    // dash refuses a script with one of these in its first 128 bytes; further on bash has marks of its own among them.
    if script.chars().any(|c| matches!(c, '\0'..='\u{8}' | '\u{10}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}')) {
        return Err(not_modelled(CONTROL));
    }
    if let Some(line) = script.strip_prefix("#!") {
        let interpreter = line.split('\n').next().unwrap_or_default().trim_matches([' ', '\t']);
        if interpreter != "/bin/sh" {
            return Err(not_modelled(INTERPRETER));
        }
    }
    let mut reader = Reader { rest: script, tokens: Vec::new() };
    reader.line()?;
    let more = reader.rest.split('\n').any(|line| {
        let line = line.trim_start_matches([' ', '\t']);
        !line.is_empty() && !line.starts_with('#')
    });
    let commands = list(&reader.tokens, more)?;
    let Some((first, others)) = commands.split_first() else {
        return Err(Shell::Ends { exit: 0, why: "there is nothing to run" });
    };
    let beside = more || !others.is_empty() || reader.tokens.contains(&Token::Operator("&"));
    let assignments = first.iter().take_while(|word| word.assignment).count();
    let (assigned, words) = first.split_at(assignments);
    if !assigned.is_empty() {
        return Err(environment(assigned, words));
    }
    let words: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
    let program = words.first().map_or("", String::as_str);
    if program != PROGRAM {
        // No program has such a name: what a byte order mark or a Windows line end makes of ours.
        return Err(if !beside && (program.starts_with('\u{feff}') || program.ends_with('\r')) {
            Shell::Ends { exit: 127, why: "the shell finds no such program" }
        } else {
            not_modelled(OTHER_PROGRAM)
        });
    }
    if words.iter().any(|word| word.len() > ARGUMENT_LIMIT) {
        return Err(Shell::Ends { exit: 126, why: "an argument is longer than the kernel takes" });
    }
    Ok(Shell::Runs { words, beside })
}

/// Assignments before the program: only the pair that puts the launcher into its completion mode is known.
fn environment(assigned: &[Word], words: &[Word]) -> Shell {
    let value = |name: &str| assigned.iter().rev().find_map(|word| word.text.strip_prefix(name)?.strip_prefix('='));
    let completion = value("COMP_LINE").is_some_and(|line| !line.is_empty())
        && value("COMP_POINT").is_some_and(|point| point.parse::<i32>().is_ok());
    if completion && words.first().is_some_and(|word| word.text == PROGRAM) {
        Shell::Ends { exit: 2, why: COMPLETION }
    } else {
        Shell::NotModelled { why: ENVIRONMENT }
    }
}

/// Splits the tokens of a line into its simple commands.
fn list(tokens: &[Token], more: bool) -> Result<Vec<Vec<Word>>, Shell> {
    let mut commands: Vec<Vec<Word>> = Vec::new();
    let mut current: Vec<Word> = Vec::new();
    let mut awaits_command = false;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => {
                current.push(word.clone());
                awaits_command = false;
            }
            Token::Operator("(") if current.is_empty() => return Err(Shell::NotModelled { why: STRUCTURE }),
            // `name()` defines a function.
            Token::Operator("(") if current.len() == 1 && tokens.peek() == Some(&&Token::Operator(")")) => {
                return Err(Shell::NotModelled { why: STRUCTURE });
            }
            Token::Operator("|&") => return Err(Shell::NotModelled { why: DIFFERS }),
            Token::Operator("(" | ")" | ";;" | ";&") => return Err(SYNTAX),
            Token::Operator(operator) => {
                if current.is_empty() {
                    return Err(SYNTAX);
                }
                commands.push(std::mem::take(&mut current));
                awaits_command = matches!(*operator, "&&" | "||" | "|");
            }
        }
    }
    if awaits_command {
        return Err(if more { Shell::NotModelled { why: STRUCTURE } } else { SYNTAX });
    }
    if !current.is_empty() {
        commands.push(current);
    }
    Ok(commands)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    text: String,
    /// Nothing in it was quoted.
    plain: bool,
    /// It begins with an unquoted name and `=`.
    assignment: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(Word),
    Operator(&'static str),
}

const OPERATORS: &[&str] = &["&&", "||", ";;", ";&", "|&", ";", "&", "|", "(", ")"];

struct Reader<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    /// Reads tokens up to the end of the first line that has any.
    fn line(&mut self) -> Result<(), Shell> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            let Some(first) = self.rest.chars().next() else { return Ok(()) };
            if let Some(rest) = self.rest.strip_prefix("\\\n") {
                self.rest = rest;
            } else if first == '#' {
                self.rest = self.rest.find('\n').and_then(|end| self.rest.get(end..)).unwrap_or_default();
            } else if first == '\n' {
                self.rest = self.rest.get(1..).unwrap_or_default();
                if !self.tokens.is_empty() {
                    return Ok(());
                }
            } else if first == '<' || first == '>' {
                return Err(Shell::NotModelled { why: REDIRECTS });
            } else if let Some(operator) = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)) {
                self.rest = self.rest.get(operator.len()..).unwrap_or_default();
                self.tokens.push(Token::Operator(operator));
            } else {
                let word = self.word()?;
                let begins = !matches!(self.tokens.last(), Some(Token::Word(_)));
                // What follows has a grammar of its own, and even its errors end with other codes.
                if begins && word.plain && RESERVED.contains(&word.text.as_str()) {
                    return Err(Shell::NotModelled { why: STRUCTURE });
                }
                self.tokens.push(Token::Word(word));
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn word(&mut self) -> Result<Word, Shell> {
        let expands = Err(Shell::NotModelled { why: EXPANDS });
        let mut word = Word { plain: true, ..Word::default() };
        // The unquoted characters, for what the shell looks for among them; quoted ones stand as `\0`.
        let mut bare = String::new();
        while let Some(c) = self.peek() {
            if matches!(c, ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>') {
                break;
            }
            self.next();
            match c {
                '\'' => {
                    let Some((quoted, rest)) = self.rest.split_once('\'') else { return Err(OPEN_QUOTE) };
                    word.text.push_str(quoted);
                    self.rest = rest;
                }
                '"' => self.double_quoted(&mut word.text)?,
                '\\' => match self.next() {
                    Some('\n') => continue,
                    Some(escaped) => word.text.push(escaped),
                    None => return Err(Shell::NotModelled { why: DIFFERS }),
                },
                '`' => return Err(self.backquote()),
                '$' => {
                    if matches!(self.peek(), Some('"' | '\'')) {
                        return Err(Shell::NotModelled { why: DIFFERS });
                    }
                    self.dollar(&mut word.text)?;
                    bare.push('$');
                    continue;
                }
                plain => {
                    word.text.push(plain);
                    bare.push(plain);
                    continue;
                }
            }
            word.plain = false;
            bare.push('\0');
        }
        if bare.starts_with('~') || is_pattern(&bare) {
            return expands;
        }
        if is_brace_expansion(&bare) {
            return Err(Shell::NotModelled { why: DIFFERS });
        }
        word.assignment = bare.split_once('=').is_some_and(|(name, _)| is_name(name));
        Ok(word)
    }

    /// Reads up to the closing quote.
    fn double_quoted(&mut self, text: &mut String) -> Result<(), Shell> {
        loop {
            match self.next().ok_or(OPEN_QUOTE)? {
                '"' => return Ok(()),
                '\\' => match self.next().ok_or(OPEN_QUOTE)? {
                    '\n' => {}
                    escaped @ ('$' | '`' | '"' | '\\') => text.push(escaped),
                    plain => text.extend(['\\', plain]),
                },
                '`' => return Err(self.backquote()),
                '$' => self.dollar(text)?,
                plain => text.push(plain),
            }
        }
    }

    /// After a `$`: literal unless a parameter, a command or an expression follows.
    fn dollar(&mut self, text: &mut String) -> Result<(), Shell> {
        let expands = |c: char| c.is_ascii_alphanumeric() || "_{(@*#?-$!".contains(c);
        // A line continuation may stand between.
        let next = self.rest.trim_start_matches("\\\n").chars().next();
        if next == Some('[') {
            return Err(Shell::NotModelled { why: DIFFERS });
        }
        if next.is_some_and(expands) {
            return Err(Shell::NotModelled { why: EXPANDS });
        }
        text.push('$');
        Ok(())
    }

    /// After a backquote: a command substitution if it is closed anywhere, else a syntax error.
    fn backquote(&mut self) -> Shell {
        while let Some(c) = self.next() {
            match c {
                '`' => return Shell::NotModelled { why: EXPANDS },
                '\\' => {
                    self.next();
                }
                _ => {}
            }
        }
        OPEN_QUOTE
    }
}

/// Whether the shell would look for files of that name.
fn is_pattern(bare: &str) -> bool {
    bare.contains(['*', '?']) || bare.split_once('[').is_some_and(|(_, rest)| rest.contains(']'))
}

/// Whether bash would expand braces, which the other shells leave alone.
fn is_brace_expansion(bare: &str) -> bool {
    bare.split_once('{')
        .and_then(|(_, rest)| rest.rsplit_once('}'))
        .is_some_and(|(inner, _)| inner.contains(',') || inner.contains(".."))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(script: &str, expected: &[&str], expected_beside: bool) {
        match read(&format!("{PROGRAM} {script}")) {
            Shell::Runs { words, beside } => {
                assert_eq!(&words[1..], expected, "{script:?}");
                assert_eq!(beside, expected_beside, "{script:?}");
            }
            other => panic!("{script:?}: {other:?}"),
        }
    }

    fn ends(script: &str, expected: i64) {
        match read(script) {
            Shell::Ends { exit, .. } => assert_eq!(exit, expected, "{script:?}"),
            other => panic!("{script:?}: {other:?}"),
        }
    }

    fn not_modelled(script: &str, expected: &'static str) {
        assert_eq!(read(&format!("{PROGRAM} {script}")), Shell::NotModelled { why: expected }, "{script:?}");
    }

    #[test]
    fn words_and_quotes() {
        runs(r#"a 'b "c' "d 'e" f\ g"#, &["a", "b \"c", "d 'e", "f g"], false);
        runs(r#""a\"b\\c\$d\`e\f" ''"#, &["a\"b\\c$d`e\\f", ""], false);
        runs("a\\\nb 'c\nd' \"e\\\nf\"\n", &["ab", "c\nd", "ef"], false);
        runs("a#b #c 'd", &["a#b"], false);
        runs(
            "5$ \"5$\" $, a=~ x~ {a} a[b ! { if",
            &["5$", "5$", "$,", "a=~", "x~", "{a}", "a[b", "!", "{", "if"],
            false,
        );
        runs("a\r\n", &["a\r"], false);
        runs("a ;", &["a"], false);
    }

    #[test]
    fn other_commands_beside() {
        runs("a\r\n\r\n", &["a\r"], true);
        runs("a\nb $c", &["a"], true);
        runs("a; b", &["a"], true);
        runs("a && b || c", &["a"], true);
        runs("a | b", &["a"], true);
        runs("a &", &["a"], true);
        runs("a\n\n # c\n", &["a"], false);
    }

    #[test]
    fn errors() {
        ends("a 'b", 2);
        ends("a \"b\\", 2);
        ends("a `b", 2);
        ends("a \"$", 2);
        ends("acs-plugin-manager a(b)", 2);
        ends("acs-plugin-manager a ; ; b", 2);
        ends("acs-plugin-manager a &&", 2);
        ends("\u{feff}acs-plugin-manager a", 127);
        ends("acs-plugin-manager\r", 127);
        ends("#!/bin/sh\n# a 'b\n\n", 0);
        ends("", 0);
        ends(&format!("acs-plugin-manager {}", "a".repeat(131_072)), 126);
        runs(&"a".repeat(131_071), &["a".repeat(131_071).as_str()], false);
    }

    #[test]
    fn no_guesses() {
        for expanding in ["$a", "\"${a}\"", "`a`", "\"a$(b)\"", "*", "a?", "[ab]", "~", "~/x", "$1", "\"$?\"", "$\\\na"]
        {
            not_modelled(expanding, EXPANDS);
        }
        for differing in ["{a,b}", "x{1..3}", "$'a'", "$\"a\"", "a\\", "a |& b", "$[1]"] {
            not_modelled(differing, DIFFERS);
        }
        for redirecting in ["a>b", "2>&1", "<<E", "&>b"] {
            not_modelled(redirecting, REDIRECTS);
        }
        not_modelled("() { a; }", STRUCTURE);
        not_modelled("a &&\nb", STRUCTURE);
        not_modelled("a; if b", STRUCTURE);
        // bash tells an error within `[[` with exit code 0.
        not_modelled("|[[&;", STRUCTURE);
        not_modelled("| [[ & 'a", STRUCTURE);
        not_modelled("'a\u{1}'", CONTROL);
        assert_eq!(read("A=1 acs-plugin-manager a"), Shell::NotModelled { why: ENVIRONMENT });
        assert_eq!(read("echo a"), Shell::NotModelled { why: OTHER_PROGRAM });
        assert_eq!(read("#!/usr/bin/python3\n"), Shell::NotModelled { why: INTERPRETER });
    }
}
