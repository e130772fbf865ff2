//! The probe of Windows instances, read by a grammar of PowerShell.

use consnap_core::Platform;
use consnap_core::plugin::probe::{self, ScriptPaths};
use tree_sitter::{Node, Parser};

fn script() -> String {
    probe::command(Platform::Windows, &ScriptPaths::default()).content
}

/// The lines in which the grammar finds something wrong or missing.
fn wrong(text: &str) -> Vec<usize> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let mut lines = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        if node.is_error() || node.is_missing() {
            lines.push(node.start_position().row + 1);
        }
        let mut cursor = node.walk();
        waiting.extend(node.children(&mut cursor).collect::<Vec<Node<'_>>>());
    }
    lines.sort_unstable();
    lines
}

#[test]
fn the_script_is_powershell() {
    let text = script();
    assert_eq!(wrong(&text), [0; 0]);
    // As the agent writes it on Windows.
    assert_eq!(wrong(&text.replace('\n', "\r\n")), [0; 0]);
}

/// A brace, bracket or quote less, and words that are no PowerShell, are noticed.
#[test]
fn the_grammar_notices_what_is_wrong() {
    let text = script();
    let mut mutants = 0;
    for (at, letter) in text.char_indices().filter(|(_, letter)| matches!(letter, '{' | '}' | '(' | ')')) {
        let line = text[..at].lines().last().unwrap_or_default();
        // In comments and texts they mean nothing.
        if line.contains(['#', '\'', '"']) {
            continue;
        }
        let mutant = format!("{}{}", &text[..at], &text[at + letter.len_utf8()..]);
        assert_ne!(wrong(&mutant), [0; 0], "without the `{letter}` behind {line}");
        mutants += 1;
    }
    assert!(mutants > 60, "{mutants} only");
    for (right, broken) in [
        ("foreach ($byte in ", "foreach ($byte of "),
        ("} catch {", "catch {"),
        ("$seen = if (", "$seen = if "),
        ("Say 'consnap-probe format=1 platform=windows'", "Say 'consnap-probe format=1 platform=windows"),
        ("-and $byte -lt 127", "-and -and $byte -lt 127"),
    ] {
        assert!(text.contains(right), "{right}");
        assert_ne!(wrong(&text.replacen(right, broken, 1)), [0; 0], "{broken}");
    }
}
