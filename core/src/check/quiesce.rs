//! Rules about `linux.quiesce`, apart from any instance.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::base::consistency::Platform;
use crate::catalog::{budget as terms, limits, quiesce as catalog};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{guest, parameters, quiesce as rows};
use crate::input::document::shorten;
use crate::input::job::{Job, Quiesce};

const LIMIT: &str = "/linux/quiesce/limit";

pub(super) fn check(job: &Job, findings: &mut Vec<Finding>) {
    let Some(quiesce) = &job.linux.quiesce else { return };
    let Some(paths) = quiesce.paths() else {
        let finding = Finding::new(&parameters::BAD_FORM, "/linux/quiesce/name").with("key", "linux.quiesce.name");
        findings.push(finding.with("value", shorten(quiesce.name())).with("sample", "`m1`, `orders-db`"));
        return;
    };
    conflicts(job, &paths, findings);
    contents(quiesce, findings);
    let limit = quiesce.limit_seconds();
    let (least, most) = (i64::from(catalog::LIMIT_LEAST), i64::from(catalog::LIMIT_MOST));
    if (least..=most).contains(&limit) {
        hold(job, limit, findings);
    } else {
        let seconds = |seconds: i64| format!("{seconds} s");
        let finding = Finding::new(&parameters::NUMBER_RANGE, LIMIT).with("key", "linux.quiesce.limit");
        let finding = finding.with("value", seconds(limit)).with("least", seconds(least)).with("most", seconds(most));
        findings.push(finding.with_fix(json!([{"op": "replace", "path": LIMIT, "value": limit.clamp(least, most)}])));
    }
    if let Some(given) = job.linux.script_timeout_seconds.filter(|given| *given < quiesce.script_seconds()) {
        const PLACE: &str = "/linux/script_timeout_seconds";
        let needed = quiesce.script_seconds();
        let finding = Finding::new(&rows::QUIESCE_SCRIPT_TIME, PLACE).with("given", given.to_string());
        let fix = json!([{"op": "replace", "path": PLACE, "value": needed}]);
        findings.push(finding.with("needed", needed.to_string()).with_fix(fix));
    }
}

/// The service must be held for longer than the file systems may be frozen.
fn hold(job: &Job, limit: i64, findings: &mut Vec<Finding>) {
    if job.linux.freeze_file_systems == Some(false) {
        return;
    }
    let freeze = job.linux.freeze_timeout_seconds.unwrap_or_else(|| i64::from(terms::FREEZE.seconds));
    let needed = freeze.saturating_add(i64::from(catalog::HOLD_MARGIN_SECONDS));
    if limit < needed {
        let finding = Finding::new(&rows::QUIESCE_LIMIT, LIMIT).with("limit", limit.to_string());
        findings.push(finding.with("needed", needed.to_string()));
    }
}

/// Scripts of one's own have no place beside those of consnap.
fn conflicts(job: &Job, [pre, post]: &[String; 2], findings: &mut Vec<Finding>) {
    let linux = &job.linux;
    let other = |given: &Option<String>, ours: &String| given.as_ref().is_some_and(|given| given != ours);
    for (key, place, conflict) in [
        ("linux.pre_script_path", "/linux/pre_script_path", other(&linux.pre_script_path, pre)),
        ("linux.post_script_path", "/linux/post_script_path", other(&linux.post_script_path, post)),
        ("linux.upload", "/linux/upload", linux.upload.is_some()),
    ] {
        if conflict {
            findings.push(Finding::new(&rows::QUIESCE_CONFLICT, place).with("key", key));
        }
    }
}

/// What is written must be such that it can be uploaded.
fn contents(quiesce: &Quiesce, findings: &mut Vec<Finding>) {
    let most = limits::FILE_SIZE.count();
    for (key, place, content) in [
        ("linux.quiesce.pre", "/linux/quiesce/pre_content", &quiesce.pre_content),
        ("linux.quiesce.post", "/linux/quiesce/post_content", &quiesce.post_content),
    ] {
        let Some(content) = content else { continue };
        let size = STANDARD.decode(content).map_or(0, |bytes| bytes.len());
        if size == 0 {
            findings.push(Finding::new(&guest::UPLOAD_UNREADABLE, place).with("key", key));
        } else if size > most {
            let finding = Finding::new(&guest::UPLOAD_TOO_LARGE, place).with("key", key);
            findings.push(finding.with("size", size.to_string()).with("most", most.to_string()));
        }
    }
}

/// A job whose scripts nobody has written: nothing would hold the service. Who only looks at the document, or hands it on,
/// does not ask this.
pub fn unwritten(job: &Job, platform: Option<Platform>) -> Option<Finding> {
    let quiesce = job.linux.quiesce.as_ref().filter(|_| platform != Some(Platform::Windows))?;
    let missing = quiesce.pre_content.is_none() || quiesce.post_content.is_none();
    missing.then(|| Finding::new(&rows::QUIESCE_UNWRITTEN, "/linux/quiesce"))
}
