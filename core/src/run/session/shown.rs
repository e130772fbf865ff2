//! What a listing shows of the invocation that was asked for: its own results and nobody else's.

use std::collections::BTreeMap;

use crate::base::time::Time;
use crate::catalog::pacing;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::replies;

/// The invocation with its results, at most one an instance.
#[derive(Debug)]
pub(super) struct Shown<'p> {
    pub(super) created_at: Option<Time>,
    results: BTreeMap<&'p str, Option<&'p InvocationResult<'p>>>,
}

impl<'p> Shown<'p> {
    /// `None` when the page does not show the invocation: an empty filter, or one that is ignored, shows other people's.
    pub(super) fn of(page: &'p replies::DescribeInvocations<'p>, invoke_id: &str) -> Option<Self> {
        let mut shown: Option<Self> = None;
        for invocation in page.invocations.iter().filter(|shown| shown.invoke_id.as_deref() == Some(invoke_id)) {
            let created_at = invocation.creation_time.as_deref().and_then(Time::parse);
            let known = shown.get_or_insert_with(|| Self { created_at, results: BTreeMap::new() });
            known.created_at = known.created_at.max(created_at);
            for result in &invocation.invoke_instances {
                if is_another_commands(result, invoke_id, created_at) {
                    continue;
                }
                let known = known.results.entry(&*result.instance_id).or_insert(Some(result));
                // Two that differ: one of them is another command's, and nobody can tell which.
                *known = known.filter(|known| *known == result);
            }
        }
        shown
    }

    /// The result of an instance, if there is one and only one.
    pub(super) fn result(&self, instance_id: &str) -> Option<&'p InvocationResult<'p>> {
        self.results.get(instance_id).copied().flatten()
    }
}

/// Whether a result names another invocation, or was made before the one that lists it (assumption A41).
fn is_another_commands(result: &InvocationResult<'_>, invoke_id: &str, created_at: Option<Time>) -> bool {
    let named = !result.invoke_id.is_empty() && result.invoke_id != invoke_id;
    let margin = pacing::RETRY_PAUSE / 2;
    let made_at = Time::parse(&result.creation_time);
    named || made_at.zip(created_at).is_some_and(|(made, created)| made < created.minus(margin))
}
