//! Causes as a reader needs them: those set aside taken apart by what blocks them.

use std::collections::BTreeMap;

use super::{Explanation, InstanceReport, Report};
use crate::diagnostics::finding::RenderedFinding;
use crate::run::verdict::ResultKind;

/// Instances that came out alike for the same cause.
#[derive(Clone, Debug)]
pub struct Cause<'r> {
    /// How they came out.
    pub result: ResultKind,
    /// The cause; for those not run the finding that blocks them, because it says what to mend.
    pub why: &'r RenderedFinding,
    /// The row of the command's own code, where it is nearer to the cause than what came of it.
    pub explanation: Option<&'r Explanation>,
    /// The instances.
    pub instances: Vec<&'r InstanceReport>,
}

/// The causes of a report, most urgent first.
pub fn causes_apart(report: &Report) -> Vec<Cause<'_>> {
    let by_id: BTreeMap<&str, &InstanceReport> =
        report.instances.iter().map(|instance| (instance.instance_id.as_str(), instance)).collect();
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for group in &report.causes {
        let explanation =
            group.explanation.as_ref().filter(|_| matches!(group.result, ResultKind::Failed | ResultKind::Unknown));
        for instance in group.instances.iter().filter_map(|id| by_id.get(id.as_str()).copied()) {
            let blocking = instance.findings.iter().find(|finding| finding.blocks());
            let why =
                blocking.filter(|_| group.result == ResultKind::NotRun && instance.starts == 0).unwrap_or(&group.why);
            let same = |cause: &&mut Cause<'_>| {
                cause.result == group.result
                    && cause.why.code == why.code
                    && cause.explanation == explanation
                    && (group.result == ResultKind::NotRun || cause.why.message == why.message)
            };
            match causes.iter_mut().find(same) {
                Some(cause) => cause.instances.push(instance),
                None => causes.push(Cause { result: group.result, why, explanation, instances: vec![instance] }),
            }
        }
    }
    causes
}
