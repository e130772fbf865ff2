//! Reading a job document: never fails, loses nothing silently.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Job;
use super::forms::{is_id, parse_day, parse_duration, parse_spread_by, parse_time_of_day};
use crate::catalog;
use crate::catalog::endpoints;
use crate::catalog::limits::UPLOAD_FOLDER;
use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::messages::{self, parameters};
use crate::input::document::{
    Key, Null, Shape, clean_with, duplicate_keys, most_similar, optional, quoted, required, shorten,
};

/// Reads a job document. What cannot be read is a finding and keeps its default; repetitions fall away.
///
/// Numbers and names keep the value that was written, even out of range: judging them is the business of
/// [`crate::check::check_job`].
pub fn read(document: &Value) -> (Job, Vec<Finding>) {
    let (job, mut findings) = read_parts(document);
    // A missing `targets` has been said already.
    if document.get("targets").is_some_and(|targets| !targets.is_null()) {
        no_targets(&job, &mut findings);
    }
    (job, findings)
}

/// As [`read`], for building a command: `targets` may be absent or empty.
pub fn read_for_command(document: &Value) -> (Job, Vec<Finding>) {
    let (job, mut findings) = read_parts(document);
    findings.retain(|finding| !is_missing_targets(finding));
    (job, findings)
}

/// Reads a job document from JSON text. Text that is no JSON is a finding too, as is a key that stands twice.
pub fn from_str_json(text: &str) -> (Job, Vec<Finding>) {
    match serde_json::from_str(text) {
        Ok(document) => {
            let (job, mut findings) = read(&document);
            findings.extend(duplicate_keys(text));
            (job, findings)
        }
        Err(error) => {
            let finding = Finding::new(&parameters::UNREADABLE, "").with("detail", shorten(&error.to_string()));
            (Job::default(), vec![finding])
        }
    }
}

/// The keys of a job document.
pub static KEYS: &[Key] = &[
    required("version", Shape::Whole(0, u32::MAX as i64)),
    optional("regions", Shape::List(&Shape::Text)),
    required("targets", Shape::Object(TARGETS)),
    required("instance_ram_role", Shape::Text),
    required("group_name", Shape::Text),
    optional("description", Shape::Text),
    optional("exclude_disks", Shape::List(&Shape::Object(EXCLUDED_DISK))),
    optional("required_consistency", Shape::Choice(&["application", "file_system"])),
    optional("linux", Shape::Object(LINUX)),
    optional("windows", Shape::Object(&[optional("vss_writers", Shape::Truth)])),
    optional("instant_access", Shape::Truth),
    optional("instant_access_retention_days", ANY_NUMBER),
    optional("accept", Shape::List(&Shape::Object(ACCEPT))),
    optional("run", Shape::Object(RUN)),
];

const ANY_NUMBER: Shape = Shape::Whole(i64::MIN, i64::MAX);
const COUNT: Shape = Shape::Whole(0, u32::MAX as i64);

static TARGETS: &[Key] = &[
    optional("ids", Shape::List(&Shape::Text)),
    optional("tags", Shape::TextMap),
    optional("all", Shape::Truth),
    optional("exclude", Shape::Object(&[optional("ids", Shape::List(&Shape::Text)), optional("tags", Shape::TextMap)])),
    optional("expect", Shape::Object(&[optional("min", COUNT), optional("max", COUNT)])),
];
static EXCLUDED_DISK: &[Key] =
    &[required("instance", Shape::Text), required("disk", Shape::Text), optional("reason", Shape::Text)];
static LINUX: &[Key] = &[
    optional("pre_script_path", Shape::Text),
    optional("post_script_path", Shape::Text),
    optional("script_timeout_seconds", ANY_NUMBER),
    optional("freeze_file_systems", Shape::Truth),
    optional("freeze_timeout_seconds", ANY_NUMBER),
    optional("upload", Shape::Object(UPLOAD)),
    optional("quiesce", Shape::Object(QUIESCE)),
];
static QUIESCE: &[Key] = &[
    required("engine", Shape::Choice(catalog::quiesce::NAMES)),
    optional("name", Shape::Text),
    optional("limit", ANY_NUMBER),
    optional("settings", Shape::TextMap),
    optional("pre_content", Shape::Text),
    optional("post_content", Shape::Text),
];
static UPLOAD: &[Key] = &[
    optional("pre", Shape::Text),
    optional("post", Shape::Text),
    optional("pre_content", Shape::Text),
    optional("post_content", Shape::Text),
];
static ACCEPT: &[Key] = &[
    required("code", Shape::Text),
    required("reason", Shape::Text),
    optional("owner", Shape::Text),
    optional("until", Shape::Text),
];
static RUN: &[Key] = &[
    optional("canary", COUNT),
    optional("max_in_flight", COUNT),
    optional("max_errors", Shape::CountOrPercent),
    optional("spread_by", Shape::Text),
    optional("start_before", Shape::Text),
    optional("deadline", Shape::Text),
    optional("tag_snapshots", Shape::Truth),
    optional("timeout", Shape::AutoOrSeconds),
    optional("attach_role", Shape::Choice(&["never", "if_missing"])),
    optional("probe", Shape::Choice(&["never", "if_unknown", "always"])),
    optional("probe_max_age", Shape::Text),
    optional("on_unknown", Shape::Choice(&["proceed", "set_aside"])),
];

/// Our place for a parameter that is spelt as the plug-in spells it.
fn ours(wire: &str) -> Option<&'static str> {
    let row = catalog::parameters::ROWS.iter().find(|row| row.wire.eq_ignore_ascii_case(wire))?;
    // A disk alone is no exclusion: it needs its instance.
    (row.wire != "ExcludeDiskId").then_some(row.key)
}

fn read_parts(document: &Value) -> (Job, Vec<Finding>) {
    let (kept, mut findings) = clean_with(document, KEYS, Null::Advice, ours);
    let mut job = match serde_json::from_value::<Job>(kept.unwrap_or_else(|| json!({}))) {
        Ok(job) => job,
        Err(error) => {
            findings.push(Finding::new(&parameters::UNREADABLE, "").with("detail", shorten(&error.to_string())));
            Job::default()
        }
    };
    let said_missing =
        |key: &str| findings.iter().any(|f| f.row == &parameters::MISSING_KEY && f.args.iter().any(|(_, v)| v == key));
    let mut more = Vec::new();
    for (key, text) in [("instance_ram_role", &job.instance_ram_role), ("group_name", &job.group_name)] {
        let written = document.get(key).and_then(Value::as_str);
        if text.is_empty() && written.is_some() && !said_missing(key) {
            // It stands there, but empty: the place is the key's own.
            let finding = Finding::new(&parameters::MISSING_KEY, format!("/{key}")).with("key", key);
            let usual = json!([{"op": "replace", "path": "/group_name", "value": "nightly-{run}"}]);
            more.push(if key == "group_name" { finding.with_fix(usual) } else { finding });
        }
    }
    if job.version != 1 && document.get("version").is_some_and(Value::is_number) {
        more.push(
            Finding::new(&parameters::UNKNOWN_VERSION, "/version")
                .with("version", job.version.to_string())
                .with_fix(json!([{"op": "replace", "path": "/version", "value": 1}])),
        );
    }
    findings.append(&mut more);
    without_repetitions(&mut job, &mut findings);
    upload_paths(&mut job);
    job.linux.take_quiesce();
    targets(document, &job, &mut findings);
    regions(document, &mut findings);
    excluded_disks(document, &job, &mut findings);
    acceptances(document, &mut findings);
    forms(document, &job, &mut findings);
    (job, findings)
}

fn is_missing_targets(finding: &Finding) -> bool {
    finding.row == &parameters::MISSING_KEY
        && finding.place.is_empty()
        && finding.args.iter().any(|(_, value)| value == "targets")
}

/// Where scripts are put whose place the job does not name.
fn upload_paths(job: &mut Job) {
    let linux = &mut job.linux;
    let Some(upload) = &linux.upload else { return };
    if upload.pre.is_some() || upload.pre_content.is_some() {
        linux.pre_script_path.get_or_insert_with(|| format!("{UPLOAD_FOLDER}/pre.sh"));
    }
    if upload.post.is_some() || upload.post_content.is_some() {
        linux.post_script_path.get_or_insert_with(|| format!("{UPLOAD_FOLDER}/post.sh"));
    }
}

/// Keeps the first of equal entries and says how many there were.
fn once<T>(list: &mut Vec<T>, place: &'static str, word: fn(&T) -> String, findings: &mut Vec<Finding>) {
    let mut counts = BTreeMap::<String, usize>::new();
    list.retain(|item| {
        let count = counts.entry(word(item)).or_insert(0);
        *count = count.saturating_add(1);
        *count == 1
    });
    for (word, count) in counts.into_iter().filter(|(_, count)| *count > 1) {
        let finding = Finding::new(&parameters::DUPLICATE, place);
        findings.push(finding.with("value", shorten(&word)).with("count", count.to_string()));
    }
}

fn without_repetitions(job: &mut Job, findings: &mut Vec<Finding>) {
    once(&mut job.targets.ids, "/targets/ids", String::clone, findings);
    once(&mut job.targets.exclude.ids, "/targets/exclude/ids", String::clone, findings);
    once(&mut job.regions, "/regions", String::clone, findings);
    if let Some(disks) = &mut job.exclude_disks {
        once(disks, "/exclude_disks", |excluded| format!("{} {}", excluded.instance, excluded.disk), findings);
    }
}

/// The members of a list as they stand in the document, so that places keep their numbers.
fn items<'a>(document: &'a Value, list: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    document.pointer(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// A finding for each text of a list that is no id.
fn ids(document: &Value, list: &'static str, findings: &mut Vec<Finding>) {
    for (at, id) in items(document, list) {
        findings.extend(id.as_str().and_then(|id| bad_id(id, "i-", format!("{list}/{at}"))));
    }
}

fn bad_id(value: &str, prefix: &str, place: String) -> Option<Finding> {
    let finding = || Finding::new(&parameters::BAD_ID, place).with("value", shorten(value));
    (!is_id(value, prefix)).then(|| finding().with("sample", format!("{prefix}bp1example0000000001")))
}

fn no_targets(job: &Job, findings: &mut Vec<Finding>) {
    if !job.targets.all && job.targets.tags.is_empty() && job.targets.selected_ids().is_empty() {
        findings.push(Finding::new(&parameters::NO_TARGETS, "/targets"));
    }
}

fn targets(document: &Value, job: &Job, findings: &mut Vec<Finding>) {
    let targets = &job.targets;
    ids(document, "/targets/ids", findings);
    ids(document, "/targets/exclude/ids", findings);
    if [!targets.ids.is_empty(), !targets.tags.is_empty(), targets.all].into_iter().filter(|given| *given).count() > 1 {
        findings.push(Finding::new(&parameters::IDS_AND_TAGS, "/targets"));
    }
    if targets.all && targets.expect.and_then(|expect| expect.max).is_none() {
        findings.push(Finding::new(&parameters::ALL_WITHOUT_BOUND, "/targets/all"));
    }
    let excluded: BTreeSet<_> = targets.exclude.ids.iter().collect();
    for id in targets.ids.iter().filter(|id| excluded.contains(id)) {
        findings.push(Finding::new(&parameters::EXCLUDED_TARGET, "/targets/exclude/ids").with("value", shorten(id)));
    }
    for (place, tags) in [("/targets/tags", &targets.tags), ("/targets/exclude/tags", &targets.exclude.tags)] {
        let most = crate::catalog::limits::RESOURCE_TAGS.count();
        if tags.len() > most {
            findings.push(Finding::new(&parameters::BAD_TAG, place).with("detail", format!("{} > {most}", tags.len())));
        }
        for key in tags.keys().filter(|key| key.is_empty() || key.chars().count() > 64) {
            findings.push(Finding::new(&parameters::BAD_TAG, place).with("detail", format!("`{}`", shorten(key))));
        }
    }
    if let Some(expect) = targets.expect {
        let (least, most) = (expect.min.unwrap_or(0), expect.max.unwrap_or(u32::MAX));
        let count = u32::try_from(targets.selected_ids().len()).unwrap_or(u32::MAX);
        // How many instances tags select is known after a look only.
        let row = if least > most {
            Some(&parameters::EXPECT_CONTRADICTION)
        } else if !targets.ids.is_empty() && !(least..=most).contains(&count) {
            Some(&parameters::EXPECT_BOUNDS)
        } else {
            None
        };
        findings.extend(row.map(|row| {
            let most = expect.max.map_or_else(|| "∞".to_owned(), |most| most.to_string());
            let finding = Finding::new(row, "/targets/expect").with("count", count.to_string());
            finding.with("least", least.to_string()).with("most", most)
        }));
    }
}

fn regions(document: &Value, findings: &mut Vec<Finding>) {
    for (at, region) in items(document, "/regions") {
        let Some(region) = region.as_str() else { continue };
        let good = region.contains('-')
            && region.len() <= 64
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !good {
            let place = format!("/regions/{at}");
            findings.push(Finding::new(&parameters::BAD_REGION, place).with("value", shorten(region)));
        } else if endpoints::find(region).is_none() {
            let known = endpoints::ROWS.iter().map(|row| row.region);
            let finding = Finding::new(&parameters::REGION_NOT_KNOWN, format!("/regions/{at}"))
                .with("value", shorten(region))
                .with("nearest", endpoints::nearest(region));
            // One that is like no other may be newer than consnap.
            let is_slip = most_similar(region, known).is_some();
            findings.push(if is_slip { finding } else { finding.weighing(Severity::Warning) });
        }
    }
}

fn excluded_disks(document: &Value, job: &Job, findings: &mut Vec<Finding>) {
    let selected: BTreeSet<_> = job.targets.ids.iter().map(String::as_str).collect();
    for (at, excluded) in items(document, "/exclude_disks") {
        let [instance, disk] = ["instance", "disk"].map(|key| excluded.get(key).and_then(Value::as_str));
        let wrong = instance.and_then(|id| bad_id(id, "i-", format!("/exclude_disks/{at}/instance")));
        if let (None, Some(instance), Some(disk)) = (&wrong, instance, disk)
            && !selected.is_empty()
            && !selected.contains(instance)
        {
            findings.push(
                Finding::new(&parameters::EXCLUDED_DISK_STRANGER, format!("/exclude_disks/{at}"))
                    .with("disk", shorten(disk))
                    .with("instance", shorten(instance)),
            );
        }
        findings.extend(wrong);
        findings.extend(disk.and_then(|id| bad_id(id, "d-", format!("/exclude_disks/{at}/disk"))));
    }
}

fn acceptances(document: &Value, findings: &mut Vec<Finding>) {
    for (at, accept) in items(document, "/accept") {
        let Some(code) = accept.get("code").and_then(Value::as_str) else { continue };
        let place = format!("/accept/{at}/code");
        match messages::find(code).filter(|row| row.code.starts_with("CS")) {
            None => {
                let upper = code.trim().to_ascii_uppercase();
                let mut finding = Finding::new(&parameters::ACCEPT_UNKNOWN, place.clone()).with("code", shorten(code));
                if messages::find(&upper).is_some() {
                    finding = finding.with_fix(json!([{"op": "replace", "path": place, "value": upper}]));
                }
                findings.push(finding);
            }
            Some(row) if !row.acceptable => {
                findings.push(Finding::new(&parameters::ACCEPT_REFUSED, place).with("code", code));
            }
            Some(_) => {}
        }
        if accept.get("reason").and_then(Value::as_str).is_some_and(|reason| reason.trim().is_empty()) {
            let place = format!("/accept/{at}/reason");
            findings.push(Finding::new(&parameters::ACCEPT_WITHOUT_REASON, place).with("code", shorten(code)));
        }
    }
}

fn forms(document: &Value, job: &Job, findings: &mut Vec<Finding>) {
    let mut check = |place: String, key: &'static str, value: &str, samples: &[&str], good: bool| {
        if !good {
            findings.push(
                Finding::new(&parameters::BAD_FORM, place)
                    .with("key", key)
                    .with("value", shorten(value))
                    .with("sample", quoted(samples.iter().copied())),
            );
        }
    };
    let run = &job.run;
    if let Some(text) = &run.deadline {
        check("/run/deadline".into(), "run.deadline", text, &["2h", "90m", "3600s"], parse_duration(text).is_some());
    }
    if let Some(text) = &run.probe_max_age {
        let good = parse_duration(text).is_some();
        check("/run/probe_max_age".into(), "run.probe_max_age", text, &["12h", "30m"], good);
    }
    if let Some(text) = &run.start_before {
        let good = parse_time_of_day(text).is_some();
        check("/run/start_before".into(), "run.start_before", text, &["03:00", "03:00+08:00"], good);
    }
    if let Some(text) = &run.spread_by {
        check("/run/spread_by".into(), "run.spread_by", text, &["tag:cluster"], parse_spread_by(text).is_some());
    }
    for (at, accept) in items(document, "/accept") {
        if let Some(text) = accept.get("until").and_then(Value::as_str) {
            check(format!("/accept/{at}/until"), "accept.until", text, &["2027-01-01"], parse_day(text).is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(document: &Value) -> Vec<String> {
        let (_, findings) = read(document);
        findings.iter().map(|finding| format!("{} {}", finding.code(), finding.place)).collect()
    }

    fn minimal() -> Value {
        json!({"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R", "group_name": "g-{run}"})
    }

    #[test]
    fn only_four_keys_are_needed() {
        assert_eq!(codes(&minimal()), Vec::<String>::new());
        assert_eq!(codes(&json!({})), ["CS104 "; 4]);
        let (_, findings) = read_for_command(&json!({}));
        assert_eq!(findings.len(), 3);
    }

    #[test]
    fn places_keep_their_numbers() {
        let mut document = minimal();
        document["targets"]["ids"] = json!([1, "i-a", "i-a", "I-b"]);
        document["accept"] = json!([null, {"code": "CS231", "reason": "known"}, {"code": "cs231", "reason": " "}]);
        assert_eq!(
            codes(&document),
            [
                "CS103 /accept/0",
                "CS103 /targets/ids/0",
                "CS112 /targets/ids",
                "CS113 /targets/ids/3",
                "CS145 /accept/2/code",
                "CS144 /accept/2/reason"
            ]
        );
    }

    #[test]
    fn any_value_reads() {
        for document in [json!(null), json!([]), json!("x"), json!({"version": "1", "run": [], "targets": 1})] {
            let (job, findings) = read(&document);
            assert!(!findings.is_empty());
            assert_eq!(job.run, crate::input::job::RunOptions::default());
        }
    }
}
