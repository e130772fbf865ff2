//! Picks the fault of a call, and counts calls against rate limits.

use std::collections::BTreeMap;

use consnap_core::Time;

use super::request::Parameters;
use crate::random::Random;
use crate::scenario::{ApiFault, GuestFault, RateLimit, Scenario};

/// What has been counted so far.
#[derive(Clone, Debug)]
pub(crate) struct FaultState {
    random: Random,
    /// Calls that met a fault's conditions, and how often it struck, by its position.
    counts: Vec<(u32, u32)>,
    windows: BTreeMap<&'static str, Window>,
}

#[derive(Copy, Clone, Debug)]
struct Window {
    since: Time,
    used: u32,
}

/// How a call stands against its rate limit.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) limit: u32,
    pub(crate) remain: u32,
    /// Milliseconds until the window ends (the header's unit is inferred, docs/sources/api.md 5.5).
    pub(crate) time_left: u64,
    pub(crate) exceeded: bool,
}

impl Rate {
    /// The value of `x-ratelimit-user-api`.
    pub(crate) fn header(self, now: Time) -> String {
        let reset = now.millis().saturating_add(i64::try_from(self.time_left).unwrap_or(0));
        format!("Limit:{},Remain:{},TimeLeft:{},Reset:{reset}", self.limit, self.remain, self.time_left)
    }
}

impl FaultState {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            random: Random::new(scenario.seed ^ 0x000f_a017),
            counts: vec![(0, 0); scenario.api_faults.len()],
            windows: BTreeMap::new(),
        }
    }

    /// A draw for the service's own chances.
    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// The fault that strikes this call.
    pub(crate) fn pick<'s>(
        &mut self,
        faults: &'s [ApiFault],
        operation: &str,
        parameters: &Parameters,
    ) -> Option<&'s ApiFault> {
        for (fault, (met, struck)) in faults.iter().zip(self.counts.iter_mut()) {
            if fault.operation.as_deref().is_some_and(|wanted| wanted != operation)
                || fault.instance.as_deref().is_some_and(|pattern| !names_instance(parameters, pattern))
                || fault.results.is_some() && parameters.filter("InvokeId").is_none()
            {
                continue;
            }
            *met = met.saturating_add(1);
            let due = fault.nth.is_none_or(|nth| nth == *met)
                && fault.every.is_none_or(|every| every > 0 && *met % every == 0)
                && fault.times.is_none_or(|times| *struck < times)
                && fault.probability.is_none_or(|probability| self.random.chance(probability));
            if due {
                *struck = struck.saturating_add(1);
                return Some(fault);
            }
        }
        None
    }

    /// Counts a call against the limit of its operation.
    pub(crate) fn count(
        &mut self,
        limits: &BTreeMap<String, RateLimit>,
        operation: &'static str,
        now: Time,
    ) -> Option<Rate> {
        let limit = limits.get(operation).or_else(|| limits.get("*"))?;
        let length = u64::from(limit.seconds.max(1)) * 1000;
        let window = self.windows.entry(operation).or_insert(Window { since: now, used: 0 });
        let passed = u64::try_from(now.since(window.since).as_millis()).unwrap_or(u64::MAX);
        if passed >= length {
            *window = Window { since: now, used: 0 };
        }
        let time_left = length.saturating_sub(if passed >= length { 0 } else { passed });
        let exceeded = window.used >= limit.calls.max(1);
        if !exceeded {
            window.used += 1;
        }
        Some(Rate { limit: limit.calls, remain: limit.calls.saturating_sub(window.used), time_left, exceeded })
    }
}

/// The position of the fault that strikes a command on an instance; `count` counts its commands from 1.
pub(crate) fn guest_fault(faults: &[GuestFault], instance_id: &str, count: u32, random: &mut Random) -> Option<u32> {
    faults
        .iter()
        .position(|fault| {
            (fault.instances.is_empty() || fault.instances.iter().any(|pattern| matches(pattern, instance_id)))
                && fault.nth.is_none_or(|nth| nth == count)
                && fault.probability.is_none_or(|probability| random.chance(probability))
        })
        .and_then(|position| u32::try_from(position).ok())
}

/// Whether a pattern with an optional final `*` means an id.
fn matches(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => id.starts_with(beginning),
        None => pattern == id,
    }
}

/// Whether a call names an instance, in whichever of the three spellings.
fn names_instance(parameters: &Parameters, pattern: &str) -> bool {
    parameters.0.iter().any(|(name, value)| match name.as_str() {
        "InstanceId" => matches(pattern, value),
        "InstanceIds" => {
            serde_json::from_str::<Vec<String>>(value).is_ok_and(|ids| ids.iter().any(|id| matches(pattern, id)))
        }
        name => name.starts_with("InstanceId.") && matches(pattern, value),
    })
}
