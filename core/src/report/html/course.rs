//! When what ran: one lane an instance, wave by wave; and the story in words.

use std::fmt::Write as _;

use super::{Page, lasted, percent, time_of_day, words};
use crate::report::{CommandReport, InstanceReport, Report, Stretch, Weight};
use crate::time::Time;

/// Lanes drawn: what is more is in the table.
const LANES: usize = 80;
/// Moments told of one phase.
const MOMENTS: usize = 200;

/// Writes the section.
pub(super) fn write(page: &mut Page, report: &Report, story: &[Stretch]) {
    page.raw("<section aria-labelledby=\"course\">\n");
    page.heading("course", &words::COURSE);
    lanes(page, report);
    tell(page, story);
    page.raw("</section>\n");
}

/// The instances that were started, by the time of their start.
fn lanes(page: &mut Page, report: &Report) {
    let mut started: Vec<(Time, usize, &InstanceReport)> = report
        .instances
        .iter()
        .enumerate()
        .filter_map(|(number, instance)| Some((instance.started_at?, number, instance)))
        .collect();
    started.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.2.instance_id.cmp(&b.2.instance_id)));
    let Some((from, ..)) = started.first().copied() else {
        page.raw("<p class=\"soft\">");
        page.say(&words::NOTHING_STARTED);
        page.raw("</p>\n");
        return;
    };
    let to = started.iter().map(|(at, _, instance)| last_moment(*at, instance)).max().unwrap_or(from);
    let frame = Frame { from, to: to.max(from.plus_seconds(1)) };
    page.raw("<div class=\"course\">\n<ul class=\"keys\">\n");
    for (class, text) in [
        ("sent", &words::KEY_SENT),
        ("command", &words::KEY_COMMAND),
        ("script", &words::KEY_SCRIPT),
        ("hold", &words::KEY_HOLD),
        ("group", &words::KEY_GROUP),
    ] {
        let _ = write!(
            page.out,
            "<li><svg class=\"bars\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"16\" height=\"11\" rx=\"2\"/></svg>"
        );
        page.say(text);
        page.raw("</li>\n");
    }
    page.raw("</ul>\n");
    let mut wave = 0;
    let mut last: Option<Time> = None;
    for (index, (at, number, instance)) in started.iter().take(LANES).enumerate() {
        if last != Some(*at) {
            if last.is_some() {
                page.raw("</div>\n");
            }
            wave += 1;
            last = Some(*at);
            let count = started.iter().skip(index).take_while(|(other, ..)| other == at).count();
            page.raw("<div class=\"wave\"><h3>");
            let args = [("wave", wave.to_string()), ("time", time_of_day(*at)), ("count", count.to_string())];
            page.fill(&words::WAVE, &args);
            page.raw("</h3>\n");
        }
        let _ = write!(page.out, "<div class=\"lane\"><a class=\"who\" href=\"#n{number}\" title=\"");
        page.text(&instance.name);
        page.raw("\"><code>");
        page.text(&instance.instance_id);
        page.raw("</code></a>");
        bars(page, &frame, *at, instance);
        page.raw("</div>\n");
    }
    page.raw("</div>\n<div class=\"ticks\" aria-hidden=\"true\">");
    let length = frame.to.since(frame.from);
    for quarter in 0..=4 {
        page.raw("<span>+");
        page.raw(&lasted((length * quarter / 4).as_millis()));
        page.raw("</span>");
    }
    page.raw("</div>\n");
    if let Some(more) = started.len().checked_sub(LANES).filter(|more| *more > 0) {
        page.raw("<p class=\"soft small\">");
        page.fill(&words::MORE_STARTED, &[("count", more.to_string())]);
        page.raw("</p>\n");
    }
    page.raw("</div>\n");
}

/// The time that a lane spans.
struct Frame {
    from: Time,
    to: Time,
}

impl Frame {
    /// A bar from one time to another, always wide enough to be seen.
    fn bar(&self, page: &mut Page, class: &str, (from, to): (Time, Time), (y, height): (u8, u8)) {
        let millis = |at: Time| u64::try_from(at.since(self.from).as_millis()).unwrap_or(u64::MAX);
        let whole = millis(self.to);
        let left = millis(from).min(whole);
        let width = millis(to).min(whole).saturating_sub(left).max(whole / 250);
        let left = left.min(whole.saturating_sub(width));
        let (x, width) = (percent(left, whole), percent(width, whole));
        let _ =
            write!(page.out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"1\"/>");
    }
}

/// The lane of an instance.
fn bars(page: &mut Page, frame: &Frame, at: Time, instance: &InstanceReport) {
    page.raw("<svg class=\"bars\" role=\"img\" aria-label=\"");
    let label = page.words(&words::LANE, &[("took", lasted(last_moment(at, instance).since(at).as_millis()))]);
    page.text(&label);
    page.raw("\"><rect class=\"ground\" width=\"100%\" y=\"7\" height=\"2\"/>");
    if let Some(command) = &instance.command {
        let begun = command.started_at.unwrap_or(at);
        frame.bar(page, "sent", (at, begun), (6, 4));
        if let Some(end) = command.finished_at.or_else(|| Some(last_moment(at, instance))) {
            frame.bar(page, "command", (begun, end), (0, 16));
        }
        for span in spans(command) {
            frame.bar(page, span.class, (span.from, span.to), span.place);
        }
    }
    if let Some(made) = instance.group_created_at {
        frame.bar(page, "group", (made, made), (0, 16));
    }
    page.raw("</svg>");
}

/// What a lane shows inside a command.
struct Span {
    class: &'static str,
    from: Time,
    to: Time,
    place: (u8, u8),
}

/// Scripts and hold as the log tells them. A step without an end lasts to the end of the command.
fn spans(command: &CommandReport) -> Vec<Span> {
    let at = |names: &[&str], after: Option<Time>| {
        let later = |at: Time| after.is_none_or(|after| at >= after);
        command.steps.iter().find(|step| names.contains(&step.step) && later(step.at)).map(|step| step.at)
    };
    let last = command.steps.iter().map(|step| step.at).max();
    let end = command.finished_at.or(last);
    let mut spans = Vec::new();
    for (class, begin, over, place) in [
        ("script", "pre_script", "pre_script_ended", (3, 10)),
        ("hold", "freeze", "thaw", (3, 10)),
        ("script", "post_script", "post_script_ended", (3, 10)),
    ] {
        if let Some(from) = at(&[begin], None)
            && let Some(to) = at(&[over], Some(from)).or(end)
        {
            spans.push(Span { class, from, to: to.max(from), place });
        }
    }
    spans
}

/// The last time that is known of an instance.
fn last_moment(at: Time, instance: &InstanceReport) -> Time {
    let of_command = instance.command.iter().flat_map(|command| [command.started_at, command.finished_at]);
    let steps = instance.command.iter().flat_map(|command| command.steps.iter().map(|step| Some(step.at)));
    of_command.chain(steps).chain([instance.group_created_at]).flatten().max().unwrap_or(at).max(at)
}

fn tell(page: &mut Page, story: &[Stretch]) {
    if story.is_empty() {
        return;
    }
    page.raw("<ol class=\"story\">\n");
    for stretch in story {
        page.raw("<li><h3>");
        page.text(stretch.title);
        page.raw("</h3><ol>\n");
        for moment in stretch.moments.iter().take(MOMENTS) {
            let class = match moment.weight {
                Weight::Calm => "calm",
                Weight::Notable => "notable",
                Weight::Urgent => "urgent",
            };
            let _ = write!(page.out, "<li class=\"{class}\"><time>+");
            page.raw(&lasted(u128::from(moment.from_millis)));
            page.raw("</time><span>");
            page.sentence(&moment.text);
            page.raw("</span></li>\n");
        }
        if let Some(more) = stretch.moments.len().checked_sub(MOMENTS).filter(|more| *more > 0) {
            page.raw("<li><span></span><span class=\"soft\">");
            page.fill(&words::MORE_MOMENTS, &[("count", more.to_string())]);
            page.raw("</span></li>\n");
        }
        page.raw("</ol></li>\n");
    }
    page.raw("</ol>\n");
}
