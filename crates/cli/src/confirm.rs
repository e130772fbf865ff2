//! Whether verdicts agree with what really happened in simulated guests.

use consnap_core::Consistency;
use consnap_core::report::{InstanceReport, Report};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::InstanceTruth;

/// Every instance whose verdict is not the truth, in words.
pub(crate) fn disagreements(report: &Report, truth: &[InstanceTruth]) -> Vec<String> {
    let mut found = Vec::new();
    for truth in truth {
        let id = &truth.instance_id;
        match report.instances.iter().find(|instance| instance.instance_id == *id) {
            None => found.push(format!("{id}: no verdict")),
            Some(instance) => {
                if let Some(why) = disagreement(instance, truth) {
                    let (result, got) = (instance.result.name(), instance.got);
                    found.push(format!(
                        "{id}: {why} (verdict {result}, {got}; really {}, held {})",
                        truth.level, truth.held
                    ));
                }
            }
        }
    }
    found
}

fn disagreement(instance: &InstanceReport, truth: &InstanceTruth) -> Option<&'static str> {
    let snapshotted_once = truth.groups.len() <= 1;
    let good = match instance.result {
        // What is said to be held must be held, and its level must be the real one.
        ResultKind::Urgent => truth.held && (instance.got == truth.level || instance.got == Consistency::Unknown),
        ResultKind::Ok | ResultKind::Weaker => instance.got == truth.level && !truth.held,
        ResultKind::Failed => instance.got == Consistency::None && truth.level <= Consistency::None && !truth.held,
        ResultKind::NotRun => truth.started == 0,
        // In a demo everything can be known in the end.
        ResultKind::Unknown => false,
    };
    if !snapshotted_once {
        Some("snapshotted more than once")
    } else if good {
        None
    } else {
        Some("the verdict is not what happened")
    }
}
