//! No two snapshot plug-ins on one instance: the scripts of one would run between those of the other, and neither snapshot
//! would be what its log says.
//!
//! Immediately before each start the invocations of the region that are not over are listed, those of other tools and of
//! people too. An instance with a plug-in in flight is set aside, or waited for where the setup asks for that. Two hosts can
//! still start in the same second: after each wave the list is looked at once more, and when something has ended also what came
//! and went while it ran: a person looks for nobody. Of two that overlap both are unknown, and the younger starts nothing further,
//! by the time the service gives the invocations, then by their ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::event::{Event, StopReason};
use super::records::{Stage, Target, TargetIndex};
use super::{CallPurpose, Session};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::verdicts as rows;
use crate::diagnostics::spoken::NOT_KNOWN;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter, OpenStatus};
use crate::ecs::api::{Operation, replies};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::plugin::output::{ContentEncoding, decode};

/// Looks for plug-ins in flight.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    /// Batches that are started when the looks are answered.
    batches: Vec<Vec<TargetIndex>>,
    /// Regions whose look before a start is not answered yet.
    before: BTreeSet<u16>,
    /// Regions to look at once more, now that something was started or ended there, and when.
    due: BTreeMap<u16, Time>,
    /// When a region was last looked at after a start.
    looked_at: BTreeMap<u16, Time>,
    /// Regions whose look after a start is not answered yet.
    after: BTreeSet<u16>,
    /// Since when, by the service's clock, instances were at work that have ended since the last look.
    ended_since: BTreeMap<u16, Time>,
    /// What the looks under way have shown so far.
    seen: BTreeMap<(u16, Moment), Look>,
    /// Until when an instance is waited for.
    waited_for: BTreeMap<TargetIndex, Time>,
}

/// When a look is made.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Before,
    After,
}

/// A look under way: first at what runs, then at what is being stopped, then, where that is asked, at what was there since.
#[derive(Debug)]
struct Look {
    part: Part,
    /// Since when to look at what is over too.
    since: Option<Time>,
    listing: Listing,
    /// Of the parts before this one.
    listed: Vec<InFlight>,
    /// Of this part.
    listing_now: Vec<InFlight>,
}

/// What a look lists.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Part {
    Open(OpenStatus),
    /// Everything made since then.
    Since(Time),
}

impl Look {
    fn new(since: Option<Time>) -> Self {
        Self {
            part: Part::Open(OpenStatus::Running),
            since,
            listing: Listing::of_moving(),
            listed: Vec::new(),
            listing_now: Vec::new(),
        }
    }

    /// What is listed next.
    fn next_part(&self) -> Option<Part> {
        match self.part {
            Part::Open(OpenStatus::Running) => Some(Part::Open(OpenStatus::Stopping)),
            Part::Open(OpenStatus::Stopping) => self.since.map(Part::Since),
            Part::Since(_) => None,
        }
    }
}

/// A snapshot plug-in that is not over on some instance, or was there a moment ago.
#[derive(Clone, Debug)]
struct InFlight {
    invoke_id: String,
    created_at: Option<Time>,
    timeout_seconds: u64,
    run: Option<String>,
    instances: BTreeMap<String, Course>,
}

/// How far a plug-in is on an instance.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Course {
    AtWork,
    /// Over; when, as far as that is told.
    Over(Option<Time>),
}

impl Course {
    fn longer(self, other: Self) -> Self {
        match (self, other) {
            (Self::Over(Some(one)), Self::Over(Some(another))) => Self::Over(Some(one.max(another))),
            (Self::AtWork, _) | (_, Self::AtWork) => Self::AtWork,
            (Self::Over(_), Self::Over(_)) => Self::Over(None),
        }
    }
}

impl Overlaps {
    pub(super) fn is_idle(&self) -> bool {
        self.batches.is_empty() && self.due.is_empty() && self.after.is_empty()
    }
}

impl Session {
    /// Starts batches as soon as nobody else is seen at work on their instances.
    pub(super) fn look_then_start(&mut self, batches: Vec<Vec<TargetIndex>>) {
        let regions: BTreeSet<u16> = batches
            .iter()
            .flatten()
            .filter_map(|&index| self.state.target(index))
            .map(|target| target.region)
            .collect();
        self.overlaps.batches.extend(batches);
        for region in regions {
            if self.overlaps.before.insert(region) {
                self.begin_look(region, Moment::Before, None);
            }
        }
    }

    /// Whether starts wait for the look before them.
    pub(super) fn looks_before_start(&self) -> bool {
        !self.overlaps.batches.is_empty()
    }

    /// Instances that were about to start when starts were stopped.
    pub(super) fn forget_batches(&mut self) {
        self.overlaps.batches.clear();
    }

    /// Something was started in a region: whoever else is at work there now is so at the same time.
    pub(super) fn look_after_start(&mut self, region: u16) {
        let gap = pacing::POLL_FIRST.as_secs();
        let next = self.overlaps.looked_at.get(&region).map_or(self.now, |at| at.plus_seconds(gap));
        let due = self.overlaps.due.entry(region).or_insert(Time::FAR_FUTURE);
        *due = next.max(self.now).min(*due);
    }

    /// Something runs, or has ended, in a region: one look for many of them, the last when nothing runs any more. What has ended
    /// was sent at that time of the service's clock.
    pub(super) fn look_after_end(&mut self, region: u16, sent: Option<Time>) {
        if let Some(sent) = sent {
            // Whoever looked before us may have started a little earlier.
            let sent = sent.minus(pacing::LOOK_GAP);
            let since = self.overlaps.ended_since.entry(region).or_insert(sent);
            *since = sent.min(*since);
        }
        let gap = pacing::POLL_LONGEST.as_secs();
        let next = self.overlaps.looked_at.get(&region).map_or(self.now, |at| at.plus_seconds(gap));
        self.overlaps.due.entry(region).or_insert(next.max(self.now));
    }

    /// A process has gone that may have owed a look at what had ended: it is made by the next one.
    pub(super) fn look_at_what_ended(&mut self) {
        let ended = self.state.targets.iter().filter(|target| matches!(target.stage, Stage::Looking | Stage::Done));
        let ended: Vec<(u16, Time)> = ended.filter_map(|target| Some((target.region, target.first_sent?))).collect();
        for (region, sent) in ended {
            self.look_after_end(region, Some(sent));
        }
    }

    /// Looks at regions whose time has come.
    pub(super) fn drive_overlaps(&mut self) {
        let last = self.state.invocations.iter().all(|invocation| invocation.open.is_empty());
        let due = self.overlaps.due.iter().filter(|(_, at)| last || **at <= self.now);
        let due: Vec<u16> = due.map(|(region, _)| *region).collect();
        for region in due {
            self.overlaps.due.remove(&region);
            self.overlaps.looked_at.insert(region, self.now);
            if self.overlaps.after.insert(region) {
                let since = self.overlaps.ended_since.remove(&region);
                self.begin_look(region, Moment::After, since);
            }
        }
    }

    pub(super) fn next_overlap_look(&self) -> Time {
        self.overlaps.due.values().min().copied().unwrap_or(Time::FAR_FUTURE)
    }

    fn begin_look(&mut self, region: u16, moment: Moment, since: Option<Time>) {
        self.overlaps.seen.insert((region, moment), Look::new(since));
        self.list_part(region, moment, None);
    }

    fn list_part(&mut self, region: u16, moment: Moment, next_token: Option<Filled>) {
        let Some(look) = self.overlaps.seen.get(&(region, moment)) else { return };
        let filter = match look.part {
            Part::Open(status) => InvocationFilter::Open(status),
            Part::Since(_) => InvocationFilter::All,
        };
        let name = self.region(region);
        let call = DescribeInvocations { filter, next_token }.into_call(&name);
        // Starts wait for it: before what only follows them.
        self.read_first(CallPurpose::InFlight { region, moment }, call);
    }

    /// A page of a look has come.
    pub(super) fn open_listed(&mut self, region: u16, moment: Moment, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let next = page.next_token.and_then(|token| Filled::new(token).ok());
        let Some(look) = self.overlaps.seen.get_mut(&(region, moment)) else { return Ok(()) };
        let with_over = matches!(look.part, Part::Since(_));
        let margin = self.state.set_back.margin();
        look.listing_now.extend(page.invocations.iter().filter_map(|invocation| in_flight(invocation, with_over)));
        // The newest come first (assumption A40): a page of older ones is the last that matters.
        let is_older = |invocation: &replies::Invocation<'_>| match look.part {
            Part::Open(_) => false,
            Part::Since(since) => invocation
                .creation_time
                .as_deref()
                .and_then(Time::parse)
                .is_some_and(|created| created < since.minus(margin)),
        };
        let enough = !page.invocations.is_empty() && page.invocations.iter().all(is_older);
        let ids = page.invocations.iter().filter_map(|invocation| invocation.invoke_id.as_deref());
        match look.listing.page(ids, page.total_count, next.as_ref().map(Filled::as_str)) {
            _ if enough => {}
            Page::More => {
                self.list_part(region, moment, next);
                return Ok(());
            }
            Page::Anew => {
                look.listing_now.clear();
                self.list_part(region, moment, None);
                return Ok(());
            }
            Page::Whole => {}
            Page::Incomplete => return Err(reply::incomplete_listing(Operation::DescribeInvocations, reply)),
            Page::Endless => return Err(reply::endless_pages(Operation::DescribeInvocations, reply)),
        }
        look.listed.append(&mut look.listing_now);
        if let Some(part) = look.next_part() {
            look.part = part;
            look.listing = Listing::of_moving();
            self.list_part(region, moment, None);
            return Ok(());
        }
        let seen = self.overlaps.seen.remove(&(region, moment)).map(|look| look.listed).unwrap_or_default();
        match moment {
            Moment::Before => self.seen_before(region, &seen),
            Moment::After => self.seen_after(region, &seen),
        }
        Ok(())
    }

    fn seen_before(&mut self, region: u16, seen: &[InFlight]) {
        self.overlaps.before.remove(&region);
        let of_region = |session: &Self, index: TargetIndex| {
            session.state.target(index).is_some_and(|target| target.region == region)
        };
        let batches = std::mem::take(&mut self.overlaps.batches);
        for batch in batches {
            if !batch.first().is_some_and(|&index| of_region(self, index)) {
                self.overlaps.batches.push(batch);
                continue;
            }
            let mut free = Vec::with_capacity(batch.len());
            for index in batch {
                let Some(target) = self.state.target(index) else { continue };
                if !matches!(target.stage, Stage::Waiting { .. }) {
                    continue;
                }
                match seen.iter().find(|other| other.instances.contains_key(&*target.id)) {
                    Some(other) => self.busy(index, other),
                    None => free.push(index),
                }
            }
            if !free.is_empty() {
                self.start_batch(&free);
            }
        }
    }

    /// Somebody else's plug-in is at work on an instance.
    fn busy(&mut self, index: TargetIndex, other: &InFlight) {
        let Some(instance) = self.state.target(index).map(|target| Arc::clone(&target.id)) else { return };
        let (invocation, run) = (other.invoke_id.clone(), other.run.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()));
        // After its time-out and a margin it is not waited for: a plug-in that hangs holds its guest.
        let longest = other.timeout_seconds.saturating_add(pacing::RESULT_GRACE.as_secs());
        let until = *self.overlaps.waited_for.entry(index).or_insert_with(|| self.now.plus_seconds(longest));
        let next = self.now.plus(pacing::POLL_LONGEST);
        let in_time = self.setup.no_start_after.is_none_or(|limit| next < limit);
        if self.setup.wait && next <= until && in_time {
            self.emit(Event::StartPostponed { instance, not_before: next, invocation, run });
            self.pauses.insert((next, index));
            return;
        }
        let why = Finding::new(&rows::PLUGIN_IN_FLIGHT, "").with("invocation", invocation).with("run", run);
        self.emit(Event::NotStarted { instance, why });
    }

    fn seen_after(&mut self, region: u16, seen: &[InFlight]) {
        self.overlaps.after.remove(&region);
        let ours: BTreeMap<String, u32> = (0..)
            .zip(&self.state.invocations)
            .map(|(number, invocation)| (invocation.invoke_id.to_string(), number))
            .collect();
        let mut younger_than = None;
        let margin = self.state.set_back.margin();
        for other in seen.iter().filter(|other| !ours.contains_key(&other.invoke_id)) {
            for (instance, course) in &other.instances {
                let Some(index) = self.state.find(instance) else { continue };
                let Some(target) = self.state.target(index) else { continue };
                if target.overlapped.is_some() || !was_at_work(target, other.created_at, *course, margin) {
                    continue;
                }
                let own = match target.stage {
                    Stage::Running { invocation } => self.state.invocations.get(invocation as usize),
                    _ => None,
                };
                let own = own.and_then(|own| seen.iter().find(|mine| mine.invoke_id == *own.invoke_id));
                let first = own.is_some_and(|own| {
                    let known = own.created_at.is_some() && other.created_at.is_some();
                    known && (own.created_at, &own.invoke_id) < (other.created_at, &other.invoke_id)
                });
                let run = other.run.clone().unwrap_or_else(|| NOT_KNOWN.to_owned());
                if !first && *course == Course::AtWork {
                    younger_than = Some(run.clone());
                }
                let (instance, invocation) = (Arc::clone(&target.id), other.invoke_id.clone());
                self.emit(Event::PluginsOverlapped { instance, invocation, run });
            }
        }
        if let Some(run) = younger_than {
            self.stop_starts(StopReason::OtherRun { run });
        }
    }

    /// The list could not be had: nothing is started in the dark, and what runs cannot be said to have run alone.
    pub(super) fn open_refused(&mut self, region: u16, moment: Moment, failure: &Failure) {
        self.overlaps.seen.remove(&(region, moment));
        let why = StopReason::of_failure(failure);
        match moment {
            Moment::Before => {
                self.overlaps.before.remove(&region);
                self.forget_batches();
                let begun = self.state.targets.iter().any(|target| target.starts > 0);
                if begun {
                    self.stop_starts(why);
                } else {
                    self.end_before_start(failure.to_error(), why);
                }
            }
            Moment::After => {
                self.overlaps.after.remove(&region);
                self.stop_starts(why);
            }
        }
    }
}

/// Whether our plug-in was at work on an instance when the other was. Times have whole seconds, and their clock may have been set
/// back by as much as the margin.
fn was_at_work(target: &Target, created_at: Option<Time>, course: Course, margin: Duration) -> bool {
    let outcome = target.outcome.as_deref();
    let (began, ended) = match target.stage {
        // What came and went is looked at when ours has ended.
        Stage::Running { .. } => return course == Course::AtWork,
        Stage::Looking | Stage::Done if target.starts > 0 => {
            let watched = outcome.filter(|outcome| !outcome.is_unwatched());
            let began = outcome.and_then(|outcome| outcome.started_at).or(target.first_sent);
            (began, watched.and_then(|outcome| outcome.finished_at))
        }
        _ => return false,
    };
    let came_later = ended.zip(created_at).is_some_and(|(ended, created)| created > ended.plus(margin));
    let went_before = match course {
        Course::AtWork => false,
        Course::Over(over) => began.zip(over).is_some_and(|(began, over)| over.plus(margin) <= began),
    };
    !came_later && !went_before
}

/// An invocation that starts the snapshot plug-in and is not over on some instance, or ran there. One whose command is not shown
/// may be.
fn in_flight(invocation: &replies::Invocation<'_>, with_over: bool) -> Option<InFlight> {
    let tag = |key: &str| invocation.tags.iter().find(|tag| tag.key == key).map(|tag| (*tag.value).to_owned());
    let run = tag(tags::RUN);
    let is_plugin = match &invocation.command_content {
        _ if run.is_some() => true,
        _ if tag(tags::PROBE).is_some() => false,
        None => true,
        Some(content) => {
            let text = STANDARD
                .decode(content)
                .map_or_else(|_| content.clone(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
            starts_plugin(&text)
        }
    };
    let course = |result: &InvocationResult<'_>| {
        let outcome = decode(result, ContentEncoding::Base64);
        match (outcome.finished, outcome.started_at) {
            (false, _) => Some(Course::AtWork),
            // It never began, as far as its result says.
            (true, None) if !outcome.held && !outcome.group_may_exist => None,
            (true, _) => with_over.then_some(Course::Over(outcome.finished_at)),
        }
    };
    let mut instances: BTreeMap<String, Course> = BTreeMap::new();
    for result in &invocation.invoke_instances {
        let Some(course) = course(result) else { continue };
        let known = instances.entry(result.instance_id.to_string()).or_insert(course);
        // Of two that differ one is another command's: the worse reading holds.
        *known = known.longer(course);
    }
    if !is_plugin || instances.is_empty() {
        return None;
    }
    Some(InFlight {
        invoke_id: invocation.invoke_id.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()),
        created_at: invocation.creation_time.as_deref().and_then(Time::parse),
        timeout_seconds: invocation.timeout.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(86_400),
        run,
        instances,
    })
}

/// Whether a command starts the snapshot plug-in; asking for its list or version does not.
fn starts_plugin(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("acs-plugin-manager") && text.contains("app-snapshot-plugin") && text.contains("-e")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_start_the_plug_in_are_known() {
        assert!(starts_plugin("acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-Name=x"));
        assert!(starts_plugin("@echo off\r\nACS-plugin-manager -e -P app-snapshot-plugin-win"));
        assert!(!starts_plugin("acs-plugin-manager --list"));
        assert!(!starts_plugin("acs-plugin-manager --list --plugin app-snapshot-plugin"));
        assert!(!starts_plugin("acs-plugin-manager --exec --plugin another"));
        assert!(!starts_plugin("grep -e frozen /var/log/app-snapshot-plugin"));
        assert!(!starts_plugin("tail -f /var/log/messages"));
    }
}
