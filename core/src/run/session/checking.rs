//! The check of what was found: every instance judged, its command written, and out of all of it the plan.
//!
//! A batch at a time: between two batches the driver writes the events away, hears of interrupts, and memory stays small.

use base16ct::lower::encode_string;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::discover::Found;
use super::event::{Event, Phase, PlannedCommand};
use super::{Session, Setup, State};
use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::check::{CheckContext, Checker, Eligibility, InstanceCheck};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{consistency, runs, verdicts as rows};
use crate::input::facts::InstanceFacts;
use crate::input::job::accept::keep_standing_acceptances;
use crate::input::job::{AttachRole, Job, OnUnknown};
use crate::plugin::command::budget::budget;
use crate::plugin::command::{BuildRequest, Naming, build};
use crate::run::plan;
use crate::run::verdict::ExpectedDisk;

/// A check under way.
#[derive(Debug)]
pub(super) struct Checking {
    found: std::vec::IntoIter<Found>,
    /// The job without its targets, and with the acceptances that still stand.
    job: Job,
    context: CheckContext,
    writer: CommandWriter,
    canonical: plan::Canonical,
    /// What is uploaded to Linux instances, as the plan's hash sees it.
    uploads: Option<String>,
    eligible: u32,
}

impl Session {
    /// The state of a plan made of facts at hand, as a run would make it that found them; nothing is sent. `found` holds the
    /// region and the facts of each instance.
    ///
    /// # Errors
    ///
    /// The job has findings that block it, or no region.
    pub fn plan_of(setup: Setup, found: Vec<(String, InstanceFacts)>, now: Time) -> Result<State, Error> {
        let mut session = Self::new(setup, now);
        for (region, facts) in found {
            let region = session.region_index(&region);
            session.hand_over(region, facts);
        }
        if session.error.is_none() {
            session.begin_check();
        }
        while session.checking.is_some() {
            session.check_some();
        }
        match session.error {
            Some(error) => Err(error),
            None => Ok(session.state),
        }
    }

    /// All facts are in.
    pub(super) fn begin_check(&mut self) {
        let Some(discovery) = self.discovery.take() else { return };
        self.emit(Event::PhaseEntered { phase: Phase::Check });
        let context = CheckContext { as_of: self.setup.as_of, now: Some(self.now) };
        let targets = std::mem::take(&mut self.setup.job.targets);
        let mut job = self.setup.job.clone();
        self.setup.job.targets = targets;
        // An acceptance whose last day has passed accepts nothing.
        keep_standing_acceptances(&mut job, context.today());
        let found = discovery.found;
        self.checking = Some(Box::new(Checking {
            found: found.into_iter(),
            writer: CommandWriter::new(&self.setup, self.now),
            uploads: upload_key(&job),
            job,
            context,
            canonical: plan::Canonical::default(),
            eligible: 0,
        }));
        self.check_some();
    }

    /// Checks the next batch; after the last one the plan is made.
    pub(super) fn check_some(&mut self) {
        let Some(mut checking) = self.checking.take() else { return };
        let Checking { found, job, context, writer, canonical, uploads, eligible } = &mut *checking;
        let checker = Checker::new(job, context).weighing(&self.setup.severities);
        let batch = pacing::CHECKS_AT_ONCE;
        for mut found in found.by_ref().take(batch) {
            found.settle_disks();
            let mut check = checker.check(&found.facts);
            check.findings.append(&mut found.odd);
            if self.setup.keep_facts {
                self.facts.push(found.facts.clone());
            }
            if let Some(guest) = found.facts.guest.take().filter(|_| found.looked) {
                self.guests_seen.push((found.facts.instance_id.clone(), guest));
            }
            let region = self.region(found.region);
            let uploads = uploads.as_deref();
            let event = self.checked(job, writer, (canonical, uploads), &region, found.facts, check);
            if matches!(&event, Event::InstanceChecked { set_aside: None, .. }) {
                *eligible += 1;
            }
            self.emit(event);
        }
        if checking.found.len() > 0 {
            self.checking = Some(checking);
        } else {
            self.make_plan(*checking);
        }
    }

    fn make_plan(&mut self, checking: Checking) {
        let regions = self.state.regions.join(", ");
        let targets = std::mem::take(&mut self.setup.job.targets);
        let excluded: BTreeSet<&String> = targets.exclude.ids.iter().collect();
        let mut recent = super::TargetIndex::MAX;
        for id in targets.ids.iter().filter(|id| !excluded.contains(id)) {
            if let Some(known) = self.state.find_after(recent, id) {
                recent = known;
                continue;
            }
            let why = Finding::new(&rows::NOT_FOUND, "").with("instance", id.clone()).with("regions", regions.clone());
            self.emit(Event::InstanceChecked {
                instance: id.as_str().into(),
                name: String::new(),
                region: self.region(0),
                platform: None,
                predicted: Consistency::Unknown,
                why: Arc::new(why.clone()),
                findings: [why.clone()].into(),
                expected_disks: [].into(),
                excluded_disks: Vec::new(),
                agent_version: None,
                spread: None,
                needs_role: false,
                needs_upload: false,
                command: None,
                set_aside: Some(why),
            });
        }
        self.setup.job.targets = targets;
        let hash = checking.canonical.hash();
        if let Some(approved) = self.setup.approved_plan.as_deref().filter(|approved| *approved != hash) {
            let changed = Error::new(ErrorKind::Rejected, &runs::PLAN_CHANGED).with("approved", approved);
            self.end_with(changed.with("found", hash));
            return;
        }
        self.emit(Event::PlanMade {
            hash,
            eligible: checking.eligible,
            group_name: checking.writer.group_name,
            attach_role: self.setup.job.run.attach_role,
        });
        self.waiting = (0..self.state.targets.len())
            .filter_map(|index| u32::try_from(index).ok())
            .filter(|&index| {
                self.state.target(index).is_some_and(|target| matches!(target.stage, super::Stage::Waiting { .. }))
            })
            .collect();
    }

    fn checked(
        &mut self,
        job: &Job,
        writer: &mut CommandWriter,
        (canonical, uploads): (&mut plan::Canonical, Option<&str>),
        region: &str,
        facts: InstanceFacts,
        check: InstanceCheck,
    ) -> Event {
        let excluded: Vec<String> = job
            .exclude_disks
            .iter()
            .flatten()
            .filter(|excluded| excluded.instance == facts.instance_id)
            .map(|excluded| excluded.disk.clone())
            .collect();
        let expected_disks: Vec<ExpectedDisk> = facts
            .disks
            .iter()
            .flatten()
            .filter(|disk| !excluded.contains(&disk.disk_id))
            .map(|disk| ExpectedDisk {
                disk_id: disk.disk_id.as_str().into(),
                device: disk.device.as_deref().map(Into::into),
            })
            .collect();
        let needs_role = job.run.attach_role == AttachRole::IfMissing
            && job.instance_ram_role != "attached"
            && facts.ram_role.as_deref() == Some("");
        let uploads = uploads.filter(|_| check.platform == Some(Platform::Linux));
        let needs_upload = uploads.is_some();
        // Whoever has looked and does not know them could not tell afterwards whether the group is complete.
        let blind = self.identified && facts.disks.is_none();
        let mut set_aside = unfit(job, &check).or_else(|| blind.then(|| Finding::new(&rows::NOT_STARTED_DISKS, "")));
        let mut command = None;
        if let (None, Some(platform)) = (&set_aside, check.platform) {
            let role = facts.ram_role.as_deref().filter(|role| !role.is_empty());
            match writer.write(job, platform, &facts.instance_id, role, &excluded) {
                Ok((index, new)) => {
                    command = Some(index);
                    let (command, timeout) = writer.canonical(index);
                    let written = uploads.map(|uploads| format!("{command}\n{uploads}"));
                    let command = written.as_deref().unwrap_or(command);
                    canonical.add(region, needs_role, (command, timeout), &facts.instance_id);
                    if let Some(planned) = new {
                        self.emit(Event::CommandWritten { command: index, planned });
                    }
                }
                Err(code) => set_aside = Some(Finding::new(&rows::COMMAND_NOT_BUILT, "").with("code", code)),
            }
        }
        let spread = job
            .run
            .spread_by
            .as_deref()
            .and_then(|by| by.strip_prefix("tag:"))
            .and_then(|key| facts.tags.as_ref().and_then(|tags| tags.get(key)))
            .cloned();
        Event::InstanceChecked {
            instance: facts.instance_id.into(),
            name: facts.instance_name.unwrap_or_default(),
            region: region.to_owned(),
            platform: check.platform,
            predicted: check.predicted,
            why: Arc::new(check.predicted_why),
            findings: check.findings.into(),
            expected_disks: expected_disks.into(),
            excluded_disks: excluded,
            agent_version: facts.cloud_assistant.and_then(|assistant| assistant.version),
            spread,
            needs_role,
            needs_upload,
            command,
            set_aside,
        }
    }
}

/// What is uploaded, for the hash of the plan: other scripts make another plan.
pub(super) fn upload_key(job: &Job) -> Option<String> {
    let uploads: Vec<String> = job
        .linux
        .uploads()
        .map(|(path, content)| format!("{path} {}", encode_string(&Sha256::digest(content))))
        .collect();
    (!uploads.is_empty()).then(|| uploads.join("\n"))
}

/// Why an instance is not started, if it is not.
fn unfit(job: &Job, check: &InstanceCheck) -> Option<Finding> {
    // A level too weak has its own words below.
    let weaker = &consistency::WEAKER_THAN_REQUIRED;
    let blocking = check.findings.iter().find(|finding| finding.blocks() && finding.row != weaker);
    match (check.eligible, blocking) {
        // The finding says it best itself.
        (_, Some(finding)) => return Some(finding.clone()),
        (Eligibility::No, None) => {
            return Some(Finding::new(&rows::NOT_STARTED_UNFIT, "").with("code", consistency::UNKNOWN_FITNESS.code));
        }
        (Eligibility::Unknown, None) if job.run.on_unknown == OnUnknown::SetAside => {
            return Some(Finding::new(&rows::NOT_STARTED_UNKNOWN, ""));
        }
        _ => {}
    }
    match check.predicted {
        Consistency::Unknown if job.run.on_unknown == OnUnknown::SetAside => {
            Some(Finding::new(&rows::NOT_STARTED_UNKNOWN, ""))
        }
        Consistency::Unknown => None,
        predicted if job.required_consistency.is_met_by(predicted) => None,
        // Why freeze a database for a failure?
        predicted => Some(
            Finding::new(&rows::NOT_STARTED_WEAKER, "")
                .with("predicted", predicted.name())
                .with("required", job.required_consistency.name()),
        ),
    }
}

/// Key of a command: everything that may change its bytes.
type CommandKey = (Platform, Option<String>, Vec<String>);

/// Writes each distinct command once.
#[derive(Debug)]
pub(super) struct CommandWriter {
    naming: Naming,
    group_name: String,
    written: BTreeMap<CommandKey, u32>,
    canonical: Vec<(String, u32)>,
}

impl CommandWriter {
    pub(super) fn new(setup: &Setup, now: Time) -> Self {
        let naming = Naming { run: setup.run_id.clone(), date: now.compact_date(), time: now.compact_time() };
        let group_name = naming.apply(&setup.job.group_name);
        Self { naming, group_name, written: BTreeMap::new(), canonical: Vec::new() }
    }

    /// The command's number, and the command itself when it is new; the code of the finding that forbids it.
    pub(super) fn write(
        &mut self,
        job: &Job,
        platform: Platform,
        instance: &str,
        role: Option<&str>,
        excluded: &[String],
    ) -> Result<(u32, Option<PlannedCommand>), String> {
        let own_role = (job.instance_ram_role == "attached").then(|| role.map(str::to_owned)).flatten();
        let key = (platform, own_role, excluded.to_vec());
        if let Some(&index) = self.written.get(&key) {
            return Ok((index, None));
        }
        let request = BuildRequest {
            job,
            platform,
            instance: Some(instance),
            role,
            naming: Some(&self.naming),
            use_separator: false,
        };
        let built = build(&request);
        let Some(command) = built.command else {
            let code = built.findings.iter().find(|finding| finding.blocks()).map_or("-", Finding::code);
            return Err(code.to_owned());
        };
        // The plan's hash must not change from run to run: the same command with a run id of zeros.
        let zero = Naming { run: "00000000".to_owned(), date: "00000000".to_owned(), time: "000000".to_owned() };
        let canonical = build(&BuildRequest { naming: Some(&zero), ..request }).command.unwrap_or_default();
        let index = u32::try_from(self.canonical.len()).map_err(|_| "-".to_owned())?;
        self.canonical.push((canonical, built.timeout_seconds));
        self.written.insert(key, index);
        let planned = PlannedCommand {
            platform,
            command,
            form: built.form,
            timeout_seconds: built.timeout_seconds,
            budget_seconds: budget(job, platform).total_seconds.max(built.timeout_seconds),
            role: role.unwrap_or(&job.instance_ram_role).to_owned(),
            findings: built.findings,
        };
        Ok((index, Some(planned)))
    }

    pub(super) fn canonical(&self, index: u32) -> (&str, u32) {
        self.canonical.get(index as usize).map_or(("", 0), |(command, timeout)| (command.as_str(), *timeout))
    }
}
