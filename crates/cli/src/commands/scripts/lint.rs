//! `consnap scripts lint`: own scripts held to the rules of the linter.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Lang, Severity, Text};
use consnap_linter::{ScriptFinding, Source};

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::results;

/// A script is at most 24 KiB when the service takes it; nobody writes a longer one by hand.
const MOST_BYTES: u64 = 1_048_576;

/// Look for what makes own scripts worse than none: locks that end early, writes to frozen disks; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap scripts lint /root/pre.sh /root/post.sh              the pair, and whether post undoes what pre does
  consnap scripts lint pre.sh                                  the pre-script alone
  consnap scripts lint pre.sh --format sarif > quiesce.sarif   for code hosts and editors

It reads sh, bash, dash and ksh, and runs nothing. A script that it cannot read, or that is none of a shell, is an \
error: it was not looked at.

A comment lets a finding off, on its line or above the command: `# consnap: allow Q12 REASON`. \
A waiver without a reason, or that lets nothing off, is an error.

Exit status:
  0  no error; warnings and advice may be there
  1  at least one error that is not waived
  2  a file cannot be read")]
pub(super) struct Arguments {
    /// The script that runs before the freeze; `-` reads standard input
    pre: PathBuf,
    /// The script that runs after the thaw
    post: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let read = |path| read(path, console.lang());
    let pre = read(&arguments.pre)?;
    let post = arguments.post.as_deref().map(read).transpose()?;
    let source = |(name, bytes)| -> Source<'_> { Source { name, bytes } };
    let pre_name = arguments.pre.display().to_string();
    let post_name = arguments.post.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let report = consnap_linter::lint(
        source((&pre_name, &pre)),
        post.as_ref().map(|bytes| source((&post_name, bytes))),
        console.lang(),
    );
    if console.is_json() {
        console.json(&report)?;
    } else if !results::write(&results::of_lint(&report), console)? {
        for finding in &report.findings {
            for line in lines(finding, console) {
                console.data(&line)?;
            }
        }
        let count = |severity| {
            report.findings.iter().filter(|one| one.severity == severity && one.waived.is_none()).count().to_string()
        };
        let counted = [("errors", count(Severity::Error)), ("warnings", count(Severity::Warning))];
        let line = console.text(&COUNTED, &counted);
        console.note(&line);
    }
    Ok(if report.passed { Exit::Reached } else { Exit::Findings })
}

fn lines(finding: &ScriptFinding, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let severity = match finding.severity {
        Severity::Error => &ERROR,
        Severity::Warning => &WARNING,
        Severity::Advice => &ADVICE,
    };
    let place = format!("{}:{}:{}", finding.script, finding.line, finding.column);
    let waived = finding.waived.as_ref().map(|_| WAIVED.get(lang)).unwrap_or_default();
    let colon = lang.colon();
    let first = format!("{place}: {} {}{waived}{colon}{}", severity.get(lang), finding.rule, finding.message);
    let second = match &finding.waived {
        Some(reason) => format!("  {}{colon}{reason}", REASON.get(lang)),
        None => format!("  {}{colon}{}", FIX.get(lang), finding.fix),
    };
    [first, second].iter().map(|line| console.safe(line)).collect()
}

fn read(path: &Path, lang: Lang) -> Result<Vec<u8>, Failure> {
    let unreadable = |reason: String| {
        let path = path.display().to_string();
        Error::new(ErrorKind::Input, &errors::UNREADABLE_FILE).with("path", path).with("reason", reason)
    };
    let mut bytes = Vec::new();
    let done = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    done.map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable(TOO_LONG.get(lang).to_owned()).into());
    }
    Ok(bytes)
}

const TOO_LONG: Text = Text::new("it is longer than 1 MiB", "文件超过 1 MiB");
static COUNTED: Text = Text::new("errors: {errors}, warnings: {warnings}", "错误：{errors}，警告：{warnings}");
const ERROR: Text = Text::new("error", "错误");
const WARNING: Text = Text::new("warning", "警告");
const ADVICE: Text = Text::new("advice", "建议");
const WAIVED: Text = Text::new(" (waived)", "（已豁免）");
const FIX: Text = Text::new("fix", "处理方法");
const REASON: Text = Text::new("reason", "理由");
