//! Words, redirections and comments of a script.

use shuck_ast::{Comment, HeredocBodyPart, Redirect, RedirectKind, RedirectTarget, Word, WordPart, WordPartNode};

use super::Walk;
use crate::dialect;
use crate::facts::{Aim, Arg, Around, Place, Redirection, UNKNOWN, Waiver};

impl Walk<'_> {
    pub(super) fn arg(&self, word: &Word) -> Arg {
        Arg {
            values: self.variables.fold(word, self.text()),
            raw: word.span.slice(self.source).to_owned(),
            quoted: word.has_quoted_parts(),
        }
    }

    /// A word as the shell splits it: one that is not quoted and holds blanks is several. Where it has several such
    /// values, `way` says which.
    pub(super) fn split(&self, word: &Word, way: usize) -> Vec<Arg> {
        let arg = self.arg(word);
        let ways = splits(&arg);
        match ways.get(way).or(ways.first()) {
            Some(value) => value
                .split_whitespace()
                .map(|part| Arg { values: vec![part.to_owned()], raw: arg.raw.clone(), quoted: false })
                .collect(),
            None => vec![arg],
        }
    }

    /// In how many ways words may be split.
    pub(super) fn ways<'w>(&self, words: impl Iterator<Item = &'w Word>) -> usize {
        words.map(|word| splits(&self.arg(word)).len()).max().unwrap_or_default().max(1)
    }

    pub(super) fn word(&mut self, word: &Word, around: &Around) {
        if word.has_active_brace_expansion() && !word.has_quoted_parts() {
            self.bash(word.span, "{…}");
        }
        self.parts(&word.parts, around);
    }

    fn parts(&mut self, parts: &[WordPartNode], around: &Around) {
        for node in parts {
            if let Some(word) = self.posix.then(|| dialect::of_part(&node.kind)).flatten() {
                self.bash(node.span, word);
            }
            match &node.kind {
                WordPart::DoubleQuoted { parts, .. } => self.parts(parts, around),
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } => {
                    let piped = std::mem::take(&mut self.piped);
                    // What stands inside keeps the input of what stands around, and has an output of its own.
                    let inner = Around { captured: true, followed: false, tested: true, ..around.clone() };
                    self.sequence(body, &inner);
                    self.piped = piped;
                }
                WordPart::Parameter(expansion) => {
                    if let Some(word) = expansion.bourne().and_then(|bourne| bourne.operand_word_ast()) {
                        self.parts(&word.parts, around);
                    }
                }
                WordPart::ParameterExpansion { operand_word_ast: Some(word), .. } => self.parts(&word.parts, around),
                _ => {}
            }
        }
    }

    // ---- Redirections and comments ----

    pub(super) fn redirection(&mut self, redirect: &Redirect) -> Redirection {
        let both = redirect.kind == RedirectKind::OutputBoth;
        if both {
            self.bash(redirect.span, if redirect.span.slice(self.source).contains("&>>") { "&>>" } else { "&>" });
        }
        if redirect.kind == RedirectKind::HereString {
            self.bash(redirect.span, "<<<");
        }
        let values = redirect.word_target().map(|word| self.variables.fold(word, self.text())).unwrap_or_default();
        if let Some(word) = redirect.word_target() {
            self.word(&word.clone(), &Around::default());
        }
        let first = values.first().cloned().unwrap_or_default();
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        let mut descriptors = vec![redirect.fd.unwrap_or(1)];
        let aim = match redirect.kind {
            RedirectKind::Output | RedirectKind::Clobber | RedirectKind::Append => Aim::Write(values),
            RedirectKind::DupOutput if is_number || first == "-" || first.contains(UNKNOWN) => Aim::Copy(first),
            // `&>file`, `>&file`.
            RedirectKind::OutputBoth | RedirectKind::DupOutput => {
                descriptors = vec![1, 2];
                Aim::Write(values)
            }
            RedirectKind::ReadWrite => {
                descriptors = vec![redirect.fd.unwrap_or(0)];
                Aim::Write(values)
            }
            RedirectKind::Input => {
                descriptors = vec![redirect.fd.unwrap_or(0)];
                Aim::Read
            }
            RedirectKind::DupInput => {
                descriptors = vec![redirect.fd.unwrap_or(0)];
                Aim::Copy(first)
            }
            RedirectKind::HereDoc | RedirectKind::HereDocStrip | RedirectKind::HereString => {
                descriptors = vec![redirect.fd.unwrap_or(0)];
                Aim::Text
            }
        };
        Redirection { descriptors, aim, raw: self.raw(redirect.span), at: self.place(redirect.span) }
    }

    /// The text of here-documents and here-strings.
    pub(super) fn texts_of(&mut self, redirects: &[Redirect]) -> String {
        let mut text = String::new();
        for redirect in redirects {
            match &redirect.target {
                RedirectTarget::Heredoc(document) => {
                    text.push(' ');
                    text.push_str(&document.body.render(self.source));
                    for (part, _) in document.body.parts_with_spans() {
                        if let HeredocBodyPart::CommandSubstitution { body, .. } = part {
                            self.sequence(body, &Around { captured: true, tested: true, ..Around::default() });
                        }
                    }
                }
                RedirectTarget::Word(word) if redirect.kind == RedirectKind::HereString => {
                    text.push(' ');
                    text.push_str(&self.variables.fold(word, self.text()).join(" "));
                }
                RedirectTarget::Word(_) => {}
            }
        }
        text
    }

    pub(super) fn comments(&mut self, comments: &[Comment]) {
        for comment in comments {
            let text = comment.range.slice(self.source);
            let Some(text) = text.trim_start_matches('#').trim().strip_prefix("consnap:") else { continue };
            let (before, from) = self.source.split_at_checked(comment.range.start().into()).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let start = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
            let column = start.chars().count() + 1;
            // On a line of its own it speaks of the next line of code.
            let is_passed = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
            let passed = if start.trim().is_empty() { from.lines().take_while(is_passed).count() } else { 0 };
            let at = Place { line: line + self.lines_before, column };
            let of = at.line + passed;
            if !self.facts.waivers.iter().any(|waiver| waiver.at == at) {
                self.facts.waivers.push(Waiver { at, text: text.trim().to_owned(), lines: (of, of) });
            }
        }
    }
}

/// The values of a word that the shell splits.
fn splits(arg: &Arg) -> Vec<&String> {
    let is_all = matches!(arg.raw.trim_matches('"'), "$@" | "${@}" | "$*");
    let has_blanks = |value: &&String| value.contains([' ', '\t', '\n']);
    if !arg.raw.contains('$') || arg.quoted && !is_all || !arg.values.iter().any(|value| has_blanks(&value)) {
        return Vec::new();
    }
    arg.values.iter().filter(|value| is_all || has_blanks(value)).collect()
}
