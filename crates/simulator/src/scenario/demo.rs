//! The scenario of `consnap demo`.

use super::Scenario;

/// A few hundred instances, most of them fit, and one of everything that goes wrong.
pub fn demo_scenario() -> Scenario {
    Scenario::default()
}
