//! What can be typed: the commands and the options all of them share.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::language::{Language, LanguageParser, VARIABLE};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  consnap demo                                a simulated fleet, checked, snapshotted and judged
  consnap check job.yaml --facts fleet.json   is the job right, are the instances fit?
  consnap check job.yaml --policy policies/   does it hold to the rules of the organisation?
  consnap command job.yaml --platform linux   the one command line that arrives as it was meant
  consnap run job.yaml                        snapshot, and show which consistency was reached
  consnap explain 12                          what does exit code 12 mean, what is to be done?
  consnap doctor --region cn-hangzhou         are credentials, clock, endpoint and rights in order?

Only `run`, `resume`, `rerun`, `role attach`, `prune --yes` and `live-check --yes` ever send a call that changes anything; all \
other commands read, or send nothing at all.

Exit status:
  0  everything was reached
  1  findings of severity error, or an instance failed, is weaker than required or was set aside
  2  wrong usage, unreadable input, nothing selected or no yes; nothing was started
  3  credentials or API refused or unreachable; nothing was started
  4  a result is unknown or still running: `consnap resume RUN`
  5  a guest may still be held: see to it first";

/// Application-consistent snapshots of Alibaba Cloud ECS instances one can rely on: check, build, run, verify.
#[derive(Debug, Parser)]
#[command(name = "consnap", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 110)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct OutputOptions {
    /// How to write data: for people or for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    /// Language of messages; the one of the system when not given
    #[arg(long, global = true, value_parser = LanguageParser, env = VARIABLE, hide_env_values = true, help_heading = "Output")]
    pub(crate) lang: Option<Language>,
}

/// How data is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON value on standard output; errors as JSON on standard error
    Json,
    /// SARIF 2.1.0, for code hosts and editors: `check`, `policy check`, `policy test` and `scripts lint`
    Sarif,
    /// JUnit XML, for CI: `check`, `policy check`, `policy test` and `scripts lint`
    Junit,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
        }
    }
}

/// How standard error is written while a run goes on.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Progress and notes for people
    #[default]
    Text,
    /// Every event of the run as a JSON value on a line of its own
    Json,
}

impl Command {
    /// Whether it writes findings, which code hosts and CI read in forms of their own.
    pub(crate) fn writes_findings(&self) -> bool {
        match self {
            Self::Check(_) => true,
            Self::Policy(arguments) => arguments.writes_findings(),
            Self::Scripts(arguments) => arguments.writes_findings(),
            _ => false,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(commands::demo::Arguments),
    Check(commands::check::Arguments),
    #[command(name = "command")]
    Build(commands::build::Arguments),
    Export(commands::export::Arguments),
    Plan(commands::plan::Arguments),
    Run(commands::run::Arguments),
    Resume(commands::resume::Arguments),
    Rerun(commands::rerun::Arguments),
    Verify(commands::verify::Arguments),
    Show(commands::show::Arguments),
    History(commands::history::Arguments),
    Status(commands::status::Arguments),
    Release(commands::release::Arguments),
    Audit(commands::audit::Arguments),
    Prune(commands::prune::Arguments),
    LiveCheck(commands::live_check::Arguments),
    Record(commands::record::Arguments),
    Whoami(commands::whoami::Arguments),
    Doctor(commands::doctor::Arguments),
    Role(commands::role::Arguments),
    Policy(commands::policy::Arguments),
    Scripts(commands::scripts::Arguments),
    Explain(commands::explain::Arguments),
    Simulate(commands::simulate::Arguments),
    Schema(commands::schema::Arguments),
    Completions(commands::completions::Arguments),
    Op(commands::op::Arguments),
}
