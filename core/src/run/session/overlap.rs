//! No two snapshot plug-ins on one instance: the scripts of one would run between those of the other, and neither snapshot
//! would be what its log says.
//!
//! Immediately before each start the invocations of the region that are not over are listed, those of other tools and of
//! people too. An instance with a plug-in in flight is set aside, or waited for where the setup asks for that. Two hosts can
//! still start in the same second: after each wave the list is looked at once more. Of two that overlap both are unknown, and
//! the younger starts nothing further, by the time the service gives the invocations, then by their ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter};
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
    /// What the looks under way have shown so far.
    seen: BTreeMap<(u16, Moment), (Listing, Vec<InFlight>)>,
    /// Until when an instance is waited for.
    waited_for: BTreeMap<TargetIndex, Time>,
}

/// When a look is made.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Before,
    After,
}

/// A snapshot plug-in that is not over.
#[derive(Clone, Debug)]
struct InFlight {
    invoke_id: String,
    created_at: Option<Time>,
    timeout_seconds: u64,
    run: Option<String>,
    instances: BTreeSet<String>,
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
                self.list_running(region, Moment::Before, None);
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
        let gap = pacing::POLL_FIRST.value;
        let next = self.overlaps.looked_at.get(&region).map_or(self.now, |at| at.plus_seconds(gap));
        let due = self.overlaps.due.entry(region).or_insert(Time::FAR_FUTURE);
        *due = next.max(self.now).min(*due);
    }

    /// Something has ended in a region: one look for many of them, the last when nothing runs any more.
    pub(super) fn look_after_end(&mut self, region: u16) {
        let gap = pacing::POLL_LONGEST.value;
        let next = self.overlaps.looked_at.get(&region).map_or(self.now, |at| at.plus_seconds(gap));
        self.overlaps.due.entry(region).or_insert(next.max(self.now));
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
                self.list_running(region, Moment::After, None);
            }
        }
    }

    pub(super) fn next_overlap_look(&self) -> Time {
        self.overlaps.due.values().min().copied().unwrap_or(Time::FAR_FUTURE)
    }

    fn list_running(&mut self, region: u16, moment: Moment, next_token: Option<Filled>) {
        let name = self.region(region);
        let call = DescribeInvocations { filter: InvocationFilter::Running, next_token }.into_call(&name);
        // Starts wait for it: before what only follows them.
        self.read_first(CallPurpose::InFlight { region, moment }, call);
    }

    /// A page of invocations that are not over has come.
    pub(super) fn running_listed(&mut self, region: u16, moment: Moment, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let next = page.next_token.and_then(|token| Filled::new(token).ok());
        let (listing, seen) =
            self.overlaps.seen.entry((region, moment)).or_insert_with(|| (Listing::of_moving(), Vec::new()));
        seen.extend(page.invocations.iter().filter_map(in_flight));
        let ids = page.invocations.iter().filter_map(|invocation| invocation.invoke_id.as_deref());
        match listing.page(ids, page.total_count, next.as_ref().map(Filled::as_str)) {
            Page::More => {
                self.list_running(region, moment, next);
                return Ok(());
            }
            Page::Anew => {
                seen.clear();
                self.list_running(region, moment, None);
                return Ok(());
            }
            Page::Whole => {}
            Page::Incomplete => return Err(reply::incomplete_listing(Operation::DescribeInvocations, reply)),
            Page::Endless => return Err(reply::endless_pages(Operation::DescribeInvocations, reply)),
        }
        let (_, seen) = self.overlaps.seen.remove(&(region, moment)).unwrap_or_default();
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
                match seen.iter().find(|other| other.instances.contains(&*target.id)) {
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
        let (invocation, run) = (other.invoke_id.clone(), other.run.clone().unwrap_or_else(|| "-".to_owned()));
        // After its time-out and a margin it is not waited for: a plug-in that hangs holds its guest.
        let longest = other.timeout_seconds.saturating_add(pacing::RESULT_GRACE.value);
        let until = *self.overlaps.waited_for.entry(index).or_insert_with(|| self.now.plus_seconds(longest));
        let next = self.now.plus_seconds(pacing::POLL_LONGEST.value);
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
        for other in seen.iter().filter(|other| !ours.contains_key(&other.invoke_id)) {
            for instance in &other.instances {
                let Some(index) = self.state.find(instance) else { continue };
                let Some(target) = self.state.target(index) else { continue };
                if target.overlapped.is_some() || !was_at_work(target, other) {
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
                let run = other.run.clone().unwrap_or_else(|| "-".to_owned());
                if !first {
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
    pub(super) fn running_refused(&mut self, region: u16, moment: Moment, failure: &Failure) {
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

/// Whether our plug-in was at work on an instance when the other was.
fn was_at_work(target: &Target, other: &InFlight) -> bool {
    match target.stage {
        Stage::Running { .. } => true,
        Stage::Looking | Stage::Done => {
            // Over, unless the other began before that.
            let ended_at = target.outcome.as_deref().and_then(|outcome| outcome.finished_at);
            target.starts > 0 && ended_at.zip(other.created_at).is_none_or(|(ended, created)| created < ended)
        }
        Stage::SetAside | Stage::Waiting { .. } | Stage::Starting { .. } => false,
    }
}

/// An invocation that starts the snapshot plug-in and is not over on some instance. One whose command is not shown may be.
fn in_flight(invocation: &replies::Invocation<'_>) -> Option<InFlight> {
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
    let instances: BTreeSet<String> = invocation
        .invoke_instances
        .iter()
        .filter(|result| !decode(result, ContentEncoding::Base64).finished)
        .map(|result| result.instance_id.to_string())
        .collect();
    if !is_plugin || instances.is_empty() {
        return None;
    }
    Some(InFlight {
        invoke_id: invocation.invoke_id.clone().unwrap_or_else(|| "-".to_owned()),
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
        assert!(!starts_plugin("tail -f /var/log/messages"));
    }
}
