//! HTTP status and body to a typed reply or a classified failure.
