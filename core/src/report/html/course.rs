//! When what ran: one lane an instance, wave by wave; and the story in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use super::{Page, lasted, percent, short, time_of_day, words};
use crate::base::time::Time;
use crate::report::{CommandReport, InstanceReport, Report, TimelineSpan, Weight};

/// Lanes drawn: what is more is in the table.
const LANES: usize = 60;
/// Moments told of one phase.
const MOMENTS: usize = 200;

/// Writes the section.
pub(super) fn write(page: &mut Page, report: &Report, story: &[TimelineSpan]) {
    page.raw("<section aria-labelledby=\"course\">\n");
    page.heading("course", &words::COURSE);
    lanes(page, report);
    tell(page, story);
    page.raw("</section>\n");
}

/// The instances that were started, by the time of their start: all that did not come out well, then others.
fn lanes(page: &mut Page, report: &Report) {
    let started: Vec<Lane<'_>> = report
        .instances
        .iter()
        .enumerate()
        .filter_map(|(number, instance)| Some(Lane { at: instance.started_at?, number, instance }))
        .collect();
    if started.is_empty() {
        page.raw("<p class=\"soft\">");
        page.say(&words::NOTHING_STARTED);
        page.raw("</p>\n");
        return;
    }
    let mut sizes: BTreeMap<Time, usize> = BTreeMap::new();
    for lane in &started {
        *sizes.entry(lane.at).or_default() += 1;
    }
    // The first of each wave, then the most urgent: as the report has them.
    let more = started.len().saturating_sub(LANES);
    let mut seen = BTreeSet::new();
    let (mut chosen, others): (Vec<_>, Vec<_>) = started.into_iter().partition(|lane| seen.insert(lane.at));
    chosen.truncate(LANES / 2);
    let room = LANES - chosen.len();
    chosen.extend(others.into_iter().take(room));
    let mut started = chosen;
    started.sort_by_key(|lane| (lane.at, lane.number));
    page.raw("<div class=\"course\">\n");
    keys(page);
    for wave in started.chunk_by(|a, b| a.at == b.at) {
        let Some(first) = wave.first() else { continue };
        let number = sizes.keys().position(|at| *at == first.at).map_or(0, |position| position + 1);
        let count = sizes.get(&first.at).copied().unwrap_or_default();
        page.raw("<div class=\"wave\"><h3>");
        let args = [("wave", number.to_string()), ("time", time_of_day(first.at)), ("count", count.to_string())];
        page.fill(&words::WAVE, &args);
        page.raw("</h3>\n");
        let frame = Frame::of(wave);
        for lane in wave {
            lane_of(page, &frame, lane);
        }
        page.raw("<div class=\"ticks\" aria-hidden=\"true\">");
        for quarter in 0..=4 {
            page.raw("<span>+");
            page.raw(&tenths(u64::try_from((frame.length() * quarter / 4).as_millis()).unwrap_or(u64::MAX)));
            page.raw("</span>");
        }
        page.raw("</div></div>\n");
    }
    if more > 0 {
        page.raw("<p class=\"soft small beyond\">");
        page.fill(&words::MORE_STARTED, &[("count", more.to_string())]);
        page.raw("</p>\n");
    }
    page.raw("</div>\n");
}

fn keys(page: &mut Page) {
    page.raw("<ul class=\"keys\">\n");
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
}

/// An instance that was started.
struct Lane<'r> {
    at: Time,
    number: usize,
    instance: &'r InstanceReport,
}

impl Lane<'_> {
    fn took(&self) -> Duration {
        last_moment(self.at, self.instance).since(self.at)
    }
}

/// The time that the lanes of a wave span.
struct Frame {
    from: Time,
    to: Time,
}

impl Frame {
    /// As long as most lanes need: a few that took much longer run out of it, and say how long they took.
    fn of(wave: &[Lane<'_>]) -> Self {
        let mut took: Vec<Duration> = wave.iter().map(Lane::took).collect();
        took.sort_unstable();
        let longest = took.last().copied().unwrap_or_default();
        let most = took.get(took.len().saturating_sub(1) * 3 / 4).copied().unwrap_or_default();
        let length = if longest > most * 4 { most * 2 } else { longest };
        let from = wave.first().map_or(Time::EPOCH, |lane| lane.at);
        Self { from, to: from.plus(length.max(Duration::from_secs(1))) }
    }

    fn length(&self) -> Duration {
        self.to.since(self.from)
    }

    /// Where a time stands, in millionths of the frame.
    fn place(&self, at: Time) -> u64 {
        let millionths = at.since(self.from).as_millis().saturating_mul(1_000_000) / self.length().as_millis().max(1);
        u64::try_from(millionths).unwrap_or(u64::MAX).min(1_000_000)
    }

    /// A bar from one time to another, wide enough to be seen.
    fn bar(&self, page: &mut Page, class: &str, (from, to): (Time, Time), (y, height): (u8, u8)) {
        let left = self.place(from);
        let width = self.place(to).saturating_sub(left).max(4_000);
        let left = left.min(1_000_000 - width.min(1_000_000));
        let (x, width) = (percent(left, 1_000_000), percent(width, 1_000_000));
        let _ = write!(
            page.out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"1\"/>"
        );
    }
}

fn lane_of(page: &mut Page, frame: &Frame, lane: &Lane<'_>) {
    let _ = write!(page.out, "<div class=\"lane\"><a class=\"who\" href=\"#n{}\" title=\"", lane.number);
    page.text(&lane.instance.name);
    page.raw("\"><code>");
    page.text(&lane.instance.instance_id);
    page.raw("</code></a>");
    bars(page, frame, lane.at, lane.instance);
    page.raw("<span class=\"took\">");
    page.raw(&tenths(u64::try_from(lane.took().as_millis()).unwrap_or(u64::MAX)));
    page.raw("</span></div>\n");
}

/// `1.4 s`, and from a hundred seconds on without tenths.
fn tenths(millis: u64) -> String {
    if millis < 100_000 { short(millis) } else { lasted(u128::from(millis)) }
}

/// The lane of an instance.
fn bars(page: &mut Page, frame: &Frame, at: Time, instance: &InstanceReport) {
    page.raw("<svg class=\"bars\" aria-hidden=\"true\"><rect class=\"ground\" width=\"100%\" y=\"7\" height=\"2\"/>");
    if let Some(command) = &instance.command {
        let begun = command.started_at.unwrap_or(at);
        frame.bar(page, "sent", (at, begun), (6, 4));
        if let Some(end) = command.finished_at.or_else(|| Some(last_moment(at, instance))) {
            frame.bar(page, "command", (begun, end), (0, 16));
        }
        for span in spans(command) {
            // What may still be frozen has no end.
            let to = if span.class == "hold" && instance.held { frame.to } else { span.to };
            frame.bar(page, span.class, (span.from, to), span.place);
        }
    }
    if let Some(made) = instance.group_created_at {
        let x = percent(frame.place(made).min(997_000), 1_000_000);
        let _ = write!(page.out, "<rect class=\"group\" x=\"{x}\" y=\"0\" width=\"3\" height=\"16\"/>");
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

fn tell(page: &mut Page, story: &[TimelineSpan]) {
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
