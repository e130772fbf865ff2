//! Rows `CS100` to `CS149`: the job document and its parameters.

messages! {}
