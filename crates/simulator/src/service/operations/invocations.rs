//! `DescribeInvocations` and `DescribeInvocationResults`.

use std::time::Duration;

use consnap_core::Time;

use super::run_command::with_scripts;
use super::{Call, Here, tags_match};
use crate::guest::{self, Output, ProbedGuest, Program};
use crate::json::Json;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::invocations::{Invocation, Status, Task};
use crate::service::paging::{Page, PageRules};
use crate::service::request::Parameters;
use crate::world::ids;

const INVOCATION_PAGES: PageRules =
    PageRules { operation: "DescribeInvocations", max_results: 50, min_results: 1, max_page_size: 50, strict: true };

const RESULT_PAGES: PageRules = PageRules {
    operation: "DescribeInvocationResults",
    max_results: 50,
    min_results: 1,
    max_page_size: 50,
    strict: true,
};

/// Which invocations are asked for. An empty filter is none (docs/sources/api.md 4.2).
struct Filter<'f> {
    number: Wanted<u64>,
    command: Wanted<u64>,
    /// Position of the instance.
    instance: Wanted<u32>,
    tags: Vec<(&'f str, &'f str)>,
}

/// A value asked for.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Wanted<T> {
    Any,
    Only(T),
    /// One that does not exist: nothing matches.
    Unknown,
}

impl<T: Copy + PartialEq> Wanted<T> {
    fn of(given: Option<&str>, find: impl FnOnce(&str) -> Option<T>) -> Self {
        given.map_or(Self::Any, |given| find(given).map_or(Self::Unknown, Self::Only))
    }

    fn takes(self, value: T) -> bool {
        self == Self::Any || self == Self::Only(value)
    }
}

impl Simulator {
    fn filter<'f>(&self, parameters: &'f Parameters) -> Filter<'f> {
        Filter {
            number: Wanted::of(parameters.filter("InvokeId"), |id| ids::read(ids::Kind::Invocation, id)),
            command: Wanted::of(parameters.filter("CommandId"), |id| ids::read(ids::Kind::Command, id)),
            instance: Wanted::of(parameters.filter("InstanceId"), |id| self.world.find(id)),
            tags: parameters.pairs("Tag"),
        }
    }

    /// The invocations a filter leaves, the newest first.
    fn matching<'s>(&'s self, filter: &Filter<'_>, here: Here) -> Vec<&'s Invocation> {
        if !here.0 {
            return Vec::new();
        }
        let fits = |invocation: &&Invocation| {
            filter.command.takes(invocation.number)
                && invocation.tasks.iter().any(|task| filter.instance.takes(task.instance))
                && tags_match(&filter.tags, invocation.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        };
        match filter.number {
            Wanted::Only(number) => self.history.find(number).into_iter().filter(fits).collect(),
            Wanted::Unknown => Vec::new(),
            Wanted::Any => self.history.newest_first().filter(fits).collect(),
        }
    }

    pub(super) fn describe_invocations(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(INVOCATION_PAGES, parameters)?;
        let with_output = parameters.flag("IncludeOutput")?.unwrap_or(false);
        let base64 = wants_base64(parameters);
        let filter = self.filter(parameters);
        let (kind, name) = (parameters.filter("CommandType"), parameters.filter("CommandName"));
        let status = parameters.filter("InvokeStatus");
        let mut all = self.matching(&filter, here);
        for tag in &filter.tags {
            // Of what carries the tag the oldest are covered: what runs now is beyond. And each tag of a filter is cut by
            // itself. Both are the worse readings.
            let carrying = self.history.newest_first().filter(|invocation| {
                tags_match(&[*tag], invocation.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            });
            let carrying: Vec<u64> = carrying.map(|invocation| invocation.number).collect();
            let count = u32::try_from(carrying.len()).unwrap_or(u32::MAX);
            let covered = self.covered_by_tags(0..count)?.min(count);
            let beyond = carrying.get(..(count - covered) as usize).unwrap_or_default();
            all.retain(|invocation| !beyond.contains(&invocation.number));
        }
        all.retain(|invocation| {
            kind.is_none_or(|kind| invocation.command.kind == kind)
                && (filter.instance != Wanted::Any || name.is_none_or(|name| invocation.command.name == name))
                && status.is_none_or(|status| self.is_listed_as(status, invocation.status(call.now)))
        });
        let total = all.len();
        let (found, token) = page.cut(all.into_iter());
        let tasks: usize = found.iter().map(|invocation| invocation.tasks.len()).sum();
        let mut scratch = Scratch::default();
        Ok(Json::write(512 + tasks * if with_output { 6_000 } else { 450 }, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.text("NextToken", &token);
            json.list("Invocations", "Invocation", found, |json, invocation| {
                let command = &invocation.command;
                let status = invocation.status(call.now);
                json.text("InvokeId", &ids::write(ids::Kind::Invocation, invocation.number));
                json.text("CommandId", &ids::write(ids::Kind::Command, invocation.number));
                json.text("CommandName", &command.name);
                json.text("CommandDescription", &command.description);
                json.text("CommandType", command.kind);
                if base64 {
                    json.text("CommandContent", &command.content);
                } else {
                    json.text("CommandContent", &plain(&command.content));
                }
                json.text("CreationTime", &invocation.created_at.to_wire());
                json.number("Timeout", command.timeout_seconds);
                json.text("InvocationStatus", status.name());
                json.text("InvokeStatus", status.legacy_name());
                json.text("Username", &command.username);
                json.text("WorkingDir", &command.working_dir);
                json.constant(
                    r#""Frequency":"","RepeatMode":"Once","Timed":false,"Parameters":"{}","TerminationMode":"Process""#,
                );
                write_tags(json, invocation);
                let shown = |task: &&Task| filter.instance.takes(task.instance) && task.is_listed(call.now);
                let tasks = invocation.tasks.iter().filter(shown);
                json.list("InvokeInstances", "InvokeInstance", tasks, |json, task| {
                    let status = task.status(call.now);
                    json.text("InstanceId", self.instance_id(task.instance));
                    let unreadable = task.is_unreadable(call.now);
                    json.text("InvocationStatus", if unreadable { "" } else { status.name() });
                    json.text("InstanceInvokeStatus", if unreadable { "" } else { status.legacy_name() });
                    json.text("CreationTime", &task.created_at.to_wire());
                    json.text("UpdateTime", &task.finished_at(call.now).unwrap_or(task.created_at).to_wire());
                    json.text("FinishTime", &wire(task.finished_at(call.now)));
                    json.flag("Timed", false);
                    self.write_result(json, invocation, task, call.now, with_output.then_some(base64), &mut scratch);
                });
            });
        }))
    }

    /// Whether a filter by the status of the older family lists an invocation.
    fn is_listed_as(&self, wanted: &str, status: Status) -> bool {
        let hidden = status == Status::Pending && !self.scenario.service.running_lists_pending;
        status.legacy_name() == wanted && !hidden
    }

    pub(super) fn describe_invocation_results(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(RESULT_PAGES, parameters)?;
        parameters.flag("IncludeHistory")?;
        let base64 = wants_base64(parameters);
        let filter = self.filter(parameters);
        let status = parameters.filter("InvokeRecordStatus");
        let invocations = self.matching(&filter, here);
        let all: Vec<(&Invocation, &Task)> = invocations
            .into_iter()
            .filter(|invocation| status.is_none_or(|status| invocation.status(call.now).legacy_name() == status))
            .flat_map(|invocation| invocation.tasks.iter().map(move |task| (invocation, task)))
            .filter(|(_, task)| filter.instance.takes(task.instance) && task.is_listed(call.now))
            .collect();
        let total = all.len();
        let (found, token) = page.cut(all.into_iter());
        let mut scratch = Scratch::default();
        Ok(Json::write(512 + found.len() * 6_000, |json| {
            json.text("RequestId", call.request_id);
            json.object("Invocation", |json| {
                json.number("PageNumber", page.number);
                json.count("PageSize", page.size);
                json.count("TotalCount", total);
                json.text("NextToken", &token);
                json.list("InvocationResults", "InvocationResult", found, |json, (invocation, task)| {
                    json.text("InvokeId", &ids::write(ids::Kind::Invocation, invocation.number));
                    json.text("CommandId", &ids::write(ids::Kind::Command, invocation.number));
                    json.text("InstanceId", self.instance_id(task.instance));
                    json.text("InvocationStatus", task.status(call.now).name());
                    // The state of the whole, in the older family.
                    json.text("InvokeRecordStatus", invocation.status(call.now).legacy_name());
                    json.text("FinishedTime", &wire(task.finished_at(call.now)));
                    json.text("Username", &invocation.command.username);
                    json.text("TerminationMode", "Process");
                    write_tags(json, invocation);
                    self.write_result(json, invocation, task, call.now, Some(base64), &mut scratch);
                });
            });
        }))
    }

    fn instance_id(&self, position: u32) -> &str {
        self.world.instance(position).map_or("", |instance| instance.id.as_ref())
    }

    /// What both operations say of a task. `output` tells whether to give the output, and if so whether in Base64.
    fn write_result(
        &self,
        json: &mut Json,
        invocation: &Invocation,
        task: &Task,
        now: Time,
        output: Option<bool>,
        scratch: &mut Scratch,
    ) {
        let status = task.status(now);
        // An exit code is there once there is one, and not before (docs/sources/api.md 4.2).
        if let Some(exit_code) = task.exit_code(now) {
            json.number("ExitCode", exit_code);
        }
        let error = task.error_code(now);
        json.text("ErrorCode", error);
        json.text("ErrorInfo", error_info(error));
        json.number("Repeats", i64::from(status.is_final() && task.started_at.is_some()));
        let started = task.started_at.filter(|started| *started <= now && status != Status::Cancelled);
        json.text("StartTime", &wire(started));
        let stopped = task.stop.filter(|stop| now >= stop.done_at).map(|stop| stop.done_at);
        json.text("StopTime", &wire(stopped));
        let dropped = match output {
            Some(_) if started.is_some() => self.output(invocation, task, now, scratch),
            _ => {
                scratch.text.clear();
                0
            }
        };
        json.number("Dropped", dropped);
        match output {
            Some(true) => json.base64("Output", &scratch.text),
            Some(false) => json.text("Output", &String::from_utf8_lossy(&scratch.text)),
            None => json.text("Output", ""),
        }
    }

    /// Writes a task's output so far, and gives the bytes cut from it.
    fn output(&self, invocation: &Invocation, task: &Task, now: Time, scratch: &mut Scratch) -> u32 {
        let Some(started_at) = task.started_at else { return 0 };
        // What comes after the service stopped listening is lost.
        let heard_until = task.stop.map_or(task.ends_at, |stop| stop.asked_at).min(now).min(task.ends_at);
        let until = millis(heard_until.since(started_at));
        match (&invocation.command.program, &task.plan) {
            (Program::Snapshot(options), Some(plan)) => {
                let Some(instance) = self.world.instance(task.instance) else { return 0 };
                scratch.disk_ids.clear();
                scratch
                    .disk_ids
                    .extend((0..instance.spec.disks.len()).map(|position| self.world.disk_id(task.instance, position)));
                let group_id = task.group.map(|group| ids::write(ids::Kind::Group, u64::from(group)));
                let spec = with_scripts(&instance.spec, options);
                let output = Output {
                    spec: &spec,
                    instance_id: &instance.id,
                    region: &self.scenario.region,
                    options,
                    plan,
                    fault: task.fault.and_then(|at| self.scenario.guest_faults.get(at as usize)),
                    disk_ids: &scratch.disk_ids,
                    excluded: task.excluded.map(usize::from),
                    group_id: group_id.as_deref(),
                    started_at,
                    seed: task.seed,
                };
                guest::write_output(&output, until, &mut scratch.text)
            }
            (Program::Probe(scripts), _) => {
                scratch.text.clear();
                let Some(instance) = self.world.instance(task.instance) else { return 0 };
                if heard_until < task.ends_at || task.ending.status == Status::Timeout {
                    return 0;
                }
                scratch.disk_ids.clear();
                scratch
                    .disk_ids
                    .extend((0..instance.spec.disks.len()).map(|position| self.world.disk_id(task.instance, position)));
                let seen = instance.role.as_ref().filter(|role| role.seen_from <= started_at);
                let holds = instance.past.iter().flat_map(|past| &past.holds);
                let probed = ProbedGuest {
                    spec: &instance.spec,
                    instance_id: &instance.id,
                    role: seen.map(|role| role.name.as_ref()),
                    disk_ids: &scratch.disk_ids,
                    held: holds.clone().any(|hold| hold.from <= started_at && started_at < hold.until),
                    fault: task.fault.and_then(|at| self.scenario.guest_faults.get(at as usize)),
                };
                guest::write_answer(&probed, scripts, &mut scratch.text);
                0
            }
            (Program::Record(name, folders), _) => {
                scratch.text.clear();
                let Some(instance) = self.world.instance(task.instance) else { return 0 };
                if heard_until < task.ends_at || task.ending.status == Status::Timeout {
                    return 0;
                }
                let left = instance.past.as_ref().and_then(|past| past.record.as_deref());
                scratch.disk_ids.clear();
                let disks = 0..instance.spec.disks.len();
                scratch.disk_ids.extend(disks.map(|position| self.world.disk_id(task.instance, position)));
                let guest = (&instance.spec.guest, scratch.disk_ids.as_slice());
                guest::write_record_answer((name, folders), left, guest, started_at, &mut scratch.text);
                0
            }
            (Program::Ends { output, .. }, _) => {
                scratch.text.clear();
                if now >= task.ends_at {
                    scratch.text.extend_from_slice(output.as_bytes());
                }
                0
            }
            (Program::Snapshot(_), None) => {
                scratch.text.clear();
                0
            }
        }
    }
}

/// Room used again for every output of a page.
#[derive(Default)]
struct Scratch {
    text: Vec<u8>,
    disk_ids: Vec<String>,
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

fn wire(time: Option<Time>) -> String {
    time.map_or_else(String::new, Time::to_wire)
}

/// Base64 unless plain text is asked for: the default of both operations (docs/sources/feature.md 3.3).
fn wants_base64(parameters: &Parameters) -> bool {
    !parameters.filter("ContentEncoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("PlainText"))
}

fn plain(base64: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write_tags(json: &mut Json, invocation: &Invocation) {
    json.list("Tags", "Tag", &invocation.tags, |json, (key, value)| {
        json.text("TagKey", key);
        json.text("TagValue", value);
    });
}

/// The free text beside a task's error code (docs/sources/api.md 4.2.1).
fn error_info(code: &str) -> &'static str {
    match code {
        "" => "",
        "InstanceNotRunning" => "the instance is not running when create task",
        "ClientNotRunning" => "the aliyun service is not running on the instance",
        "DeliveryTimeout" => "the command delivery has been timeout",
        "ExecutionTimeout" => "the command execution has been timeout",
        "ExitCodeNonzero" => "the command execution exit code is not zero",
        _ => "the command can not be executed",
    }
}
