use std::collections::BTreeSet;

use clap::CommandFactory as _;

use super::*;
use crate::arguments::Arguments;

/// Every English text that help shows, over the whole tree.
fn shown() -> BTreeSet<String> {
    let mut root = Arguments::command();
    root.build();
    let mut shown = BTreeSet::new();
    add(&root, &mut shown);
    shown.remove("");
    shown
}

fn add(command: &Command, shown: &mut BTreeSet<String>) {
    shown.extend(command.get_long_about().or(command.get_about()).map(ToString::to_string));
    shown.extend(command.get_about().map(ToString::to_string));
    for arg in command.get_arguments() {
        shown.insert(arg.get_long_help().or(arg.get_help()).map(ToString::to_string).expect("a help text"));
        shown.extend(arg.get_help_heading().map(ToOwned::to_owned));
        for value in arg.get_possible_values() {
            shown.extend(value.get_help().map(ToString::to_string));
        }
    }
    let after = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    for paragraph in paragraphs(&after.unwrap_or_default()) {
        let text = if paragraph.starts_with(' ') { example(&paragraph).1.to_owned() } else { paragraph };
        shown.insert(text);
    }
    for inner in command.get_subcommands() {
        add(inner, shown);
    }
}

#[test]
fn every_text_has_its_chinese_and_no_other_is_kept() {
    let texts: BTreeMap<String, String> = serde_json::from_str(include_str!("zh.json")).expect("JSON");
    let kept: BTreeSet<String> = texts.keys().cloned().collect();
    let shown = shown();
    let missing: Vec<_> = shown.difference(&kept).collect();
    let stale: Vec<_> = kept.difference(&shown).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:#?}\nstale: {stale:#?}");
    for (english, chinese) in &texts {
        assert!(chinese.chars().any(|char| char > '\u{2e7f}'), "{english}: {chinese}");
        assert_eq!(code(english), code(chinese), "what is typed stays as it is: {chinese}");
    }
}

/// What stands in backticks, in any order.
fn code(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The pages of all commands, as wide as a terminal of 80 columns.
fn pages() -> Vec<(String, String)> {
    fn walk(command: &Command, pages: &mut Vec<(String, String)>) {
        let page = anstream::adapter::strip_str(&page(command, &Texts::chinese(), 80)).to_string();
        pages.push((command.get_bin_name().unwrap_or_default().to_owned(), page));
        for inner in command.get_subcommands() {
            walk(inner, pages);
        }
    }
    let mut root = Arguments::command();
    root.build();
    let mut pages = Vec::new();
    walk(&root, &mut pages);
    pages
}

#[test]
fn no_page_holds_an_english_sentence() {
    for (name, page) in pages() {
        for line in page.lines().filter(|line| !line.starts_with("  consnap ") && !line.starts_with("用法：")) {
            // What is typed, the names of products, and lines of other programs in the examples.
            let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("|");
            let words: Vec<&str> = prose.split(' ').collect();
            let foreign = prose.trim_start();
            let typed = ["export ", "aliyun ", "jq ", "-"].iter().any(|start| foreign.starts_with(start));
            let english = |word: &&str| word.len() > 1 && word.chars().all(|char| char.is_ascii_alphabetic());
            let sentence = words.windows(3).any(|three| three.iter().all(english));
            assert!(typed || !sentence, "{name}: {line}");
        }
    }
}

#[test]
fn pages_fit_a_terminal() {
    use unicode_width::UnicodeWidthStr as _;
    for (name, page) in pages() {
        for line in page.lines().filter(|line| !line.starts_with("用法：") && line.width() > 80) {
            assert!(line.starts_with("  ") && line.trim_start().is_ascii(), "{name}: {line}");
        }
        for line in page.lines() {
            let first = line.trim_start().chars().next().unwrap_or_default();
            assert!(!"，。；：、）".contains(first), "{name}: {line}");
        }
    }
}

#[test]
fn help_of_a_command_is_asked_for_in_two_ways() {
    let given = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
    for (typed, meant) in [
        ("consnap help", "consnap --help"),
        ("consnap help policy check", "consnap policy check --help"),
        ("consnap --lang zh --format=text help run", "consnap --lang zh --format=text run --help"),
        ("consnap explain help", "consnap explain help"),
    ] {
        assert_eq!(as_option(given(typed)), given(meant));
    }
}
