//! All outcomes of a run.
