//! Starts that the service knows and the journal does not: its end was torn, or somebody cut it. Before a resumed run starts
//! anything it lists the invocations with its own tag. Whatever was started by a call the journal does not know is adopted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Event, Purpose};
use super::records::{Stage, TargetIndex};
use super::{CallPurpose, Session};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter};
use crate::ecs::api::{ApiCall, Operation, replies};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;

/// The look for starts that the journal does not know.
#[derive(Debug)]
pub(super) struct ForgottenStarts {
    /// Looks still to be made: a second one where the end of the journal was torn, for what was only just sent.
    looks_left: u32,
    next_at: Time,
    outstanding: usize,
}

impl ForgottenStarts {
    pub(super) fn new(torn: bool, now: Time) -> Self {
        Self { looks_left: if torn { 2 } else { 1 }, next_at: now, outstanding: 0 }
    }

    pub(super) fn next_wake(&self) -> Time {
        if self.outstanding > 0 || self.looks_left == 0 { Time::FAR_FUTURE } else { self.next_at }
    }
}

impl Session {
    /// Whether every start of this run is known. Looks for them where that is not so.
    pub(super) fn knows_its_starts(&mut self) -> bool {
        let Some(look) = &mut self.forgotten else { return true };
        if self.state.counts.waiting == 0 {
            if self.state.plan_hash.is_some() {
                self.forgotten = None;
            }
            return true;
        }
        if look.outstanding > 0 {
            return false;
        }
        if look.looks_left == 0 {
            self.forgotten = None;
            return true;
        }
        if look.next_at > self.now {
            return false;
        }
        look.looks_left -= 1;
        look.next_at = self.now.plus(pacing::LOOK_GAP);
        let queued = self.state.targets.iter().filter(|target| matches!(target.stage, Stage::Waiting { .. }));
        let regions: BTreeSet<u16> = queued.map(|target| target.region).collect();
        for region in regions {
            self.list_own_starts(region, Listing::of_moving(), None);
        }
        false
    }

    /// Asks for all invocations of the region: a filter by the run's tag covers a part of what carries it only (assumption
    /// A38), and a long run has more.
    fn list_own_starts(&mut self, region: u16, listing: Listing, next_token: Option<Filled>) {
        let name = self.region(region);
        if let Some(look) = &mut self.forgotten {
            look.outstanding += 1;
        }
        let call = DescribeInvocations { filter: InvocationFilter::All, next_token }.into_call(&name);
        self.read(CallPurpose::OwnStarts { region, listing: Box::new(listing) }, call);
    }

    /// A page of invocations has come, with this run's own among them.
    pub(super) fn own_starts_listed(
        &mut self,
        region: u16,
        mut listing: Listing,
        reply: &HttpReply,
    ) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let operation = Operation::DescribeInvocations;
        let ids = page.invocations.iter().filter_map(|invocation| invocation.invoke_id.as_deref());
        let listed = listing.page(ids, page.total_count, page.next_token.as_deref());
        match listed {
            Page::Whole | Page::More | Page::Anew => {}
            Page::Incomplete => return Err(reply::incomplete_listing(operation, reply)),
            Page::Endless => return Err(reply::endless_pages(operation, reply)),
        }
        let known: BTreeSet<&str> = self.state.invocations.iter().map(|known| &*known.invoke_id).collect();
        let open: BTreeSet<&str> =
            self.state.calls.values().filter_map(|record| record.request.as_deref()?.tag(tags::CALL)).collect();
        let mut forgotten: BTreeMap<String, (Option<Time>, Vec<TargetIndex>)> = BTreeMap::new();
        for invocation in &page.invocations {
            let tag = |key: &str| invocation.tags.iter().find(|tag| tag.key == key).map(|tag| &*tag.value);
            let Some(invoke_id) = invocation.invoke_id.as_deref() else { continue };
            let ours = tag(tags::RUN) == Some(&self.setup.run_id);
            if !ours || known.contains(invoke_id) || tag(tags::CALL).is_some_and(|call| open.contains(call)) {
                continue;
            }
            for result in &invocation.invoke_instances {
                let Some(index) = self.state.find(&result.instance_id) else { continue };
                if self.state.target(index).is_some_and(|target| matches!(target.stage, Stage::Waiting { .. })) {
                    let created_at = invocation.creation_time.as_deref().and_then(Time::parse);
                    forgotten.entry(invoke_id.to_owned()).or_insert((created_at, Vec::new())).1.push(index);
                }
            }
        }
        for (invoke_id, (created_at, targets)) in forgotten {
            self.adopt_start(region, invoke_id, created_at, &targets);
        }
        if let Some(look) = &mut self.forgotten {
            look.outstanding = look.outstanding.saturating_sub(1);
        }
        match listed {
            Page::More => {
                let next_token = page.next_token.and_then(|token| Filled::new(token).ok());
                self.list_own_starts(region, listing, next_token);
            }
            Page::Anew => self.list_own_starts(region, listing, None),
            Page::Whole | Page::Incomplete | Page::Endless => {}
        }
        Ok(())
    }

    /// Takes a start in whose call the journal does not know. It was sent when the service made its invocation.
    fn adopt_start(&mut self, region: u16, invoke_id: String, created_at: Option<Time>, targets: &[TargetIndex]) {
        let call = self.next_call;
        self.next_call += 1;
        let instances =
            targets.iter().filter_map(|&index| self.state.target(index)).map(|target| Arc::clone(&target.id)).collect();
        // The call itself is lost; it is never sent again.
        let request = ApiCall { operation: Operation::RunCommand, region: self.region(region), parameters: Vec::new() };
        self.waiting.retain(|index| !targets.contains(index));
        self.pauses.retain(|(_, index)| !targets.contains(index));
        let purpose = Purpose::Run;
        self.emit(Event::CallIntended { call, purpose, instances, request, service_at: created_at });
        self.accept_call(call, invoke_id, None, true);
    }
}
