//! Looking into guests before the check: the same read-only command for all of a platform, a hundred a call, its answers
//! read from the listing of the invocation.
//!
//! A probe changes nothing in the guest, so it is asked like a question: no intent of it is journalled, and a call that may
//! have been carried out is simply repeated, with its token.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Session;
use super::discover::Step;
use super::event::{Event, Phase};
use super::shown::Shown;
use super::start::token;
use crate::base::consistency::{Consistency, Platform};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::api_errors::Scope;
use crate::catalog::{limits, pacing};
use crate::check::{CheckContext, Checker, Eligibility};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::guest as rows;
use crate::ecs::api::requests::{DescribeInvocations, Filled, Ids, InvocationFilter, RunCommand, Tags};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::input::facts::Guest;
use crate::input::job::accept::keep_standing_acceptances;
use crate::input::job::{Probe, forms};
use crate::plugin::output::{ContentEncoding, decode};
use crate::plugin::probe::{ReadAnswer, ScriptPaths, command, read_base64};

/// So far ahead of ours the clock of whoever looked before may have been.
const SLACK: Duration = Duration::from_secs(900);

/// What a call asks for.
#[derive(Clone, Debug)]
pub(super) enum CallPurpose {
    /// Start the probe.
    Start { region: u16, platform: Platform, ids: Vec<String> },
    /// Have the guests answered?
    GroupLookup { run: usize },
}

/// Probes under way.
#[derive(Debug, Default)]
pub(super) struct Probing {
    runs: Vec<Run>,
    /// When each run is looked at next.
    looks: BTreeSet<(Time, usize)>,
    /// Calls queued or under way.
    outstanding: usize,
}

/// One invocation.
#[derive(Debug)]
struct Run {
    region: u16,
    invoke_id: String,
    open: BTreeSet<String>,
    started_at: Time,
}

impl Probing {
    fn is_over(&self) -> bool {
        self.outstanding == 0 && self.looks.is_empty()
    }

    pub(super) fn next_wake(&self) -> Time {
        self.looks.first().map_or(Time::FAR_FUTURE, |(at, _)| *at)
    }
}

impl Session {
    /// All that the API shows is in: choose whom to look into.
    pub(super) fn begin_probe(&mut self) {
        let mut wanted = self.setup.job.run.probe;
        // Where a service keeps its data must be known before it is held: what lies outside of the group is torn in the copy.
        if wanted == Probe::Never && ScriptPaths::of(&self.setup.job).data_of.is_some() {
            wanted = Probe::IfUnknown;
        }
        if wanted == Probe::Never {
            self.begin_check();
            return;
        }
        let chosen = self.choose(wanted);
        if chosen.is_empty() {
            self.begin_check();
            return;
        }
        self.emit(Event::PhaseEntered { phase: Phase::Probe });
        if let Some(discovery) = &mut self.discovery {
            discovery.stage = Step::Probe;
        }
        self.probe(chosen);
    }

    /// Starts the probe on instances, by region and platform.
    pub(super) fn probe(&mut self, chosen: BTreeMap<(u16, Platform), Vec<String>>) {
        self.probing = Some(Box::default());
        let size = self.state.ids_per_call.max(1);
        for ((region, platform), ids) in chosen {
            for chunk in ids.chunks(size) {
                self.start_probe(region, platform, chunk.to_vec());
            }
        }
    }

    /// Whom the job wants looked into: fit as far as is known, not looked into lately.
    fn choose(&mut self, wanted: Probe) -> BTreeMap<(u16, Platform), Vec<String>> {
        let mut chosen: BTreeMap<(u16, Platform), Vec<String>> = BTreeMap::new();
        let longest = self.setup.job.run.probe_max_age.as_deref().and_then(forms::parse_duration);
        let longest = longest.unwrap_or(Duration::from_secs(limits::PROBE_AGE.value.into()));
        let context = CheckContext { as_of: self.setup.as_of, now: Some(self.now) };
        let targets = std::mem::take(&mut self.setup.job.targets);
        let mut job = self.setup.job.clone();
        self.setup.job.targets = targets;
        keep_standing_acceptances(&mut job, context.today());
        let scripts = ScriptPaths::of(&job);
        let checker = Checker::new(&job, &context);
        let Some(discovery) = &mut self.discovery else { return chosen };
        for found in &mut discovery.found {
            found.settle_disks();
            if found.facts.guest.is_none()
                && let Some(known) = self.setup.known_guests.remove(&found.facts.instance_id)
            {
                // A look from the future says that a clock was wrong.
                let young =
                    known.probed_at.is_some_and(|at| self.now.since(at) <= longest && at.since(self.now) <= SLACK);
                let windows = found.facts.os_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("windows"));
                found.facts.guest = Some(known).filter(|known| young && (windows || is_about(known, &scripts)));
            }
            let check = checker.check(&found.facts);
            let Some(platform) = check.platform.filter(|_| check.eligible != Eligibility::No) else { continue };
            let unknown = check.predicted == Consistency::Unknown;
            if found.facts.guest.is_none() && (wanted == Probe::Always || unknown) {
                chosen.entry((found.region, platform)).or_default().push(found.facts.instance_id.clone());
            }
        }
        self.setup.known_guests.clear();
        chosen
    }

    fn start_probe(&mut self, region: u16, platform: Platform, ids: Vec<String>) {
        let probe = command(platform, &ScriptPaths::of(&self.setup.job));
        let run = self.setup.run_id.clone();
        let token = token(&format!("{run}-probe"), self.next_call, &probe.content, &ids);
        let (Ok(content), Ok(instance_ids), Ok(client_token)) =
            (Filled::new(probe.content), Ids::new(ids.iter().cloned()), Filled::new(token))
        else {
            return;
        };
        let request = RunCommand {
            command_type: probe.command_type,
            command_content: content,
            instance_ids,
            timeout_seconds: pacing::PROBE_TIMEOUT,
            client_token,
            tags: Tags::new([(tags::PROBE, run)]).ok(),
        };
        let call = request.into_call(&self.region(region));
        self.ask(CallPurpose::Start { region, platform, ids }, call);
    }

    fn ask(&mut self, purpose: CallPurpose, call: crate::ecs::api::ApiCall) {
        if let Some(probing) = &mut self.probing {
            probing.outstanding += 1;
            self.read(super::CallPurpose::Probe(purpose), call);
        }
    }

    /// Looks at the probes whose time has come; when all have answered, the check begins.
    pub(super) fn drive_probe(&mut self) {
        let Some(probing) = &mut self.probing else { return };
        let mut due = Vec::new();
        while let Some(&(at, run)) = probing.looks.first().filter(|(at, _)| *at <= self.now) {
            probing.looks.remove(&(at, run));
            due.extend(probing.runs.get(run).map(|known| (run, known.region, known.invoke_id.clone())));
        }
        for (run, region, invoke_id) in due {
            let Ok(invoke_id) = Filled::new(invoke_id) else { continue };
            let filter = InvocationFilter::Invocation { invoke_id, include_output: true };
            let call = DescribeInvocations { filter, next_token: None }.into_call(&self.region(region));
            self.ask(CallPurpose::GroupLookup { run }, call);
        }
        if self.probing.as_ref().is_some_and(|probing| probing.is_over()) {
            self.probing = None;
            if self.discovery.is_some() {
                self.begin_check();
            }
        }
    }

    /// An answer of the service has come.
    pub(super) fn probed(&mut self, purpose: &CallPurpose, reply: &HttpReply) -> Result<(), Failure> {
        match purpose {
            CallPurpose::Start { region, ids, .. } => {
                let taken = reply::parse::<replies::RunCommand>(Operation::RunCommand, reply)?;
                let Some(probing) = &mut self.probing else { return Ok(()) };
                let first = self.now.plus(pacing::PROBE_FIRST);
                probing.looks.insert((first, probing.runs.len()));
                probing.runs.push(Run {
                    region: *region,
                    invoke_id: taken.invoke_id,
                    open: ids.iter().cloned().collect(),
                    started_at: self.now,
                });
            }
            &CallPurpose::GroupLookup { run } => self.probe_looked(run, reply)?,
        }
        self.one_less();
        Ok(())
    }

    fn one_less(&mut self) {
        if let Some(probing) = &mut self.probing {
            probing.outstanding = probing.outstanding.saturating_sub(1);
        }
    }

    fn probe_looked(&mut self, run: usize, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let Some(known) = self.probing.as_mut().and_then(|probing| probing.runs.get_mut(run)) else { return Ok(()) };
        let shown = Shown::of(&page, &known.invoke_id);
        let mut answers: Vec<(String, ReadAnswer)> = Vec::new();
        known.open.retain(|id| {
            let Some(result) = shown.as_ref().and_then(|shown| shown.result(id)) else { return true };
            let finished = decode(result, ContentEncoding::Base64).finished;
            if finished {
                let code = if result.error_code.is_empty() { &result.invocation_status } else { &result.error_code };
                answers.push((id.clone(), answer_of(&result.output, code)));
            }
            !finished
        });
        let waited = self.now.since(known.started_at).as_secs();
        if !known.open.is_empty()
            && waited > u64::from(pacing::PROBE_TIMEOUT).saturating_add(pacing::RESULT_GRACE.as_secs())
        {
            let late = std::mem::take(&mut known.open).into_iter();
            answers.extend(late.map(|id| (id, failed_answer("NoResultInTime"))));
        }
        if !known.open.is_empty() {
            let pause = (waited * 7 / 10).clamp(pacing::PROBE_FIRST.as_secs(), pacing::POLL_LONGEST.as_secs());
            let next = self.now.plus_seconds(pause);
            if let Some(probing) = &mut self.probing {
                probing.looks.insert((next, run));
            }
        }
        for (id, answer) in answers {
            self.guest_answered(&id, answer);
        }
        Ok(())
    }

    /// A call could not be had. A batch that one instance spoils is halved; what stays out is unknown, and said.
    pub(super) fn probe_failed(&mut self, purpose: CallPurpose, failure: &Failure) {
        self.one_less();
        match purpose {
            CallPurpose::Start { region, platform, mut ids } => {
                let too_many = failure.name() == "InstanceIds.ExceedLimit";
                if too_many {
                    self.state.ids_per_call_reduced(pacing::IDS_PER_CALL_REDUCED);
                }
                if ids.len() > 1 && (too_many || failure.scope == Scope::Instance) {
                    let behind = ids.split_off(ids.len() / 2);
                    self.start_probe(region, platform, ids);
                    self.start_probe(region, platform, behind);
                    return;
                }
                for id in ids {
                    self.guest_answered(&id, failed_answer(failure.name()));
                }
            }
            CallPurpose::GroupLookup { run } => {
                let known = self.probing.as_mut().and_then(|probing| probing.runs.get_mut(run));
                for id in known.map(|known| std::mem::take(&mut known.open)).unwrap_or_default() {
                    self.guest_answered(&id, failed_answer(failure.name()));
                }
            }
        }
    }

    /// What a guest told goes to the facts of its instance.
    fn guest_answered(&mut self, instance: &str, answer: ReadAnswer) {
        let now = self.now;
        if self.discovery.is_none() {
            self.upload_seen(instance, answer);
            return;
        }
        let Some(found) = self.discovery.as_mut().and_then(|discovery| discovery.of(instance)) else { return };
        found.odd = answer.findings;
        let Some(reading) = answer.reading else { return };
        match reading.into_guest(instance, found.facts.disks.as_deref(), Some(now)) {
            Ok(guest) => {
                found.looked = true;
                found.facts.guest = Some(guest);
            }
            Err(finding) => found.odd.push(finding),
        }
    }
}

/// The answer in an output. What the service says of the command explains why there is none.
fn answer_of(output: &str, code: &str) -> ReadAnswer {
    let answer = read_base64(output);
    if answer.reading.is_none() && code != "Success" { failed_answer(code) } else { answer }
}

fn failed_answer(code: &str) -> ReadAnswer {
    ReadAnswer { reading: None, findings: vec![Finding::new(&rows::PROBE_FAILED, "/guest").with("code", code)] }
}

/// Whether an earlier look was for the scripts the job names now.
fn is_about(known: &Guest, scripts: &ScriptPaths) -> bool {
    let same = |seen: &Option<crate::input::facts::Script>, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| seen.as_ref().is_some_and(|seen| seen.path == *wanted))
    };
    let data = scripts.data_of.is_none() || known.data_mounts.is_some();
    data && same(&known.pre_script, &scripts.pre) && same(&known.post_script, &scripts.post)
}
