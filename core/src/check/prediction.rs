//! Which consistency a job will give on an instance, and why.
//!
//! The prediction speaks of the tags the snapshots will carry if the run succeeds. The fall-back is silent: a script
//! that cannot be used, or a missing VSS Writer, gives a file system-consistent snapshot with exit code 0.

use super::guest::{Scripts, Seen, Writers};
use super::{Checker, Eligibility};
use crate::base::consistency::{Consistency, Platform};
use crate::catalog::budget::SCRIPT;
use crate::diagnostics::finding::{Finding, MessageRow};
use crate::diagnostics::messages::consistency as rows;
use crate::diagnostics::messages::parameters::ONE_SCRIPT;
use crate::input::job::{Job, LinuxOptions};

/// The level and its reason. `blocking` is what keeps the instance from being eligible.
pub(super) fn predict(
    checker: &Checker<'_>,
    platform: Option<Platform>,
    seen: &Seen,
    blocking: Option<&Finding>,
) -> (Consistency, Finding) {
    if let Some(blocking) = blocking {
        return (Consistency::None, why(&rows::NOT_ELIGIBLE).with("code", blocking.code()));
    }
    let (level, reason) = match platform {
        Some(Platform::Linux) => linux(checker, seen),
        Some(Platform::Windows) => windows(checker, seen),
        None => return (Consistency::Unknown, why(&rows::UNKNOWN_FITNESS).with("fact", "os_type")),
    };
    // Covered or not is a question about snapshots that claim more than a power cut would leave.
    match &seen.uncovered {
        Some((target, code)) if level > Consistency::Crash => {
            (Consistency::Unknown, why(&rows::DATA_NOT_COVERED).with("target", target).with("code", *code))
        }
        // A weaker level stays weak whatever the mounts are.
        _ if level == Consistency::Application && !seen.mounts => (Consistency::Unknown, why(&rows::MOUNTS_UNSEEN)),
        _ => (level, reason),
    }
}

/// What can be told where a fact is as good as missing.
pub(super) fn not_known(fact: &'static str) -> (Consistency, Finding) {
    (Consistency::Unknown, why(&rows::UNKNOWN_FITNESS).with("fact", fact))
}

/// The level that a job can reach on instances nobody has looked at, and the condition under which it does.
pub(super) fn reachable(job: &Job, platform: Platform) -> (Consistency, Finding) {
    match platform {
        Platform::Linux => reachable_on_linux(&job.linux),
        Platform::Windows if job.windows.vss_writers == Some(false) => {
            (Consistency::FileSystem, why(&rows::WRITERS_OFF))
        }
        Platform::Windows => (Consistency::Application, why(&rows::IF_WRITERS)),
    }
}

fn reachable_on_linux(linux: &LinuxOptions) -> (Consistency, Finding) {
    let freezes = linux.freeze_file_systems != Some(false);
    let (Some(pre), Some(post)) = (&linux.pre_script_path, &linux.post_script_path) else {
        return match (&linux.pre_script_path, &linux.post_script_path) {
            _ if !freezes => (Consistency::Crash, why(&rows::NOTHING_HELD)),
            (None, None) => (Consistency::FileSystem, why(&rows::NO_SCRIPTS)),
            _ => (Consistency::FileSystem, why(&rows::SCRIPTS_UNFIT).with("code", ONE_SCRIPT.code)),
        };
    };
    let row = if !freezes {
        &rows::IF_SCRIPTS_ALONE
    } else if linux.uploads_to(pre) && linux.uploads_to(post) {
        &rows::IF_UPLOADED
    } else {
        &rows::IF_SCRIPTS
    };
    let seconds = linux.script_timeout_seconds.unwrap_or_else(|| i64::from(SCRIPT.seconds));
    (Consistency::Application, why(row).with("seconds", seconds.to_string()))
}

/// The finding that the predicted level does not satisfy the job, if it is known not to.
pub(super) fn weaker(checker: &Checker<'_>, eligible: Eligibility, predicted: Consistency) -> Option<Finding> {
    let required = checker.job.required_consistency;
    let known = eligible != Eligibility::No && predicted != Consistency::Unknown;
    (known && !required.is_met_by(predicted))
        .then(|| why(&rows::WEAKER_THAN_REQUIRED).with("required", required.name()).with("predicted", predicted.name()))
}

fn why(row: &'static MessageRow) -> Finding {
    Finding::new(row, "")
}

fn linux(checker: &Checker<'_>, seen: &Seen) -> (Consistency, Finding) {
    let linux = &checker.job.linux;
    let freezes = linux.freeze_file_systems != Some(false);
    let fallen_back = |reason: Finding| {
        if freezes { (Consistency::FileSystem, reason) } else { (Consistency::Crash, why(&rows::NOTHING_HELD)) }
    };
    match (&linux.pre_script_path, &linux.post_script_path) {
        (None, None) => fallen_back(why(&rows::NO_SCRIPTS)),
        (Some(pre), Some(post)) => match seen.scripts {
            Scripts::Ready if freezes && (linux.uploads_to(pre) || linux.uploads_to(post)) => {
                (Consistency::Application, why(&rows::SCRIPTS_UPLOADED))
            }
            Scripts::Ready if freezes => (Consistency::Application, why(&rows::SCRIPTS_READY)),
            Scripts::Ready => (Consistency::Application, why(&rows::SCRIPTS_READY_WITHOUT_FREEZE)),
            Scripts::Unfit(code) => fallen_back(why(&rows::SCRIPTS_UNFIT).with("code", code)),
            Scripts::Unknown => (Consistency::Unknown, why(&rows::SCRIPTS_UNSEEN)),
        },
        _ => fallen_back(why(&rows::SCRIPTS_UNFIT).with("code", ONE_SCRIPT.code)),
    }
}

fn windows(checker: &Checker<'_>, seen: &Seen) -> (Consistency, Finding) {
    if checker.job.windows.vss_writers == Some(false) {
        return (Consistency::FileSystem, why(&rows::WRITERS_OFF));
    }
    match &seen.writers {
        Writers::Ready => (Consistency::Application, why(&rows::WRITERS_READY)),
        Writers::None => (Consistency::FileSystem, why(&rows::NO_WRITER_READY)),
        Writers::Unfit(writer) => (Consistency::FileSystem, why(&rows::DATA_WRITER_UNFIT).with("writer", writer)),
        Writers::Missing(service) => {
            (Consistency::FileSystem, why(&rows::DATA_WRITER_MISSING).with("service", service))
        }
        Writers::Without(service) => (Consistency::FileSystem, why(&rows::NO_WRITER_OF_IT).with("service", service)),
        Writers::ErrorUnread(writer) => (Consistency::Unknown, why(&rows::WRITER_ERROR_UNREAD).with("writer", writer)),
        Writers::NoneExpected => (Consistency::Unknown, why(&rows::NO_DATA_SERVICE)),
        Writers::ExpectationUnknown => (Consistency::Unknown, why(&rows::SERVICES_UNSEEN)),
        Writers::Unknown => (Consistency::Unknown, why(&rows::WRITERS_UNSEEN)),
    }
}
