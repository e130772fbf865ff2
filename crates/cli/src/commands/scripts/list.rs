//! `consnap scripts list`: the engines, or the settings of one.

use consnap_core::{Lang, Text};
use consnap_scripts::{ENGINES, Engine, Kind, Setting};
use serde::Serialize;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::table::{Cell, lay_out};

/// List the engines there are scripts for, or the settings of one; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap scripts list           the engines: what a pair holds, and the versions that were tested
  consnap scripts list mariadb   the settings of one, for `consnap scripts write mariadb --set NAME=VALUE`")]
pub(super) struct Arguments {
    /// The engine whose settings are listed
    engine: Option<String>,
}

/// An engine as JSON has it.
#[derive(Serialize)]
struct Listed {
    engine: &'static str,
    refused: bool,
    holds: &'static str,
    verdicts: &'static [&'static str],
    tested: &'static [&'static str],
    page: &'static str,
    settings: Vec<ListedSetting>,
}

#[derive(Serialize)]
struct ListedSetting {
    name: &'static str,
    #[serde(flatten)]
    kind: Kind,
    default: &'static str,
    meaning: &'static str,
}

impl Listed {
    fn of(engine: &Engine, lang: Lang) -> Self {
        let setting = |setting: Setting| ListedSetting {
            name: setting.name,
            kind: setting.kind,
            default: setting.default,
            meaning: setting.meaning.get(lang),
        };
        Self {
            engine: engine.name,
            refused: engine.is_refused(),
            holds: engine.holds.get(lang),
            verdicts: engine.verdicts,
            tested: engine.tested,
            page: engine.page,
            settings: engine.settings().into_iter().map(setting).collect(),
        }
    }
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let lang = console.lang();
    let one = arguments.engine.as_deref().map(consnap_scripts::engine).transpose()?;
    if console.is_json() {
        match one {
            Some(engine) => console.json(&Listed::of(engine, lang))?,
            None => console.json(&ENGINES.iter().map(|engine| Listed::of(engine, lang)).collect::<Vec<_>>())?,
        }
        return Ok(Exit::Reached);
    }
    let lines = match one {
        Some(engine) => settings(engine, lang),
        None => engines(lang),
    };
    for line in lines {
        console.data(&line)?;
    }
    Ok(Exit::Reached)
}

fn engines(lang: Lang) -> Vec<String> {
    let row = |engine: &Engine| -> Vec<Cell> {
        let or_none = |words: &[&str]| if words.is_empty() { "-".to_owned() } else { words.join(", ") };
        vec![
            engine.name.into(),
            engine.holds.get(lang).into(),
            or_none(engine.verdicts).into(),
            or_none(engine.tested).into(),
        ]
    };
    let heading = [ENGINE, HOLDS, VERDICT, TESTED].map(|text| text.get(lang));
    lay_out(&heading, &ENGINES.iter().map(row).collect::<Vec<_>>())
}

fn settings(engine: &Engine, lang: Lang) -> Vec<String> {
    let row = |setting: &Setting| -> Vec<Cell> {
        let values = match &setting.kind {
            Kind::Number { least, most, seconds } => format!("{least}-{most}{}", if *seconds { " s" } else { "" }),
            Kind::Choice { of } => of.join(", "),
            Kind::Name => NAME.get(lang).to_owned(),
            Kind::Word => WORD.get(lang).to_owned(),
            Kind::Path => PATH.get(lang).to_owned(),
            Kind::Paths => PATHS.get(lang).to_owned(),
        };
        let default = if setting.default.is_empty() { "-" } else { setting.default };
        vec![setting.name.into(), values.into(), default.into(), setting.meaning.get(lang).into()]
    };
    let heading = [SETTING, VALUES, DEFAULT, MEANING].map(|text| text.get(lang));
    lay_out(&heading, &engine.settings().iter().map(row).collect::<Vec<_>>())
}

const ENGINE: Text = Text::new("engine", "引擎");
const HOLDS: Text = Text::new("holds", "静默内容");
const VERDICT: Text = Text::new("best verdict", "最佳结果");
const TESTED: Text = Text::new("tested", "已测试版本");
const SETTING: Text = Text::new("setting", "设置项");
const VALUES: Text = Text::new("values", "取值");
const DEFAULT: Text = Text::new("default", "默认值");
const MEANING: Text = Text::new("meaning", "说明");
const NAME: Text = Text::new("a name", "名称");
const WORD: Text = Text::new("a word", "单词");
const PATH: Text = Text::new("a path", "路径");
const PATHS: Text = Text::new("paths with `:` between", "以 `:` 分隔的路径");
