//! Before the first instance is started: does another consnap, on another machine, run the same job right now? The lock of
//! the state directory guards one machine only; what both can see is the service's list of invocations.

use base16ct::lower::encode_string;
use sha2::{Digest as _, Sha256};

use super::event::StopReason;
use super::{CallPurpose, Session};
use crate::base::http::HttpReply;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::runs;
use crate::diagnostics::spoken::NOT_KNOWN;
use crate::ecs::api::Operation;
use crate::ecs::api::replies;
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter, OpenStatus};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::input::job::{Job, RunOptions};

/// How far the look for another run of the job is.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum ConcurrentRunCheck {
    /// Not asked yet.
    #[default]
    Unasked,
    /// So many answers are missing.
    Asked(usize),
    /// Nobody else runs the job, as far as the service shows.
    None,
}

impl Session {
    /// Asks each region in which something is to be started. True when nobody else runs the job.
    pub(super) fn no_rivals(&mut self) -> bool {
        match self.concurrent_run {
            ConcurrentRunCheck::None => return true,
            ConcurrentRunCheck::Asked(_) => return false,
            ConcurrentRunCheck::Unasked => {}
        }
        let begun = self.state.targets.iter().any(|target| target.starts > 0);
        if self.state.counts.waiting == 0 || begun {
            // Nothing to start; or some run already, and must be followed whoever else is there.
            self.concurrent_run = ConcurrentRunCheck::None;
            return true;
        }
        let mut regions: Vec<u16> =
            self.waiting.iter().filter_map(|&index| self.state.target(index)).map(|target| target.region).collect();
        regions.sort_unstable();
        regions.dedup();
        let mut asked = 0;
        for region in regions {
            self.ask_rivals(region, OpenStatus::Running, Listing::of_moving(), None);
            asked += 1;
        }
        self.concurrent_run = ConcurrentRunCheck::Asked(asked);
        false
    }

    /// Asks for everything in the region that is not over: the service's own filter by tags covers a part of what carries them only
    /// (assumption A38), and each night of a job adds to it.
    fn ask_rivals(&mut self, region: u16, status: OpenStatus, listing: Listing, next_token: Option<Filled>) {
        let name = self.region(region);
        let call = DescribeInvocations { filter: InvocationFilter::Open(status), next_token }.into_call(&name);
        self.read(CallPurpose::ConcurrentRunCheck { region, status, listing: Box::new(listing) }, call);
    }

    /// A page of invocations that are not over has come.
    pub(super) fn rivals_listed(
        &mut self,
        (region, status): (u16, OpenStatus),
        mut listing: Listing,
        reply: &HttpReply,
    ) -> Result<(), Failure> {
        let operation = Operation::DescribeInvocations;
        let page = reply::parse::<replies::DescribeInvocations<'_>>(operation, reply)?;
        for invocation in &page.invocations {
            let tag = |key: &str| invocation.tags.iter().find(|tag| tag.key == key).map(|tag| &*tag.value);
            // A service that ignores the filter must not lend us somebody else's invocation.
            if tag(tags::JOB) != Some(&self.job_hash) {
                continue;
            }
            if let Some(run) = tag(tags::RUN).filter(|run| *run != self.setup.run_id) {
                let error = Error::new(ErrorKind::Rejected, &runs::OTHER_RUN)
                    .with("run", run)
                    .with("invocation", invocation.invoke_id.as_deref().unwrap_or(NOT_KNOWN));
                let run = run.to_owned();
                self.end_before_start(error, StopReason::OtherRun { run });
                return Ok(());
            }
        }
        let ids = page.invocations.iter().filter_map(|invocation| invocation.invoke_id.as_deref());
        let next = match listing.page(ids, page.total_count, page.next_token.as_deref()) {
            Page::Whole => None,
            Page::More => Some(page.next_token.and_then(|token| Filled::new(token).ok())),
            Page::Anew => Some(None),
            Page::Incomplete => return Err(reply::incomplete_listing(operation, reply)),
            Page::Endless => return Err(reply::endless_pages(operation, reply)),
        };
        if let Some(next_token) = next {
            self.ask_rivals(region, status, listing, next_token);
            return Ok(());
        }
        if status == OpenStatus::Running {
            self.ask_rivals(region, OpenStatus::Stopping, Listing::of_moving(), None);
            return Ok(());
        }
        if let ConcurrentRunCheck::Asked(missing) = &mut self.concurrent_run {
            *missing = missing.saturating_sub(1);
            if *missing == 0 {
                self.concurrent_run = ConcurrentRunCheck::None;
            }
        }
        Ok(())
    }
}

/// Hash of what makes two jobs the same, 16 hexadecimal digits: what is done to whom, not how fast, and not what was
/// accepted.
pub fn job_hash(job: &Job) -> String {
    let same = Job { run: RunOptions::default(), accept: Vec::new(), description: None, ..job.clone() };
    let bytes = serde_json::to_vec(&same).unwrap_or_default();
    let digest = encode_string(&Sha256::digest(bytes));
    digest.get(..16).unwrap_or(&digest).to_owned()
}
