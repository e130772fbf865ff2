//! Starts that the service knows and the journal does not: its end was torn, or somebody cut it. Before a resumed run starts
//! anything it lists the invocations with its own tag. Whatever was started by a call the journal does not know is adopted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Event, Purpose};
use super::records::{Stage, TargetIndex};
use super::{CallPurpose, QueuedCall, Session};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter, Tags};
use crate::ecs::api::{ApiCall, Operation, replies};
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
            self.forgotten = None;
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
        look.next_at = self.now.plus_seconds(pacing::LOOK_GAP.value);
        let queued = self.state.targets.iter().filter(|target| matches!(target.stage, Stage::Waiting { .. }));
        let regions: BTreeSet<u16> = queued.map(|target| target.region).collect();
        for region in regions {
            self.list_own_starts(region, None);
        }
        false
    }

    fn list_own_starts(&mut self, region: u16, next_token: Option<Filled>) {
        let name = self.region(region);
        let Ok(tags) = Tags::new([(tags::RUN, self.setup.run_id.clone())]) else { return };
        if let Some(look) = &mut self.forgotten {
            look.outstanding += 1;
        }
        let call = DescribeInvocations { filter: InvocationFilter::Tags(tags), next_token }.into_call(&name);
        self.read(CallPurpose::OwnStarts { region }, call);
    }

    /// A page of this run's own invocations has come.
    pub(super) fn own_starts_listed(
        &mut self,
        queued: &QueuedCall,
        region: u16,
        reply: &HttpReply,
    ) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let next = page.next_token.and_then(|token| Filled::new(token).ok());
        let asked = queued.call.next_token();
        if next.as_ref().is_some_and(|token| asked == Some(token.as_str())) {
            return Err(reply::endless_pages(Operation::DescribeInvocations, reply));
        }
        let all = page.total_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        if asked.is_none() && next.is_none() && all > page.invocations.len() {
            return Err(reply::incomplete_page(Operation::DescribeInvocations, reply));
        }
        let known: BTreeSet<&str> = self.state.invocations.iter().map(|known| &*known.invoke_id).collect();
        let open: BTreeSet<&str> =
            self.state.calls.values().filter_map(|record| record.request.as_deref()?.tag(tags::CALL)).collect();
        let mut forgotten: BTreeMap<String, Vec<TargetIndex>> = BTreeMap::new();
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
                    forgotten.entry(invoke_id.to_owned()).or_default().push(index);
                }
            }
        }
        for (invoke_id, targets) in forgotten {
            self.adopt_start(region, invoke_id, &targets);
        }
        if let Some(look) = &mut self.forgotten {
            look.outstanding = look.outstanding.saturating_sub(1);
        }
        if next.is_some() {
            self.list_own_starts(region, next);
        }
        Ok(())
    }

    /// Takes a start in whose call the journal does not know.
    fn adopt_start(&mut self, region: u16, invoke_id: String, targets: &[TargetIndex]) {
        let call = self.next_call;
        self.next_call += 1;
        let instances =
            targets.iter().filter_map(|&index| self.state.target(index)).map(|target| Arc::clone(&target.id)).collect();
        // The call itself is lost; it is never sent again.
        let request = ApiCall { operation: Operation::RunCommand, region: self.region(region), parameters: Vec::new() };
        self.waiting.retain(|index| !targets.contains(index));
        self.pauses.retain(|(_, index)| !targets.contains(index));
        self.emit(Event::CallIntended { call, purpose: Purpose::Run, instances, request, service_at: None });
        self.accept_call(call, invoke_id, None, true);
    }
}
