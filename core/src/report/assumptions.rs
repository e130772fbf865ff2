//! Which assumptions mattered in a run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::base::consistency::{Consistency, Platform};
use crate::catalog::assumptions::{self as rows, AssumptionRow};
use crate::catalog::codes::{ClearedBy, Layer};
use crate::catalog::witness::WitnessVerdict;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::text::Lang;
use crate::plugin::output::{Outcome, Step};
use crate::run::session::{State, Target};
use crate::run::verdict::{GroupLookup, ResultKind};

/// An assumption that mattered.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReliedUpon {
    /// `A01`.
    pub id: &'static str,
    /// What is assumed.
    pub what: String,
    /// Why it is believed, and what would be the case if it were wrong.
    pub why: String,
    /// Instances it mattered for.
    pub instances: u32,
}

/// The assumptions that a verdict, a finding or a start of this run rests on, in the order of their numbers.
pub(super) fn relied_upon(state: &State, lang: Lang) -> Vec<ReliedUpon> {
    let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut of_target: Vec<&'static str> = Vec::new();
    for target in &state.targets {
        of_target.clear();
        of_target.extend(of_findings(target));
        if target.starts > 0 {
            of_target.extend(of_start(state, target).iter().map(|row| row.id));
        }
        of_target.sort_unstable();
        of_target.dedup();
        for id in &of_target {
            *counts.entry(id).or_default() += 1;
        }
    }
    rows::ROWS
        .iter()
        .filter_map(|row| {
            let instances = *counts.get(row.id)?;
            let (what, why) = (row.what.get(lang).to_owned(), row.why.get(lang).to_owned());
            Some(ReliedUpon { id: row.id, what, why, instances })
        })
        .collect()
}

/// The assumptions that rows of findings name as their source.
fn of_findings(target: &Target) -> impl Iterator<Item = &'static str> {
    let why: [Option<&Finding>; 2] = [Some(&target.predicted_why), target.not_run.as_deref()];
    let of_result = target.outcome.iter().flat_map(|outcome| &outcome.findings);
    let findings = target.findings.iter().chain(of_result).chain(why.into_iter().flatten());
    findings.filter_map(|finding| {
        let (_, after) = finding.row.source.split_once("assumption ")?;
        rows::ROWS.iter().find(|row| after.starts_with(row.id)).map(|row| row.id)
    })
}

/// The assumptions behind the start of an instance and behind its verdict.
fn of_start(state: &State, target: &Target) -> Vec<&'static AssumptionRow> {
    let mut relied: Vec<&'static AssumptionRow> = Vec::new();
    let mut rely = |holds: bool, row: &'static AssumptionRow| {
        if holds {
            relied.push(row);
        }
    };
    let outcome = target.outcome.as_deref();
    let verdict = target.verdict.as_deref();
    let reached = verdict.map_or(Consistency::Unknown, |verdict| verdict.reached);
    let timed_out = outcome.is_some_and(|outcome| outcome.held && outcome.layer == Layer::Agent);
    let found = matches!(target.look.as_deref(), Some(GroupLookup::Found(_)));
    // A group is looked for by its name after every start.
    let searched = target.look.is_some();
    rely(found, &rows::LEVEL_TAGS);
    let fell_back = verdict.is_some_and(|verdict| verdict.result == ResultKind::Weaker);
    let by_record = [Some(WitnessVerdict::Contradicted), Some(WitnessVerdict::Outside)];
    let contradicted = verdict.is_some_and(|verdict| by_record.contains(&verdict.witness));
    rely(
        fell_back && !contradicted && outcome.is_some_and(|outcome| outcome.exit_code == Some(0)),
        &rows::DEGRADE_EXITS_0,
    );
    rely(timed_out, &rows::GROUP_TIME);
    let killed = outcome.is_some_and(|outcome| outcome.held && outcome.layer == Layer::Launcher);
    rely(killed || outcome.is_some_and(outlasts_the_plugin_manager), &rows::PLUGIN_TIMEOUT);
    rely(outcome.is_some_and(tells_of_scripts), &rows::SCRIPT_LINES);
    rely(outcome.is_some_and(|outcome| outcome.cleared_by() == ClearedBy::Nothing), &rows::SCRIPT_ORDER);
    rely(target.excluded.len() > 1, &rows::EXCLUDED_DISKS_SEPARATOR);
    rely(target.lost || target.start_adopted, &rows::INVOCATION_TAGS);
    rely(target.start_repeated, &rows::CLIENT_TOKEN);
    rely(searched || target.lost, &rows::GROUP_NAME_SEARCH);
    rely(timed_out, &rows::RUNS_ON_AFTER_TIMEOUT);
    rely(reached == Consistency::Crash, &rows::TAGS_WITHIN);
    rely(target.role_attached_at.is_some(), &rows::ROLE_DELAY);
    let elsewhere = state.command_of(target).is_some_and(|planned| has_script_outside_tmp(&planned.command));
    rely(elsewhere, &rows::SCRIPT_PATHS);
    let windows = target.platform == Some(Platform::Windows);
    rely(windows, &rows::WINDOWS_SHELL);
    rely(windows && target.predicted == Consistency::Application, &rows::WINDOWS_WRITERS);
    // A tag clears the suspicion only if tags come after the thaw.
    rely(found && outcome.is_none_or(|outcome| outcome.held), &rows::TAG_AFTER_THAW);
    relied
}

/// Whether a command ran for longer than the plug-in manager lets a plug-in run that says nothing else.
fn outlasts_the_plugin_manager(outcome: &Outcome) -> bool {
    const LIMIT: Duration = Duration::from_secs(60);
    matches!((outcome.started_at, outcome.finished_at), (Some(from), Some(to)) if to.since(from) > LIMIT)
}

/// Whether times of scripts were read from the log.
fn tells_of_scripts(outcome: &Outcome) -> bool {
    let of_scripts = [Step::PreScript, Step::PreScriptEnded, Step::PostScript, Step::PostScriptEnded];
    outcome.steps.iter().any(|step| of_scripts.contains(&step.step))
}

/// Whether a command names a script that does not lie where all samples have theirs.
fn has_script_outside_tmp(command: &str) -> bool {
    ["PreScriptPath=", "PostScriptPath="].iter().any(|name| {
        command.split_once(name).is_some_and(|(_, path)| {
            let path = path.trim_start_matches(['"', '\'', '\\']);
            path.starts_with('/') && !path.starts_with("/tmp/")
        })
    })
}
