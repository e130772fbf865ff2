//! Built-in rules over job and facts.
