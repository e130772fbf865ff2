//! The look at a live instance: it reads, sends one harmless command twice, and looks at what a run made.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use consnap_client::driver::Clock;
use consnap_client::operations::{Connection, ExitStatus, RunOptions, begin_run};
use consnap_client::reading;
use consnap_client::run::{Run, new_run_id, new_seed};
use consnap_core::base::http::HttpReply;
use consnap_core::diagnostics::messages::{audits, runs};
use consnap_core::ecs::api::requests::{
    CommandType, DescribeInstanceRamRole, DescribeInstances, DescribeInvocations, DescribeSnapshotGroups,
    DescribeSnapshots, Filled, GroupFilter, Ids, InstanceFilter, InvocationFilter, RunCommand, SnapshotFilter, Tags,
};
use consnap_core::ecs::api::{ApiCall, Operation, replies};
use consnap_core::ecs::questions::Questions;
use consnap_core::ecs::tags;
use consnap_core::estate::inventory::{EstateReader, Scope};
use consnap_core::input::job::Job;
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, State};
use consnap_core::{Error, ErrorKind, Lang, Platform, ecs::reply};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Answer, Marker, Seen, Settlement, printed, settle};

/// No instance has this id.
const NO_INSTANCE: &str = "i-00000000000000000000";
/// What the harmless command prints: the service would replace it if it replaced placeholders.
const MARKER: &str = "consnap {{ACS::InstanceId}}";
/// Seconds the harmless command may take, and how often it is looked at.
const MARKER_SECONDS: u32 = 60;
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct LiveCheckOutcome {
    /// The version of this form: 1.
    pub live_check_version: u32,
    /// The version of consnap.
    pub consnap: &'static str,
    /// The instance.
    pub instance_id: String,
    /// The run that made the group.
    pub run_id: String,
    /// The exit status of that run.
    pub run_exit_status: u8,
    /// 1 when an assumption is contradicted, else that of the run; of both the worse.
    pub exit_status: u8,
    /// Assumptions that hold.
    pub settled: usize,
    /// Assumptions that do not.
    pub contradicted: usize,
    /// Assumptions that could have shown, and did not.
    pub not_seen: usize,
    /// Assumptions of which this look cannot tell.
    pub not_here: usize,
    /// Each assumption.
    pub assumptions: Vec<Answer>,
}

impl LiveCheckOutcome {
    fn of(instance: &str, report: &Report, seen: &Seen, lang: Lang) -> Self {
        let assumptions = settle(seen, lang);
        let count = |wanted| assumptions.iter().filter(|answer| answer.result == wanted).count();
        let contradicted = count(Settlement::Contradicted);
        let exit = ExitStatus::findings_if(contradicted > 0).or_worse(ExitStatus::from_code(report.exit_status));
        Self {
            live_check_version: 1,
            consnap: env!("CARGO_PKG_VERSION"),
            instance_id: instance.to_owned(),
            run_id: report.run_id.clone(),
            run_exit_status: report.exit_status,
            exit_status: exit.code(),
            settled: count(Settlement::Settled),
            contradicted,
            not_seen: count(Settlement::NotSeen),
            not_here: count(Settlement::NotHere),
            assumptions,
        }
    }
}

/// The one instance that is looked at.
///
/// Errors: none is named, or several are.
pub fn only_instance(instances: &[String]) -> Result<&str, Error> {
    match instances {
        [instance] => Ok(instance),
        _ => Err(Error::new(ErrorKind::Input, &audits::ONE_INSTANCE)),
    }
}

/// What a job says where its document does not.
pub fn missing_in_job() -> Value {
    json!({
        "group_name": "consnap-live-check-{run}", "instance_ram_role": "attached",
        "required_consistency": "file_system",
    })
}

/// A check under way: [`LiveCheck::begin`], drive the run of [`LiveCheck::run`] to its end, then [`LiveCheck::end`].
pub struct LiveCheck<'a> {
    look: Look<'a>,
    seen: Seen,
}

impl<'a> LiveCheck<'a> {
    /// Reads what the service shows of the instance, and sends the harmless command.
    ///
    /// Errors: no region, no such instance, a refusal.
    pub async fn begin(instance: &'a str, job: &Job, connection: &'a Connection) -> Result<Self, Error> {
        let look = Look { connection, region: connection.first_region()?, instance, clock: connection.clock() };
        let mut seen = Seen { scripts: scripts(job), ..Seen::default() };
        look.before(&mut seen).await?;
        seen.marker = look.marker(seen.platform.unwrap_or(Platform::Linux)).await?;
        Ok(Self { look, seen })
    }

    /// The run that makes a group; nothing is sent yet.
    ///
    /// Errors: as of any run.
    pub async fn run(&self, job: Job, document: Value, state_directory: &Path) -> Result<Run, Error> {
        let Look { connection, .. } = self.look;
        // Whoever names one instance has chosen it.
        let options = RunOptions { include_self: true, ..RunOptions::default() };
        begin_run((job, document), Goal::Run, options, connection, state_directory).await
    }

    /// Looks at what the run made, and says how each assumption came out.
    ///
    /// Errors: the run ended before it began, a refusal.
    pub async fn end(mut self, run: &Run, lang: Lang) -> Result<LiveCheckOutcome, Error> {
        if let Some(error) = run.session().error() {
            return Err(error.clone());
        }
        self.look.after(run.session().state(), &mut self.seen).await?;
        Ok(LiveCheckOutcome::of(self.look.instance, &run.report(lang), &self.seen, lang))
    }
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
    async fn ask(&self, calls: Vec<ApiCall>) -> Result<Vec<Result<HttpReply, String>>, Error> {
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
        let shown = |answer: Option<&Result<HttpReply, String>>| {
            let reply = answer?.as_ref().ok()?;
            let operation = Operation::DescribeInvocations;
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
        let operation = Operation::DescribeInvocations;
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
