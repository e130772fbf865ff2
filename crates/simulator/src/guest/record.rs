//! The record that consnap's quiesce scripts leave in the guest, and what the command that reads it answers.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::Time;
use consnap_core::catalog::quiesce;

use super::arguments::Options;
use super::plan::{Plan, Scripts};
use super::probe::{escaped, storage_lines};
use crate::scenario::{GuestSpec, InstanceSpec, QuiesceRecord, ScriptOrder};

const BOOT: &str = "6f0c1c52-5f2b-4b52-9d0e-1d1f9a3c7b10";
const OTHER_BOOT: &str = "00000000-5f2b-4b52-9d0e-1d1f9a3c7b10";
const OTHER_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const DAY: Duration = Duration::from_secs(86_400);

/// What a run of the scripts left, as far as they came.
#[derive(Clone, Debug)]
pub(crate) struct LeftRecord {
    name: String,
    pre: String,
    post: String,
    scripts: Scripts,
    exit: i64,
    frozen_before: bool,
    began: Time,
    from: Time,
    /// When the post-script released; `None` when it did not run.
    to: Option<Time>,
}

/// The service whose scripts a command names, by the path consnap puts them at.
pub(crate) fn service(options: &Options) -> Option<&str> {
    let name = options.pre_script_path.rsplit_once('/')?.1.strip_suffix("-pre.sh")?;
    let [pre, post] = quiesce::paths(name);
    (pre == *options.pre_script_path && post == *options.post_script_path).then_some(name)
}

/// What the scripts of a run leave, if they are consnap's and were run.
pub(crate) fn left(spec: &InstanceSpec, options: &Options, plan: &Plan, started_at: Time) -> Option<LeftRecord> {
    let name = service(options)?;
    if !matches!(plan.course.scripts, Scripts::Ran | Scripts::PreFailed) || plan.hold.is_none() {
        return None;
    }
    let after = |millis: u32| started_at.plus(Duration::from_millis(u64::from(millis)));
    let released = plan.hold.is_some_and(|(_, until)| until == Some(plan.steps.post_done));
    let hash = |path: &str| spec.guest.script_at(path).map(super::probe::content_of).unwrap_or_default();
    Some(LeftRecord {
        name: name.to_owned(),
        pre: hash(&options.pre_script_path),
        post: hash(&options.post_script_path),
        scripts: plan.course.scripts,
        exit: plan.exit,
        frozen_before: spec.guest.script_order == ScriptOrder::AfterFreeze,
        began: after(plan.steps.looked),
        from: after(plan.steps.pre_done),
        to: released.then(|| after(plan.steps.post_done)),
    })
}

/// Writes the answer of the command that reads the record of a service.
pub(crate) fn write_record_answer(
    (name, folders): (&str, &[String]),
    left: Option<&LeftRecord>,
    (guest, disk_ids): (&GuestSpec, &[String]),
    now: Time,
    out: &mut Vec<u8>,
) {
    let left = left.filter(|left| left.name == name && folders.iter().any(|folder| folder == "/run"));
    let usual = ["/".to_owned()];
    let named = if guest.quiesce_mounts.is_empty() { &usual } else { guest.quiesce_mounts.as_slice() };
    let (word, content) = match (left, guest.quiesce_record) {
        (None, _) | (_, QuiesceRecord::Absent) => ("absent", None),
        (_, QuiesceRecord::Forged) => ("foreign", None),
        (_, QuiesceRecord::Unreadable) => ("unread", None),
        (Some(left), kind) => ("file", Some(text(left, kind, named, now))),
    };
    let content = content.map_or_else(|| "-".to_owned(), |content| STANDARD.encode(content));
    let (storage, lines) = storage_lines(guest, disk_ids, named);
    let answer = format!(
        "consnap-witness format=1\nhost boot={BOOT} uptime={}\nrecord kind={word} base64={content}\n{storage}end lines={}\n",
        uptime(now),
        lines + 4
    );
    out.clear();
    out.extend_from_slice(answer.as_bytes());
}

/// Seconds since the guest's boot, which was in 1970.
fn uptime(at: Time) -> String {
    let hundredths = at.millis().max(0) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The lines of the record.
fn text(left: &LeftRecord, kind: QuiesceRecord, mounts: &[String], now: Time) -> String {
    let back = if kind == QuiesceRecord::Stale { DAY } else { Duration::ZERO };
    let (began, from) = (left.began.minus(back), left.from.minus(back));
    let released = left.to.filter(|to| *to <= now);
    let refused = |why: &'static str, code: u8| (("pre", "refused", code, "no"), Some(why), "");
    let ended = |verdict, code, result| (("post", verdict, code, "no"), None, result);
    let ((role, verdict, code, held), why, result) = match kind {
        QuiesceRecord::Lost => ended("lost", 20, "lost"),
        QuiesceRecord::Written => ended("written", 22, "released"),
        QuiesceRecord::Expired => ended("expired", 21, "expired"),
        QuiesceRecord::Unreleased => (("post", "not_released", 24, "unknown"), None, "forced"),
        QuiesceRecord::Refused => refused("long_query", 13),
        _ if left.scripts == Scripts::PreFailed && left.frozen_before => refused("frozen_already", 17),
        _ if left.scripts == Scripts::PreFailed || left.exit == 9 => refused("long_query", 13),
        _ if left.exit == 10 => ended("expired", 21, "expired"),
        _ if released.is_none() => (("pre", "held", 0, "yes"), None, ""),
        _ => ended("proven", 0, "released"),
    };
    let to = left.to.unwrap_or(left.from).minus(back);
    let at = if role == "pre" { from } else { to };
    let mut text = format!(
        "consnap-quiesce format=1 role={role} name={} engine=mariadb verdict={verdict} code={code} held={held} \
         run={}.4211 at={}",
        left.name,
        began.millis().max(0) / 10,
        uptime(at)
    );
    if let Some(why) = why {
        let _ = write!(text, " why={why}");
    }
    if role == "post" {
        let (same, position) = if verdict == "written" { ("no", 6_000) } else { ("yes", 5_000) };
        let _ = write!(
            text,
            " result={result} held_ms={} from={} to={} same={same} position_from=bin.000002:5000 \
             position_to=bin.000002:{position} frozen_at_release=no",
            to.since(from).as_millis(),
            uptime(from),
            uptime(to)
        );
    }
    let pre = if kind == QuiesceRecord::OtherScripts { OTHER_HASH } else { &left.pre };
    let post = if role == "post" { left.post.as_str() } else { "-" };
    let boot = if kind == QuiesceRecord::OtherBoot { OTHER_BOOT } else { BOOT };
    let _ = write!(
        text,
        "\nscript library=1 pre={pre} post={post}\nhost boot={boot} uptime={} wall=1796005422\ndata mounts={}\n",
        uptime(at),
        mounts.iter().map(|mount| escaped(mount)).collect::<Vec<_>>().join(",")
    );
    if kind != QuiesceRecord::Cut {
        text.push_str("end lines=5\n");
    }
    text
}
