//! `consnap live-check`: walks the numbered assumptions against an instance that can be spared.

use std::collections::BTreeMap;
use std::time::Duration;

use consnap_client::driver::Clock;
use consnap_client::reading;
use consnap_client::run::{Run, new_run_id, new_seed};
use consnap_core::diagnostics::messages::{audits, runs};
use consnap_core::ecs::api::requests::{
    CommandType, DescribeInstanceRamRole, DescribeInstances, DescribeInvocations, DescribeSnapshotGroups,
    DescribeSnapshots, Filled, GroupFilter, Ids, InstanceFilter, InvocationFilter, RunCommand, SnapshotFilter, Tags,
};
use consnap_core::ecs::api::{ApiCall, replies};
use consnap_core::ecs::tags;
use consnap_core::estate::inventory::{EstateReader, Scope};
use consnap_core::estate::live_check::{Answer, Marker, Questions, Seen, Settlement, printed, settle};
use consnap_core::input::job::Job;
use consnap_core::run::session::{Goal, State};
use consnap_core::{Error, ErrorKind, Platform, Text, ecs::reply};
use serde::Serialize;
use serde_json::json;

use crate::commands::run::usable_job;
use crate::connection::{Connection, ConnectionArguments};
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

/// No instance has this id.
const NO_INSTANCE: &str = "i-00000000000000000000";
/// What the harmless command prints: the service would replace it if it replaced placeholders.
const MARKER: &str = "consnap {{ACS::InstanceId}}";
/// Seconds the harmless command may take, and how often it is looked at.
const MARKER_SECONDS: u32 = 60;
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// What came of it.
#[derive(Serialize)]
struct Outcome<'a> {
    live_check_version: u32,
    consnap: &'static str,
    instance_id: &'a str,
    run_id: &'a str,
    run_exit_status: u8,
    exit_status: u8,
    settled: usize,
    contradicted: usize,
    not_seen: usize,
    not_here: usize,
    assumptions: &'a [Answer],
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let [instance] = arguments.job.flags().instances.as_slice() else {
        return Err(Error::new(ErrorKind::Input, &audits::ONE_INSTANCE).into());
    };
    let mut document = arguments.job.document_or(json!({
        "group_name": "consnap-live-check-{run}", "instance_ram_role": "attached",
        "required_consistency": "file_system",
    }))?;
    let job = usable_job(&mut document, None, console)?;
    for (number, step) in (1..).zip(STEPS) {
        let line = console.text(&step, &[("instance", instance.clone()), ("name", job.group_name.clone())]);
        let line = console.safe(&format!("{number}. {line}"));
        console.note(&line);
    }
    if !arguments.yes {
        console.note(SAY_YES.get(console.lang()));
        return Ok(Exit::Usage);
    }
    let connection = arguments.connection.open(&job.regions, None)?;
    let region = connection.regions.first().cloned().ok_or_else(|| Error::new(ErrorKind::Input, &runs::NO_REGION))?;
    let runtime = runtime()?;
    let look = Look { connection: &connection, region: &region, instance, clock: connection.clock() };
    let mut seen = Seen::default();
    runtime.block_on(look.before(&mut seen))?;
    seen.marker = runtime.block_on(look.marker(seen.platform.unwrap_or(Platform::Linux)))?;
    seen.scripts = scripts(&job);

    let setup = connection.setup(job, Goal::Run)?;
    let mut run = Run::begin(setup, document.value, &state_directory()?, &connection.caller, connection.clock())?;
    drive::drive(&mut run, &runtime, console)?;
    if let Some(error) = run.session().error() {
        return Err(error.clone().into());
    }
    let report = run.report(console.lang());
    runtime.block_on(look.after(run.session().state(), &mut seen))?;

    let answers = settle(&seen, console.lang());
    let count = |wanted| answers.iter().filter(|answer| answer.result == wanted).count();
    let contradicted = count(Settlement::Contradicted);
    let exit = if contradicted > 0 { Exit::Findings } else { Exit::Reached };
    let exit = exit.or_worse(Exit::from_code(report.exit_status));
    if console.is_json() {
        console.json(&Outcome {
            live_check_version: 1,
            consnap: env!("CARGO_PKG_VERSION"),
            instance_id: instance,
            run_id: &report.run_id,
            run_exit_status: report.exit_status,
            exit_status: exit as u8,
            settled: count(Settlement::Settled),
            contradicted,
            not_seen: count(Settlement::NotSeen),
            not_here: count(Settlement::NotHere),
            assumptions: &answers,
        })?;
        return Ok(exit);
    }
    let rows: Vec<Vec<table::Cell>> = answers
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
        ("settled", count(Settlement::Settled).to_string()),
        ("contradicted", contradicted.to_string()),
        ("open", (count(Settlement::NotSeen) + count(Settlement::NotHere)).to_string()),
        ("run", report.run_id.clone()),
        ("status", (exit as u8).to_string()),
    ];
    let line = console.text(&SUMMARY, &counts);
    console.data("")?;
    console.data(&line)?;
    Ok(exit)
}

/// Whether there are scripts, and whether one lies outside of `/tmp`.
fn scripts(job: &Job) -> (bool, bool) {
    let paths = [&job.linux.pre_script_path, &job.linux.post_script_path];
    let mut there = paths.into_iter().flatten();
    (there.clone().next().is_some(), there.any(|path| !path.starts_with("/tmp/")))
}

struct Look<'a> {
    connection: &'a Connection,
    region: &'a str,
    instance: &'a str,
    clock: Clock,
}

impl Look<'_> {
    /// Asks questions that only read, and gives the answers in their order.
    async fn ask(
        &self,
        calls: Vec<ApiCall>,
    ) -> Result<Vec<Result<consnap_core::base::http::HttpReply, String>>, Error> {
        let mut questions = Questions::new(calls, new_seed()?);
        reading::read_all(&mut questions, &self.connection.caller, &self.clock).await;
        let answers = questions.into_answers().into_iter().map(|answer| match answer {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(failure)) => Err(failure.name().to_owned()),
            None => Err("not_sent".to_owned()),
        });
        Ok(answers.collect())
    }

    async fn before(&self, seen: &mut Seen) -> Result<(), Error> {
        let instances = |ids: &[&str]| {
            Ok::<_, Error>(DescribeInstances {
                filter: InstanceFilter::Ids(Ids::new(ids.iter().copied())?),
                next_token: None,
            })
        };
        let calls = vec![
            instances(&[self.instance])?.into_call(self.region),
            instances(&[self.instance, NO_INSTANCE])?.into_call(self.region),
            DescribeInstanceRamRole { instance_ids: Ids::new([self.instance])? }.into_call(self.region),
        ];
        let operations: Vec<_> = calls.iter().map(|call| call.operation).collect();
        let answers = self.ask(calls).await?;
        for (number, (answer, operation)) in answers.iter().zip(operations).enumerate() {
            match (number, answer) {
                (0, Ok(reply)) => {
                    let page = reply::parse::<replies::DescribeInstances<'_>>(operation, reply)
                        .map_err(|failure| failure.to_error())?;
                    let one = page.instances.first().ok_or_else(nothing_there)?;
                    seen.platform = match one.os_type.as_deref() {
                        Some("windows") => Some(Platform::Windows),
                        Some("linux") => Some(Platform::Linux),
                        _ => None,
                    };
                    let options = one.metadata_options.clone().unwrap_or_default();
                    seen.metadata =
                        Some((options.http_endpoint.unwrap_or_default(), options.http_tokens.unwrap_or_default()));
                }
                (1, Ok(reply)) => {
                    let page = reply::parse::<replies::DescribeInstances<'_>>(operation, reply);
                    seen.with_unknown_id = page.ok().map(|page| Ok(page.instances.len()));
                }
                (1, Err(code)) => seen.with_unknown_id = Some(Err(code.clone())),
                (2, Ok(reply)) => {
                    let roles = reply::parse::<replies::DescribeInstanceRamRole>(operation, reply);
                    let roles = roles.map_or_else(|_| Vec::new(), |page| page.roles);
                    let of_it = roles.iter().find(|role| role.instance_id.as_deref() == Some(self.instance));
                    seen.without_role = match of_it.map(|role| role.ram_role_name.is_some()) {
                        Some(true) => None,
                        Some(false) => Some(true),
                        None => Some(false),
                    };
                }
                _ => {}
            }
        }
        if seen.metadata.is_none() {
            return Err(nothing_there());
        }
        Ok(())
    }

    /// Prints one line on the instance; the same call twice. It keeps no journal: it changes nothing, and carries a token.
    async fn marker(&self, platform: Platform) -> Result<Marker, Error> {
        let id = new_run_id()?;
        let tags = || Tags::new([(tags::RUN, id.as_str())]);
        let (command_type, text) = match platform {
            Platform::Linux => (CommandType::RunShellScript, format!("echo '{MARKER}'")),
            Platform::Windows => (CommandType::RunBatScript, format!("echo {MARKER}")),
        };
        let call = RunCommand {
            command_type,
            command_content: Filled::new(text)?,
            instance_ids: Ids::new([self.instance])?,
            timeout_seconds: MARKER_SECONDS,
            client_token: Filled::new(format!("{:016x}{:016x}", new_seed()?, new_seed()?))?,
            tags: Some(tags()?),
        }
        .into_call(self.region);
        let mut marker = Marker { text: MARKER.to_owned(), ..Marker::default() };
        marker.first = Some(self.start(&call).await);
        let Some(Ok(invocation)) = marker.first.clone() else { return Ok(marker) };
        let running = DescribeInvocations { filter: InvocationFilter::RunningTags(tags()?), next_token: None };
        let answers = self.ask(vec![running.into_call(self.region), self.invocation(&invocation, false)?]).await?;
        let shown = |answer: Option<&Result<consnap_core::base::http::HttpReply, String>>| {
            let reply = answer?.as_ref().ok()?;
            let operation = consnap_core::ecs::api::Operation::DescribeInvocations;
            let page = reply::parse::<replies::DescribeInvocations<'_>>(operation, reply).ok()?;
            let one = page.invocations.into_iter().find(|one| one.invoke_id.as_deref() == Some(&*invocation));
            Some(one.map(|one| one.invocation_status.unwrap_or_default()))
        };
        if let (Some(listed), Some(status)) = (shown(answers.first()), shown(answers.get(1))) {
            let open = matches!(status.as_deref(), Some("Pending" | "Running"));
            marker.listed_while_running = Some((listed.is_some(), open));
        }
        marker.second = Some(self.start(&call).await);
        marker.output = self.output_of(&invocation).await?;
        Ok(marker)
    }

    /// Sends the harmless command; gives the invocation or the code of a refusal.
    async fn start(&self, call: &ApiCall) -> Result<String, String> {
        let answer = match self.connection.caller.call(call, self.clock.now()).await {
            Ok(answer) => reply::parse::<replies::RunCommand>(call.operation, &answer).map(|taken| taken.invoke_id),
            Err(failure) => Err(reply::transport(&failure)),
        };
        answer.map_err(|failure| failure.name().to_owned())
    }

    fn invocation(&self, invoke_id: &str, include_output: bool) -> Result<ApiCall, Error> {
        let filter = InvocationFilter::Invocation { invoke_id: Filled::new(invoke_id)?, include_output };
        Ok(DescribeInvocations { filter, next_token: None }.into_call(self.region))
    }

    /// What the harmless command printed, once it is over.
    async fn output_of(&self, invocation: &str) -> Result<Option<String>, Error> {
        let operation = consnap_core::ecs::api::Operation::DescribeInvocations;
        for _ in 0..LOOKS {
            self.clock.wait_until(self.clock.now().plus(BETWEEN_LOOKS)).await;
            let answers = self.ask(vec![self.invocation(invocation, true)?]).await?;
            let Some(Ok(reply)) = answers.first() else { continue };
            let Ok(page) = reply::parse::<replies::DescribeInvocations<'_>>(operation, reply) else { continue };
            let results = page.invocations.into_iter().flat_map(|one| one.invoke_instances);
            for result in results {
                if let Some(text) = printed(&result.output) {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    async fn after(&self, state: &State, seen: &mut Seen) -> Result<(), Error> {
        let target = state.find(self.instance).and_then(|index| state.target(index));
        let Some(target) = target else { return Ok(()) };
        seen.outcome = target.outcome.as_deref().cloned();
        seen.reached = target.verdict.as_deref().map(|verdict| verdict.reached);
        let run_id = state.run_id.as_str();
        let by_tag =
            DescribeInvocations { filter: InvocationFilter::Tags(Tags::new([(tags::RUN, run_id)])?), next_token: None };
        let beginning = state.group_name.get(..state.group_name.len().saturating_sub(3)).unwrap_or_default();
        let named = |name: &str| {
            Ok::<_, Error>(DescribeSnapshotGroups {
                filter: GroupFilter::NameOfInstance {
                    name: Filled::new(name)?,
                    instance_id: Filled::new(self.instance)?,
                },
                next_token: None,
            })
        };
        let calls = vec![
            by_tag.into_call(self.region),
            named(&state.group_name)?.into_call(self.region),
            named(beginning)?.into_call(self.region),
        ];
        let operations: Vec<_> = calls.iter().map(|call| call.operation).collect();
        let answers = self.ask(calls).await?;
        let mut found = BTreeMap::new();
        for (number, (answer, operation)) in answers.iter().zip(operations).enumerate() {
            let Ok(reply) = answer else { continue };
            if number == 0 {
                let page = reply::parse::<replies::DescribeInvocations<'_>>(operation, reply);
                let tagged =
                    |tags: &[replies::Tag<'_>]| tags.iter().any(|tag| tag.key == tags::RUN && tag.value == run_id);
                let any = page.map(|page| page.invocations.iter().any(|one| tagged(&one.tags)));
                seen.by_tag = Some(any.map_err(|failure| failure.name().to_owned()));
            } else if let Ok(page) = reply::parse::<replies::DescribeSnapshotGroups<'_>>(operation, reply) {
                let ours = page.groups.iter().any(|group| group.name.as_deref() == Some(state.group_name.as_str()));
                found.insert(number, ours);
            }
        }
        let group_id = target.verdict.as_deref().and_then(|verdict| verdict.group_id.clone());
        let Some(group_id) = group_id else { return Ok(()) };
        if let (Some(exact), Some(beginning)) = (found.get(&1), found.get(&2)) {
            seen.by_name = Some(Ok((*exact, *beginning)));
        }
        self.group(&group_id, seen).await
    }

    /// The group with its snapshots, as each is shown by itself.
    async fn group(&self, group_id: &str, seen: &mut Seen) -> Result<(), Error> {
        let mut reader = EstateReader::new(&[self.region.to_owned()], Scope::Groups, new_seed()?);
        reading::read_all(&mut reader, &self.connection.caller, &self.clock).await;
        let find = |reader: &EstateReader| {
            let estate = reader.estate()?;
            Ok::<_, Error>(estate.regions.into_iter().find_map(|mut region| region.groups.remove(group_id)))
        };
        let Some(group) = find(&reader)? else { return Ok(()) };
        let snapshots: Vec<String> =
            group.members.iter().map(|member| member.evidence.snapshot_id.to_string()).collect();
        reader.look_at_snapshots(self.region, &snapshots);
        reading::read_all(&mut reader, &self.connection.caller, &self.clock).await;
        seen.group = find(&reader)?;
        let Ok(ids) = Ids::new(snapshots) else { return Ok(()) };
        let call = DescribeSnapshots { filter: SnapshotFilter::Ids(ids), next_token: None }.into_call(self.region);
        let operation = call.operation;
        let answers = self.ask(vec![call]).await?;
        let Some(Ok(reply)) = answers.first() else { return Ok(()) };
        let Ok(page) = reply::parse::<replies::DescribeSnapshots<'_>>(operation, reply) else { return Ok(()) };
        for tag in page.snapshots.iter().flat_map(|snapshot| &snapshot.tags) {
            let levels = ["appconsistent", "fsconsistent"];
            let key = tag.key.to_string();
            if levels.contains(&&*key.to_ascii_lowercase()) && !seen.level_keys.contains(&key) {
                seen.level_keys.push(key);
            }
        }
        Ok(())
    }
}

fn nothing_there() -> Error {
    Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED)
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
