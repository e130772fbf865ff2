//! What a look at a live instance says about the numbered assumptions.
//!
//! [`settle`] is a pure function over what was [`Seen`]. An assumption that a look did not touch stays open, with the reason;
//! nothing is settled by silence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::catalog::assumptions as rows;
use consnap_core::catalog::assumptions::AssumptionRow;
use consnap_core::catalog::budget;
use consnap_core::catalog::codes::Layer;
use consnap_core::estate::inventory::Group;
use consnap_core::plugin::output::Outcome;
use consnap_core::{Consistency, Lang, Platform, Text};
use serde::Serialize;

use crate::words;

/// Seconds after which the launcher's own limit would have ended a plug-in (assumption A05).
const LAUNCHER_LIMIT_SECONDS: u64 = 60;

/// How an assumption came out.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// What was seen contradicts it.
    Contradicted,
    /// What was seen agrees with it.
    Settled,
    /// It could have shown on an instance like this one, and did not.
    NotSeen,
    /// This look cannot tell.
    NotHere,
}

/// One assumption, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `A01`.
    pub id: &'static str,
    /// How it came out.
    pub result: Settlement,
    /// What is assumed.
    pub what: &'static str,
    /// What was seen, or why nothing was; foreign text in it is the service's own.
    pub seen: String,
}

/// A harmless command, sent twice with the same token.
#[derive(Clone, Debug, Default)]
pub struct Marker {
    /// `t-...` of the first answer, or the code of a refusal.
    pub first: Option<Result<String, String>>,
    /// The same of the second.
    pub second: Option<Result<String, String>>,
    /// Whether the list of running invocations had it at once, and whether it was really still running or waiting then.
    pub listed_while_running: Option<(bool, bool)>,
    /// What it printed.
    pub output: Option<String>,
    /// What it was to print.
    pub text: String,
}

/// What was seen of an instance.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its platform.
    pub platform: Option<Platform>,
    /// `HttpEndpoint` and `HttpTokens` of its metadata options.
    pub metadata: Option<(String, String)>,
    /// How many instances a query for this one and one that does not exist gave, or its refusal.
    pub with_unknown_id: Option<Result<usize, String>>,
    /// How an instance without a role was listed: with an empty name (`true`) or not at all; `None` when it has one.
    pub without_role: Option<bool>,
    /// The harmless command.
    pub marker: Marker,
    /// What became of the snapshot command.
    pub outcome: Option<Outcome>,
    /// The level its verdict says.
    pub reached: Option<Consistency>,
    /// Whether the job has application scripts, and whether one of them lies outside of `/tmp`.
    pub scripts: (bool, bool),
    /// The group by its id, its snapshots asked for one by one.
    pub group: Option<Group>,
    /// The consistency tags of the snapshots, spelled as DescribeSnapshots shows them.
    pub level_keys: Vec<String>,
    /// Whether the group was found by its exact name, and whether it was also found by the beginning of it.
    pub by_name: Option<Result<(bool, bool), String>>,
    /// Whether the invocation was found by its tag.
    pub by_tag: Option<Result<bool, String>>,
}

/// Every assumption, in the order of their numbers.
pub fn settle(seen: &Seen, lang: Lang) -> Vec<Answer> {
    rows::ROWS.iter().map(|row| one(row, seen).answer(row, lang)).collect()
}

/// An answer before it is worded.
struct Draft {
    result: Settlement,
    text: &'static Text,
    args: Vec<(std::borrow::Cow<'static, str>, String)>,
}

impl Draft {
    fn new(result: Settlement, text: &'static Text) -> Self {
        Self { result, text, args: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name.into(), value.into()));
        self
    }

    fn answer(&self, row: &'static AssumptionRow, lang: Lang) -> Answer {
        Answer { id: row.id, result: self.result, what: row.what.get(lang), seen: self.text.fill(lang, &self.args) }
    }
}

fn settled(text: &'static Text) -> Draft {
    Draft::new(Settlement::Settled, text)
}

fn contradicted(text: &'static Text) -> Draft {
    Draft::new(Settlement::Contradicted, text)
}

fn not_seen(text: &'static Text) -> Draft {
    Draft::new(Settlement::NotSeen, text)
}

fn one(row: &'static AssumptionRow, seen: &Seen) -> Draft {
    match row.id {
        "A01" => level_tags(seen),
        "A02" => fall_back(seen),
        "A03" => duration(seen),
        "A05" => launcher_limit(seen),
        "A07" => match &seen.by_tag {
            Some(Ok(true)) => settled(&words::FOUND_BY_TAG),
            Some(Ok(false)) => contradicted(&words::NOT_FOUND_BY_TAG),
            Some(Err(code)) => not_seen(&words::REFUSED).with("code", code.as_str()),
            None => not_seen(&words::NO_RUN),
        },
        "A08" => match seen.level_keys.iter().find(|key| key.as_str() == "AppConsistent") {
            Some(key) => settled(&words::OTHER_SPELLING).with("key", key.as_str()),
            None => not_seen(&words::USUAL_SPELLING).with("keys", seen.level_keys.join(", ")),
        },
        "A09" => match &seen.by_name {
            Some(Ok((true, false))) => settled(&words::BY_EXACT_NAME),
            Some(Ok((true, true))) => contradicted(&words::BY_BEGINNING_TOO),
            Some(Ok((false, _))) => contradicted(&words::NOT_BY_NAME),
            Some(Err(code)) => not_seen(&words::REFUSED).with("code", code.as_str()),
            None => not_seen(&words::NO_GROUP),
        },
        "A12" => match (seen.reached, &seen.group) {
            (Some(Consistency::Application | Consistency::FileSystem), _) => settled(&words::TAGS_IN_TIME),
            (_, Some(_)) if !seen.level_keys.is_empty() => contradicted(&words::TAGS_LATE),
            _ => not_seen(&words::NO_TAG),
        },
        "A13" => client_token(&seen.marker),
        "A15" => metadata(seen, |endpoint, _| endpoint.is_empty()),
        "A18" => match (seen.scripts, seen.reached) {
            ((_, true), Some(Consistency::Application)) => settled(&words::SCRIPTS_ELSEWHERE),
            _ => not_seen(&words::NO_SCRIPTS_ELSEWHERE),
        },
        "A20" => match seen.without_role {
            Some(true) => settled(&words::EMPTY_ROLE),
            Some(false) => settled(&words::ROLE_NOT_LISTED),
            None => not_seen(&words::HAS_ROLE),
        },
        "A21" => match &seen.with_unknown_id {
            Some(Ok(1)) => settled(&words::UNKNOWN_ID_LEFT_OUT),
            Some(Ok(count)) => contradicted(&words::UNKNOWN_ID_COUNT).with("count", count.to_string()),
            Some(Err(code)) => contradicted(&words::REFUSED).with("code", code.as_str()),
            None => not_seen(&words::NO_ANSWER),
        },
        "A22" => match &seen.marker.output {
            Some(output) if output.contains(&seen.marker.text) => settled(&words::PLACEHOLDER_KEPT),
            Some(output) => contradicted(&words::PLACEHOLDER_REPLACED).with("output", first_line(output)),
            None => not_seen(&words::NO_ANSWER),
        },
        "A23" => match (seen.platform, &seen.outcome) {
            (Some(Platform::Windows), Some(outcome)) if outcome.succeeded => settled(&words::COMMAND_ARRIVED),
            _ => not_seen(&words::ONLY_WINDOWS),
        },
        "A25" => match (seen.platform, seen.reached) {
            (Some(Platform::Windows), Some(Consistency::Application)) => settled(&words::REACHED_APPLICATION),
            _ => not_seen(&words::ONLY_WINDOWS),
        },
        "A28" => metadata(seen, |_, tokens| tokens == "required"),
        "A33" => match seen.marker.listed_while_running {
            Some((true, _)) => settled(&words::RUNNING_LISTED),
            Some((false, true)) => contradicted(&words::RUNNING_NOT_LISTED),
            Some((false, false)) | None => not_seen(&words::OVER_TOO_SOON),
        },
        "A34" => usage(seen),
        id => Draft::new(Settlement::NotHere, words::not_here(id)),
    }
}

fn level_tags(seen: &Seen) -> Draft {
    let Some(group) = &seen.group else { return not_seen(&words::NO_GROUP) };
    let tagged = group.members.iter().filter(|member| member.evidence.level > Consistency::Crash).count();
    let counts = |draft: Draft| draft.with("tagged", tagged.to_string()).with("all", group.members.len().to_string());
    match (tagged, seen.level_keys.is_empty()) {
        (0, _) => not_seen(&words::NO_TAG),
        (_, true) => contradicted(&words::TAGS_IN_GROUP_ONLY),
        (count, false) if count == group.members.len() => counts(settled(&words::EVERY_SNAPSHOT_TAGGED)),
        _ => counts(contradicted(&words::EVERY_SNAPSHOT_TAGGED)),
    }
}

fn fall_back(seen: &Seen) -> Draft {
    let exit = seen.outcome.as_ref().and_then(|outcome| outcome.exit_code);
    match (seen.reached, exit) {
        (Some(Consistency::FileSystem), Some(0)) => settled(&words::FELL_BACK),
        (Some(Consistency::FileSystem), Some(exit)) => {
            contradicted(&words::FELL_BACK_WITH).with("exit", exit.to_string())
        }
        _ => not_seen(&words::NO_FALL_BACK),
    }
}

/// Seconds the command took in the guest.
fn took(seen: &Seen) -> Option<u64> {
    let outcome = seen.outcome.as_ref()?;
    Some(outcome.finished_at?.since(outcome.started_at?).as_secs())
}

fn duration(seen: &Seen) -> Draft {
    let limit = u64::from(budget::GROUP.seconds);
    match (took(seen), seen.outcome.as_ref().is_some_and(|outcome| outcome.succeeded)) {
        // Scripts and freeze are in it, so that only less than the limit says something.
        (Some(seconds), true) if seconds <= limit => settled(&words::TOOK).with("seconds", seconds.to_string()),
        (Some(seconds), true) => not_seen(&words::TOOK_LONGER).with("seconds", seconds.to_string()),
        _ => not_seen(&words::NO_GROUP),
    }
}

fn launcher_limit(seen: &Seen) -> Draft {
    let ended = seen.outcome.as_ref().and_then(|outcome| outcome.exit_code);
    match (ended, took(seen)) {
        (Some(247), _) => contradicted(&words::LAUNCHER_ENDED_IT),
        (_, Some(seconds)) if seconds > LAUNCHER_LIMIT_SECONDS => {
            settled(&words::RAN_BEYOND).with("seconds", seconds.to_string())
        }
        (_, Some(seconds)) => not_seen(&words::RAN_TOO_SHORT).with("seconds", seconds.to_string()),
        _ => not_seen(&words::NO_RUN),
    }
}

fn client_token(marker: &Marker) -> Draft {
    match (&marker.first, &marker.second) {
        (Some(Ok(first)), Some(Ok(second))) if first == second => {
            settled(&words::SAME_INVOCATION).with("id", first.as_str())
        }
        (Some(Ok(first)), Some(Ok(second))) => {
            contradicted(&words::TWO_INVOCATIONS).with("first", first.as_str()).with("second", second.as_str())
        }
        (Some(Err(code)), _) | (_, Some(Err(code))) => not_seen(&words::REFUSED).with("code", code.as_str()),
        _ => not_seen(&words::NO_ANSWER),
    }
}

/// Assumptions about a metadata service of some kind: a plug-in that made a group has read it.
fn metadata(seen: &Seen, concerns: impl Fn(&str, &str) -> bool) -> Draft {
    let Some((endpoint, tokens)) = &seen.metadata else { return not_seen(&words::NO_ANSWER) };
    if !concerns(endpoint, tokens) {
        return not_seen(&words::OTHER_METADATA).with("endpoint", endpoint.as_str()).with("tokens", tokens.as_str());
    }
    match &seen.outcome {
        Some(outcome) if outcome.succeeded => settled(&words::METADATA_READ),
        Some(outcome) if outcome.layer == Layer::Plugin && matches!(outcome.exit_code, Some(1 | 13)) => {
            contradicted(&words::METADATA_NOT_READ).with("why", outcome.explained_by.clone())
        }
        _ => not_seen(&words::NO_RUN),
    }
}

fn usage(seen: &Seen) -> Draft {
    let Some(group) = &seen.group else { return not_seen(&words::NO_GROUP) };
    let uses: Vec<&str> = group.members.iter().filter_map(|member| member.usage.as_deref()).collect();
    match uses.iter().find(|usage| **usage != "none") {
        // Only the half of it that a new snapshot can show.
        None if !uses.is_empty() => not_seen(&words::NEW_ONES_UNUSED),
        None => not_seen(&words::NO_ANSWER),
        Some(usage) => contradicted(&words::NEW_ONES_USED).with("usage", *usage),
    }
}

/// What a command printed, from its `Output` in Base64; `None` while there is none.
pub fn printed(output: &str) -> Option<String> {
    let bytes = STANDARD.decode(output.trim()).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned()).filter(|text| !text.is_empty())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests;
