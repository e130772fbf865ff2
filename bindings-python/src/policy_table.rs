//! Policies held to the instances of a table of checks: verdicts at once, words only for the results that are read.

use std::collections::BTreeMap;
use std::ops::Range;

use consnap_core::Error;
use consnap_core::operations::check::CheckInput;
use consnap_policy::operations::{PolicyCheckInput, PolicyCheckOutput, answer, policy_batch};
use consnap_policy::{BatchJudged, NotMet, PolicyBatch, PolicyResult};
use serde_json::Value;

use crate::parallel_map::parallel_map;

/// What policies say of a job and many instances.
pub(crate) struct PolicyTable {
    batch: PolicyBatch,
    /// Everything but the results.
    pub(crate) said: PolicyCheckOutput,
    /// The results, before they are put into words.
    pub(crate) not_met: Vec<NotMet>,
}

impl PolicyTable {
    /// Judges the job of an input and the rows by policies, where there are any. Facts are asked for by the number of their row.
    pub(crate) fn of(
        input: &CheckInput,
        policies: Option<Value>,
        rows: usize,
        known: impl Fn(usize) -> Value + Sync,
        threads: usize,
    ) -> Result<Option<Self>, Error> {
        let Some(policies) = policies else { return Ok(None) };
        let asked = PolicyCheckInput {
            policies,
            job: Some(input.job.clone()),
            facts: None,
            plan: None,
            as_of: input.as_of.clone(),
            now: input.now,
            all: false,
            lang: input.lang,
        };
        let (batch, read) = policy_batch(asked, || (0..rows).map(&known).collect())?;
        let BatchJudged { judged, not_met } = judge(&batch, rows, &known, threads);
        let said = answer(batch.set(), &read, judged, input.lang);
        Ok(Some(Self { batch, said, not_met }))
    }

    /// Some results in words.
    pub(crate) fn words(&self, results: Range<usize>, known: impl Fn(usize) -> Value) -> Vec<PolicyResult> {
        let end = results.end.min(self.not_met.len());
        let not_met = self.not_met.get(results.start.min(end)..end).unwrap_or_default();
        self.batch.words(not_met, |row| known(usize::try_from(row).unwrap_or(usize::MAX)))
    }

    /// The policies that stand open against each row, by its number.
    pub(crate) fn by_row(&self) -> BTreeMap<usize, Vec<&str>> {
        let ids: Vec<&str> = self.said.policies.iter().map(|policy| policy.policy.as_str()).collect();
        let mut rows: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for one in self.not_met.iter().filter(|one| !one.waived) {
            let row = one.instance.and_then(|row| usize::try_from(row).ok());
            let id = usize::try_from(one.policy).ok().and_then(|policy| ids.get(policy));
            if let (Some(row), Some(id)) = (row, id) {
                rows.entry(row).or_default().push(id);
            }
        }
        rows
    }
}

fn judge(batch: &PolicyBatch, rows: usize, known: &(impl Fn(usize) -> Value + Sync), threads: usize) -> BatchJudged {
    let job = batch.judge_job();
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    // Without a policy about instances nobody needs their facts.
    let rows = if batch.set().reads_instances() { rows } else { 0 };
    let size = rows.div_ceil(threads.max(1)).max(1);
    let shares = (0..rows).step_by(size).map(|first| (first, first.saturating_add(size).min(rows)));
    let parts =
        parallel_map(shares, |(first, end)| batch.judge_instances(number(first), None, (first..end).map(known)));
    if let Some(judged) = batch.put_together(job.clone(), parts) {
        return judged;
    }
    // Where the bound on all steps is reached, it falls where it falls for one list: rows go one after the other.
    let instances = batch.judge_instances(0, Some(&job), (0..rows).map(known));
    batch.put_in_line(job, instances)
}
