//! Intended against reached, with evidence.
