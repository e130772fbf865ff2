//! `consnap scripts explain`: an exit code of a script, or a word of its line.

use consnap_core::Text;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Explain an exit code of a quiesce script, or a word of its line; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap scripts explain 13           an exit code, with the words that it comes with
  consnap scripts explain long_query   the word after `why=` or `verdict=` in the line of a script

The exit code of the plug-in is another one: `consnap explain 9`.")]
pub(super) struct Arguments {
    /// The code or the word
    #[arg(allow_negative_numbers = true)]
    code: String,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let lang = console.lang();
    let explained = consnap_scripts::explain(arguments.code.trim(), lang)?;
    if console.is_json() {
        console.json(&explained)?;
        return Ok(Exit::Reached);
    }
    for (at, one) in explained.iter().enumerate() {
        let name = if one.word.is_empty() { one.code.to_string() } else { format!("{} ({})", one.word, one.code) };
        let indent = if one.word.is_empty() || explained.len() == 1 { "" } else { "  " };
        console.data(&format!("{indent}{name}{}{}", lang.colon(), one.meaning))?;
        if at == 0 {
            console.data(&format!("  {}{}{}", NEXT.get(lang), lang.colon(), one.next_step))?;
        }
    }
    Ok(Exit::Reached)
}

const NEXT: Text = Text::new("what to do", "处理方法");
