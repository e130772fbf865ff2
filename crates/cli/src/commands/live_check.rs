//! `consnap live-check`: walks the numbered assumptions against an instance that can be spared.

use consnap_core::Text;
use consnap_live_check::{LiveCheck, LiveCheckOutcome, Settlement, missing_in_job, only_instance};

use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, runtime, state_directory};
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::table;

/// Walk the numbered assumptions against an instance that can be spared, without --yes only say what it would do; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap live-check -i i-bp1throwaway --region cn-hangzhou          what it would do
  consnap live-check job.yaml -i i-bp1throwaway --yes                with the scripts of a job
  consnap live-check -i i-bp1throwaway --region cn-hangzhou --yes --format json > settled.json

It reads, prints one line on the instance (the same call twice, with one token), and makes one snapshot-consistent group as `consnap run` \
does, with a journal: use an instance whose application may be frozen for a moment. The group stays; `consnap prune` or the console deletes it. \
Each assumption comes out as settled, contradicted, not seen (it could have shown here) or not here (this look cannot tell).

Exit code 0 when nothing is contradicted, 1 when something is, else that of the run.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// Do it; without it nothing is sent and what would be done is shown
    #[arg(long, short = 'y')]
    yes: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let instance = only_instance(&arguments.job.flags().instances)?;
    let mut document = arguments.job.document_or(missing_in_job(), console.lang())?;
    let job = usable_job(&mut document, None, console)?;
    for (number, step) in (1..).zip(STEPS) {
        let line = console.text(&step, &[("instance", instance.to_owned()), ("name", job.group_name.clone())]);
        let line = console.safe(&format!("{number}. {line}"));
        console.note(&line);
    }
    if !arguments.yes {
        console.note(SAY_YES.get(console.lang()));
        return Ok(Exit::Usage);
    }
    let connection = arguments.connection.open(&job.regions, None)?;
    let (runtime, state) = (runtime()?, state_directory()?);
    let check = runtime.block_on(LiveCheck::begin(instance, &job, &connection))?;
    let mut run = runtime.block_on(check.run(job, document.value, &state))?;
    drive::drive(&mut run, &runtime, console)?;
    let outcome = runtime.block_on(check.end(&run, console.lang()))?;
    if console.is_json() {
        console.json(&outcome)?;
    } else {
        print(&outcome, console)?;
    }
    Ok(Exit::from_code(outcome.exit_status))
}

fn print(outcome: &LiveCheckOutcome, console: &mut Console) -> Result<(), Failure> {
    let rows: Vec<Vec<table::Cell>> = outcome
        .assumptions
        .iter()
        .map(|answer| {
            let word = WORDS.iter().find(|(result, _)| *result == answer.result);
            let word = word.map_or("-", |(_, text)| text.get(console.lang()));
            vec![answer.id.into(), word.into(), console.safe(&answer.seen).into()]
        })
        .collect();
    for line in table::lay_out(&HEADING.map(|title| title.get(console.lang())), &rows) {
        console.data(&line)?;
    }
    let counts = [
        ("settled", outcome.settled.to_string()),
        ("contradicted", outcome.contradicted.to_string()),
        ("open", (outcome.not_seen + outcome.not_here).to_string()),
        ("run", outcome.run_id.clone()),
        ("status", outcome.exit_status.to_string()),
    ];
    let line = console.text(&SUMMARY, &counts);
    console.data("")?;
    console.data(&line)
}

const STEPS: [Text; 4] = [
    Text::new(
        "reads `{instance}`, its role, and an instance that does not exist",
        "查询 `{instance}`、其角色以及一个不存在的实例",
    ),
    Text::new(
        "runs `echo` on `{instance}`, by the same call twice with one token",
        "在 `{instance}` 上执行 `echo`：使用同一令牌发送两次相同请求",
    ),
    Text::new(
        "makes the group `{name}` of `{instance}`: its scripts run, and its file systems are frozen for a moment",
        "创建 `{instance}` 的快照一致性组 `{name}`：会执行其脚本，并短暂冻结文件系统IO",
    ),
    Text::new(
        "reads the group, its snapshots and the invocation in several ways; the group stays",
        "以多种方式查询该组、其快照和命令执行；该组会保留",
    ),
];
static SAY_YES: Text =
    Text::new("nothing was sent: say `--yes` to do this", "未发送任何请求：如需执行，请使用 `--yes`");
static WORDS: [(Settlement, Text); 4] = [
    (Settlement::Contradicted, Text::new("CONTRADICTED", "不成立")),
    (Settlement::Settled, Text::new("SETTLED", "成立")),
    (Settlement::NotSeen, Text::new("NOT SEEN", "未见")),
    (Settlement::NotHere, Text::new("NOT HERE", "此处无法判断")),
];
const HEADING: [Text; 3] = [Text::new("ID", "编号"), Text::new("RESULT", "结果"), Text::new("WHAT WAS SEEN", "所见")];
static SUMMARY: Text = Text::new(
    "Settled: {settled}. Contradicted: {contradicted}. Open: {open}. Evidence: `consnap show {run}`, `consnap record --run {run}`. Exit status {status}.",
    "成立：{settled}。不成立：{contradicted}。未定：{open}。证据：`consnap show {run}`、`consnap record --run {run}`。退出状态 {status}。",
);
