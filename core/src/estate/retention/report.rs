//! What a clean-up did, or would do, in one value.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Decision, Ended, Rule, Ruling};
use crate::base::consistency::Consistency;
use crate::base::time::Time;
use crate::diagnostics::exit_status::ExitStatus;
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::retention as rows;
use crate::diagnostics::text::{Lang, Text};
use crate::estate::inventory::Estate;

/// The version of this form; it grows as that of the report does.
const PRUNE_VERSION: u32 = 1;

/// A clean-up.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pruning {
    /// The version of this form: 1.
    pub prune_version: u32,
    /// The version of consnap.
    pub consnap: &'static str,
    /// Whether nothing was deleted because nobody said `--yes`.
    pub dry_run: bool,
    /// The id of this clean-up, under which its journal lies; `None` when nothing was to be deleted.
    pub prune_id: Option<String>,
    /// The account.
    pub account_id: String,
    /// The regions.
    pub regions: Vec<String>,
    /// The service's clock when reading began.
    pub as_of: Time,
    /// What is kept.
    pub rule: Rule,
    /// The exit status of the command line: 0, 1 or 4.
    pub exit_status: u8,
    /// Groups that are to be deleted; without a dry run those that were tried.
    pub to_delete: u32,
    /// Groups that are gone now.
    pub deleted: u32,
    /// Groups that consnap made and that stay.
    pub kept: u32,
    /// Groups that consnap did not make, or does not know to have made. They are never touched.
    pub not_ours: u32,
    /// Each group that consnap made.
    pub groups: Vec<Row>,
    /// What could not be read.
    pub unread: Vec<RenderedFinding>,
    /// How it came out, in some sentences.
    pub sentences: Vec<String>,
}

/// One group.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// `delete` (it would be), `deleted`, `failed`, `unknown` or `keep`.
    pub outcome: &'static str,
    /// `ssg-...`.
    pub group_id: String,
    /// Its name; hostile text.
    pub group_name: String,
    /// Its instance, where known.
    pub instance_id: Option<String>,
    /// Its region.
    pub region: String,
    /// When it was made, where known.
    pub created_at: Option<Time>,
    /// Its age in seconds, where known.
    pub age_seconds: Option<u64>,
    /// The level of its weakest snapshot.
    pub level: Consistency,
    /// The run that made it.
    pub run_id: String,
    /// How many snapshots it has.
    pub snapshots: u32,
    /// Why.
    pub why: RenderedFinding,
}

/// What a clean-up did. `ended` says how each deletion ended; `None` for a dry run.
pub fn pruning(
    estate: &Estate,
    decisions: &[Decision],
    unread: &[Finding],
    rule: &Rule,
    ended: Option<(&str, &BTreeMap<String, Ended>)>,
    lang: Lang,
) -> Pruning {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let row = |decision: &Decision| {
        let (outcome, why) = outcome(decision, ended.map(|(_, ended)| ended));
        Row {
            outcome,
            group_id: decision.group_id.clone(),
            group_name: decision.group_name.clone(),
            instance_id: decision.instance_id.clone(),
            region: decision.region.clone(),
            created_at: decision.created_at,
            age_seconds: decision.created_at.map(|at| estate.as_of.since(at).as_secs()),
            level: decision.level,
            run_id: decision.run_id.clone(),
            snapshots: count(decision.snapshots.len()),
            why: why.render(lang),
        }
    };
    let groups: Vec<Row> = decisions.iter().map(row).collect();
    let with = |outcome: &str| groups.iter().filter(|row| row.outcome == outcome).count();
    let all: usize = estate.regions.iter().map(|region| region.groups.len()).sum();
    let mut pruning = Pruning {
        prune_version: PRUNE_VERSION,
        consnap: env!("CARGO_PKG_VERSION"),
        dry_run: ended.is_none(),
        prune_id: ended.map(|(id, _)| id.to_owned()).filter(|id| !id.is_empty()),
        account_id: estate.account_id.clone(),
        regions: estate.regions.iter().map(|region| region.region.clone()).collect(),
        as_of: estate.as_of,
        rule: *rule,
        exit_status: if with("unknown") > 0 || !unread.is_empty() {
            ExitStatus::Unknown
        } else {
            ExitStatus::findings_if(with("failed") > 0)
        }
        .code(),
        to_delete: count(groups.iter().filter(|row| row.outcome != "keep").count()),
        deleted: count(with("deleted")),
        kept: count(with("keep")),
        not_ours: count(all.saturating_sub(decisions.len())),
        unread: unread.iter().map(|finding| finding.render(lang)).collect(),
        groups,
        sentences: Vec::new(),
    };
    pruning.sentences = sentences(&pruning, lang);
    pruning
}

fn outcome(decision: &Decision, ended: Option<&BTreeMap<String, Ended>>) -> (&'static str, Finding) {
    let snapshots = decision.snapshots.len().to_string();
    match (decision.fate, ended) {
        (Ruling::Keep, _) => ("keep", decision.why.clone()),
        (Ruling::Delete, None) => ("delete", decision.why.clone()),
        (Ruling::Delete, Some(ended)) => match ended.get(&decision.group_id) {
            Some(Ended::Deleted) => ("deleted", Finding::new(&rows::GROUP_DELETED, "").with("snapshots", snapshots)),
            Some(Ended::Gone) => ("deleted", Finding::new(&rows::GROUP_GONE, "")),
            Some(Ended::Partly { left }) => {
                let code = left.first().map_or("?", |(_, code)| code.as_str());
                let why = Finding::new(&rows::SNAPSHOTS_LEFT, "").with("left", left.len().to_string());
                ("failed", why.with("snapshots", snapshots).with("code", code))
            }
            Some(Ended::Refused { code }) => {
                ("failed", Finding::new(&rows::DELETION_REFUSED, "").with("code", code.clone()))
            }
            Some(Ended::Unknown { code }) => {
                ("unknown", Finding::new(&rows::DELETION_UNKNOWN, "").with("code", code.clone()))
            }
            Some(Ended::NotTried) => ("failed", Finding::new(&rows::NOT_TRIED, "")),
            None => ("keep", Finding::new(&rows::NOT_DELETED_ANY_MORE, "")),
        },
    }
}

fn sentences(pruning: &Pruning, lang: Lang) -> Vec<String> {
    let args: Vec<_> = [
        ("delete", pruning.to_delete.to_string()),
        ("deleted", pruning.deleted.to_string()),
        ("kept", pruning.kept.to_string()),
        ("others", pruning.not_ours.to_string()),
        ("status", pruning.exit_status.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect();
    let first = match (pruning.dry_run, pruning.to_delete) {
        (_, 0) => &NOTHING,
        (true, _) => &WOULD,
        (false, _) => &DID,
    };
    let mut out = vec![first.fill(lang, &args), OTHERS.fill(lang, &args)];
    if pruning.dry_run && pruning.to_delete > 0 {
        out.push(SAY_YES.get(lang).to_owned());
    }
    out.push(EXIT.fill(lang, &args));
    out
}

const NOTHING: Text = Text::new(
    "Nothing is to be deleted; {kept} groups of consnap are kept.",
    "没有需要删除的内容；保留 consnap 创建的 {kept} 个快照一致性组。",
);
const WOULD: Text =
    Text::new("{delete} groups would be deleted, {kept} kept.", "将删除 {delete} 个快照一致性组，保留 {kept} 个。");
const DID: Text = Text::new(
    "{deleted} of {delete} groups are deleted, {kept} kept.",
    "{delete} 个快照一致性组中已删除 {deleted} 个，保留 {kept} 个。",
);
const OTHERS: Text = Text::new(
    "Not made by consnap, as far as is known here, and never touched: {others}.",
    "据此处所知并非由 consnap 创建、不会触及的：{others} 个。",
);
const SAY_YES: Text =
    Text::new("Nothing was deleted: say `--yes` to delete them.", "未删除任何内容：如需删除，请使用 `--yes`。");
const EXIT: Text = Text::new("Exit status {status}.", "退出状态 {status}。");
