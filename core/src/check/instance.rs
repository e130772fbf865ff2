//! The prerequisites of an instance that the API shows.

use super::parameters::ATTACHED;
use super::system::{SystemName, read_name};
use super::{Checker, Eligibility, InstanceCheck, disks, guest, prediction};
use crate::base::consistency::Platform;
use crate::base::time::Time;
use crate::catalog::limits;
use crate::diagnostics::finding::{Finding, MessageRow};
use crate::diagnostics::messages::prerequisites as rows;
use crate::input::document::shorten;
use crate::input::facts::{CloudAssistant, InstanceFacts, version_numbers};
use crate::input::job::AttachRole;

/// What has been found so far.
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
    /// Whether a fact that the API could show is missing.
    pub(super) unknown: bool,
}

impl Findings {
    pub(super) fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    fn row(&mut self, row: &'static MessageRow, place: &'static str) {
        self.list.push(Finding::new(row, place));
    }

    /// A fact that the API could show is missing.
    pub(super) fn missing(&mut self, fact: &str, place: String) {
        self.unknown = true;
        self.list.push(Finding::new(&rows::FACT_MISSING, place).with("fact", fact));
    }

    fn missing_here(&mut self, fact: &'static str, place: &'static str) {
        self.unknown = true;
        self.list.push(Finding::new(&rows::FACT_MISSING, place).with("fact", fact));
    }

    /// A fact has a value nobody knows, which is as good as missing.
    pub(super) fn unknown_value(&mut self, fact: &str, value: &str, place: String) {
        self.unknown = true;
        self.list.push(Finding::new(&rows::UNKNOWN_VALUE, place).with("fact", fact).with("value", shorten(value)));
    }
}

/// The text of an optional fact.
pub(super) fn text<S: AsRef<str>>(fact: Option<&S>) -> Option<&str> {
    fact.map(AsRef::as_ref)
}

/// Checks one instance; `read` are the findings of reading its facts, which make what they speak of unknown.
pub(super) fn check<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    facts: &InstanceFacts<S>,
    read: Vec<Finding>,
) -> InstanceCheck {
    let mut findings = Findings { unknown: !read.is_empty(), list: read };
    let id = facts.instance_id.as_ref();
    // The reader has said that the key is missing.
    if id.is_empty() && findings.list.is_empty() {
        findings.missing_here("instance_id", "/instance_id");
    }
    state(facts, &mut findings);
    let platform = system(checker, facts, &mut findings);
    network(facts, &mut findings);
    role(checker, facts, &mut findings);
    assistant(checker, facts, platform, &mut findings);
    age(checker, facts, &mut findings);
    let excluded = checker.excluded(id);
    disks::check(checker, facts.disks.as_deref(), excluded, &mut findings);
    let seen =
        facts.guest.as_ref().map(|guest| guest::check(checker, platform, (facts, guest), excluded, &mut findings));
    let Findings { mut list, unknown } = findings;
    for finding in &mut list {
        checker.weigh(finding);
    }
    let is_not_known = |finding: &&Finding| NOT_KNOWN.iter().any(|(row, _)| *row == finding.row);
    let mut stopping = list.iter().filter(|finding| finding.blocks() && finding.row.code.starts_with("CS2"));
    let not_known = stopping.clone().find(is_not_known);
    let blocking = stopping.find(|finding| !is_not_known(finding));
    let eligible = match blocking {
        Some(_) => Eligibility::No,
        None if unknown || not_known.is_some() => Eligibility::Unknown,
        None => Eligibility::Yes,
    };
    let (predicted, why) = match (blocking, not_known.and_then(not_known_fact)) {
        // What consnap does not know may be supported all the same: nothing can be told of it.
        (None, Some(fact)) => prediction::not_known(fact),
        _ => prediction::predict(checker, platform, &seen.unwrap_or_else(|| guest::unseen(checker)), blocking),
    };
    let weaker = prediction::weaker(checker, eligible, predicted);
    list.extend(weaker);
    InstanceCheck { platform, findings: list, eligible, predicted, predicted_why: why }
}

/// Findings about something that is in no list consnap has, and the fact that is as good as missing; none where the look into
/// the guest has its own words.
static NOT_KNOWN: [(&MessageRow, Option<&str>); 3] = [
    (&rows::SYSTEM_UNRECOGNISED, Some("os_name")),
    (&rows::DISK_CATEGORY_UNRECOGNISED, Some("category")),
    (&rows::DATA_ON_UNLISTED, None),
];

fn not_known_fact(finding: &Finding) -> Option<&'static str> {
    NOT_KNOWN.iter().find(|(row, _)| *row == finding.row).and_then(|(_, fact)| *fact)
}

fn state<S: AsRef<str> + Ord>(facts: &InstanceFacts<S>, findings: &mut Findings) {
    match text(facts.status.as_ref()) {
        None | Some("") => findings.missing_here("status", "/status"),
        Some("Running") => {}
        Some(status) => findings.push(Finding::new(&rows::NOT_RUNNING, "/status").with("status", shorten(status))),
    }
    match &facts.locks {
        None => findings.missing_here("locks", "/locks"),
        Some(locks) => {
            for (at, lock) in locks.iter().enumerate() {
                let finding = Finding::new(&rows::LOCKED, format!("/locks/{at}"));
                findings.push(finding.with("reason", shorten(lock.as_ref())));
            }
        }
    }
}

/// Which system, which platform, and whether it is listed.
fn system<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    facts: &InstanceFacts<S>,
    findings: &mut Findings,
) -> Option<Platform> {
    let written = text(facts.os_type.as_ref()).filter(|kind| !kind.is_empty());
    let kind = match written {
        Some(kind) if kind.eq_ignore_ascii_case("linux") => Some(Platform::Linux),
        Some(kind) if kind.eq_ignore_ascii_case("windows") => Some(Platform::Windows),
        Some(other) => {
            findings.unknown_value("os_type", other, "/os_type".to_owned());
            None
        }
        None => None,
    };
    let [english, local] = [&facts.os_name_en, &facts.os_name]
        .map(|name| text(name.as_ref()).filter(|name| name.contains(|c: char| !c.is_whitespace())));
    // Both names come from one image; the English one has fewer spellings.
    let (name, place, found) = match (english, local) {
        (Some(name), None) => (name, "/os_name_en", read_name(name)),
        (None, Some(name)) => (name, "/os_name", read_name(name)),
        (Some(english), Some(local)) => match read_name(english) {
            found @ Some(_) => (english, "/os_name_en", found),
            None => match read_name(local) {
                found @ Some(_) => (local, "/os_name", found),
                None => (english, "/os_name_en", None),
            },
        },
        (None, None) => {
            findings.missing_here("os_name_en", "/os_name_en");
            if kind.is_none() && written.is_none() {
                findings.row_unknown_platform();
            }
            return kind;
        }
    };
    let platform = kind.or(found.map(|found| found.platform));
    match (checker.edition, found) {
        (_, Some(found)) if kind.is_some_and(|kind| kind != found.platform) => {
            let kind = written.unwrap_or_default();
            let finding = Finding::new(&rows::PLATFORM_CONTRADICTION, "/os_type");
            findings.push(finding.with("name", shorten(name)).with("platform", shorten(kind)));
            return None;
        }
        (None, _) => {
            findings.unknown = true;
            let day = checker.context.as_of.map(|day| day.to_string()).unwrap_or_default();
            findings.push(Finding::new(&rows::SYSTEM_UNDATED, place).with("day", day));
        }
        (Some(_), None) => {
            findings.push(Finding::new(&rows::SYSTEM_UNRECOGNISED, place).with("name", shorten(name)));
        }
        (Some(edition), Some(found)) if is_listed(edition, &found) => {}
        (Some(edition), Some(_)) => {
            let finding = Finding::new(&rows::SYSTEM_UNLISTED, place).with("name", shorten(name));
            findings.push(finding.with("edition", edition.date.to_string()));
        }
    }
    if platform.is_none() && written.is_none() {
        findings.row_unknown_platform();
    }
    platform
}

impl Findings {
    fn row_unknown_platform(&mut self) {
        self.unknown = true;
        self.row(&rows::PLATFORM_UNKNOWN, "/os_type");
    }
}

fn is_listed(edition: &crate::catalog::systems::Edition, found: &SystemName) -> bool {
    !found.is_32_bit && edition.lists(found.family, found.version())
}

fn network<S: AsRef<str> + Ord>(facts: &InstanceFacts<S>, findings: &mut Findings) {
    match text(facts.network_type.as_ref()) {
        None | Some("") => findings.missing_here("network_type", "/network_type"),
        Some(network) if network.eq_ignore_ascii_case("vpc") => {}
        Some(network) => {
            let finding = Finding::new(&rows::NOT_VPC, "/network_type");
            findings.push(finding.with("network", shorten(network)));
        }
    }
    match text(facts.metadata_endpoint.as_ref()) {
        None => findings.missing_here("metadata_endpoint", "/metadata_endpoint"),
        // Assumption A15.
        Some("" | "enabled") => {}
        Some("disabled") => findings.row(&rows::METADATA_OFF, "/metadata_endpoint"),
        Some(other) => findings.unknown_value("metadata_endpoint", other, "/metadata_endpoint".to_owned()),
    }
    match text(facts.metadata_tokens.as_ref()) {
        None => findings.missing_here("metadata_tokens", "/metadata_tokens"),
        Some("" | "optional") => {}
        Some("required") => {
            findings.unknown = true;
            findings.row(&rows::METADATA_TOKENS, "/metadata_tokens");
        }
        Some(other) => findings.unknown_value("metadata_tokens", other, "/metadata_tokens".to_owned()),
    }
}

fn role<S: AsRef<str> + Ord>(checker: &Checker<'_>, facts: &InstanceFacts<S>, findings: &mut Findings) {
    const PLACE: &str = "/ram_role";
    let wanted = checker.job.instance_ram_role.as_str();
    match text(facts.ram_role.as_ref()) {
        None => findings.missing_here("ram_role", PLACE),
        Some("") if checker.job.run.attach_role == AttachRole::IfMissing && wanted != ATTACHED => {
            findings.push(Finding::new(&rows::ROLE_TO_ATTACH, PLACE).with("wanted", shorten(wanted)));
        }
        Some("") => findings.row(&rows::ROLE_NONE, PLACE),
        Some(attached) if attached == wanted || wanted == ATTACHED => {}
        Some(attached) => {
            let finding = Finding::new(&rows::ROLE_DIFFERENT, PLACE).with("attached", shorten(attached));
            findings.push(finding.with("wanted", shorten(wanted)));
        }
    }
}

fn assistant<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    facts: &InstanceFacts<S>,
    platform: Option<Platform>,
    findings: &mut Findings,
) {
    const PLACE: &str = "/cloud_assistant";
    let Some(assistant) = &facts.cloud_assistant else {
        findings.missing_here("cloud_assistant", PLACE);
        return;
    };
    // The service leaves the version empty where nothing is installed or running (docs/sources/api.md 4.10).
    let absent = text(assistant.version.as_ref()) == Some("");
    match assistant.online {
        Some(true) => heartbeat(checker, facts, assistant, findings),
        _ if absent => findings.row(&rows::ASSISTANT_MISSING, PLACE),
        Some(false) => findings.row(&rows::ASSISTANT_OFFLINE, "/cloud_assistant/online"),
        None => findings.missing_here("cloud_assistant.online", "/cloud_assistant/online"),
    }
    if let Some(version) = text(assistant.version.as_ref()).filter(|version| !version.is_empty())
        && platform == Some(Platform::Linux)
        && checker.job.linux.upload.is_some()
        && is_older(version, limits::SEND_FILE_AGENT)
    {
        let finding = Finding::new(&rows::AGENT_TOO_OLD, "/cloud_assistant/version");
        findings.push(finding.with("found", version.to_owned()).with("needed", limits::SEND_FILE_AGENT));
    }
    if let Some(count @ 1..) = assistant.active_tasks {
        let finding = Finding::new(&rows::ASSISTANT_BUSY, "/cloud_assistant/active_tasks");
        findings.push(finding.with("count", count.to_string()));
    }
}

/// Whether a version of the agent is older than another. One that is written otherwise is not judged.
fn is_older(version: &str, than: &str) -> bool {
    matches!((version_numbers(version), version_numbers(than)), (Some(version), Some(than)) if version < than)
}

fn heartbeat<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    facts: &InstanceFacts<S>,
    assistant: &CloudAssistant<S>,
    findings: &mut Findings,
) {
    const PLACE: &str = "/cloud_assistant/last_heartbeat";
    let Some(written) = text(assistant.last_heartbeat.as_ref()).filter(|written| !written.is_empty()) else { return };
    // The heartbeat was recent or not when the facts were collected; how old they are by now is said apart.
    let Some(reference) = facts.collected_at.or(checker.context.now) else { return };
    let Some(last) = Time::parse(written) else {
        findings.unknown_value("cloud_assistant.last_heartbeat", written, PLACE.to_owned());
        return;
    };
    let seconds = reference.since(last).as_secs();
    if seconds > u64::from(limits::HEARTBEAT.value) {
        findings.push(Finding::new(&rows::HEARTBEAT_OLD, PLACE).with("seconds", seconds.to_string()));
    }
}

fn age<S: AsRef<str> + Ord>(checker: &Checker<'_>, facts: &InstanceFacts<S>, findings: &mut Findings) {
    let (Some(now), Some(collected)) = (checker.context.now, facts.collected_at) else { return };
    let seconds = now.since(collected).as_secs();
    if seconds > u64::from(limits::FACTS_AGE.value) {
        let minutes = (seconds / 60).to_string();
        findings.push(Finding::new(&rows::FACTS_OLD, "/collected_at").with("minutes", minutes));
    }
}
