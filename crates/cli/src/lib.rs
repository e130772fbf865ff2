//! x
mod document;
