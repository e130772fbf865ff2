//! JUnit XML: verdicts for CI. One suite a rule, one case for each thing it was held against.

use std::collections::BTreeMap;
use std::io;

use consnap_core::{Severity, report::sanitize};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::results::{Entry, Outcome};

/// The report, as bytes of XML.
pub(crate) fn report(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut suites: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        suites.entry(&entry.rule).or_default().push(entry);
    }
    let all: Vec<&Entry> = entries.iter().collect();
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counted = counts(&all);
    let attributes = counted.iter().map(|(name, count)| (*name, count.as_str()));
    writer
        .create_element("testsuites")
        .with_attribute(("name", "consnap"))
        .with_attributes(attributes)
        .write_inner_content(|writer| {
            for (rule, entries) in &suites {
                let counted = counts(entries);
                let attributes = counted.iter().map(|(name, count)| (*name, count.as_str()));
                let rule = text(rule);
                writer
                    .create_element("testsuite")
                    .with_attribute(("name", rule.as_str()))
                    .with_attributes(attributes)
                    .write_inner_content(|writer| entries.iter().try_for_each(|entry| case(entry, writer)))?;
            }
            Ok(())
        })?;
    let mut written = writer.into_inner();
    written.push(b'\n');
    Ok(written)
}

fn counts(entries: &[&Entry]) -> [(&'static str, String); 4] {
    let count = |is: fn(&Entry) -> bool| entries.iter().filter(|entry| is(entry)).count().to_string();
    [
        ("tests", entries.len().to_string()),
        ("failures", count(fails)),
        ("errors", count(|entry| entry.outcome == Outcome::Unknown && counts_against(entry))),
        ("skipped", count(|entry| entry.outcome == Outcome::Skipped || entry.waived.is_some())),
    ]
}

fn fails(entry: &Entry) -> bool {
    entry.outcome == Outcome::Failed && counts_against(entry)
}

/// Only errors that nobody waived fail a build.
fn counts_against(entry: &Entry) -> bool {
    entry.severity == Severity::Error && entry.waived.is_none()
}

fn case(entry: &Entry, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let (subject, rule, message) = (text(&entry.subject), text(&entry.rule), text(&entry.message));
    let element = writer.create_element("testcase").with_attributes([("classname", rule.as_str()), ("name", &subject)]);
    let skipped = entry.waived.as_ref().map(|reason| text(reason));
    element.write_inner_content(|writer| {
        let said = |writer: &mut Writer<Vec<u8>>, name: &str, message: &str| {
            let help = text(&entry.help);
            writer
                .create_element(name)
                .with_attribute(("message", message))
                .write_text_content(BytesText::new(&help))
                .map(drop)
        };
        match (entry.outcome, skipped) {
            (Outcome::Failed | Outcome::Unknown, Some(reason)) => {
                said(writer, "skipped", &format!("{message}: {reason}"))
            }
            (Outcome::Skipped, _) => writer.create_element("skipped").write_empty().map(drop),
            (Outcome::Failed, None) if counts_against(entry) => said(writer, "failure", &message),
            (Outcome::Unknown, None) if counts_against(entry) => said(writer, "error", &message),
            _ if message.is_empty() => Ok(()),
            _ => writer
                .create_element("system-out")
                .write_text_content(BytesText::new(&format!("{}: {message}", entry.severity.name())))
                .map(drop),
        }
    })?;
    Ok(())
}

/// Text without what XML cannot hold; the writer escapes the rest.
fn text(text: &str) -> String {
    sanitize::terminal(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
