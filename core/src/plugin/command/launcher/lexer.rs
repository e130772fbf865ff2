//! The second lexer: how the launcher splits the parameters (google/shlex, errors ignored; docs/sources/launcher.md
//! 2.2).

/// What the lexer made of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexed {
    /// The arguments the plug-in gets.
    pub arguments: Vec<String>,
    /// The text from the first broken argument on (open quote, trailing backslash). It is dropped without an error.
    pub dropped: Option<String>,
    /// Texts taken for comments: from a `#` at the start of an argument to the end of its line.
    pub comments: Vec<String>,
}

/// Splits as the launcher does: blanks separate, `"..."` with `\x`, `'...'`, `\x` outside quotes, `#` comments.
pub fn split(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut chars = text.char_indices();
    while let Some((start, first)) = chars.next() {
        match first {
            ' ' | '\t' | '\r' | '\n' => {}
            '#' => {
                let comment = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
                lexed.comments.push(comment.to_owned());
                for (_, skipped) in chars.by_ref() {
                    if skipped == '\n' {
                        break;
                    }
                }
            }
            _ => {
                if let Some(word) = word(first, &mut chars) {
                    lexed.arguments.push(word);
                } else {
                    lexed.dropped = text.get(start..).map(str::to_owned);
                    return lexed;
                }
            }
        }
    }
    lexed
}

/// Reads the rest of an argument; `None` when the text ends inside a quote or after a backslash.
fn word(first: char, chars: &mut std::str::CharIndices<'_>) -> Option<String> {
    let mut word = String::new();
    let mut next = Some(first);
    while let Some(c) = next {
        match c {
            ' ' | '\t' | '\r' | '\n' => break,
            '"' => loop {
                match chars.next()?.1 {
                    '"' => break,
                    '\\' => word.push(chars.next()?.1),
                    plain => word.push(plain),
                }
            },
            '\'' => loop {
                match chars.next()?.1 {
                    '\'' => break,
                    plain => word.push(plain),
                }
            },
            '\\' => word.push(chars.next()?.1),
            plain => word.push(plain),
        }
        next = chars.next().map(|(_, c)| c);
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, arguments: &[&str], dropped: Option<&str>) {
        let lexed = split(text);
        assert_eq!(lexed.arguments, arguments, "{text:?}");
        assert_eq!(lexed.dropped.as_deref(), dropped, "{text:?}");
    }

    #[test]
    fn splits_as_shlex() {
        check("a  b\tc\r\nd", &["a", "b", "c", "d"], None);
        check(r#"-N="a \"b\\ 'c" -D='x "y' \#z"#, &["-N=a \"b\\ 'c", "-D=x \"y", "#z"], None);
        check("'' \"\"x", &["", "x"], None);
        check("a\u{a0}b a\u{b}b", &["a\u{a0}b", "a\u{b}b"], None);
    }

    #[test]
    fn drops_the_broken_argument_and_the_rest() {
        check("a \"b c", &["a"], Some("\"b c"));
        check("a b' c", &["a"], Some("b' c"));
        check("a b\\", &["a"], Some("b\\"));
        check("a \"b\\", &["a"], Some("\"b\\"));
    }

    #[test]
    fn comments_run_to_the_end_of_the_line() {
        let lexed = split("a #b 'c\nd#e");
        assert_eq!(lexed.arguments, ["a", "d#e"]);
        assert_eq!(lexed.comments, ["#b 'c"]);
    }
}
