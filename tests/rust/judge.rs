//! Holds a report against what really happened in the simulated guests.

use consnap_core::base::consistency::Consistency;
use consnap_core::catalog::witness::WitnessVerdict;
use consnap_core::report::{InstanceReport, Report};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::InstanceTruth;

/// What a report may leave open after what happened to a run.
#[derive(Copy, Clone, Debug)]
pub struct Excused {
    /// `unknown`, although all could be known.
    pub unknown: bool,
    /// `urgent`, although the plug-in never ran.
    pub urgent: bool,
}

/// What is wrong with a report, if anything. `name` is that of the groups of the run.
///
/// # Errors
///
/// What is wrong, with the instance.
pub fn judge(report: &Report, truth: &[InstanceTruth], name: &str, excused: Excused) -> Result<(), String> {
    for truth in truth {
        let id = &truth.instance_id;
        let made = truth.groups.iter().filter(|group| group.name == name).count();
        if made > 1 {
            return Err(format!("{id} was snapshotted {made} times"));
        }
        let Some(instance) = report.instances.iter().find(|instance| instance.instance_id == *id) else {
            if report.error.is_some() && truth.started == 0 {
                continue;
            }
            return Err(format!("{id} is missing from the report"));
        };
        judge_instance(instance, truth, name, excused).map_err(|why| {
            format!(
                "{id}: {why}\n  verdict {:?} got {:?} held {} why {}\n  truth {truth:?}",
                instance.result, instance.got, instance.held, instance.why.message
            )
        })?;
    }
    if report.summary.open > 0 {
        return Err("something is still open".to_owned());
    }
    Ok(())
}

fn judge_instance(
    instance: &InstanceReport,
    truth: &InstanceTruth,
    name: &str,
    excused: Excused,
) -> Result<(), String> {
    let ours = truth.groups.iter().rfind(|group| group.name == name);
    let level = ours.map_or(Consistency::None, |group| group.level);
    if instance.group_id.as_ref().is_some_and(|id| ours.is_none_or(|group| group.group_id != *id)) {
        return Err("it judged a group that the run did not make".to_owned());
    }
    if truth.held && !instance.held {
        return Err("the guest is held, and the verdict does not say so".to_owned());
    }
    match instance.result {
        ResultKind::Ok => {
            if level != Consistency::Application || instance.got != Consistency::Application || truth.held {
                return Err("said ok, but it is not".to_owned());
            }
        }
        ResultKind::Weaker => {
            let contradicted = instance.witness.as_ref().and_then(|witness| witness.verdict);
            if contradicted == Some(WitnessVerdict::Outside) {
                if instance.got == Consistency::Application {
                    return Err(
                        "said that data lie outside of the group, and that it is application-consistent".to_owned()
                    );
                }
            } else if contradicted == Some(WitnessVerdict::Contradicted) {
                // The tag is there, and the scripts say that it claims too much.
                if level != Consistency::Application || instance.got == Consistency::Application {
                    return Err("said that the record contradicts the tag, but there is none to contradict".to_owned());
                }
            } else if instance.got != level || level == Consistency::Application {
                return Err("said weaker, but the level is another".to_owned());
            }
        }
        ResultKind::NotRun => {
            if truth.started > 0 {
                return Err("said not run, but the plug-in ran".to_owned());
            }
        }
        ResultKind::Failed => {
            if instance.got == Consistency::None
                && !matches!(level, Consistency::None)
                && level != Consistency::Unknown
                && instance.disks_covered > 0
            {
                return Err("said there is no snapshot, but there is".to_owned());
            }
        }
        ResultKind::Unknown => {
            if !excused.unknown && level != Consistency::Unknown && !matches!(truth.exit_code, Some(8)) {
                return Err("said unknown, but all could be known".to_owned());
            }
        }
        ResultKind::Urgent => {
            if truth.started == 0 && !excused.urgent {
                return Err("said held, but the plug-in never ran".to_owned());
            }
        }
    }
    Ok(())
}
