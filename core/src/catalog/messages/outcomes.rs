//! Rows `CS5xx`: outcomes of plug-in, launcher, agent and service.

use super::messages;

messages! {}
