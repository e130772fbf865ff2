//! Rows `CS150` to `CS199`: writing, reading back and explaining a command.

use super::messages;

messages! {}
