//! The page of an audit, in the dress of a report's.

use std::fmt::Write as _;

use super::{Audit, AuditResult, InstanceAudit, NotSelected, span};
use crate::diagnostics::text::{Lang, Text};
use crate::report::html::{Page, moment, words};
use crate::report::timeline::level_words;

/// The page of an audit.
pub fn html(audit: &Audit, lang: Lang) -> String {
    let mut page = Page { out: String::with_capacity(48 * 1024), lang };
    page.open(&format!("audit: {}/{}", audit.summary.met, audit.summary.instances));
    head(&mut page, audit);
    unread(&mut page, audit);
    instances(&mut page, audit);
    others(&mut page, audit);
    page.raw("</main>\n<footer>\n<p>");
    page.say(&HOW_TO_READ);
    page.raw("</p>\n<p>");
    let args = [("version", audit.consnap.to_owned()), ("form", audit.audit_version.to_string())];
    page.fill(&MADE_BY, &args);
    page.raw("</p>\n</footer>\n</body>\n</html>\n");
    page.out
}

/// The class that gives a result its colour.
const fn class(result: AuditResult) -> &'static str {
    match result {
        AuditResult::Unknown => "unknown",
        AuditResult::Missed => "failed",
        AuditResult::Met => "ok",
    }
}

fn badge(page: &mut Page, result: AuditResult) {
    let _ = write!(page.out, "<span class=\"badge {}\">", class(result));
    let word = result.word(page.lang);
    page.text(word);
    page.raw("</span>");
}

fn head(page: &mut Page, audit: &Audit) {
    page.raw("<header>\n<p class=\"eyebrow\"><strong>consnap</strong> · ");
    page.say(if audit.period.is_some() { &OF_ARCHIVE } else { &OF_SERVICE });
    page.raw("</p>\n<h1>");
    let args = [("met", audit.summary.met.to_string()), ("all", audit.summary.instances.to_string())];
    page.fill(&HEADLINE, &args);
    page.raw("</h1>\n<ul class=\"legend\">\n");
    let counts = [
        (AuditResult::Unknown, audit.summary.unknown),
        (AuditResult::Missed, audit.summary.missed),
        (AuditResult::Met, audit.summary.met),
    ];
    for (result, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let name = class(result);
        let _ = write!(
            page.out,
            "<li class=\"{name}\"><svg aria-hidden=\"true\"><rect class=\"{name}\" width=\"11\" height=\"11\" rx=\"2\"/></svg><b>{count}</b>"
        );
        let word = result.word(page.lang);
        page.text(word);
        page.raw("</li>\n");
    }
    page.raw("</ul>\n<div class=\"told\">\n");
    for sentence in &audit.sentences {
        page.raw("<p>");
        page.sentence(sentence);
        page.raw("</p>\n");
    }
    page.raw("</div>\n<dl class=\"figures\">\n");
    let mut figures = vec![
        (&OBJECTIVE, span(audit.rpo_seconds)),
        (&words::ACCOUNT, audit.account_id.clone().unwrap_or_else(|| "-".to_owned())),
        (&words::REGIONS, audit.regions.join(", ")),
    ];
    match audit.period {
        Some(period) => figures.push((&PERIOD, format!("{} – {}", moment(period.from), moment(period.to)))),
        None => figures.push((&AS_OF, moment(audit.as_of))),
    }
    figures.push((&GROUPS_SEEN, audit.summary.groups.to_string()));
    figures.push((&words::CALLS, audit.summary.calls.to_string()));
    figures.push((&words::EXIT_STATUS, audit.exit_status.to_string()));
    for (term, value) in figures {
        page.raw("<div>");
        page.point(term, "", &value);
        page.raw("</div>");
    }
    page.raw("</dl>\n</header>\n");
}

fn unread(page: &mut Page, audit: &Audit) {
    if audit.unread.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"unread\">\n");
    page.heading("unread", &UNREAD);
    page.raw("<ul class=\"found\">\n");
    for finding in &audit.unread {
        page.raw("<li>");
        page.sentence(&finding.message);
        page.raw(" · ");
        page.sentence(&finding.help);
        page.raw("</li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

fn table(page: &mut Page, title: &Text, columns: &[&Text]) {
    page.raw("<table class=\"list\"><caption class=\"unseen\">");
    page.say(title);
    page.raw("</caption>\n<thead><tr>");
    for column in columns {
        page.raw("<th scope=\"col\">");
        page.say(column);
        page.raw("</th>");
    }
    page.raw("</tr></thead>\n");
}

fn instances(page: &mut Page, audit: &Audit) {
    page.raw("<section aria-labelledby=\"instances\">\n");
    page.heading("instances", &words::INSTANCES);
    let columns = [
        &words::RESULT,
        &words::INSTANCE,
        &words::LEVEL,
        &AGE,
        &words::DISKS,
        &NEWER_WEAKER,
        &words::GROUP,
        &words::WHY,
    ];
    table(page, &words::INSTANCES, &columns);
    for instance in &audit.instances {
        row(page, instance);
    }
    page.raw("</table>\n</section>\n");
}

fn row(page: &mut Page, instance: &InstanceAudit) {
    let newest = instance.newest.as_ref();
    let _ = write!(page.out, "<tbody data-result=\"{}\"><tr><td>", instance.result.name());
    badge(page, instance.result);
    page.raw("</td><th scope=\"row\"><code>");
    page.text(&instance.instance_id);
    page.raw("</code><span class=\"name\">");
    page.text(&instance.name);
    page.raw("</span></th>");
    let level = newest.map_or("-", |point| level_words(point.level).get(page.lang));
    let cells = [
        ("level", level.to_owned()),
        ("number", instance.age_seconds.map_or_else(|| "-".to_owned(), span)),
        ("number", format!("{}/{}", instance.disks_covered, instance.disks_expected)),
        ("number", instance.newer_weaker.to_string()),
    ];
    for (class, value) in cells {
        let _ = write!(page.out, "<td class=\"{class}\">");
        page.text(&value);
        page.raw("</td>");
    }
    page.raw("<td class=\"group\"><code>");
    page.text(newest.map_or("-", |point| &point.group_id));
    page.raw("</code></td><td class=\"why\">");
    page.sentence(&instance.why.message);
    if instance.result != AuditResult::Met {
        page.raw(" · ");
        page.sentence(&instance.why.help);
    }
    for gap in &instance.gaps {
        page.raw("<p class=\"small soft\">");
        let args = [("from", moment(gap.from)), ("to", moment(gap.to)), ("length", span(gap.seconds))];
        page.fill(&GAP, &args);
        page.raw("</p>");
    }
    page.raw("</td></tr></tbody>\n");
}

fn others(page: &mut Page, audit: &Audit) {
    if audit.not_selected.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"others\">\n");
    page.heading("others", &NOT_SELECTED);
    page.raw("<p class=\"soft\">");
    page.say(&NOT_SELECTED_LEAD);
    page.raw("</p>\n<ul class=\"found\">\n");
    for other in &audit.not_selected {
        let NotSelected { instance_id, name, region, newest } = other;
        page.raw("<li><code>");
        page.text(instance_id);
        page.raw("</code> ");
        page.text(name);
        let _ = write!(page.out, " <span class=\"soft\">");
        page.text(region);
        if let Some(point) = newest {
            page.raw(" · <code>");
            page.text(&point.group_id);
            page.raw("</code> ");
            let at = moment(point.created_at);
            page.text(&at);
        }
        page.raw("</span></li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

static OF_SERVICE: Text = Text::new("audit of what is there", "审计：现有快照一致性组");
static OF_ARCHIVE: Text = Text::new("audit of past runs", "审计：以往的执行");
static HEADLINE: Text = Text::new("{met} of {all} instances meet the objective", "{all} 台实例中有 {met} 台达到目标");
static OBJECTIVE: Text = Text::new("objective (RPO)", "目标（RPO）");
static PERIOD: Text = Text::new("period", "时段");
static AS_OF: Text = Text::new("as of", "截至");
static GROUPS_SEEN: Text = Text::new("groups or verdicts seen", "查看的快照一致性组或判定结果");
static UNREAD: Text = Text::new("Not read", "未能读取");
static AGE: Text = Text::new("age", "距今");
static NEWER_WEAKER: Text = Text::new("newer, weaker", "更新但更弱");
static GAP: Text = Text::new("{length} without: {from} – {to}", "{length} 没有：{from} – {to}");
static NOT_SELECTED: Text = Text::new("In no job or selection", "不在任何作业或选择范围内");
static NOT_SELECTED_LEAD: Text = Text::new(
    "Instances of these regions that nothing given selects. Nobody looks after them here.",
    "这些地域中未被选中的实例，此处无人照管。",
);
static HOW_TO_READ: Text = Text::new(
    "A group counts when every attached disk that must be covered has a finished snapshot with the required consistency tag.",
    "只有每块应包含的已挂载云盘都有带所要求一致性标签的已完成快照，快照一致性组才算合格。",
);
static MADE_BY: Text = Text::new("consnap {version}, form {form}", "consnap {version}，格式 {form}");
