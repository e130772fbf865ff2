//! The table of instances, each with its evidence.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Page, level_words, moment, results, short, words};
use crate::base::consistency::Consistency;
use crate::diagnostics::finding::{RenderedFinding, Severity};
use crate::diagnostics::messages::verdicts::COMMAND_FAILED;
use crate::diagnostics::text::{Lang, Text};
use crate::report::{CommandReport, DiskReport, InstanceReport, Report, WitnessReport, is_by_witness, result_word};
use crate::run::verdict::{ResultKind, SnapshotState};
use crate::{catalog::statuses, diagnostics::spoken};

/// Writes the section.
pub(super) fn write(page: &mut Page, report: &Report) {
    page.raw("<section aria-labelledby=\"instances\">\n");
    page.heading("instances", &words::INSTANCES);
    filter(page, report);
    page.raw("<table class=\"list\"><caption class=\"unseen\">");
    page.say(&words::INSTANCES);
    page.raw("</caption>\n<thead><tr>");
    for title in [&words::RESULT, &words::INSTANCE].into_iter().chain(COLUMNS) {
        page.raw("<th scope=\"col\">");
        page.say(title);
        page.raw("</th>");
    }
    page.raw("</tr></thead>\n");
    let is_large = report.instances.len() > LARGE;
    for (number, instance) in report.instances.iter().enumerate() {
        row(page, number, instance, is_large && instance.result == ResultKind::Ok);
    }
    page.raw("</table>\n</section>\n");
}

/// The columns after result and instance.
const COLUMNS: [&Text; 6] = [&words::LEVEL, &words::PROOF, &words::DISKS, &words::HELD, &words::GROUP, &words::WHY];

/// With more rows than this the evidence of what went well waits as text: a browser takes long over a million elements that
/// nobody looks at.
const LARGE: usize = 500;

/// Shown by the script only: without it nothing could be narrowed.
fn filter(page: &mut Page, report: &Report) {
    page.raw("<div class=\"filter\" role=\"group\" aria-label=\"");
    page.say(&words::NARROW);
    page.raw("\" hidden>\n<button type=\"button\" value=\"\" aria-pressed=\"true\">");
    page.say(&words::EVERY);
    let _ = writeln!(page.out, " {}</button>", report.summary.instances);
    for (result, count) in results(&report.summary) {
        if count > 0 {
            let _ = write!(page.out, "<button type=\"button\" value=\"{}\" aria-pressed=\"false\">", result.name());
            page.text(result_word(result, page.lang));
            let _ = writeln!(page.out, " {count}</button>");
        }
    }
    page.raw("<input type=\"search\" autocomplete=\"off\" spellcheck=\"false\" aria-label=\"");
    page.say(&words::SEARCH);
    page.raw("\" placeholder=\"");
    page.say(&words::SEARCH);
    page.raw("\">\n<output data-text=\"");
    page.say(&words::SHOWN);
    page.raw("\"></output>\n</div>\n");
}

/// What is put aside stands in a `noscript`: text for a browser that runs scripts, which unfolds it, and shown by one that does not.
fn row(page: &mut Page, number: usize, instance: &InstanceReport, aside: bool) {
    let _ = write!(page.out, "<tbody id=\"n{number}\" data-result=\"{}\"><tr><td>", instance.result.name());
    page.badge(instance.result);
    page.raw("</td><th scope=\"row\"><code>");
    page.text(&instance.instance_id);
    page.raw("</code><span class=\"name\">");
    page.text(&instance.name);
    page.raw("</span></th>");
    let tone = match instance.result {
        ResultKind::Ok => "met",
        ResultKind::Weaker => "less",
        _ => "",
    };
    let held = match (instance.held, instance.held_millis) {
        (true, _) => words::MAYBE_NOW.get(page.lang).to_owned(),
        (false, Some(millis)) => short(millis),
        (false, None) => "-".to_owned(),
    };
    let cells = [
        ("level", level_words(instance.got).get(page.lang).to_owned()),
        ("", instance.proof.map_or("-", |proof| proof.name()).to_owned()),
        ("number", format!("{}/{}", instance.disks_covered, instance.disks_expected)),
        ("number", held),
        ("id", instance.group_id.as_ref().map_or_else(|| "-".to_owned(), |group| format!("`{group}`"))),
        ("why", why(instance, page.lang).into_owned()),
    ];
    for (index, (title, (class, value))) in COLUMNS.iter().zip(cells).enumerate() {
        page.raw("<td data-label=\"");
        page.say(title);
        let tone = if index == 0 { tone } else { "" };
        let none = if value == "-" { " none" } else { "" };
        let _ = write!(page.out, "\" class=\"{class}{none}\"><span class=\"{tone}\">");
        page.sentence(&value);
        page.raw("</span></td>");
    }
    page.raw("</tr>\n<tr class=\"evidence\"><td colspan=\"8\"><details><summary>");
    page.say(&words::EVIDENCE);
    page.raw("<span class=\"unseen\"> ");
    page.text(&instance.instance_id);
    page.raw(if aside {
        "</span></summary><noscript><div class=\"inside\">"
    } else {
        "</span></summary><div class=\"inside\">"
    });
    evidence(page, instance);
    page.raw(if aside { "</div></noscript></details>" } else { "</div></details>" });
    page.raw("</td></tr></tbody>\n");
}

/// Why an instance came out as it did; for one set aside, what blocked it; where a command failed, what its code means.
fn why(instance: &InstanceReport, lang: Lang) -> Cow<'_, str> {
    let blocking = instance.findings.iter().find(|finding| finding.blocks());
    if let Some(finding) = blocking.filter(|_| instance.result == ResultKind::NotRun && instance.starts == 0) {
        return Cow::Borrowed(&finding.message);
    }
    match &instance.command {
        Some(CommandReport { explanation: Some(explanation), explained_by, .. }) if tells_code_only(instance) => {
            Cow::Owned(format!("{} ({})", explanation.meaning, spoken::result_key(explained_by, lang)))
        }
        _ => Cow::Borrowed(&instance.why.message),
    }
}

/// Whether the reason says no more than which code came back.
fn tells_code_only(instance: &InstanceReport) -> bool {
    instance.why.code == COMMAND_FAILED.code
}

fn evidence(page: &mut Page, instance: &InstanceReport) {
    page.raw("<div>");
    title(page, &words::VERDICT);
    page.raw("<dl class=\"points\">");
    page.point(&words::WANTED, "", &format!("`{}`", instance.wanted));
    page.point(&words::GOT, "", &format!("`{}`", instance.got));
    let predicted = format!("`{}`: {}", instance.predicted, instance.predicted_why.message);
    page.point(&words::PREDICTED, "", &predicted);
    if let Some(witness) = &instance.witness {
        page.point(&words::RECORD, "", &record(witness, page.lang));
    }
    page.point(&words::WHY, "", &why(instance, page.lang));
    if instance.result != ResultKind::Ok && !tells_code_only(instance) {
        page.point(&words::WHAT_TO_DO, "do", &instance.why.help);
    }
    let place = match instance.platform {
        Some(platform) => format!("{} · {platform}", instance.region),
        None => instance.region.clone(),
    };
    page.point(&words::PLACE, "", &place);
    if let Some(version) = &instance.agent_version {
        page.point(&words::AGENT, "", version);
    }
    if let Some(at) = instance.started_at {
        page.point(&words::SENT, "", &format!("{} ({})", moment(at), instance.starts));
    }
    page.raw("</dl></div>\n");
    if let Some(command) = &instance.command {
        command_result(page, instance, command);
    }
    disks(page, instance);
    if let Some(command) = instance.command.as_ref().filter(|command| !command.error_lines.is_empty()) {
        page.raw("<div class=\"wide\">");
        title(page, &words::LOG_LINES);
        page.raw("<pre>");
        for line in &command.error_lines {
            page.text(line);
            page.raw("\n");
        }
        page.raw("</pre></div>\n");
    }
    let of_command = instance.command.iter().flat_map(|command| &command.findings);
    let findings: Vec<&RenderedFinding> = instance.findings.iter().chain(of_command).collect();
    if !findings.is_empty() {
        page.raw("<div class=\"wide\">");
        title(page, &words::FINDINGS);
        page.raw("<ul class=\"found\">");
        for finding in findings {
            let class = match finding.severity {
                Severity::Error => "missing",
                Severity::Warning => "less",
                Severity::Advice => "soft",
            };
            let weight = words::severity(finding.severity);
            let _ = write!(page.out, "<li><span class=\"{class}\">");
            page.say(&weight);
            page.raw("</span> <code>");
            page.text(&finding.code);
            page.raw("</code> ");
            page.sentence(&finding.message);
            if let Some(reason) = &finding.accepted {
                page.raw(" · ");
                page.fill(&words::ACCEPTED, &[("reason", reason.clone())]);
            }
            page.raw("</li>");
        }
        page.raw("</ul></div>\n");
    }
}

/// What the record of the scripts told, on one line.
fn record(witness: &WitnessReport, lang: Lang) -> String {
    let mut line = witness.message.clone();
    if let Some(reason) = &witness.reason_text {
        line = format!("{line}{}{reason}", lang.colon());
    }
    if let Some(record) = &witness.record {
        let held = record.held_ms.map_or_else(String::new, |millis| format!(" held_ms={millis}"));
        let why = record.why.as_ref().map_or_else(String::new, |why| format!(" why={why}"));
        line = format!("{line} (`{} {} verdict={}{why}{held}`)", record.engine, record.name, record.verdict);
    }
    line
}

fn command_result(page: &mut Page, instance: &InstanceReport, command: &CommandReport) {
    page.raw("<div>");
    title(page, &words::COMMAND);
    page.raw("<dl class=\"points\">");
    let status = match command.invocation_status.as_str() {
        "" => spoken::result_key(statuses::UNKNOWN.key, page.lang),
        status => format!("`{status}`"),
    };
    page.point(&words::STATUS, "", &status);
    if !command.error_code.is_empty() {
        page.point(&words::ERROR_CODE, "", &format!("`{}`", command.error_code));
    }
    let told_by = spoken::result_key(&command.explained_by, page.lang);
    let exit = match command.exit_code {
        Some(code) if !told_by.ends_with(&format!(" {code}")) => format!("{code} ({told_by})"),
        _ => told_by,
    };
    page.point(&words::EXIT_CODE, "", &exit);
    if let Some(explanation) = command.explanation.as_ref().filter(|_| command.explained_by != statuses::UNKNOWN.key) {
        page.point(&words::MEANING, "", &explanation.meaning);
        if instance.result != ResultKind::Ok && command.exit_code != Some(0) && !is_by_witness(&instance.why) {
            page.point(&words::USUAL_CAUSE, "", &explanation.cause);
            page.point(&words::WHAT_TO_DO, "do", &explanation.next_step);
        }
    }
    let marker = match (&command.logged_group_id, &instance.group_id) {
        (Some(logged), Some(group)) if logged == group => &words::MARKER_SAME,
        (Some(_), _) => &words::MARKER_OTHER,
        (None, _) => &words::MARKER_NONE,
    };
    let logged = command.logged_group_id.clone().unwrap_or_default();
    let marker = page.words(marker, &[("group", logged)]);
    page.point(&words::MARKER, "", &marker);
    if let Some(version) = &command.plugin_version {
        page.point(&words::PLUGIN, "", version);
    }
    if let (Some(from), Some(to)) = (command.started_at, command.finished_at) {
        let took = super::lasted(to.since(from).as_millis());
        page.point(&words::IN_GUEST, "", &format!("{} · {took}", moment(from)));
    }
    if command.dropped > 0 {
        page.point(&words::DROPPED, "", &command.dropped.to_string());
    }
    page.raw("</dl>");
    if let Some(begun) = command.started_at.filter(|_| !command.steps.is_empty()) {
        page.raw("<ol class=\"steps\">");
        for step in &command.steps {
            let after = u64::try_from(step.at.since(begun).as_millis()).unwrap_or(u64::MAX);
            page.raw("<li><b>+");
            page.raw(&short(after));
            page.raw("</b> ");
            page.say(&words::step(step.step));
            page.raw("</li>");
        }
        page.raw("</ol>");
    }
    page.raw("</div>\n");
}

fn disks(page: &mut Page, instance: &InstanceReport) {
    if instance.disks.is_empty() && instance.excluded_disks.is_empty() && instance.group_id.is_none() {
        return;
    }
    page.raw("<div class=\"wide\">");
    title(page, &words::GROUP_AND_SNAPSHOTS);
    if let Some(group) = &instance.group_id {
        page.raw("<p class=\"small\"><code>");
        page.text(group);
        page.raw("</code>");
        if let Some(at) = instance.group_created_at {
            page.raw(" · ");
            page.fill(&words::MADE_AT, &[("at", moment(at))]);
        }
        page.raw("</p>");
    }
    if !instance.disks.is_empty() {
        page.raw("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        for title in [&words::DISK, &words::DEVICE, &words::SNAPSHOT, &words::STATE, &words::TAG] {
            page.raw("<th scope=\"col\">");
            page.say(title);
            page.raw("</th>");
        }
        page.raw("</tr></thead><tbody>");
        for disk in &instance.disks {
            disk_row(page, disk, instance.starts > 0);
        }
        page.raw("</tbody></table></div>");
    }
    if !instance.excluded_disks.is_empty() {
        page.raw("<p class=\"small\">");
        page.say(&words::EXCLUDED);
        for disk in &instance.excluded_disks {
            page.raw(" <code>");
            page.text(disk);
            page.raw("</code>");
        }
        page.raw("</p>");
    }
    page.raw("</div>\n");
}

fn disk_row(page: &mut Page, disk: &DiskReport, started: bool) {
    page.raw("<tr><td><code>");
    page.text(&disk.disk_id);
    page.raw("</code></td><td>");
    page.text(disk.device.as_deref().unwrap_or("-"));
    page.raw("</td><td>");
    match &disk.snapshot_id {
        Some(snapshot) => {
            page.raw("<code>");
            page.text(snapshot);
            page.raw("</code>");
        }
        None if started => {
            page.raw("<span class=\"missing\">");
            page.say(&words::NO_SNAPSHOT);
            page.raw("</span>");
        }
        None => page.raw("-"),
    }
    page.raw("</td><td>");
    page.raw(match disk.status {
        Some(SnapshotState::Accomplished) => "accomplished",
        Some(SnapshotState::Progressing) => "progressing",
        Some(SnapshotState::Failed) => "failed",
        Some(SnapshotState::Unknown) => "unknown",
        None => "-",
    });
    page.raw("</td><td>");
    match (disk.level, disk.both_tags) {
        (_, true) => page.raw("<span class=\"missing\"><code>APPConsistent</code> + <code>FsConsistent</code></span>"),
        (Some(Consistency::Application), _) => page.raw("<code class=\"met\">APPConsistent:True</code>"),
        (Some(Consistency::FileSystem), _) => page.raw("<code class=\"less\">FsConsistent:True</code>"),
        (Some(Consistency::Crash), _) => {
            page.raw("<span class=\"missing\">");
            page.say(&words::NO_TAG);
            page.raw("</span>");
        }
        _ => page.raw("-"),
    }
    page.raw("</td></tr>");
}

fn title(page: &mut Page, text: &Text) {
    page.raw("<h3>");
    page.say(text);
    page.raw("</h3>");
}
