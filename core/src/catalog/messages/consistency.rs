//! Rows `CS3xx`: which consistency this will give, or gave.

use super::messages;

messages! {}
