//! What is written, where, in which form and language: data to standard output, all else to standard error.

use std::io::{self, BufRead as _, BufWriter, Write};

use anstyle::{AnsiColor, Style};
use consnap_client::document::Document;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::{Lang, Severity, Text, report::sanitize};
use serde::Serialize;
use serde_json::json;

use crate::arguments::{Format, LogFormat, OutputOptions};
use crate::exit::{Exit, Failure};
use crate::language;

const BOLD: Style = Style::new().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ADVICE: Style = AnsiColor::Blue.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What CI runners set: most of them the first, the others for those that do not or that were told not to.
const CI_VARIABLES: [&str; 7] =
    ["CI", "GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "TEAMCITY_VERSION", "BUILDKITE", "JENKINS_URL"];

/// The two streams, the form and the language. Colours are dropped where they are not wanted (`NO_COLOR`) or cannot be
/// shown (a pipe).
pub(crate) struct Console {
    format: Format,
    lang: Lang,
    out: anstream::AutoStream<io::Stdout>,
    err: anstream::AutoStream<io::Stderr>,
    in_ci: bool,
    log: LogFormat,
}

impl Console {
    pub(crate) fn new(options: &OutputOptions) -> Self {
        Self::with(options.format, language::chosen(options.lang))
    }

    /// One for errors in the arguments themselves.
    pub(crate) fn with(format: Format, lang: Lang) -> Self {
        Self {
            format,
            lang,
            out: anstream::stdout(),
            err: anstream::stderr(),
            in_ci: CI_VARIABLES.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())),
            log: LogFormat::Text,
        }
    }

    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// From here on standard error holds lines of text, or JSON Lines only.
    pub(crate) fn log_as(&mut self, log: LogFormat) {
        self.log = log;
    }

    /// How standard error is written.
    pub(crate) fn log(&self) -> LogFormat {
        self.log
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A text of ours with its values filled in.
    pub(crate) fn text(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        text.fill(self.lang, &args)
    }

    /// A line of data. The caller has made foreign text in it harmless.
    pub(crate) fn data(&mut self, line: &str) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{line}")?)
    }

    /// Bytes of data as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes)?;
        Ok(self.out.flush()?)
    }

    /// Lines of a table for programs. Where a CI runner reads along, what it would obey is pulled apart.
    pub(crate) fn table(&mut self, lines: &str) -> Result<(), Failure> {
        if !self.in_ci {
            return self.raw(lines.as_bytes());
        }
        let pulled_apart = lines.replace("##", "# #").replace("::", ": :");
        self.raw(pulled_apart.as_bytes())
    }

    /// One JSON value of data, for programs and for reading.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        Ok(write_json(&mut self.out, value)?)
    }

    /// One JSON value of data on one line.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(io::Error::other)?;
        self.data(&sanitize::json(&text))?;
        Ok(self.out.flush()?)
    }

    /// A line for whoever watches.
    pub(crate) fn note(&mut self, line: &str) {
        // Whoever closed standard error does not want to read it.
        let _ = match self.log {
            LogFormat::Text => writeln!(self.err, "{line}"),
            LogFormat::Json => {
                let plain = anstream::adapter::strip_str(line).to_string();
                writeln!(self.err, "{}", json_line(&json!({"event": "note", "message": plain})))
            }
        };
    }

    /// A question on standard error, without a line break.
    pub(crate) fn ask(&mut self, question: &str) {
        let _ = write!(self.err, "{question}");
        let _ = self.err.flush();
    }

    /// Asks a question and gives whether the answer was a yes; anything else is a no.
    pub(crate) fn agrees(&mut self, question: &str) -> bool {
        self.ask(&format!("{question} "));
        answer_is_yes()
    }

    /// Findings as the data of a command.
    pub(crate) fn findings_as_data(&mut self, findings: &[RenderedFinding], about: &Document) -> Result<(), Failure> {
        for finding in findings {
            let text = self.rendered(finding, Some(about));
            self.data(&text)?;
        }
        Ok(())
    }

    /// Findings beside the data of a command.
    pub(crate) fn findings_as_notes(&mut self, findings: &[RenderedFinding], about: Option<&Document>) {
        for finding in findings {
            let text = self.rendered(finding, about);
            self.note(&text);
        }
    }

    /// A finding as lines of text.
    pub(crate) fn rendered(&self, finding: &RenderedFinding, about: Option<&Document>) -> String {
        let (style, word) = match finding.severity {
            Severity::Error => (ERROR, ERROR_WORD.get(self.lang)),
            Severity::Warning => (WARNING, WARNING_WORD.get(self.lang)),
            Severity::Advice => (ADVICE, ADVICE_WORD.get(self.lang)),
        };
        let mut lines = vec![format!(
            "{style}{word}[{}]{style:#}{}{BOLD}{}{BOLD:#}",
            finding.code,
            self.lang.colon(),
            self.safe(&finding.message)
        )];
        let place = match about {
            Some(document) => document.place(&finding.place),
            None => finding.place.clone(),
        };
        if !place.is_empty() {
            lines.push(format!("  {DIM}-->{DIM:#} {}", self.safe(&place)));
        }
        lines.push(format!("  {DIM}={DIM:#} {}", self.safe(&finding.help)));
        if let Some(reason) = &finding.accepted {
            let line = self.text(&ACCEPTED, &[("reason", reason.clone())]);
            lines.push(format!("  {DIM}={DIM:#} {}", self.safe(&line)));
        }
        lines.join("\n")
    }

    /// Foreign text on one line, harmless where it is going to be read.
    pub(crate) fn safe(&self, text: &str) -> String {
        if self.in_ci { sanitize::ci_log(text) } else { sanitize::terminal(text).into_owned() }
    }

    /// Tells why a command could not be carried out, and gives the exit code.
    pub(crate) fn failure(&mut self, failure: Failure) -> Exit {
        let exit = failure.exit();
        match failure {
            // Whoever closed the pipe has seen enough.
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Failure::Output(error) => {
                let line = self.text(&OUTPUT_FAILED, &[("reason", error.to_string())]);
                self.note(&line);
            }
            Failure::Error(error) if self.log == LogFormat::Json => {
                let line = json_line(&json!({"event": "error", "error": error.render(self.lang)}));
                let _ = writeln!(self.err, "{line}");
            }
            Failure::Error(error) if self.is_json() => {
                let mut text = Vec::new();
                // Writing into memory cannot fail.
                let _ = write_json(&mut text, &error.render(self.lang));
                self.note(String::from_utf8_lossy(&text).trim_end());
            }
            Failure::Error(error) => {
                let rendered = error.render(self.lang);
                let word = ERROR_WORD.get(self.lang);
                let mut lines = vec![
                    format!(
                        "{ERROR}{word}[{}]{ERROR:#}{}{BOLD}{}{BOLD:#}",
                        rendered.code,
                        self.lang.colon(),
                        self.safe(&rendered.message)
                    ),
                    format!("  {DIM}={DIM:#} {}", self.safe(&rendered.help)),
                ];
                if let Some(id) = &rendered.request_id {
                    let line = self.text(&REQUEST_ID, &[("id", id.clone())]);
                    lines.push(format!("  {DIM}={DIM:#} {}", self.safe(&line)));
                }
                self.note(&lines.join("\n"));
                self.findings_as_notes(&rendered.findings, None);
            }
        }
        exit
    }
}

/// Reads a line of standard input. Anything but a yes is a no.
pub(crate) fn answer_is_yes() -> bool {
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).is_ok();
    read && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是")
}

/// Writes a value over several lines, for a screen or a file: what stands in it moves no cursor and gives no order. It is
/// written piece by piece: the report of a large run would fill the memory as one text.
pub(crate) fn write_json(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = Harmless(BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, value)?;
    out.0.write_all(b"\n")?;
    out.0.flush()
}

/// Takes pieces of JSON as the serialiser writes them, each whole characters, and passes them on harmless. No pair can be torn:
/// a string is written in pieces only where an escape stands between them.
struct Harmless<W>(W);

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        self.0.write_all(sanitize::json(text).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A value on one line of a log.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    sanitize::json_line(&text).into_owned()
}

static ERROR_WORD: Text = Text::new("error", "错误");
static WARNING_WORD: Text = Text::new("warning", "警告");
static ADVICE_WORD: Text = Text::new("advice", "建议");
static ACCEPTED: Text = Text::new("accepted: {reason}", "已豁免：{reason}");
static REQUEST_ID: Text = Text::new("request id: {id}", "请求ID：{id}");
static OUTPUT_FAILED: Text = Text::new("error: the output cannot be written: {reason}", "错误：无法写入输出：{reason}");
