//! What the writers of all forms work on, worked out once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::carriage::CALL_LIMIT;
use super::{Request, Target, made_by, quote};
use crate::base::consistency::{Platform, RequiredConsistency};
use crate::catalog::ram;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::exports;
use crate::input::job::MaxErrors;
use crate::plugin::command::{self, BuildRequest, Naming};

const PLACEHOLDER_REGION: &str = "cn-hangzhou";

/// Instances that take the same command.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    pub(super) instances: Vec<String>,
    pub(super) command: String,
}

/// How the instances are found.
pub(super) struct Selection<'a> {
    pub(super) tags: &'a BTreeMap<String, String>,
    pub(super) all: bool,
    pub(super) without: &'a [String],
    pub(super) without_tags: &'a BTreeMap<String, String>,
    /// Fewest and most instances.
    pub(super) expect: (u32, u32),
}

impl Selection<'_> {
    pub(super) fn tags_json(&self) -> String {
        Value::from_iter(self.tags.clone()).to_string()
    }

    pub(super) fn without_json(&self) -> String {
        Value::from(self.without).to_string()
    }

    pub(super) fn without_tags_json(&self) -> String {
        Value::from_iter(self.without_tags.clone()).to_string()
    }

    /// The first number of instances that is too many.
    pub(super) fn expect_end(&self) -> u64 {
        u64::from(self.expect.1) + 1
    }
}

/// What a template takes its values from.
pub(super) struct Material<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) region: String,
    /// The first lines of each file.
    pub(super) head: Vec<String>,
    /// The instances named, those excluded by id taken away; none when they are selected.
    pub(super) instances: Vec<String>,
    pub(super) selection: Selection<'a>,
    /// The command of all instances that have no own one.
    pub(super) command: String,
    /// Instances that leave disks out.
    pub(super) own: Vec<Share>,
    pub(super) timeout_seconds: u32,
    pub(super) command_type: &'static str,
    pub(super) canary: u32,
    pub(super) max_in_flight: u32,
    /// Instances of one call.
    pub(super) wave: u32,
    pub(super) max_errors: MaxErrors,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) title: String,
    pub(super) repository: &'static str,
    pub(super) version: &'static str,
}

impl<'a> Material<'a> {
    pub(super) fn new(request: &'a Request<'a>, findings: &mut Vec<Finding>) -> Self {
        let (job, target) = (request.job, request.target);
        let targets = &job.targets;
        let mut head = vec![made_by(request.as_of)];
        head.extend(request.link.map(quote::one_line).filter(|link| !link.is_empty()));
        let run = &job.run;
        let (hour, minute) = request.schedule;
        let mut material = Self {
            request,
            region: job.regions.first().cloned().unwrap_or_else(|| PLACEHOLDER_REGION.to_owned()),
            title: format!("App-consistent snapshots ({})", made_by(request.as_of)),
            head,
            instances: Vec::new(),
            selection: Selection {
                tags: &targets.tags,
                all: targets.all,
                without: &targets.exclude.ids,
                without_tags: &targets.exclude.tags,
                expect: targets
                    .expect
                    .map_or((1, u32::MAX), |expect| (expect.min.unwrap_or(1).max(1), expect.max.unwrap_or(u32::MAX))),
            },
            command: String::new(),
            own: Vec::new(),
            timeout_seconds: 0,
            command_type: match request.platform {
                Platform::Linux => "RunShellScript",
                Platform::Windows => "RunBatScript",
            },
            canary: run.canary,
            max_in_flight: run.max_in_flight.max(1),
            wave: run.max_in_flight.clamp(1, CALL_LIMIT),
            max_errors: run.max_errors,
            hour,
            minute,
            repository: env!("CARGO_PKG_REPOSITORY"),
            version: env!("CARGO_PKG_VERSION"),
        };
        if target.carries_command() {
            material.select(findings);
            material.build(findings);
            material.state_demands();
        }
        material
    }

    fn select(&mut self, findings: &mut Vec<Finding>) {
        let (job, target) = (self.request.job, self.request.target);
        if job.regions.is_empty() && target != Target::Command {
            findings.push(Finding::new(&exports::EXPORT_REGION, "/regions").with("region", self.region.clone()));
        }
        for id in job.targets.selected_ids() {
            if !self.instances.iter().any(|known| known == id) {
                self.instances.push(id.to_owned());
            }
        }
        let selects = self.selection.all || !self.selection.tags.is_empty();
        if self.instances.is_empty() && !selects && target != Target::Command {
            findings.push(Finding::new(&exports::EXPORT_INSTANCES, "/targets/ids"));
        }
        if selects {
            let place = if self.selection.all { "/targets/all" } else { "/targets/tags" };
            let platform = match self.request.platform {
                Platform::Linux => "Linux",
                Platform::Windows => "Windows",
            };
            findings.push(Finding::new(&exports::EXPORT_ONE_PLATFORM, place).with("platform", platform));
        }
    }

    /// The command of all, and those of instances that leave disks out.
    fn build(&mut self, findings: &mut Vec<Finding>) {
        let request = self.request;
        let marks = Naming::marks();
        let mut build = |instance: &str| {
            let built = command::build(&BuildRequest {
                job: request.job,
                platform: request.platform,
                instance: Some(instance),
                role: None,
                naming: if request.target.fills_in() { Some(&marks) } else { request.naming },
                use_separator: request.use_separator,
            });
            for finding in built.findings {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
            self.timeout_seconds = built.timeout_seconds;
            built.command.unwrap_or_default()
        };
        self.command = build("");
        for excluded in request.job.exclude_disks.iter().flatten() {
            let id = &excluded.instance;
            let known = self.own.iter().any(|share| share.instances.contains(id));
            let selected = self.instances.is_empty() || self.instances.contains(id);
            if known || !selected || self.selection.without.contains(id) {
                continue;
            }
            let command = build(id);
            match self.own.iter_mut().find(|share| share.command == command) {
                Some(share) => share.instances.push(id.clone()),
                None => self.own.push(Share { instances: vec![id.clone()], command }),
            }
        }
    }

    /// What the job demands of the result, where only a reader of the file can hold to it.
    fn state_demands(&mut self) {
        let job = self.request.job;
        if job.required_consistency == RequiredConsistency::FileSystem {
            self.head.push("required consistency: file_system (tags FsConsistent or APPConsistent)".to_owned());
        }
        for accepted in &job.accept {
            let owner = accepted.owner.iter().map(|owner| format!("; {owner}"));
            let until = accepted.until.iter().map(|until| format!("; until {until}"));
            let line: String = ["accepted: ", &accepted.code, " ", &accepted.reason]
                .map(str::to_owned)
                .into_iter()
                .chain(owner)
                .chain(until)
                .collect();
            self.head.push(quote::one_line(&line));
        }
    }

    /// The instances named, in the order in which they are started: what goes well before the rest, then as many as may
    /// run at the same time, those of one command together.
    pub(super) fn waves(&self, canary: u32) -> Vec<Share> {
        let length = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).min(self.instances.len());
        let (first, rest) = self.instances.split_at(length(canary));
        let waves = std::iter::once(first).chain(rest.chunks(length(self.wave).max(1)));
        waves.flat_map(|wave| self.by_command(wave)).collect()
    }

    /// Instances by the command they take.
    pub(super) fn by_command(&self, instances: &[String]) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        for id in instances {
            let command =
                self.own.iter().find(|share| share.instances.contains(id)).map_or(&self.command, |own| &own.command);
            match shares.iter_mut().find(|share| share.command == *command) {
                Some(share) => share.instances.push(id.clone()),
                None => shares.push(Share { instances: vec![id.clone()], command: command.clone() }),
            }
        }
        shares
    }

    /// Whether the tags of named instances must be looked at, or the instances found.
    pub(super) fn looks(&self) -> bool {
        self.instances.is_empty() || !self.selection.without_tags.is_empty()
    }

    /// Lists of ids for DescribeInstances, which takes a hundred.
    pub(super) fn id_pages(&self) -> Vec<String> {
        self.instances.chunks(100).map(|ids| Value::from(ids).to_string()).collect()
    }

    /// The role of the instances; the vendor's example name when the job leaves it to them.
    pub(super) fn role(&self) -> &str {
        match self.request.job.instance_ram_role.as_str() {
            "" | "attached" => ram::EXAMPLE_ROLE,
            named => named,
        }
    }

    pub(super) fn clock(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// The head with each line behind the mark of a comment.
    pub(super) fn comment(&self, mark: &str) -> String {
        self.head.iter().fold(String::new(), |text, line| text + mark + " " + line + "\n")
    }
}

impl Naming {
    /// Marks that stand in the place of `{run}`, `{date}` and `{time}` until the tool that runs the export fills them in.
    /// They are of the safe alphabet, so that what replaces them changes nothing about quoting.
    pub(super) fn marks() -> Self {
        Self { run: "RUNID000".to_owned(), date: "DATE0000".to_owned(), time: "TIME00".to_owned() }
    }
}
