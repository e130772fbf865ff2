//! Discovery and check: from the job's targets to instances with facts, findings, predictions and commands.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Event, Goal, Phase, PlannedCommand};
use super::{Session, Setup};
use crate::api::replies;
use crate::api::requests::{
    DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances, DiskFilter, Filled, Ids,
    InstanceFilter, Tags,
};
use crate::catalog::messages::{consistency, runs, verdicts as rows};
use crate::catalog::pacing;
use crate::check::{CheckContext, Checker, Eligibility, InstanceCheck, keep_standing_acceptances};
use crate::command::budget::budget;
use crate::command::{BuildRequest, Naming, build};
use crate::config::{AttachRole, Job, OnUnknown};
use crate::consistency::{Consistency, Platform};
use crate::error::{Error, ErrorKind};
use crate::facts::from_api::{cloud_assistant, disk_of, from_api};
use crate::facts::{Disk, InstanceFacts};
use crate::finding::Finding;
use crate::http::HttpReply;
use crate::plan;
use crate::reply::{self, Failure};
use crate::verdict::ExpectedDisk;

/// What a call of discovery asks for.
#[derive(Clone, Debug)]
pub(super) enum Errand {
    Instances { region: u16 },
    Disks { region: u16 },
    Assistants,
    Roles { ids: Vec<String> },
}

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    stage: Step,
    /// Calls queued or under way.
    outstanding: usize,
    found: Vec<Found>,
    by_id: BTreeMap<String, usize>,
    /// Regions whose disks could not be read.
    disks_refused: BTreeSet<u16>,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Instances,
    Details,
}

#[derive(Debug)]
struct Found {
    region: u16,
    facts: InstanceFacts,
    disks: Vec<Disk>,
}

impl Session {
    /// A job with blocking findings, or one that asks for what this version cannot do, ends before anything is sent.
    pub(super) fn refuse_unusable_job(&mut self) {
        let context = CheckContext { as_of: self.setup.as_of, now: Some(self.now) };
        let blocking: Vec<Finding> =
            Checker::new(&self.setup.job, &context).job_findings(None).into_iter().filter(Finding::blocks).collect();
        if !blocking.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::JOB_BLOCKED).with_findings(blocking));
        } else if self.state.regions.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::NO_REGION));
        }
    }

    pub(super) fn drive_discovery(&mut self) {
        if self.state.plan_hash.is_some() || self.setup.goal == Goal::Verify {
            return;
        }
        let Some(discovery) = &self.discovery else {
            self.begin_discovery();
            return;
        };
        if discovery.outstanding > 0 {
            return;
        }
        match discovery.stage {
            Step::Instances => self.ask_details(),
            Step::Details => self.check_all(),
        }
    }

    fn begin_discovery(&mut self) {
        self.emit(Event::PhaseEntered { phase: Phase::Discover });
        self.discovery = Some(Discovery::default());
        let targets = &self.setup.job.targets;
        let mut filters: Vec<InstanceFilter> = Vec::new();
        if targets.tags.is_empty() {
            let wanted: BTreeSet<&String> = targets.ids.iter().filter(|id| !targets.exclude.ids.contains(id)).collect();
            // In the job's order, without duplicates.
            let mut seen = BTreeSet::new();
            let ids: Vec<&String> = targets.ids.iter().filter(|id| wanted.contains(id) && seen.insert(*id)).collect();
            filters.extend(
                ids.chunks(100).filter_map(|chunk| Ids::new(chunk.iter().copied()).ok()).map(InstanceFilter::Ids),
            );
        } else {
            let tags = Tags::new(targets.tags.iter().map(|(key, value)| (key.clone(), value.clone())));
            filters.extend(tags.ok().map(InstanceFilter::Tags));
        }
        for region in 0..self.state.regions.len() {
            let Ok(index) = u16::try_from(region) else { continue };
            for filter in &filters {
                let call =
                    DescribeInstances { filter: filter.clone(), next_token: None }.into_call(&self.region(index));
                self.discover(Errand::Instances { region: index }, call);
            }
        }
        if filters.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED));
        }
    }

    fn discover(&mut self, errand: Errand, call: crate::api::ApiCall) {
        if let Some(discovery) = &mut self.discovery {
            discovery.outstanding += 1;
        }
        self.read(super::Errand::Discover(errand), call);
    }

    pub(super) fn region(&self, index: u16) -> String {
        self.state.regions.get(usize::from(index)).cloned().unwrap_or_default()
    }

    /// A page has come.
    pub(super) fn discovered(&mut self, errand: Errand, reply: &HttpReply) -> Result<(), Failure> {
        use crate::api::Operation;
        match errand {
            Errand::Instances { region } => {
                let page = reply::parse::<replies::DescribeInstances>(Operation::DescribeInstances, reply)?;
                for instance in &page.instances {
                    self.found(region, instance);
                }
                let (name, tags) = (self.region(region), self.setup.job.targets.tags.clone());
                self.next_page(page.next_token, |token| {
                    // Pages only exist for tags: a chunk of ids fits one page.
                    let filter = InstanceFilter::Tags(Tags::new(tags).ok()?);
                    let call = DescribeInstances { filter, next_token: Some(token) }.into_call(&name);
                    Some((Errand::Instances { region }, call))
                });
            }
            Errand::Disks { region } => {
                let page = reply::parse::<replies::DescribeDisks>(Operation::DescribeDisks, reply)?;
                if let Some(discovery) = &mut self.discovery {
                    for disk in &page.disks {
                        for instance in disk.attached_to() {
                            let Some(found) = discovery.by_id.get(instance).and_then(|&at| discovery.found.get_mut(at))
                            else {
                                continue;
                            };
                            if !found.disks.iter().any(|known| known.disk_id == disk.disk_id) {
                                found.disks.push(disk_of(disk, instance));
                            }
                        }
                    }
                }
                let name = self.region(region);
                self.next_page(page.next_token, |token| {
                    let call = DescribeDisks { filter: DiskFilter::Region, next_token: Some(token) };
                    Some((Errand::Disks { region }, call.into_call(&name)))
                });
            }
            Errand::Assistants => {
                let page = reply::parse::<replies::DescribeCloudAssistantStatus>(
                    Operation::DescribeCloudAssistantStatus,
                    reply,
                )?;
                if let Some(discovery) = &mut self.discovery {
                    for status in &page.statuses {
                        if let Some(found) =
                            discovery.by_id.get(&status.instance_id).and_then(|&at| discovery.found.get_mut(at))
                        {
                            found.facts.cloud_assistant = Some(cloud_assistant(status));
                        }
                    }
                }
            }
            Errand::Roles { ids } => {
                let page = reply::parse::<replies::DescribeInstanceRamRole>(Operation::DescribeInstanceRamRole, reply)?;
                if let Some(discovery) = &mut self.discovery {
                    // An instance that was asked for and is not listed has no role.
                    for id in &ids {
                        let role = page
                            .roles
                            .iter()
                            .find(|role| role.instance_id.as_deref() == Some(id))
                            .and_then(|role| role.ram_role_name.clone());
                        if let Some(found) = discovery.by_id.get(id).and_then(|&at| discovery.found.get_mut(at)) {
                            found.facts.ram_role = Some(role.unwrap_or_default());
                        }
                    }
                }
            }
        }
        if let Some(discovery) = &mut self.discovery {
            discovery.outstanding = discovery.outstanding.saturating_sub(1);
        }
        Ok(())
    }

    fn next_page(&mut self, token: Option<String>, call: impl FnOnce(Filled) -> Option<(Errand, crate::api::ApiCall)>) {
        let next = token.and_then(|token| Filled::new(token).ok()).and_then(call);
        if let Some((errand, call)) = next {
            self.discover(errand, call);
        }
    }

    fn found(&mut self, region: u16, instance: &replies::Instance) {
        let exclude = &self.setup.job.targets.exclude;
        let tags_match =
            |tags: &[replies::Tag], key: &str, value: &str| tags.iter().any(|tag| tag.key == key && tag.value == value);
        if exclude.ids.contains(&instance.instance_id)
            || exclude.tags.iter().any(|(key, value)| tags_match(&instance.tags, key, value))
        {
            return;
        }
        // The service filters, but a filter it ignores must not widen the selection.
        let wanted = &self.setup.job.targets;
        let selected = if wanted.tags.is_empty() {
            wanted.ids.contains(&instance.instance_id)
        } else {
            wanted.tags.iter().all(|(key, value)| tags_match(&instance.tags, key, value))
        };
        let mut facts = from_api(instance, &[], None, None);
        facts.disks = None;
        facts.collected_at = Some(self.now);
        let Some(discovery) = &mut self.discovery else { return };
        if selected && !discovery.by_id.contains_key(&instance.instance_id) {
            discovery.by_id.insert(instance.instance_id.clone(), discovery.found.len());
            discovery.found.push(Found { region, facts, disks: Vec::new() });
        }
    }

    /// The instances are known: ask for their disks, Cloud Assistant and roles.
    fn ask_details(&mut self) {
        if let Err(error) = self.selection_allowed() {
            self.end_with(error);
            return;
        }
        let mut by_region: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        if let Some(discovery) = &mut self.discovery {
            discovery.stage = Step::Details;
            for found in &discovery.found {
                by_region.entry(found.region).or_default().push(found.facts.instance_id.clone());
            }
        }
        let list_from = usize::try_from(pacing::LIST_DISKS_FROM.value).unwrap_or(10);
        let roles_per_call = usize::try_from(pacing::IDS_PER_ROLE_QUERY.value).unwrap_or(50);
        for (region, ids) in by_region {
            let name = self.region(region);
            if ids.len() >= list_from {
                let call = DescribeDisks { filter: DiskFilter::Region, next_token: None }.into_call(&name);
                self.discover(Errand::Disks { region }, call);
            } else {
                for id in &ids {
                    let Ok(id) = Filled::new(id.as_str()) else { continue };
                    let call = DescribeDisks { filter: DiskFilter::Instance(id), next_token: None }.into_call(&name);
                    self.discover(Errand::Disks { region }, call);
                }
            }
            for chunk in ids.chunks(100) {
                let Ok(instance_ids) = Ids::new(chunk.iter().cloned()) else { continue };
                let call = DescribeCloudAssistantStatus { instance_ids }.into_call(&name);
                self.discover(Errand::Assistants, call);
            }
            for chunk in ids.chunks(roles_per_call) {
                let Ok(instance_ids) = Ids::new(chunk.iter().cloned()) else { continue };
                let call = DescribeInstanceRamRole { instance_ids }.into_call(&name);
                self.discover(Errand::Roles { ids: chunk.to_vec() }, call);
            }
        }
    }

    /// Whether the selection may be worked on at all.
    fn selection_allowed(&self) -> Result<(), Error> {
        let Some(discovery) = &self.discovery else { return Ok(()) };
        let count = discovery.found.len();
        if count == 0 {
            return Err(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED));
        }
        if let Some(expect) = self.setup.job.targets.expect {
            let (min, max) = (expect.min.unwrap_or(0), expect.max.unwrap_or(u32::MAX));
            if count < min as usize || count > max as usize {
                return Err(Error::new(ErrorKind::Input, &runs::SELECTION_OUT_OF_BOUNDS)
                    .with("count", count.to_string())
                    .with("min", min.to_string())
                    .with("max", if max == u32::MAX { "-".to_owned() } else { max.to_string() }));
            }
        }
        if let Some(own) = self.setup.own_instance.as_deref().filter(|_| !self.setup.include_self)
            && discovery.by_id.contains_key(own)
        {
            return Err(Error::new(ErrorKind::Rejected, &runs::OWN_INSTANCE).with("instance", own));
        }
        Ok(())
    }

    pub(super) fn discovery_failed(&mut self, errand: &Errand, failure: &Failure) {
        if let Some(discovery) = &mut self.discovery {
            discovery.outstanding = discovery.outstanding.saturating_sub(1);
            match errand {
                // Without the instances there is nothing to do.
                Errand::Instances { .. } => {}
                Errand::Disks { region } => {
                    discovery.disks_refused.insert(*region);
                    return;
                }
                // The facts stay unknown, which counts against success where it matters.
                Errand::Assistants | Errand::Roles { .. } => return,
            }
        }
        self.end_with(failure.to_error());
    }

    /// All facts are in: check every instance, write the commands, make the plan.
    fn check_all(&mut self) {
        let Some(discovery) = self.discovery.take() else { return };
        self.emit(Event::PhaseEntered { phase: Phase::Check });
        let setup = self.setup.clone();
        let context = CheckContext { as_of: setup.as_of, now: Some(self.now) };
        let checker = Checker::new(&setup.job, &context);
        // An acceptance whose last day has passed accepts nothing.
        let mut writing = setup.clone();
        keep_standing_acceptances(&mut writing.job, context.today());
        let mut writer = CommandWriter::new(&writing, self.now);
        let mut canonical = plan::Canonical::default();
        let mut eligible: u32 = 0;
        let known: BTreeSet<String> = discovery.by_id.keys().cloned().collect();
        for mut found in discovery.found {
            if !discovery.disks_refused.contains(&found.region) {
                found.facts.disks = Some(std::mem::take(&mut found.disks));
            }
            let check = checker.check(&found.facts);
            let region = self.region(found.region);
            let event = self.checked(&setup, &mut writer, &mut canonical, &region, &found.facts, check);
            if matches!(&event, Event::InstanceChecked { set_aside: None, .. }) {
                eligible += 1;
            }
            self.emit(event);
        }
        let regions = self.state.regions.join(", ");
        for id in setup.job.targets.ids.iter().filter(|id| !known.contains(*id)) {
            if setup.job.targets.exclude.ids.contains(id) || self.state.find(id).is_some() {
                continue;
            }
            let why = Finding::new(&rows::NOT_FOUND, "").with("instance", id.clone()).with("regions", regions.clone());
            self.emit(Event::InstanceChecked {
                instance: id.clone(),
                name: String::new(),
                region: self.region(0),
                platform: None,
                predicted: Consistency::Unknown,
                why: why.clone(),
                findings: vec![why.clone()],
                expected_disks: Vec::new(),
                excluded_disks: Vec::new(),
                agent_version: None,
                spread: None,
                needs_role: false,
                command: None,
                set_aside: Some(why),
            });
        }
        let hash = canonical.hash();
        if let Some(approved) = setup.approved_plan.as_deref().filter(|approved| *approved != hash) {
            self.end_with(
                Error::new(ErrorKind::Rejected, &runs::PLAN_CHANGED)
                    .with("approved", approved)
                    .with("found", hash.clone()),
            );
            return;
        }
        self.emit(Event::PlanMade {
            hash,
            eligible,
            group_name: writer.group_name.clone(),
            attach_role: setup.job.run.attach_role,
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
        setup: &Setup,
        writer: &mut CommandWriter<'_>,
        canonical: &mut plan::Canonical,
        region: &str,
        facts: &InstanceFacts,
        check: InstanceCheck,
    ) -> Event {
        let job = &setup.job;
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
        let mut set_aside = unfit(job, &check);
        let mut command = None;
        if let (None, Some(platform)) = (&set_aside, check.platform) {
            let role = facts.ram_role.as_deref().filter(|role| !role.is_empty());
            match writer.write(platform, &facts.instance_id, role, &excluded) {
                Ok((index, new)) => {
                    command = Some(index);
                    canonical.add(region, needs_role, writer.canonical(index), &facts.instance_id);
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
            instance: facts.instance_id.clone(),
            name: facts.instance_name.clone().unwrap_or_default(),
            region: region.to_owned(),
            platform: check.platform,
            predicted: check.predicted,
            why: check.predicted_why,
            findings: check.findings,
            expected_disks,
            excluded_disks: excluded,
            agent_version: facts.cloud_assistant.as_ref().and_then(|assistant| assistant.version.clone()),
            spread,
            needs_role,
            command,
            set_aside,
        }
    }
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
struct CommandWriter<'a> {
    setup: &'a Setup,
    naming: Naming,
    group_name: String,
    written: BTreeMap<CommandKey, u32>,
    canonical: Vec<(String, u32)>,
}

impl<'a> CommandWriter<'a> {
    fn new(setup: &'a Setup, now: crate::time::Time) -> Self {
        let naming = Naming { run: setup.run_id.clone(), date: now.compact_date(), time: now.compact_time() };
        let group_name = naming.apply(&setup.job.group_name);
        Self { setup, naming, group_name, written: BTreeMap::new(), canonical: Vec::new() }
    }

    /// The command's number, and the command itself when it is new; the code of the finding that forbids it.
    fn write(
        &mut self,
        platform: Platform,
        instance: &str,
        role: Option<&str>,
        excluded: &[String],
    ) -> Result<(u32, Option<PlannedCommand>), String> {
        let job = &self.setup.job;
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

    fn canonical(&self, index: u32) -> (&str, u32) {
        self.canonical.get(index as usize).map_or(("", 0), |(command, timeout)| (command.as_str(), *timeout))
    }
}
