//! The guest: what a command does inside an instance.
//!
//! A command reaches the plug-in through the core's model of the launcher ([`program`]); what the plug-in then does is
//! planned in one go when the command is ordered ([`plan`]); its output is written when somebody asks ([`write_output`]).

mod arguments;
mod forced;
mod output;
mod plan;
mod probe;
mod program;
mod record;

pub(crate) use arguments::Options;
pub(crate) use output::{Output, device_letter, write_output};
pub(crate) use plan::{Excluded, GuestView, Plan, plan};
pub(crate) use probe::{ProbedGuest, write_answer};
pub(crate) use program::{Program, program};
pub(crate) use record::{LeftRecord, left, write_record_answer};
