//! Text for people, in the two languages of consnap.

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
    pub fn fill(&self, lang: Lang, args: &[(std::borrow::Cow<'static, str>, String)]) -> String {
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
                out.push_str(value);
                rest = &from[length..];
            } else {
                out.push('{');
                rest = &from[1..];
            }
        }
        out.push_str(rest);
        out
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
    }
}
