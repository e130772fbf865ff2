//! `consnap explain`: a code, a parameter, a pasted command, results as JSON or Base64, or a file with any of them.

use std::path::Path;

use consnap_core::catalog::codes::RenderedExplanation;
use consnap_core::catalog::messages::errors;
use consnap_core::ops::explain::ParameterExplanation;
use consnap_core::ops::{self, ExplainInput, ExplainOutput};
use consnap_core::{Error, ErrorKind, Lang, Text};

use crate::console::Console;
use crate::document;
use crate::exit::{Exit, Failure};

/// Explain a code, a parameter, a command or a result; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap explain 12                               an exit code
  consnap explain InvalidInstance.NotFound         a code of the API
  consnap explain CS506                            a finding of consnap
  consnap explain ExcludeDiskId                    a parameter, in either spelling")]
pub(crate) struct Arguments {
    /// What to explain; a file that exists is read, `-` reads standard input
    #[arg(required = true, num_args = 1.., value_name = "WHAT", allow_negative_numbers = true)]
    what: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let given = arguments.what.join(" ");
    let path = Path::new(&given);
    let text = if given == "-" || path.is_file() { document::read_text(path)? } else { given };
    let text = text.trim();
    let lang = console.lang();
    let code = ops::explain(&ExplainInput { code: Some(text.to_owned()), lang, ..ExplainInput::default() })?;
    if let ExplainOutput::Code { explanations } = &code
        && !explanations.is_empty()
    {
        if console.is_json() {
            console.json(&code)?;
        } else {
            for explanation in explanations {
                print_code(explanation, console)?;
            }
        }
        return Ok(Exit::Reached);
    }
    let parameter = ops::explain(&ExplainInput { parameter: Some(text.to_owned()), lang, ..ExplainInput::default() })?;
    if let ExplainOutput::Parameter { parameter: Some(found) } = &parameter {
        if console.is_json() {
            console.json(&parameter)?;
        } else {
            print_parameter(found, console)?;
        }
        return Ok(Exit::Reached);
    }
    Err(Error::new(ErrorKind::Input, &errors::NOTHING_TO_EXPLAIN)
        .with("text", text.chars().take(80).collect::<String>())
        .into())
}

fn print_code(found: &RenderedExplanation, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    let name = if found.name.is_empty() || found.key.ends_with(found.name) {
        String::new()
    } else {
        format!(" ({})", found.name)
    };
    console.data(&format!("{}{name}: {}", found.key, found.message))?;
    let mut lines = Vec::new();
    let yes_no = |yes: bool| if yes { YES } else { NO }.get(lang).to_owned();
    lines.extend(found.cause.map(|cause| (CAUSE, cause.to_owned())));
    lines.push((NEXT, found.next_step.to_owned()));
    lines.extend(found.held.map(|held| (HELD, yes_no(held))));
    lines.extend(found.group_may_exist.map(|exists| (GROUP, yes_no(exists))));
    lines.push((SOURCE, found.source.to_owned()));
    print_lines(&lines, lang, console)
}

fn print_parameter(found: &ParameterExplanation, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    console.data(&format!("{} ({}): {}", found.wire, found.key, found.about))?;
    let platforms: Vec<&str> = found.platforms.iter().map(|platform| platform.name()).collect();
    let mut lines = vec![(PLATFORMS, platforms.join(", "))];
    lines.push((REQUIRED, if found.required { YES } else { NO }.get(lang).to_owned()));
    lines.extend(found.default.filter(|value| !value.is_empty()).map(|value| (DEFAULT, value.to_owned())));
    lines.extend(found.range.map(|(least, most)| (RANGE, format!("{least} - {most}"))));
    lines.push((SOURCE, found.source.to_owned()));
    print_lines(&lines, lang, console)
}

fn print_lines(lines: &[(Text, String)], lang: Lang, console: &mut Console) -> Result<(), Failure> {
    for (label, value) in lines {
        console.data(&format!("  {}: {value}", label.get(lang)))?;
    }
    Ok(())
}

const CAUSE: Text = Text::new("usual cause", "常见原因");
const NEXT: Text = Text::new("what to do", "处理方法");
const HELD: Text = Text::new("guest may still be held", "实例可能仍处于冻结状态");
const GROUP: Text = Text::new("a group may exist", "快照一致性组可能已存在");
const SOURCE: Text = Text::new("source", "来源");
const PLATFORMS: Text = Text::new("platforms", "平台");
const REQUIRED: Text = Text::new("required", "必填");
const DEFAULT: Text = Text::new("when left out", "省略时");
const RANGE: Text = Text::new("range", "取值范围");
const YES: Text = Text::new("yes", "是");
const NO: Text = Text::new("no", "否");
