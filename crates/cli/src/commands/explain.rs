//! `consnap explain`: any text that somebody has, or a file with it; the engine tells what it is.

use std::path::Path;

use consnap_client::document::{self, Document};
use consnap_core::catalog::codes::{CodeKind, RenderedExplanation};
use consnap_core::catalog::parameters::ParameterKind;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::diagnostics::spoken;
use consnap_core::operations::explain::{CommandExplanation, ParameterExplanation, TextExplanation};
use consnap_core::operations::{self, ExplainInput, ExplainOutput};
use consnap_core::plugin::output::RenderedOutcome;
use consnap_core::{Lang, Text};
use serde_json::Value;

use crate::commands::build::PlatformName;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Explain whatever you have: a code, a parameter, a command, a reply, an output; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap explain 12                               an exit code
  consnap explain InvalidInstance.NotFound         a code of the API
  consnap explain CS506                            a finding of consnap
  consnap explain A09                              an assumption that a report names
  consnap explain ExcludeDiskId                    a parameter, in either spelling
  consnap explain 'acs-plugin-manager --exec ...'  a command: what the plug-in would receive
  consnap explain call.json                        the parameters of RunCommand, with its Timeout
  consnap explain results.json                     a reply of DescribeInvocationResults
  consnap explain error.txt                        the text of an error of an SDK
  consnap explain output.log --exit-code 12        the output of a command, plain or Base64

Exit status, the same for a whole result and for its code alone:
  5  a guest may still be held
  4  a group may exist, or nothing is sure
  1  a command failed and left nothing; nothing could be explained; a finding is an error
  0  everything else")]
pub(crate) struct Arguments {
    /// What to explain; a file that exists is read, `-` reads standard input
    #[arg(required = true, num_args = 1.., value_name = "WHAT", allow_negative_numbers = true)]
    what: Vec<String>,
    /// The platform of the instance a command is for; that of the plug-in it names when not given
    #[arg(long, value_enum)]
    platform: Option<PlatformName>,
    /// The exit code that came with an output
    #[arg(long, value_name = "CODE", allow_negative_numbers = true)]
    exit_code: Option<i64>,
    /// The invocation status that came with an output
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let given = arguments.what.join(" ");
    let path = Path::new(&given);
    let text = if given == "-" || path.is_file() { document::read_text(path)? } else { given };
    let output = operations::explain(&ExplainInput {
        text: Some(text),
        exit_code: arguments.exit_code,
        invocation_status: arguments.status.clone(),
        platform: arguments.platform.map(Into::into),
        lang: console.lang(),
        ..ExplainInput::default()
    })?;
    let ExplainOutput::Text(found) = &output else { return Ok(Exit::Findings) };
    let exit = exit_of(found);
    let printed = if console.is_json() { console.json(&output) } else { print(found, console) };
    // Where it cannot be said, the alarm stands all the same.
    printed.map_or_else(|failure| Ok(console.failure(failure).or_worse(exit)), |()| Ok(exit))
}

/// What was not explained is no success, and neither is what must not be sent or did not go well. A code that tells how a
/// command ended counts as a result with that code does.
fn exit_of(found: &TextExplanation) -> Exit {
    let of_commands = found.commands.iter().flat_map(|command| &command.findings);
    let blocked = found.findings.iter().chain(of_commands).any(RenderedFinding::blocks);
    let begin = if blocked || !found.explained { Exit::Findings } else { Exit::Reached };
    let begin = found.explanations.iter().fold(begin, |exit, code| match (code.held, code.group_may_exist) {
        (Some(true), _) => exit.or_worse(Exit::Held),
        (_, Some(true)) => exit.or_worse(Exit::Unknown),
        (Some(false), _) => exit.or_worse(Exit::Findings),
        (None, _) => exit,
    });
    found.outcomes.iter().fold(begin, |exit, outcome| {
        exit.or_worse(match outcome {
            outcome if outcome.held => Exit::Held,
            outcome if outcome.succeeded => Exit::Reached,
            outcome if !outcome.finished || outcome.group_may_exist => Exit::Unknown,
            _ => Exit::Findings,
        })
    })
}

fn print(found: &TextExplanation, console: &mut Console) -> Result<(), Failure> {
    let line = console.text(&TAKEN_FOR, &[("kind", found.taken_for.clone())]);
    console.data(&line)?;
    for explanation in &found.explanations {
        print_code(explanation, console)?;
    }
    for parameter in &found.parameters {
        print_parameter(parameter, console)?;
    }
    for command in &found.commands {
        print_command(command, console)?;
    }
    for outcome in &found.outcomes {
        print_outcome(outcome, console)?;
    }
    // The place would only repeat that it is about the text.
    console.findings_as_data(&found.findings, &Document::made("", Value::Null))
}

fn print_command(found: &CommandExplanation, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    match &found.arguments {
        Some(arguments) => {
            let plugin = console.safe(found.plugin.as_deref().unwrap_or_default());
            let line = console.text(&RECEIVES, &[("plugin", plugin), ("count", arguments.len().to_string())]);
            console.data(&line)?;
            for argument in arguments {
                let line = format!("  {}", console.safe(argument));
                console.data(&line)?;
            }
        }
        None if found.modelled => console.data(NOT_STARTED.get(lang))?,
        None => console.data(NOT_FOLLOWED.get(lang))?,
    }
    console.findings_as_data(&found.findings, &Document::made("", Value::Null))?;
    if let Some(corrected) = &found.corrected {
        console.data(CORRECTED.get(lang))?;
        let line = format!("  {}", console.safe(corrected));
        console.data(&line)?;
    }
    Ok(())
}

fn print_outcome(outcome: &RenderedOutcome, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    let instance = console.safe(&outcome.instance_id);
    let begin = if instance.is_empty() { String::new() } else { format!("{instance}{}", lang.colon()) };
    let key = spoken::result_key(&outcome.explained_by, lang);
    console.data(&format!("{begin}{key}{}{}", lang.colon(), outcome.message))?;
    let mut lines = vec![(CAUSE, outcome.cause.clone()), (NEXT, outcome.next_step.clone())];
    lines.extend(outcome.snapshot_group_id.as_deref().map(|group| (GROUP_ID, console.safe(group))));
    let yes_no = |yes: bool| if yes { YES } else { NO }.get(lang).to_owned();
    lines.push((HELD, yes_no(outcome.held)));
    if !outcome.succeeded {
        lines.push((GROUP, yes_no(outcome.group_may_exist)));
    }
    lines.extend(outcome.error_lines.iter().map(|line| (LOG, console.safe(line))));
    if outcome.succeeded {
        lines.push((LEVEL, ONLY_TAGS.get(lang).to_owned()));
    }
    print_lines(&lines, lang, console)?;
    console.findings_as_data(&outcome.findings, &Document::made("", Value::Null))
}

fn print_code(found: &RenderedExplanation, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    let name = if found.name.is_empty() || found.key.ends_with(found.name) {
        String::new()
    } else {
        format!(" ({})", found.name)
    };
    let key = match found.kind {
        CodeKind::ExitCode | CodeKind::InvocationStatus | CodeKind::TaskError => spoken::result_key(found.key, lang),
        CodeKind::ApiError | CodeKind::VssError | CodeKind::Message | CodeKind::Assumption => found.key.to_owned(),
    };
    console.data(&format!("{key}{name}{}{}", lang.colon(), found.message))?;
    let mut lines = Vec::new();
    let yes_no = |yes: bool| if yes { YES } else { NO }.get(lang).to_owned();
    let cause = if found.kind == CodeKind::Assumption { WHY } else { CAUSE };
    lines.extend(found.cause.map(|text| (cause, text.to_owned())));
    lines.push((NEXT, found.next_step.clone().into_owned()));
    lines.extend(found.held.map(|held| (HELD, yes_no(held))));
    lines.extend(found.group_may_exist.map(|exists| (GROUP, yes_no(exists))));
    lines.push((SOURCE, found.source.clone()));
    print_lines(&lines, lang, console)
}

fn print_parameter(found: &ParameterExplanation, console: &mut Console) -> Result<(), Failure> {
    let lang = console.lang();
    console.data(&format!("{} ({}){}{}", found.wire, found.key, lang.colon(), found.about))?;
    let platforms: Vec<&str> = found.platforms.iter().map(|platform| platform.name()).collect();
    let mut lines = vec![(PLATFORMS, platforms.join(", "))];
    lines.push((REQUIRED, if found.required { YES } else { NO }.get(lang).to_owned()));
    lines.extend(found.default.filter(|value| !value.is_empty()).map(|value| (DEFAULT, value.to_owned())));
    lines.extend(found.range.map(|(least, most)| {
        let form = if found.kind == ParameterKind::Text { &LENGTH } else { &NUMBERS };
        (RANGE, console.text(form, &[("least", least.to_string()), ("most", most.to_string())]))
    }));
    lines.push((SOURCE, found.source.clone()));
    print_lines(&lines, lang, console)
}

fn print_lines(lines: &[(Text, String)], lang: Lang, console: &mut Console) -> Result<(), Failure> {
    for (label, value) in lines {
        console.data(&format!("  {}{}{value}", label.get(lang), lang.colon()))?;
    }
    Ok(())
}

static TAKEN_FOR: Text = Text::new("taken for {kind}", "识别为{kind}");
const CAUSE: Text = Text::new("usual cause", "常见原因");
const WHY: Text = Text::new("why it is believed", "依据");
const NEXT: Text = Text::new("what to do", "处理方法");
const HELD: Text = Text::new("guest may still be held", "实例可能仍处于冻结状态");
const GROUP: Text = Text::new("a group may exist", "快照一致性组可能已存在");
const SOURCE: Text = Text::new("source", "来源");
const PLATFORMS: Text = Text::new("platforms", "平台");
const REQUIRED: Text = Text::new("required", "必填");
const DEFAULT: Text = Text::new("when left out", "省略时");
const RANGE: Text = Text::new("range", "取值范围");
static LENGTH: Text = Text::new("{least} to {most} characters", "{least} 到 {most} 个字符");
static NUMBERS: Text = Text::new("{least} to {most}", "{least} 到 {most}");
const GROUP_ID: Text = Text::new("group", "快照一致性组");
const LOG: Text = Text::new("error line", "错误行");
const LEVEL: Text = Text::new("level", "一致性");
const ONLY_TAGS: Text = Text::new(
    "not known from here: only the tags on the snapshots tell, see `consnap verify`",
    "无法由此得知：只有快照上的标签可以说明，请使用 `consnap verify`",
);
const RECEIVES: Text = Text::new("`{plugin}` receives {count} arguments:", "`{plugin}` 收到 {count} 个参数：");
const NOT_STARTED: Text = Text::new("the plug-in would not start", "云助手插件不会启动");
const NOT_FOLLOWED: Text = Text::new(
    "what becomes of this command cannot be followed with certainty, and consnap does not guess",
    "无法确定此命令的实际执行过程：不作猜测",
);
const CORRECTED: Text = Text::new("what was meant, written so that it arrives:", "按原意改写、可正确送达的命令：");
const YES: Text = Text::new("yes", "是");
const NO: Text = Text::new("no", "否");
