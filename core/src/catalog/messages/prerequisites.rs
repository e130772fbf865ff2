//! Rows `CS2xx`: prerequisites of an instance.

use super::messages;

messages! {}
