//! Job and facts to the exact calls that would be made.
