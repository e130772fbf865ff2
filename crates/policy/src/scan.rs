//! A look at the text of an expression before a parser sees it: how deep it is, and whether it holds what policies do not
//! have.
//!
//! The parser and the evaluator call themselves for each level of an expression, and so a deep one would end the process.
//! Every operator can add a level, not brackets alone: `1+1+1`, `!!!!`, `a.b.c.d` and `a?b:c?d:e` count. What could make
//! this look and the parser see different text (raw texts with quotes in them, control characters) is refused.

use super::bounds;

/// Why an expression is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Longer than is read; its length in bytes.
    TooLong(usize),
    /// Deeper than is read; its levels.
    TooDeep(u32),
    /// Something policies do not have, in words that are not translated.
    Unsupported(String),
    /// No expression, as the parser or this look says.
    Syntax(String),
}

/// The levels of an expression.
pub(super) fn scan(text: &str) -> Result<u32, Refusal> {
    if text.len() > bounds::EXPRESSION_BYTES {
        return Err(Refusal::TooLong(text.len()));
    }
    let mut open: Vec<Group> = Vec::new();
    let mut group = Group::new(None);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = token(rest, first)?;
        match token {
            Token::Blank | Token::Value => {}
            Token::Operator => group.unit.bump(),
            Token::And => group.spine(|group| &mut group.ands),
            Token::Or => group.spine(|group| &mut group.ors),
            Token::Ternary => group.spine(|group| &mut group.ternaries),
            Token::Comma => group.end_segment(),
            Token::Open(close) => {
                group.unit.bump();
                // An expression of so few bytes cannot be refused for memory, but a deep one need not be read to its end.
                if open.len() >= bounds::EXPRESSION_DEPTH as usize {
                    return Err(Refusal::TooDeep(u32::try_from(open.len()).unwrap_or(u32::MAX).saturating_add(1)));
                }
                open.push(std::mem::replace(&mut group, Group::new(Some(close))));
            }
            Token::Close(found) => {
                if group.close != Some(found) {
                    return Err(Refusal::Syntax(format!("`{found}` closes nothing")));
                }
                let depth = group.depth();
                group = open.pop().unwrap_or_else(|| Group::new(None));
                group.unit.inside = group.unit.inside.max(depth);
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    if let Some(close) = group.close {
        return Err(Refusal::Syntax(format!("`{close}` is missing")));
    }
    match group.depth() {
        depth if depth > bounds::EXPRESSION_DEPTH => Err(Refusal::TooDeep(depth)),
        depth => Ok(depth),
    }
}

enum Token {
    Blank,
    /// A word, number or text.
    Value,
    /// Anything that ties operands together and is not one of those below.
    Operator,
    And,
    Or,
    Ternary,
    Comma,
    Open(char),
    Close(char),
}

fn token(rest: &str, first: char) -> Result<(Token, usize), Refusal> {
    let unsupported = |what: &str| Err(Refusal::Unsupported(what.to_owned()));
    let starts = |with: &str| rest.starts_with(with);
    let one = |token| Ok((token, 1));
    match first {
        ' ' | '\t' | '\n' => one(Token::Blank),
        '\'' | '"' => quoted(rest, 0, false),
        _ if starts("//") => Ok((Token::Blank, rest.find('\n').unwrap_or(rest.len()))),
        _ if starts("&&") => Ok((Token::And, 2)),
        _ if starts("||") => Ok((Token::Or, 2)),
        _ if ["==", "!=", "<=", ">="].iter().any(|operator| starts(operator)) => Ok((Token::Operator, 2)),
        '?' => one(Token::Ternary),
        // Counted with its `?`.
        ':' => one(Token::Blank),
        '+' | '-' | '*' | '/' | '%' | '<' | '>' | '!' | '.' => one(Token::Operator),
        ',' => one(Token::Comma),
        '(' => one(Token::Open(')')),
        '[' => one(Token::Open(']')),
        ')' | ']' => one(Token::Close(first)),
        '{' | '}' => unsupported("`{}`"),
        '`' => unsupported("names in backticks"),
        '0'..='9' => Ok((Token::Value, number(rest))),
        'a'..='z' | 'A'..='Z' | '_' => word(rest),
        other if other.is_control() => unsupported("a control character"),
        other => Err(Refusal::Syntax(format!("`{}` stands outside of a text", other.escape_default()))),
    }
}

/// The bytes of a number; a dot belongs to it when a digit follows.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let goes_on = byte.is_ascii_alphanumeric()
            || *byte == b'_'
            || (*byte == b'.' && bytes.get(length + 1).is_some_and(u8::is_ascii_digit));
        if !goes_on {
            break;
        }
        length += 1;
    }
    length.max(1)
}

fn word(rest: &str) -> Result<(Token, usize), Refusal> {
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let word = rest.get(..length).unwrap_or_default();
    if rest.get(length..).is_some_and(|after| after.starts_with(['\'', '"'])) {
        return match word {
            "r" | "R" => quoted(rest, 1, true),
            _ => Err(Refusal::Unsupported(format!("texts that begin with `{word}`"))),
        };
    }
    Ok((if word == "in" { Token::Operator } else { Token::Value }, length))
}

/// A text in quotes, which begins `at` so many bytes after its prefix.
fn quoted(rest: &str, at: usize, raw: bool) -> Result<(Token, usize), Refusal> {
    let body = rest.get(at..).unwrap_or_default();
    let quote = body.chars().next().unwrap_or('\'');
    let mut characters = body.char_indices().skip(1).peekable();
    while let Some((position, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match character {
            '\\' if raw && matches!(next, Some('\'' | '"')) => {
                return Err(Refusal::Unsupported("a backslash before a quote in a raw text".to_owned()));
            }
            '\\' if !raw => {
                characters.next();
            }
            '\n' | '\r' => return Err(Refusal::Syntax("a text has no end".to_owned())),
            found if found == quote => {
                if position == 1 && next == Some(quote) {
                    return Err(Refusal::Unsupported("texts in three quotes".to_owned()));
                }
                return Ok((Token::Value, at + position + 1));
            }
            control if control.is_control() => return Err(Refusal::Unsupported("a control character".to_owned())),
            _ => {}
        }
    }
    Err(Refusal::Syntax("a text has no end".to_owned()))
}

/// What stands between two brackets, or the whole.
struct Group {
    close: Option<char>,
    ternaries: u32,
    ors: u32,
    ands: u32,
    /// The operand at hand.
    unit: Unit,
    /// Levels of the deepest operand of this segment so far, and of the segments before.
    deepest_unit: u32,
    deepest_segment: u32,
}

#[derive(Default)]
struct Unit {
    operators: u32,
    inside: u32,
}

impl Unit {
    fn bump(&mut self) {
        self.operators = self.operators.saturating_add(1);
    }

    /// Each operator of an operand can add a level.
    fn depth(&self) -> u32 {
        self.operators.saturating_add(self.inside).saturating_add(1)
    }
}

impl Group {
    fn new(close: Option<char>) -> Self {
        Self { close, ternaries: 0, ors: 0, ands: 0, unit: Unit::default(), deepest_unit: 0, deepest_segment: 0 }
    }

    fn spine(&mut self, count: impl Fn(&mut Self) -> &mut u32) {
        let of_unit = std::mem::take(&mut self.unit).depth();
        self.deepest_unit = self.deepest_unit.max(of_unit);
        let count = count(self);
        *count = count.saturating_add(1);
    }

    fn end_segment(&mut self) {
        self.deepest_segment = self.depth();
        (self.ternaries, self.ors, self.ands, self.deepest_unit) = (0, 0, 0, 0);
        self.unit = Unit::default();
    }

    fn depth(&self) -> u32 {
        // The parser balances chains of `&&` and of `||`.
        let balanced = |count: u32| if count == 0 { 0 } else { count.ilog2().saturating_add(1) };
        let segment = self
            .ternaries
            .saturating_add(balanced(self.ors))
            .saturating_add(balanced(self.ands))
            .saturating_add(self.deepest_unit.max(self.unit.depth()));
        self.deepest_segment.max(segment)
    }
}
