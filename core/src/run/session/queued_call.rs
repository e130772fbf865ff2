//! Calls of a session: what each is for, and what is known of it until its answer is taken.

use super::records::TargetIndex;
use super::{discover, overlap, probing, witness};
use crate::base::time::Time;
use crate::ecs::api::requests::{GroupFilter, OpenStatus};
use crate::ecs::api::{ApiCall, Operation};
use crate::ecs::call_queue::Queued;
use crate::ecs::listing::Listing;

/// What a call under way is for.
#[derive(Clone, Debug)]
pub(super) enum CallPurpose {
    Identity,
    /// Part of discovery.
    Discover(discover::CallPurpose),
    /// Part of a look into guests. Its command is read-only and carries a token: it is asked like a question.
    Probe(probing::CallPurpose),
    /// Part of a read of the record of scripts, asked likewise.
    Witness(witness::CallPurpose),
    /// A writing call.
    Write,
    /// Are the files there?
    Files {
        sent: usize,
    },
    /// Is the role there?
    RoleLook {
        call: u64,
    },
    /// How far is an invocation?
    Poll {
        invocation: u32,
    },
    /// Was an invocation of this call made?
    CallLook {
        call: u64,
        found: Vec<String>,
        listing: Box<Listing>,
    },
    /// Does another run of this job go on in a region?
    ConcurrentRunCheck {
        region: u16,
        status: OpenStatus,
        listing: Box<Listing>,
    },
    /// The disks of an instance that was started without knowing them.
    ExpectedDisks {
        target: TargetIndex,
    },
    /// Which starts of this run does the service know in a region?
    OwnStarts {
        region: u16,
        listing: Box<Listing>,
    },
    /// Which snapshot plug-ins are not over in a region?
    InFlight {
        region: u16,
        moment: overlap::Moment,
    },
    /// Groups of a region.
    Groups {
        region: u16,
        filter: GroupFilter,
    },
    /// Tags of snapshots of a region.
    Snapshots {
        region: u16,
    },
}

/// A call that waits to be sent, or is under way.
#[derive(Clone, Debug)]
pub(super) struct QueuedCall {
    pub(super) id: u64,
    pub(super) purpose: CallPurpose,
    pub(super) call: ApiCall,
    pub(super) after: u64,
    pub(super) attempt: u32,
    pub(super) not_before: Time,
    pub(super) first_sent: Option<Time>,
    /// When its last attempt was sent.
    pub(super) sent_at: Time,
    /// Whether an earlier attempt may have been carried out.
    pub(super) maybe_done: bool,
    /// Why it is sent once more.
    pub(super) repeat_code: Option<String>,
    /// A start that may have been carried out may be repeated until then, by the look before it.
    pub(super) cleared_until: Option<Time>,
}

impl Queued for QueuedCall {
    fn operation(&self) -> Operation {
        self.call.operation
    }

    fn not_before(&self) -> Time {
        self.not_before
    }
}

impl QueuedCall {
    pub(super) fn new(id: u64, purpose: CallPurpose, call: ApiCall, after: u64, not_before: Time) -> Self {
        Self {
            id,
            purpose,
            call,
            after,
            attempt: 0,
            not_before,
            first_sent: None,
            sent_at: not_before,
            maybe_done: false,
            repeat_code: None,
            cleared_until: None,
        }
    }
}
