//! Text for people, in the two languages of consnap.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The language of messages. Keys, codes and enumerations in JSON are never translated.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese, with the vendor's own terms.
    Zh,
}

impl Lang {
    /// Between a label and what it labels.
    pub const fn colon(self) -> &'static str {
        match self {
            Self::En => ": ",
            Self::Zh => "：",
        }
    }

    /// Between words or counts that stand in a row. Ids keep `, `, so that a list can be copied.
    pub const fn comma(self) -> &'static str {
        match self {
            Self::En => ", ",
            Self::Zh => "，",
        }
    }

    /// Between sentences in one line.
    pub const fn semicolon(self) -> &'static str {
        match self {
            Self::En => "; ",
            Self::Zh => "；",
        }
    }
}

/// One text in both languages. It stands once, in Rust, beside the code it belongs to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Text {
    /// A text from its two forms.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The text in one language.
    pub const fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The text with each `{name}` replaced by the argument of that name; unknown names stay as they are.
    pub fn fill(&self, lang: Lang, args: &[(Cow<'static, str>, String)]) -> String {
        let template = self.get(lang);
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            out.push_str(before);
            let filled = from[1..].find('}').and_then(|end| {
                let name = &from[1..=end];
                let value = args.iter().find(|(key, _)| key == name)?;
                Some((end + 2, value.1.as_str()))
            });
            if let Some((length, value)) = filled {
                let is_share =
                    out.strip_suffix(" of ").is_some_and(|text| text.ends_with(|c: char| c.is_ascii_digit()));
                out.push_str(value);
                rest = &from[length..];
                // `1 of 1 instances reached` speaks of all of them.
                if lang == Lang::En && value == "1" && !is_share {
                    rest = one(rest, &mut out);
                }
            } else {
                out.push('{');
                rest = &from[1..];
            }
        }
        out.push_str(rest);
        out
    }
}

/// What is counted, many and one.
static COUNTED: &[(&str, &str)] = &[
    ("pieces of advice", "piece of advice"),
    ("good groups", "good group"),
    ("entries", "entry"),
    ("errors", "error"),
    ("warnings", "warning"),
    ("instances", "instance"),
    ("characters", "character"),
    ("disks", "disk"),
    ("bytes", "byte"),
    ("groups", "group"),
    ("snapshots", "snapshot"),
    ("minutes", "minute"),
    ("hours", "hour"),
    ("steps", "step"),
    ("levels", "level"),
    ("arguments", "argument"),
    ("times", "time"),
    ("runs", "run"),
];

/// Writes what follows a 1, where it is a plural in English, with its verb; the rest.
fn one<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let Some(next) = rest.strip_prefix(' ') else { return rest };
    let counted = COUNTED.iter().find_map(|(many, one)| {
        let after = next.strip_prefix(many).filter(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))?;
        Some((*one, after))
    });
    let Some((noun, after)) = counted else { return rest };
    out.push(' ');
    out.push_str(noun);
    let verbs = [(" are ", " is "), (" were ", " was "), (" have ", " has ")];
    match verbs.iter().find_map(|(many, one)| Some((*one, after.strip_prefix(many)?))) {
        Some((verb, after)) => {
            out.push_str(verb);
            after
        }
        None => after,
    }
}

/// What stands for a value that is a phrase rather than a name or a number.
static PHRASES: &[(&str, Text)] = &[
    ("how_tagged", Text::new("are tagged otherwise than required", "的标签与要求不符")),
    ("measured", Text::new("", "")),
    ("which_invocation", Text::new("its invocation", "其命令执行ID")),
    ("whose", Text::new("whose it is", "其归属")),
    ("outcome", Text::new("how its command ended", "命令的执行结果")),
    ("help", Text::new("what the policy says", "规则中的说明")),
    ("stop_reason", Text::new("the reason", "停止原因")),
];

impl Text {
    /// The text of a row that speaks of no case: the names of its values in capitals, as a manual writes them.
    pub fn without_values(&self, lang: Lang) -> Cow<'static, str> {
        let template = self.get(lang);
        if !template.contains('{') {
            return Cow::Borrowed(template);
        }
        let mut out = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, from)) = rest.split_once('{') {
            out.push_str(before);
            let name = from.split_once('}').filter(|(name, _)| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            });
            let Some((name, after)) = name else {
                out.push('{');
                rest = from;
                continue;
            };
            match PHRASES.iter().find(|(phrase, _)| *phrase == name) {
                Some((_, words)) => out.push_str(words.get(lang)),
                None => out.push_str(&name.to_ascii_uppercase().replace('_', "-")),
            }
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_known_names_only() {
        let text = Text::new("`{a}` of {b} {} {", "{b}");
        let args = [("a".into(), "1".to_owned()), ("b".into(), "{a}".to_owned())];
        assert_eq!(text.fill(Lang::En, &args), "`1` of {a} {} {");
        assert_eq!(text.fill(Lang::Zh, &args), "{a}");
        assert_eq!(text.without_values(Lang::En), "`A` of B {} {");
        let counted = Text::new("{a} instances are late, {b} warnings, {a} timess", "{a} instances are");
        let args = [("a".into(), "1".to_owned()), ("b".into(), "21".to_owned())];
        assert_eq!(counted.fill(Lang::En, &args), "1 instance is late, 21 warnings, 1 timess");
        assert_eq!(counted.fill(Lang::Zh, &args), "1 instances are");
        let phrase = Text::new("the snapshots {how_tagged}: `{at_most}`", "");
        assert_eq!(phrase.without_values(Lang::En), "the snapshots are tagged otherwise than required: `AT-MOST`");
    }
}
