//! What happens in the guest: the command that starts the plug-in and its proof, the probe, the witness, the reading of output and
//! exit codes. It uses `input` and the layers below it.

pub mod command;
pub mod output;
pub mod probe;
mod storage;
pub mod witness;
