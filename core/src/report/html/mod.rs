//! A report as one page of HTML that needs nothing else: no network, no other file, and scripts only for narrowing the
//! table. Its own policy allows exactly the style and the script it carries, so that even text that slipped through
//! unescaped could neither run nor load anything.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::timeline::level_words;
use super::{Report, Summary, TimelineSpan, causes_apart, result_word};
use crate::base::consistency::{Consistency, RequiredConsistency};
use crate::base::time::Time;
use crate::diagnostics::text::{Lang, Text};
use crate::report::sanitize;
use crate::run::verdict::ResultKind;

mod course;
mod instances;
pub(crate) mod words;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");

/// Instances that a cause names before the rest is folded.
const NAMED: usize = 12;

/// The page of a report, in the language its words are in. `story` tells what happened, phase by phase.
pub fn html(report: &Report, story: &[TimelineSpan], lang: Lang) -> String {
    let mut page = Page { out: String::with_capacity(48 * 1024), lang };
    page.begin(report);
    page.head(report);
    page.causes(report);
    course::write(&mut page, report, story);
    instances::write(&mut page, report);
    page.assumptions(report);
    page.foot(report);
    page.out
}

/// The page as it is being written. Only [`Page::raw`] takes text as it is, and only text of ours.
pub(crate) struct Page {
    pub(crate) out: String,
    pub(crate) lang: Lang,
}

impl Page {
    pub(crate) fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Foreign text.
    pub(crate) fn text(&mut self, text: &str) {
        self.out.push_str(&sanitize::html(text));
    }

    /// A sentence in which names stand in backticks.
    pub(crate) fn sentence(&mut self, text: &str) {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.raw("<code>");
                self.text(part);
                self.raw("</code>");
            } else {
                self.text(part);
            }
        }
    }

    /// A text of ours.
    pub(crate) fn say(&mut self, text: &Text) {
        let words = text.get(self.lang);
        self.text(words);
    }

    /// A text of ours with its values.
    pub(crate) fn fill(&mut self, text: &Text, args: &[(&'static str, String)]) {
        let words = self.words(text, args);
        self.sentence(&words);
    }

    pub(crate) fn words(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        text.fill(self.lang, &args)
    }

    pub(crate) fn heading(&mut self, id: &'static str, text: &Text) {
        let _ = write!(self.out, "<h2 id=\"{id}\">");
        self.say(text);
        self.raw("</h2>\n");
    }

    pub(crate) fn badge(&mut self, result: ResultKind) {
        let _ = write!(self.out, "<span class=\"badge {}\">", result.name());
        self.text(result_word(result, self.lang));
        self.raw("</span>");
    }

    /// A term and what stands beside it.
    pub(crate) fn point(&mut self, term: &Text, class: &'static str, value: &str) {
        self.raw("<dt>");
        self.say(term);
        let _ = write!(self.out, "</dt><dd class=\"{class}\">");
        self.sentence(value);
        self.raw("</dd>\n");
    }

    pub(crate) fn begin(&mut self, report: &Report) {
        self.open(&format!("{}: {}/{}", report.run_id, report.summary.ok, report.summary.instances));
    }

    /// Everything before the content; the title is foreign text.
    pub(crate) fn open(&mut self, title: &str) {
        let lang = match self.lang {
            Lang::En => "en",
            Lang::Zh => "zh-Hans",
        };
        let _ = write!(
            self.out,
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; \
             base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>consnap ",
            hash(STYLE),
            hash(SCRIPT),
        );
        self.text(title);
        self.raw("</title>\n<style>");
        self.raw(STYLE);
        self.raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#instances\">");
        self.say(&words::SKIP);
        self.raw("</a>\n<main>\n");
    }

    /// What came of it, in one glance.
    pub(crate) fn head(&mut self, report: &Report) {
        self.raw("<header>\n<p class=\"eyebrow\"><strong>consnap</strong> · ");
        self.fill(&words::RUN, &[("run", report.run_id.clone())]);
        self.raw("</p>\n<h1>");
        let headline = self.headline(report);
        self.sentence(&headline);
        self.raw("</h1>\n");
        if report.summary.urgent > 0 {
            self.raw("<p class=\"alarm\">");
            self.fill(&words::ALARM, &[("count", report.summary.urgent.to_string())]);
            self.raw("</p>\n");
        }
        self.share(&report.summary);
        self.raw("<div class=\"told\">\n");
        // The headline says what the first sentence does, unless all is well: then that has more to say.
        let all_good = report.summary.ok == report.summary.instances;
        let said = usize::from(report.error.is_none() && !all_good);
        for sentence in report.sentences.iter().skip(said) {
            self.raw("<p>");
            self.sentence(sentence);
            self.raw("</p>\n");
        }
        self.raw("</div>\n<dl class=\"figures\">\n");
        for (term, value) in self.figures(report) {
            self.raw("<div>");
            self.point(term, "", &value);
            self.raw("</div>");
        }
        self.raw("</dl>\n</header>\n");
        self.ways(report);
    }

    pub(crate) fn headline(&self, report: &Report) -> String {
        let summary = &report.summary;
        if report.error.is_some() {
            return words::NOTHING_STARTED.get(self.lang).to_owned();
        }
        let level = match report.required_consistency {
            RequiredConsistency::Application => Consistency::Application,
            RequiredConsistency::FileSystem => Consistency::FileSystem,
        };
        let text = match (summary.ok, summary.instances) {
            (1, 1) => &words::THE_ONLY_ONE,
            (ok, all) if ok == all && all > 0 => &words::ALL_REACHED,
            _ => &words::SOME_REACHED,
        };
        let args = [
            ("ok", summary.ok.to_string()),
            ("all", summary.instances.to_string()),
            ("level", level_words(level).get(self.lang).to_owned()),
        ];
        self.words(text, &args)
    }

    /// One bar, divided by result, with its words below: colour says nothing alone.
    pub(crate) fn share(&mut self, summary: &Summary) {
        let counts = results(summary);
        let all = u64::from(summary.instances);
        self.raw("<svg class=\"share\" aria-hidden=\"true\" focusable=\"false\">");
        let mut from = 0;
        for (result, count) in counts {
            let (count, left) = (u64::from(count), percent(from, all));
            if count > 0 {
                let (name, width) = (result.name(), percent(count, all));
                let _ =
                    write!(self.out, "<rect class=\"{name}\" x=\"{left}\" y=\"0\" width=\"{width}\" height=\"16\"/>");
            }
            from += count;
        }
        self.raw("</svg>\n<ul class=\"legend\">\n");
        for (result, count) in counts {
            if count > 0 {
                let name = result.name();
                let _ = write!(
                    self.out,
                    "<li class=\"{name}\"><svg aria-hidden=\"true\"><rect class=\"{name}\" width=\"11\" height=\"11\" rx=\"2\"/></svg><b>{count}</b>"
                );
                self.text(result_word(result, self.lang));
                self.raw("</li>\n");
            }
        }
        self.raw("</ul>\n");
    }

    pub(crate) fn figures(&self, report: &Report) -> Vec<(&'static Text, String)> {
        let summary = &report.summary;
        let mut figures = vec![
            (&words::REQUIRED, format!("`{}`", report.required_consistency)),
            (&words::GROUP_NAME, format!("`{}`", report.group_name)),
            (&words::ACCOUNT, report.account_id.clone().unwrap_or_else(|| "-".to_owned())),
            (&words::REGIONS, report.regions.join(", ")),
            (&words::STARTED, moment(report.started_at)),
            (&words::LASTED, lasted(report.ended_at.since(report.started_at).as_millis())),
            (
                &words::DISKS_COVERED,
                self.words(
                    &words::OF_DISKS,
                    &[
                        ("covered", summary.covered_disks.to_string()),
                        ("expected", summary.expected_disks.to_string()),
                        ("excluded", summary.excluded_disks.to_string()),
                    ],
                ),
            ),
        ];
        if let (Some(millis), Some(instance)) = (summary.longest_hold_millis, &summary.longest_hold_instance) {
            figures.push((&words::LONGEST_HOLD, format!("{} (`{instance}`)", short(millis))));
        }
        let calls = [("calls", summary.calls.to_string()), ("throttled", summary.throttled.to_string())];
        figures.push((&words::CALLS, self.words(&words::CALLS_MADE, &calls)));
        figures.push((&words::EXIT_STATUS, report.exit_status.to_string()));
        if let Some(hash) = &report.plan_hash {
            figures.push((&words::PLAN_HASH, format!("`{}`", hash.get(..16).unwrap_or(hash))));
        }
        figures
    }

    /// The ways to the parts of the page.
    pub(crate) fn ways(&mut self, report: &Report) {
        self.raw("<nav class=\"ways\" aria-label=\"");
        self.say(&words::PARTS);
        self.raw("\">\n");
        let parts = [
            ("causes", &words::CAUSES, !report.causes.is_empty()),
            ("course", &words::COURSE, true),
            ("instances", &words::INSTANCES, true),
            ("assumptions", &words::ASSUMPTIONS, !report.assumptions.is_empty()),
        ];
        for (id, title, _) in parts.iter().filter(|(.., there)| *there) {
            let _ = write!(self.out, "<a href=\"#{id}\">");
            self.say(title);
            self.raw("</a>\n");
        }
        self.raw("</nav>\n");
    }

    pub(crate) fn causes(&mut self, report: &Report) {
        let causes = causes_apart(report);
        if causes.is_empty() {
            return;
        }
        self.raw("<section aria-labelledby=\"causes\">\n");
        self.heading("causes", &words::CAUSES);
        self.raw("<div class=\"causes\">\n");
        for cause in causes {
            let _ = write!(self.out, "<article class=\"cause {}\"><header>", cause.result.name());
            self.badge(cause.result);
            self.raw("<h3>");
            self.sentence(&cause.why.message);
            let _ = write!(self.out, "</h3><span class=\"soft small\">{}</span></header><dl class=\"points\">", {
                sanitize::html(&cause.why.code)
            });
            if let Some(explanation) = cause.explanation {
                self.point(&words::MEANING, "", &explanation.meaning);
                self.point(&words::USUAL_CAUSE, "", &explanation.cause);
                self.point(&words::WHAT_TO_DO, "do", &explanation.next_step);
            } else {
                self.point(&words::WHAT_TO_DO, "do", &cause.why.help);
            }
            self.raw("<dt>");
            self.fill(&words::INSTANCES_COUNT, &[("count", cause.instances.len().to_string())]);
            self.raw("</dt><dd>");
            for (index, instance) in cause.instances.iter().enumerate() {
                if index == NAMED {
                    self.raw("<details><summary>");
                    self.fill(&words::MORE, &[("count", (cause.instances.len() - NAMED).to_string())]);
                    self.raw("</summary>");
                } else if index > 0 {
                    self.raw(", ");
                }
                self.raw("<code>");
                self.text(&instance.instance_id);
                self.raw("</code>");
            }
            if cause.instances.len() > NAMED {
                self.raw("</details>");
            }
            self.raw("</dd></dl></article>\n");
        }
        self.raw("</div>\n</section>\n");
    }

    pub(crate) fn assumptions(&mut self, report: &Report) {
        if report.assumptions.is_empty() {
            return;
        }
        self.raw("<section aria-labelledby=\"assumptions\">\n");
        self.heading("assumptions", &words::ASSUMPTIONS);
        self.raw("<p class=\"soft\">");
        self.say(&words::ASSUMPTIONS_LEAD);
        self.raw("</p>\n<ul class=\"relied\">\n");
        for relied in &report.assumptions {
            let _ = write!(self.out, "<li><strong>{}</strong><div>", relied.id);
            self.sentence(&relied.what);
            self.raw("<p>");
            self.sentence(&relied.why);
            self.raw(" · ");
            self.fill(&words::INSTANCES_COUNT, &[("count", relied.instances.to_string())]);
            self.raw("</p></div></li>\n");
        }
        self.raw("</ul>\n</section>\n");
    }

    pub(crate) fn foot(&mut self, report: &Report) {
        self.raw("</main>\n<footer>\n<p>");
        self.say(&words::HOW_TO_READ);
        self.raw("</p>\n<p><a href=\"");
        self.raw(concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/"));
        self.say(&words::RESTORE_PAGE);
        self.raw("\">");
        self.say(&words::RESTORE);
        self.raw("</a></p>\n<p>");
        let args = [
            ("version", report.consnap.to_owned()),
            ("report", report.report_version.to_string()),
            ("run", report.run_id.clone()),
        ];
        self.fill(&words::MADE_BY, &args);
        self.raw("</p>\n</footer>\n<script>");
        self.raw(SCRIPT);
        self.raw("</script>\n</body>\n</html>\n");
    }
}

/// The counts of a summary, most urgent first.
const fn results(summary: &Summary) -> [(ResultKind, u32); 6] {
    [
        (ResultKind::Urgent, summary.urgent),
        (ResultKind::Unknown, summary.unknown),
        (ResultKind::Failed, summary.failed),
        (ResultKind::Weaker, summary.weaker),
        (ResultKind::NotRun, summary.not_run),
        (ResultKind::Ok, summary.ok),
    ]
}

/// What a content security policy calls a text that stands in the page.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// A part of a whole as SVG takes it: `12.34%`.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part).saturating_mul(10_000).checked_div(u128::from(whole)).unwrap_or(0).min(10_000);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// `2026-11-22 02:00:13 UTC`.
pub(crate) fn moment(at: Time) -> String {
    at.to_wire().replace('T', " ").replace('Z', " UTC")
}

/// `02:00:13`.
fn time_of_day(at: Time) -> String {
    at.to_wire().get(11..19).unwrap_or_default().to_owned()
}

/// `1.4 s`.
fn short(millis: u64) -> String {
    format!("{}.{} s", millis / 1000, millis % 1000 / 100)
}

/// `4 s`, `12 min 05 s`, `3 h 05 min`.
fn lasted(millis: u128) -> String {
    let seconds = millis / 1000;
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_are_code_and_nothing_is_markup() {
        let mut page = Page { out: String::new(), lang: Lang::En };
        page.sentence("a `b<` c` <i>");
        assert_eq!(page.out, "a <code>b&lt;</code> c<code> &lt;i&gt;</code>");
    }

    #[test]
    fn parts_of_a_whole() {
        for (part, whole, text) in [(0, 0, "0.00%"), (1, 3, "33.33%"), (3, 3, "100.00%"), (9, 3, "100.00%")] {
            assert_eq!(percent(part, whole), text);
        }
    }

    #[test]
    fn the_policy_covers_what_the_page_carries() {
        // Known answer: the hash of nothing.
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert!(!STYLE.contains('<') && !SCRIPT.contains("</"));
    }
}
