//! Rows `CS2xx`: prerequisites of an instance.

messages! {}
