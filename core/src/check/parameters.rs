//! Rules about the parameters of a job, apart from any instance.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{contents, quiesce};
use crate::base::consistency::{Platform, RequiredConsistency};
use crate::catalog::{budget as terms, limits};
use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::messages::{guest, parameters as rows};
use crate::input::document::{quoted, shorten};
use crate::input::job::{Job, Timeout};
use crate::plugin::command::budget::budget;

/// The role each instance already has.
pub(super) const ATTACHED: &str = "attached";
/// The placeholders of a group name, each with a value of the length it will have.
const PLACEHOLDERS: [(&str, &str); 3] = [("{run}", "00000000"), ("{date}", "20240506"), ("{time}", "070809")];

pub(super) fn check(job: &Job, platform: Option<Platform>) -> Vec<Finding> {
    let mut findings = Vec::new();
    role(job, &mut findings);
    group_name(&job.group_name, &mut findings);
    description(job, &mut findings);
    instant_access(job, &mut findings);
    if platform != Some(Platform::Windows) {
        scripts(job, &mut findings);
        uploads(job, &mut findings);
        quiesce::check(job, &mut findings);
        freeze(job, &mut findings);
    }
    levels(job, platform, &mut findings);
    run(job, platform, &mut findings);
    findings
}

/// What is to be uploaded must be at hand, and small enough.
fn uploads(job: &Job, findings: &mut Vec<Finding>) {
    let Some(upload) = &job.linux.upload else { return };
    let most = limits::FILE_SIZE.count();
    let limit = job.linux.script_timeout_seconds.unwrap_or_else(|| i64::from(terms::SCRIPT.seconds));
    for (key, place, file, content) in [
        ("linux.upload.pre", "/linux/upload/pre", &upload.pre, &upload.pre_content),
        ("linux.upload.post", "/linux/upload/post", &upload.post, &upload.post_content),
    ] {
        if file.is_none() && content.is_none() {
            continue;
        }
        let bytes = content.as_ref().and_then(|content| STANDARD.decode(content).ok()).unwrap_or_default();
        if bytes.is_empty() {
            findings.push(Finding::new(&guest::UPLOAD_UNREADABLE, place).with("key", key));
        } else if bytes.len() > most {
            let finding = Finding::new(&guest::UPLOAD_TOO_LARGE, place).with("key", key);
            findings.push(finding.with("size", bytes.len().to_string()).with("most", most.to_string()));
        } else {
            contents::check(&contents::Content { key, place, bytes: &bytes }, limit, findings);
        }
    }
}

/// The empty name is a missing key, which the reader has said.
fn role(job: &Job, findings: &mut Vec<Finding>) {
    let role = job.instance_ram_role.as_str();
    let most = limits::ROLE_MOST.count();
    let good = role.len() <= most && role.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !good {
        findings.push(Finding::new(&rows::BAD_ROLE, "/instance_ram_role").with("value", shorten(role)));
    }
}

fn group_name(name: &str, findings: &mut Vec<Finding>) {
    const PLACE: &str = "/group_name";
    if name.is_empty() {
        return;
    }
    if begins_like_url(name) {
        findings.push(Finding::new(&rows::URL_PREFIX, PLACE).with("key", "group_name"));
        return;
    }
    let mut written = name.to_owned();
    for (placeholder, value) in PLACEHOLDERS {
        written = written.replace(placeholder, value);
    }
    for placeholder in unknown_placeholders(&written) {
        findings.push(
            Finding::new(&rows::UNKNOWN_PLACEHOLDER, PLACE)
                .with("placeholder", shorten(placeholder))
                .with("known", quoted(PLACEHOLDERS.iter().map(|(name, _)| *name))),
        );
    }
    let mut said = Vec::new();
    for character in written.chars() {
        let good = character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | ':' | '{' | '}');
        if !good && !said.contains(&character) && said.len() < 5 {
            said.push(character);
            let shown = character.escape_debug().to_string();
            findings.push(Finding::new(&rows::NAME_CHARACTER, PLACE).with("character", shown));
        }
    }
    // Braces are no characters of a name; those of a placeholder have been replaced or named already.
    let first = written.chars().next().unwrap_or_default();
    if first.is_ascii_digit() {
        findings.push(Finding::new(&rows::NAME_FIRST_DIGIT, PLACE).with("character", first));
    } else if !first.is_alphabetic() && first != '{' && !said.contains(&first) {
        findings.push(Finding::new(&rows::NAME_FIRST, PLACE).with("character", first.escape_debug().to_string()));
    }
    // `run` appends a hyphen and the run id when the name does not hold it.
    let appended = if name.contains("{run}") { 0 } else { 9 };
    let length = u32::try_from(written.chars().count()).unwrap_or(u32::MAX);
    if length < limits::NAME_LEAST.value || length.saturating_add(appended) > limits::NAME_MOST.value {
        findings.push(length_finding(
            &rows::NAME_LENGTH,
            PLACE,
            // What is appended does not make a name long enough.
            if length < limits::NAME_LEAST.value { length } else { length.saturating_add(appended) },
            &limits::NAME_LEAST,
            &limits::NAME_MOST,
        ));
    }
}

fn length_finding(
    row: &'static crate::diagnostics::finding::MessageRow,
    place: &'static str,
    length: u32,
    least: &limits::LimitRow,
    most: &limits::LimitRow,
) -> Finding {
    Finding::new(row, place)
        .with("length", length.to_string())
        .with("least", least.value.to_string())
        .with("most", most.value.to_string())
}

fn begins_like_url(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))
}

/// What stands in braces after the known placeholders were replaced; a lone brace counts too.
fn unknown_placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let from = rest.get(at..).unwrap_or_default();
        let end =
            if from.starts_with('{') { from.find('}').map_or(from.len(), |end| end.saturating_add(1)) } else { 1 };
        let (placeholder, after) = from.split_at_checked(end).unwrap_or((from, ""));
        found.push(placeholder);
        rest = after;
    }
    found
}

fn description(job: &Job, findings: &mut Vec<Finding>) {
    const PLACE: &str = "/description";
    let Some(description) = &job.description else { return };
    if begins_like_url(description) {
        findings.push(Finding::new(&rows::URL_PREFIX, PLACE).with("key", "description"));
    }
    let length = u32::try_from(description.chars().count()).unwrap_or(u32::MAX);
    let (least, most) = (&limits::DESCRIPTION_LEAST, &limits::DESCRIPTION_MOST);
    if !(least.value..=most.value).contains(&length) {
        findings.push(length_finding(&rows::DESCRIPTION_LENGTH, PLACE, length, least, most));
    }
}

fn instant_access(job: &Job, findings: &mut Vec<Finding>) {
    const DAYS: &str = "/instant_access_retention_days";
    if job.instant_access.is_some() {
        findings.push(Finding::new(&rows::INSTANT_ACCESS, "/instant_access").with("key", "instant_access"));
    }
    let Some(days) = job.instant_access_retention_days else { return };
    findings.push(Finding::new(&rows::INSTANT_ACCESS, DAYS).with("key", "instant_access_retention_days"));
    let most = i64::from(limits::INSTANT_ACCESS_DAYS.value);
    let replace = |value: i64| json!([{"op": "replace", "path": DAYS, "value": value}]);
    if days == most.saturating_add(1) {
        findings.push(Finding::new(&rows::RETENTION_65536, DAYS).with_fix(replace(most)));
    } else if !(1..=most).contains(&days) {
        let finding = Finding::new(&rows::RETENTION_DAYS, DAYS).with("value", days.to_string());
        findings.push(finding.with_fix(replace(days.clamp(1, most))));
    }
}

fn scripts(job: &Job, findings: &mut Vec<Finding>) {
    let linux = &job.linux;
    let given = [
        ("/linux/pre_script_path", "linux.pre_script_path", &linux.pre_script_path),
        ("/linux/post_script_path", "linux.post_script_path", &linux.post_script_path),
    ];
    for (place, _, path) in given {
        let Some(path) = path else { continue };
        if !path.starts_with('/') || path.ends_with('/') {
            let mut finding = Finding::new(&rows::SCRIPT_PATH, place).with("value", shorten(path));
            if path.starts_with("tmp/") && !path.ends_with('/') {
                finding = finding.with_fix(json!([{"op": "replace", "path": place, "value": format!("/{path}")}]));
            }
            findings.push(finding);
        } else if path.starts_with("/tmp/") || path.starts_with("/var/tmp/") {
            findings.push(Finding::new(&rows::SCRIPT_IN_TMP, place).with("value", shorten(path)));
        }
    }
    match given {
        [(place, key, Some(_)), (_, missing, None)] | [(_, missing, None), (place, key, Some(_))] => {
            findings.push(Finding::new(&rows::ONE_SCRIPT, place).with("given", key).with("missing", missing));
        }
        [(_, _, Some(pre)), (place, _, Some(post))] if pre == post => {
            findings.push(Finding::new(&rows::SAME_SCRIPT, place).with("value", shorten(pre)));
        }
        _ => {}
    }
    let key = "linux.script_timeout_seconds";
    let any = linux.pre_script_path.is_some() || linux.post_script_path.is_some();
    match linux.script_timeout_seconds {
        Some(seconds) if !seconds_in_range("/linux/script_timeout_seconds", key, seconds, findings) => {}
        Some(_) if !any => findings.push(
            Finding::new(&rows::NO_EFFECT, "/linux/script_timeout_seconds")
                .with("key", key)
                .with("needs", "linux.pre_script_path"),
        ),
        given if any => {
            let seconds = given.unwrap_or_else(|| i64::from(terms::SCRIPT.seconds));
            long(
                &rows::LONG_SCRIPT,
                "/linux/script_timeout_seconds",
                seconds,
                // What was worked out is nobody's wish.
                given.is_some() && linux.quiesce.is_none(),
                &terms::SCRIPT_WARNING,
                findings,
            );
        }
        _ => {}
    }
}

fn freeze(job: &Job, findings: &mut Vec<Finding>) {
    const PLACE: &str = "/linux/freeze_timeout_seconds";
    let key = "linux.freeze_timeout_seconds";
    let given = job.linux.freeze_timeout_seconds;
    if given.is_some_and(|seconds| !seconds_in_range(PLACE, key, seconds, findings)) {
        return;
    }
    if job.linux.freeze_file_systems == Some(false) {
        if given.is_some() {
            findings.push(
                Finding::new(&rows::NO_EFFECT, PLACE).with("key", key).with("needs", "linux.freeze_file_systems"),
            );
        }
    } else {
        let seconds = given.unwrap_or_else(|| i64::from(terms::FREEZE.seconds));
        long(&rows::LONG_FREEZE, PLACE, seconds, given.is_some(), &terms::FREEZE_WARNING, findings);
    }
}

fn seconds_in_range(place: &'static str, key: &str, seconds: i64, findings: &mut Vec<Finding>) -> bool {
    let most = i64::from(terms::CEILING.seconds);
    let good = (1..=most).contains(&seconds);
    if !good {
        findings.push(number_range(place, key, seconds, 1, most));
    }
    good
}

fn number_range(place: &'static str, key: &str, value: i64, least: i64, most: i64) -> Finding {
    Finding::new(&rows::NUMBER_RANGE, place)
        .with("key", key)
        .with("value", value.to_string())
        .with("least", least.to_string())
        .with("most", most.to_string())
}

/// Warns of a long hold; a default that nobody wrote down is advice only.
fn long(
    row: &'static crate::diagnostics::finding::MessageRow,
    place: &'static str,
    seconds: i64,
    given: bool,
    most: &terms::BudgetRow,
    findings: &mut Vec<Finding>,
) {
    if seconds > i64::from(most.seconds) {
        let finding =
            Finding::new(row, place).with("seconds", seconds.to_string()).with("most", most.seconds.to_string());
        let shorter = json!([{"op": "replace", "path": place, "value": most.seconds}]);
        findings.push(if given { finding.with_fix(shorter) } else { finding.weighing(Severity::Advice) });
    }
}

/// What the parameters alone say about the level. A warning, for other instances of the job may reach more.
fn levels(job: &Job, platform: Option<Platform>, findings: &mut Vec<Finding>) {
    let scripts = job.linux.pre_script_path.is_some() || job.linux.post_script_path.is_some();
    let application = job.required_consistency == RequiredConsistency::Application;
    if platform != Some(Platform::Windows) && !scripts {
        if job.linux.freeze_file_systems == Some(false) {
            findings.push(Finding::new(&rows::NOTHING_QUIESCED, "/linux"));
        } else if application {
            findings.push(Finding::new(&rows::LINUX_NOT_APPLICATION, "/required_consistency"));
        }
    }
    if platform != Some(Platform::Linux) && application && job.windows.vss_writers == Some(false) {
        findings.push(Finding::new(&rows::WINDOWS_NOT_APPLICATION, "/windows/vss_writers"));
    }
}

fn run(job: &Job, platform: Option<Platform>, findings: &mut Vec<Finding>) {
    if job.run.max_in_flight == 0 {
        findings.push(number_range("/run/max_in_flight", "run.max_in_flight", 0, 1, i64::from(u32::MAX)));
    }
    let platforms = [Platform::Linux, Platform::Windows];
    let possible = platforms.into_iter().filter(|of| platform.is_none_or(|only| only == *of));
    // Without a platform the one that may take longer speaks for both.
    let budgets = possible.map(|of| (of, budget(job, of)));
    let Some((longest, budget)) = budgets.max_by_key(|(_, budget)| budget.total_seconds) else { return };
    let (least, most) = (limits::TIMEOUT_LEAST.value, terms::CEILING.seconds);
    if budget.exceeds_ceiling {
        let finding = Finding::new(&rows::BUDGET_CEILING, "/linux/script_timeout_seconds");
        findings.push(finding.with("most", most.to_string()));
    }
    let Timeout::Seconds(given) = job.run.timeout else { return };
    if !(least..=most).contains(&given) {
        findings.push(number_range("/run/timeout", "run.timeout", given.into(), least.into(), most.into()));
    } else if given < budget.total_seconds {
        let finding = Finding::new(&rows::TIMEOUT_TOO_SHORT, "/run/timeout")
            .with("given", given.to_string())
            .with("platform", longest.name())
            .with("needed", budget.total_seconds.to_string())
            .with_fix(json!([{"op": "replace", "path": "/run/timeout", "value": "auto"}]));
        // The job may have no instance of this platform.
        findings.push(if platform.is_some() { finding } else { finding.weighing(Severity::Warning) });
    }
}
