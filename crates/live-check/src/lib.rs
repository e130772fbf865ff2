//! A look at a live instance that can be spared, against the numbered assumptions, and replies of the service made fit to be
//! shared. It serves consnap's own open questions: of the fronts only the command line offers it.

mod look;
mod record;
mod redact;
mod settle;
mod words;

pub use look::{LiveCheck, LiveCheckOutcome, missing_in_job, only_instance};
pub use record::{Record, RecordedReply, record_instance, record_run};
pub use redact::Anonymizer;
pub use settle::{Answer, Marker, Seen, Settlement, printed, settle};
