//! Calls that may have been carried out and are not repeated any more: they are only looked for.

use std::time::Duration;

use super::event::{Event, Purpose};
use super::repeats::service_date;
use super::{CallPurpose, QueuedCall, Session};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::ecs::api::requests::{DescribeInstanceRamRole, DescribeInvocations, Filled, Ids, InvocationFilter, Tags};
use crate::ecs::api::{ApiCall, Operation, replies};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;

impl Session {
    /// The call may have happened and is not repeated any more: from here on only looks.
    pub(super) fn mark_uncertain(&mut self, call: u64, code: &str) {
        let Some(record) = self.state.calls.get(&call) else { return };
        match record.purpose {
            Purpose::Upload => return self.upload_lost(call, code),
            // They are tagged once more.
            Purpose::Tag => return self.tags_lost(call),
            Purpose::Run | Purpose::Attach => {}
        }
        let gap = pacing::LOOK_GAP;
        if !record.in_doubt {
            self.emit(Event::CallInDoubt { call, code: code.to_owned() });
        }
        self.held_back.remove(&call);
        self.uncertain_calls.entry(call).or_insert((self.now.plus(gap), 0));
    }

    /// Looks for calls in doubt whose time has come.
    pub(super) fn drive_doubts(&mut self) {
        let due: Vec<u64> =
            self.uncertain_calls.iter().filter(|(_, (at, _))| *at <= self.now).map(|(call, _)| *call).collect();
        for call in due {
            // Until the look is answered nobody looks again.
            if let Some(doubt) = self.uncertain_calls.get_mut(&call) {
                doubt.0 = Time::FAR_FUTURE;
            }
            let Some(record) = self.state.calls.get(&call) else {
                self.uncertain_calls.remove(&call);
                continue;
            };
            let Some(first) = record.targets.first().and_then(|&index| self.state.target(index)) else { continue };
            let region = self.region(first.region);
            if record.purpose == Purpose::Attach {
                let ids = self.ids_of(&record.targets.clone());
                if let Ok(instance_ids) = Ids::new(ids) {
                    self.read(
                        CallPurpose::RoleLook { call },
                        DescribeInstanceRamRole { instance_ids }.into_call(&region),
                    );
                }
            } else if let Some(request) = self.call_look(&region, call, None) {
                self.read(Self::first_look(call), request);
            }
        }
    }

    /// The tag by which a call is looked for, as it was sent.
    fn tag_of_call(&self, call: u64) -> String {
        let request = self.state.calls.get(&call).and_then(|record| record.request.as_deref());
        request.and_then(|request| request.tag(tags::CALL)).unwrap_or_default().to_owned()
    }

    /// The purpose of the first page of a look.
    pub(super) fn first_look(call: u64) -> CallPurpose {
        CallPurpose::CallLook { call, found: Vec::new(), listing: Box::default() }
    }

    /// Asks for a call by its own tag alone, which no other call of the account has: however many invocations carry the run's
    /// tag, the filter has to cover this one only (assumption A38).
    pub(super) fn call_look(&self, region: &str, call: u64, next_token: Option<Filled>) -> Option<ApiCall> {
        let tags = Tags::new([(tags::CALL, self.tag_of_call(call))]).ok()?;
        Some(DescribeInvocations { filter: InvocationFilter::Tags(tags), next_token }.into_call(region))
    }

    /// A look for an invocation is answered.
    pub(super) fn call_looked(
        &mut self,
        queued: &QueuedCall,
        call: u64,
        (mut found, mut listing): (Vec<String>, Listing),
        reply: &HttpReply,
    ) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let tag = self.tag_of_call(call);
        for invocation in &page.invocations {
            // A service that ignores the filter must not lend us somebody else's invocation.
            let ours = |key: &str, value: &str| invocation.tags.iter().any(|tag| tag.key == key && tag.value == value);
            if ours(tags::RUN, &self.setup.run_id) && ours(tags::CALL, &tag) {
                found.extend(invocation.invoke_id.clone());
            }
        }
        let operation = Operation::DescribeInvocations;
        let ids = page.invocations.iter().filter_map(|invocation| invocation.invoke_id.as_deref());
        let next = match listing.page(ids, page.total_count, page.next_token.as_deref()) {
            Page::Whole => None,
            Page::More => Some(page.next_token.and_then(|token| Filled::new(token).ok())),
            Page::Anew => {
                found.clear();
                Some(None)
            }
            // What is missing may be the one that is looked for.
            Page::Incomplete => return Err(reply::incomplete_listing(operation, reply)),
            Page::Endless => return Err(reply::endless_pages(operation, reply)),
        };
        if let Some(next_token) = next {
            let region = self.region_of_call(call);
            if let Some(request) = self.call_look(&region, call, next_token) {
                self.read(CallPurpose::CallLook { call, found, listing: Box::new(listing) }, request);
            }
            return Ok(());
        }
        match found.as_slice() {
            [one] => self.accept_call(call, one.clone(), None, true),
            // Two invocations of one call cannot be: nothing about it can be trusted.
            [_, _, ..] => self.mark_lost(call),
            [] => match self.held_back.remove(&call) {
                Some(start) => self.decide_repeat(start, queued.sent_at, reply),
                None => self.look_again(call, reply),
            },
        }
        Ok(())
    }

    pub(super) fn region_of_call(&self, call: u64) -> String {
        let region = self
            .state
            .calls
            .get(&call)
            .and_then(|record| record.targets.first())
            .and_then(|&index| self.state.target(index))
            .map_or(0, |target| target.region);
        self.region(region)
    }

    /// Nothing was found: once more when nothing of it can be carried out any more, then it is lost.
    fn look_again(&mut self, call: u64, reply: &HttpReply) {
        let settle = pacing::LOOK_SETTLE;
        let last_sent = self.state.calls.get(&call).and_then(|record| record.last_sent_at);
        let age = service_date(reply).zip(last_sent).map_or(Duration::ZERO, |(date, sent)| date.since(sent));
        let pause = settle.saturating_sub(age).max(pacing::LOOK_GAP);
        let next = self.now.plus(pause);
        let Some(doubt) = self.uncertain_calls.get_mut(&call) else { return };
        doubt.1 += 1;
        if doubt.1 >= 2 {
            self.mark_lost(call);
        } else {
            doubt.0 = next;
        }
    }

    fn mark_lost(&mut self, call: u64) {
        self.uncertain_calls.remove(&call);
        self.held_back.remove(&call);
        let targets = self.state.calls.get(&call).map(|record| record.targets.clone()).unwrap_or_default();
        self.emit(Event::CallLost { call });
        for index in targets {
            self.watch_group(index);
        }
    }

    /// The look for an invocation could not be had.
    pub(super) fn look_given_up(&mut self, call: u64) {
        self.mark_lost(call);
    }

    /// A look for an attached role is answered.
    pub(super) fn role_looked(&mut self, call: u64, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInstanceRamRole>(Operation::DescribeInstanceRamRole, reply)?;
        let Some(record) = self.state.calls.get(&call) else { return Ok(()) };
        let targets = record.targets.clone();
        let role = self.setup.job.instance_ram_role.clone();
        self.uncertain_calls.remove(&call);
        self.emit(Event::CallAccepted { call, invoke_id: None, request_id: None, adopted: true });
        for instance in self.ids_of(&targets) {
            let attached = page
                .roles
                .iter()
                .find(|found| found.instance_id.as_deref() == Some(&*instance))
                .and_then(|found| found.ram_role_name.clone());
            let failed = (attached.as_deref() != Some(&*role)).then(|| "RoleNotFoundAfterAttach".to_owned());
            self.role_result(instance, failed);
        }
        Ok(())
    }

    /// The look for an attached role could not be had.
    pub(super) fn role_look_given_up(&mut self, call: u64, failure: &Failure) {
        let targets = self.state.calls.get(&call).map(|record| record.targets.clone()).unwrap_or_default();
        self.uncertain_calls.remove(&call);
        self.emit(Event::CallAccepted { call, invoke_id: None, request_id: None, adopted: true });
        for instance in self.ids_of(&targets) {
            self.role_result(instance, Some(failure.name().to_owned()));
        }
    }
}
