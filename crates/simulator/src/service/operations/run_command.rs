//! `RunCommand` and `StopInvocation`.
//!
//! A command is all or nothing: one unfit instance fails the call (docs/sources/api.md 4.1). Everything that will
//! happen is planned
//! here, so that nothing has to be moved along later.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::{Platform, Time};

use super::{Call, Here, check_tags, tags_match};
use crate::guest::{self, Excluded, GuestView, Options, Program};
use crate::json::Json;
use crate::random::{Random, hash, mix};
use crate::scenario::{GuestFault, InstanceSpec, NotRunning, SnapshotFault, StopRunning, Usage};
use crate::service::FixedState;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::faults::guest_fault;
use crate::service::invocations::{Command, Ending, Invocation, Status, Stop, Task};
use crate::service::request::Parameters;
use crate::world::{Group, Hold, ids};

/// Largest command in Base64, in bytes; smaller when the command is kept (docs/sources/api.md 4.1).
const CONTENT_LIMIT: usize = 24 * 1024;
const KEPT_CONTENT_LIMIT: usize = 18 * 1024;
/// Seconds; less is raised to this, as `InvokeCommand` documents.
const LEAST_TIMEOUT: i64 = 10;
/// Seconds; the real limit is unknown (docs/sources/feature.md 12.5).
const LARGEST_TIMEOUT: i64 = 86_400;
/// Seconds the service uses when none are given.
const USUAL_TIMEOUT: i64 = 60;
/// How long delivery is tried (docs/sources/api.md 4.2: `Aborted`).
const DELIVERY: Duration = Duration::from_secs(60);
/// `ClientTokens` remembered at most.
const TOKENS: usize = 100_000;

/// The tokens of calls that were carried out.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientTokens {
    known: HashMap<String, Carried, FixedState>,
    order: VecDeque<String>,
}

#[derive(Copy, Clone, Debug)]
pub(super) struct Carried {
    pub(super) parameters: u64,
    pub(super) invocation: u64,
    pub(super) at: Time,
    pub(super) done_at: Time,
}

impl ClientTokens {
    pub(super) fn find(&self, token: &str, now: Time, seconds: u32) -> Option<Carried> {
        self.known.get(token).copied().filter(|carried| now < carried.at.plus_seconds(u64::from(seconds)))
    }

    pub(super) fn remember(&mut self, token: &str, carried: Carried) {
        if self.known.insert(token.to_owned(), carried).is_none() {
            self.order.push_back(token.to_owned());
        }
        if self.order.len() > TOKENS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// What a valid `RunCommand` asks for.
struct Order {
    platform: Platform,
    command: Command,
    tags: Vec<(String, String)>,
    dry_run: bool,
}

impl Simulator {
    pub(super) fn run_command(&mut self, call: &Call<'_>, here: Here, done_at: Time) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let order = read_order(parameters)?;
        let targets = self.targets(parameters, here)?;
        for position in &targets {
            let Some(instance) = self.world.instance(*position) else { continue };
            if self.scenario.service.not_running == NotRunning::Reject && instance.spec.status != "Running" {
                return Err(ApiError::of("InvalidInstance.NotRunning"));
            }
            if instance.spec.platform != order.platform {
                return Err(ApiError::of("InvalidInstance.NotMatch"));
            }
        }
        if order.dry_run {
            return Ok(Json::write(64, |json| json.text("RequestId", call.request_id)));
        }
        let fingerprint = fingerprint(parameters);
        let token = parameters.filter("ClientToken");
        if let Some(token) = token {
            if token.len() > 64 || !token.is_ascii() {
                return Err(ApiError::of("InvalidClientToken.Malformed"));
            }
            let seconds = self.scenario.service.client_token_seconds;
            if let Some(carried) = self.tokens.find(token, call.now, seconds) {
                if carried.parameters != fingerprint {
                    return Err(ApiError::of("IdempotentParameterMismatch"));
                }
                if call.now < carried.done_at {
                    return Err(ApiError::of("IdempotentProcessing"));
                }
                return Ok(accepted(call.request_id, carried.invocation));
            }
        }
        let number = self.history.next_number();
        let command = Arc::new(order.command);
        let tasks = targets
            .into_iter()
            .zip(0u64..)
            .map(|(instance, place)| {
                let seed = mix(self.scenario.seed ^ mix(number << 20 | place));
                self.start(instance, &command, call.now, seed)
            })
            .collect();
        let invocation = Invocation { number, command, tags: order.tags, created_at: call.now, tasks };
        self.history.add(invocation, self.scenario.service.history_records as usize);
        if let Some(token) = token {
            let carried = Carried { parameters: fingerprint, invocation: number, at: call.now, done_at };
            self.tokens.remember(token, carried);
        }
        Ok(accepted(call.request_id, number))
    }

    /// The instances a command is for: `InstanceId.N`, or all that carry the `ResourceTag.N`.
    pub(super) fn targets(&self, parameters: &Parameters, here: Here) -> Result<Vec<u32>, ApiError> {
        let ids = parameters.repeated("InstanceId");
        let filter = parameters.pairs("ResourceTag");
        let limit = self.scenario.service.instances_per_command as usize;
        let targets: Vec<u32> = match (ids.is_empty(), filter.is_empty()) {
            (true, true) => return Err(ApiError::of("MissingParam.InstanceId")),
            (false, false) => return Err(ApiError::of("InvalidResourceTag.ConflictWithInstanceIds")),
            (false, true) if ids.len() > limit => return Err(ApiError::of("InstanceIds.ExceedLimit")),
            (false, true) => {
                let mut targets = Vec::with_capacity(ids.len());
                for id in ids {
                    let position = here.find(self.world.find(id));
                    let position = position.ok_or_else(|| ApiError::of("InvalidInstance.NotFound"))?;
                    if !targets.contains(&position) {
                        targets.push(position);
                    }
                }
                targets
            }
            (true, false) => (0u32..)
                .zip(&self.world.instances)
                .filter(|(_, instance)| here.0 && tags_match(&filter, self.tags_of(instance)))
                .map(|(position, _)| position)
                .collect(),
        };
        if targets.is_empty() {
            return Err(ApiError::of("InvalidResourceTag.InstanceNotFound"));
        }
        if targets.len() > limit {
            return Err(ApiError::of("InstanceIds.ExceedLimit"));
        }
        Ok(targets)
    }

    /// Plans the command on one instance, with all it will leave behind.
    fn start(&mut self, position: u32, command: &Arc<Command>, now: Time, seed: u64) -> Task {
        let scenario = Arc::clone(&self.scenario);
        let mut random = Random::new(seed);
        let mut task = Task {
            instance: position,
            created_at: now,
            started_at: None,
            ends_at: now,
            ending: Ending { status: Status::Aborted, exit_code: None, error_code: "".into() },
            stop: None,
            plan: None,
            group: None,
            fault: None,
            excluded: None,
            result: None,
            seed,
        };
        let Some(instance) = self.world.instance_mut(position) else { return task };
        let past = instance.past.get_or_insert_default();
        past.commands = past.commands.saturating_add(1);
        past.last_invoked = now;
        let id = Arc::clone(&instance.id);
        let spec = Arc::clone(&instance.spec);
        let role = instance.role.clone().filter(|role| role.seen_from <= now);
        task.fault = guest_fault(&scenario.guest_faults, &id, past.commands, &mut random);
        let fault: Option<&GuestFault> = task.fault.and_then(|at| scenario.guest_faults.get(at as usize));
        if matches!(command.program, Program::Snapshot(_)) {
            task.result = fault.and_then(|fault| fault.result);
        }

        let assistant = &spec.cloud_assistant;
        if spec.status != "Running" {
            task.ends_at = now.plus(Duration::from_millis(u64::from(random.between(200, 900))));
            task.ending.error_code = "InstanceNotRunning".into();
            return task;
        }
        if !assistant.online || !assistant.installed || !assistant.responds || fault.is_some_and(|fault| fault.offline)
        {
            task.ends_at = now.plus(DELIVERY);
            task.ending.error_code =
                if assistant.online { "DeliveryTimeout".into() } else { "ClientNotRunning".into() };
            return task;
        }
        if let Some(error) = fault.and_then(|fault| fault.task_error.as_deref()) {
            task.ends_at = now.plus(Duration::from_millis(u64::from(random.between(300, 900))));
            task.ending = Ending { status: status_of(error), exit_code: None, error_code: error.into() };
            return task;
        }

        let started_at = now.plus(Duration::from_millis(u64::from(random.between(100, 900))));
        task.started_at = Some(started_at);
        let after = |millis: u32| started_at.plus(Duration::from_millis(u64::from(millis)));
        let (exit, shell_ends) = match &command.program {
            Program::Probe(_) | Program::Record(..) => {
                let stall = fault.and_then(|fault| fault.stall_seconds).unwrap_or(0).saturating_mul(1000);
                let exit = fault.and_then(|fault| fault.exit_code).unwrap_or(0);
                (exit, random.between(120, 900).saturating_add(stall))
            }
            Program::Ends { exit, started, .. } => {
                past.started = past.started.saturating_add(u32::from(*started));
                past.last_exit = Some(*exit);
                (*exit, random.between(50, 700))
            }
            Program::Snapshot(options) => {
                let spec = with_scripts(&spec, options);
                let excluded = match self.world.find_disk(&options.exclude_disk_id) {
                    _ if options.exclude_disk_id.is_empty() => Excluded::None,
                    Some((owner, at)) if owner == position => Excluded::Disk(at),
                    _ => Excluded::Foreign,
                };
                task.excluded = match excluded {
                    Excluded::Disk(at) => u16::try_from(at).ok(),
                    Excluded::None | Excluded::Foreign => None,
                };
                let view = GuestView {
                    spec: &spec,
                    role: role.as_ref().map(|role| role.name.as_ref()),
                    role_allows: role.as_ref().is_some_and(|role| {
                        scenario.roles.iter().any(|known| *known.name == *role.name && known.allows_snapshots)
                    }),
                    excluded,
                    timeout: command.timeout_seconds.saturating_mul(1000),
                    fault,
                };
                let plan = guest::plan(&view, options, &mut random);
                if let Some(group) = plan.group {
                    let mut members: Vec<u16> = spec
                        .disks
                        .iter()
                        .zip(0u16..)
                        .filter(|(disk, at)| disk.has_snapshots() && Some(*at) != task.excluded)
                        .map(|(_, at)| at)
                        .collect();
                    let missing_disk = match group.last_member {
                        Some(SnapshotFault::Missing) => members.pop(),
                        _ => None,
                    };
                    let failed_member = match group.last_member {
                        Some(SnapshotFault::Failed) => {
                            members.len().checked_sub(1).and_then(|last| u16::try_from(last).ok())
                        }
                        _ => None,
                    };
                    let created_at = after(group.created);
                    let invisible = Duration::from_millis(u64::from(scenario.service.group_invisible_millis));
                    task.group = self.world.add_group(Group {
                        instance: position,
                        name: Arc::clone(&options.name),
                        description: Arc::clone(&options.description),
                        created_at,
                        visible_from: created_at.plus(invisible),
                        settled_at: if group.settles { after(group.settled) } else { Time::FAR_FUTURE },
                        fails: group.fails,
                        tags: group.tags,
                        tagged_at: after(group.tagged),
                        members: members.into_boxed_slice(),
                        failed_member,
                        missing_disk,
                        first_snapshot: 0,
                        usage: Usage::None,
                        deleted: Vec::new(),
                    });
                }
                if let Some(past) = self.world.instance_mut(position).and_then(|instance| instance.past.as_mut()) {
                    past.started = past.started.saturating_add(u32::from(plan.starts));
                    past.last_exit = Some(plan.exit);
                    if let Some(record) = guest::left(&spec, options, &plan, started_at) {
                        past.record = Some(Box::new(record));
                    }
                    if let Some((from, until)) = plan.hold {
                        past.holds.push(Hold { from: after(from), until: until.map_or(Time::FAR_FUTURE, after) });
                    }
                }
                let (exit, shell_ends) = (plan.exit, plan.shell_ends);
                task.plan = Some(Box::new(plan));
                (exit, shell_ends)
            }
        };
        let timeout = command.timeout_seconds.saturating_mul(1000);
        if shell_ends > timeout {
            // Only the shell is killed; the plug-in runs on and its end is lost (docs/sources/launcher.md 3.3).
            task.ends_at = after(timeout);
            task.ending = Ending { status: Status::Timeout, exit_code: Some(1), error_code: "ExecutionTimeout".into() };
        } else {
            task.ends_at = after(shell_ends);
            let (status, error) = if exit == 0 { (Status::Success, "") } else { (Status::Failed, "ExitCodeNonzero") };
            task.ending = Ending { status, exit_code: Some(exit), error_code: error.into() };
        }
        if let Some(past) = self.world.instance_mut(position).and_then(|instance| instance.past.as_mut()) {
            past.busy_until = past.busy_until.max(task.ends_at);
        }
        task
    }

    pub(super) fn stop_invocation(&mut self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let id = parameters.required("InvokeId")?;
        let instances = parameters.repeated("InstanceId");
        if instances.len() > 50 {
            return Err(ApiError::of("InstanceIds.ExceedLimit"));
        }
        let number = here.find(ids::read(ids::Kind::Invocation, id));
        let positions: Vec<Option<u32>> = instances.iter().map(|id| self.world.find(id)).collect();
        let ignore = self.scenario.service.stop_running == StopRunning::Ignore;
        let stopping = Duration::from_secs(u64::from(self.scenario.service.stopping_seconds));
        let invocation = number.and_then(|number| self.history.find_mut(number));
        let invocation = invocation.ok_or_else(|| ApiError::of("InvalidInvokeId.NotFound"))?;
        let is_task = |position: &Option<u32>| {
            position.is_some_and(|position| invocation.tasks.iter().any(|task| task.instance == position))
        };
        if !positions.iter().all(is_task) {
            return Err(ApiError::of("InvalidInstanceId.NotFound"));
        }
        for task in &mut invocation.tasks {
            let meant = positions.is_empty() || positions.contains(&Some(task.instance));
            let status = task.status(call.now);
            if !meant || status.is_final() || task.stop.is_some() || (status == Status::Running && ignore) {
                continue;
            }
            task.stop = Some(Stop {
                asked_at: call.now,
                done_at: call.now.plus(stopping),
                before_start: status == Status::Pending,
            });
            if status == Status::Pending {
                // What never starts leaves nothing behind.
                let (plan, group) = (task.plan.take(), task.group.take());
                self.world.cancel_start(task.instance, plan.as_deref(), group);
            }
        }
        Ok(Json::write(64, |json| json.text("RequestId", call.request_id)))
    }
}

/// The instance as a command finds it: what lies under the names it gives is what runs.
pub(super) fn with_scripts(spec: &Arc<InstanceSpec>, options: &Options) -> Arc<InstanceSpec> {
    if spec.guest.files.is_empty() {
        return Arc::clone(spec);
    }
    let guest = spec.guest.with_scripts(&options.pre_script_path, &options.post_script_path);
    Arc::new(InstanceSpec { guest, ..InstanceSpec::clone(spec) })
}

fn accepted(request_id: &str, number: u64) -> Vec<u8> {
    Json::write(160, |json| {
        json.text("RequestId", request_id);
        json.text("CommandId", &ids::write(ids::Kind::Command, number));
        json.text("InvokeId", &ids::write(ids::Kind::Invocation, number));
    })
}

/// The state a task error ends in (docs/sources/api.md 4.2.1).
fn status_of(error: &str) -> Status {
    match error {
        "ExecutionException"
        | "ExecutionInterrupted"
        | "InstanceRestarted"
        | "ClientRestarted"
        | "InstanceReleased"
        | "TerminationException" => Status::Error,
        "ExecutionTimeout" => Status::Timeout,
        _ if error.starts_with("Instance") || error.starts_with("Client") || error.starts_with("Delivery") => {
            Status::Aborted
        }
        "SecurityGroupRuleDenied" => Status::Aborted,
        _ => Status::Invalid,
    }
}

/// What makes two calls with the same token the same: every parameter but the token itself.
pub(super) fn fingerprint(parameters: &Parameters) -> u64 {
    parameters
        .0
        .iter()
        .filter(|(name, _)| name != "ClientToken")
        .fold(0, |sum: u64, (name, value)| sum.wrapping_add(mix(hash(name.as_bytes()) ^ mix(hash(value.as_bytes())))))
}

/// Reads and checks everything that does not depend on the instances, in the service's order: required, enumerations,
/// sizes (docs/sources/feature.md 10.2).
fn read_order(parameters: &Parameters) -> Result<Order, ApiError> {
    let kind = parameters.required("Type")?;
    let content = parameters.required("CommandContent")?;
    let (kind, platform) = match kind {
        "RunShellScript" => ("RunShellScript", Platform::Linux),
        "RunBatScript" => ("RunBatScript", Platform::Windows),
        "RunPowerShellScript" => ("RunPowerShellScript", Platform::Windows),
        _ => return Err(ApiError::of("InvalidCmdType.NotFound")),
    };
    let dry_run = match parameters.filter("RepeatMode") {
        None | Some("Once") => false,
        Some("DryRun") => true,
        // Known to the service, not to the simulator: a run that comes again.
        Some("Period" | "NextRebootOnly" | "EveryReboot") => {
            return Err(ApiError::invalid("RepeatMode")
                .with_message("The simulator carries out RepeatMode Once and DryRun only."));
        }
        Some(_) => return Err(ApiError::of("InvalidRepeatMode.NotFound")),
    };
    if parameters.filter("TerminationMode").is_some_and(|mode| !matches!(mode, "Process" | "ProcessTree")) {
        return Err(ApiError::of("InvalidTerminationMode.NotFound"));
    }
    let encoded = parameters.filter("ContentEncoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("Base64"));
    let (plain, base64) = if encoded {
        let bytes = STANDARD.decode(content).map_err(|_| ApiError::of("CmdContent.DecodeError"))?;
        (String::from_utf8_lossy(&bytes).into_owned(), content.to_owned())
    } else {
        (content.to_owned(), STANDARD.encode(content))
    };
    let kept = parameters.flag("KeepCommand")?.unwrap_or(false);
    if base64.len() > if kept { KEPT_CONTENT_LIMIT } else { CONTENT_LIMIT } {
        return Err(ApiError::of("CmdContent.ExceedLimit"));
    }
    for (name, limit) in [("Name", 128), ("Description", 512), ("WorkingDir", 200), ("Username", 255)] {
        if parameters.filter(name).is_some_and(|text| text.chars().count() > limit) {
            return Err(ApiError::invalid(name));
        }
    }
    let timeout = parameters.number("Timeout")?.unwrap_or(USUAL_TIMEOUT);
    if timeout > LARGEST_TIMEOUT {
        return Err(ApiError::of("InvalidTimeout.ExceedLimit"));
    }
    parameters.flag("EnableParameter")?;
    parameters.flag("Timed")?;
    let tags = parameters.pairs("Tag");
    check_tags(&tags, 64)?;
    let text = |name: &str| parameters.filter(name).unwrap_or_default().to_owned();
    let recognised = guest::program(platform, &plain);
    let powershell = kind == "RunPowerShellScript";
    let program = if powershell && !matches!(recognised, Program::Probe(_)) {
        Program::Ends {
            exit: 1,
            output: "(the simulated guest does not carry out PowerShell scripts)\n".to_owned(),
            started: false,
        }
    } else {
        recognised
    };
    let usual = |name: &str, usual: &str| parameters.filter(name).unwrap_or(usual).to_owned();
    let linux = platform == Platform::Linux;
    Ok(Order {
        platform,
        dry_run,
        tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        command: Command {
            kind,
            content: base64,
            name: text("Name"),
            description: text("Description"),
            username: usual("Username", if linux { "root" } else { "System" }),
            working_dir: usual("WorkingDir", if linux { "/root" } else { "C:\\Windows\\System32" }),
            timeout_seconds: u32::try_from(timeout.max(LEAST_TIMEOUT)).unwrap_or(60),
            program,
        },
    })
}
