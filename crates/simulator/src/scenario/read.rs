//! Reads a scenario, with findings.
