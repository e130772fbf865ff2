//! The language of messages: what `--lang` and `CONSNAP_LANG` may say, and the language before anything is understood.

use std::ffi::{OsStr, OsString};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, Command, ValueEnum};
use consnap_core::Lang;

/// The variable that says the language where `--lang` does not.
pub(crate) const VARIABLE: &str = "CONSNAP_LANG";

/// The language of messages.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// 简体中文
    Zh,
}

impl Language {
    /// The language of a name as people and systems write it: `zh`, `zh-CN`, `zh_CN.UTF-8`.
    fn named(name: &str) -> Option<Self> {
        let first = name.split(['-', '_', '.', '@']).next()?;
        Self::from_str(first, true).ok()
    }

    /// The language the system is set to, as POSIX has it: the first of these that is set decides.
    fn of_the_system() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| {
            let value = std::env::var(name).ok()?;
            (!value.is_empty()).then_some(value)
        });
        set.and_then(|value| Self::named(&value)).unwrap_or(Self::En)
    }

    fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Zh => Lang::Zh,
        }
    }
}

/// The language of messages, given `--lang` or its variable.
pub(crate) fn chosen(given: Option<Language>) -> Lang {
    given.unwrap_or_else(Language::of_the_system).lang()
}

/// The same while the arguments are not understood yet, for help and for errors in them. What names no language here is
/// told by the parser.
pub(crate) fn before_parsing(given: &[OsString]) -> Lang {
    let words: Vec<&str> = given.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let option = (0..end).rev().find_map(|at| match words[at].strip_prefix("--lang")? {
        "" => Language::named(words.get(at + 1)?),
        value => Language::named(value.strip_prefix('=')?),
    });
    chosen(option.or_else(|| Language::named(&std::env::var(VARIABLE).ok()?)))
}

/// Reads a language by its names. A variable that is set and empty says nothing, as one that is not set.
#[derive(Clone, Debug)]
pub(crate) struct LanguageParser;

impl TypedValueParser for LanguageParser {
    type Value = Language;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Language, clap::Error> {
        match value.to_str().and_then(Language::named) {
            Some(language) => Ok(language),
            None => EnumValueParser::<Language>::new().parse_ref(command, arg, value),
        }
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<Language, clap::Error> {
        if source == ValueSource::EnvVariable && value.is_empty() {
            return Ok(Language::of_the_system());
        }
        self.parse_ref(command, arg, value)
    }

    fn parse_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: OsString,
        source: ValueSource,
    ) -> Result<Language, clap::Error> {
        self.parse_ref_(command, arg, &value, source)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Language::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}
