//! Layer 1 on Windows: how cmd.exe reads the batch file and the launcher splits its command line
//! (docs/sources/launcher.md 5).
//!
//! Measured with wine, whose cmd.exe is an approximation; the rules are those of public descriptions. Whatever depends
//! on the code page, on variables or on the version of Windows is [`Shell::NotModelled`].

use super::{CODE_PAGE, CONTROL, DIFFERS, EXPANDS, LINE_LENGTH, OTHER_PROGRAM, PROGRAM, REDIRECTS, STRUCTURE, Shell};

/// Longest line of cmd.exe in characters (Microsoft KB 830473).
pub const LINE_LIMIT: usize = 8191;

/// Follows a batch file through cmd.exe.
pub fn read(script: &str) -> Shell {
    match first_command(script) {
        Ok(shell) | Err(shell) => shell,
    }
}

fn first_command(script: &str) -> Result<Shell, Shell> {
    let not_modelled = |why| Err(Shell::NotModelled { why });
    if !script.is_ascii() {
        return not_modelled(CODE_PAGE);
    }
    // The agent makes CRLF of every LF, so that a CR before it means nothing; any other CR depends on the system.
    let script = script.replace("\r\n", "\n");
    if script.chars().any(|c| c.is_ascii_control() && c != '\n' && c != '\t') {
        return not_modelled(CONTROL);
    }
    let mut lines = script.lines().map(|line| line.trim_matches([' ', '\t'])).filter(|line| !line.is_empty());
    let Some(line) = lines.by_ref().find(|line| !line.eq_ignore_ascii_case("@echo off")) else {
        return Err(Shell::Ends { exit: 0, why: "there is nothing to run" });
    };
    let more = lines.next().is_some();
    if line.len() > LINE_LIMIT {
        return not_modelled(LINE_LENGTH);
    }
    let line = percent(line.trim_start_matches('@'))?;
    let (command, others) = until_operator(&line)?;
    let name = command.find([' ', '\t']).unwrap_or(command.len());
    let (name, rest) = command.split_at(name);
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).to_ascii_lowercase();
    if name.starts_with(['(', ':']) {
        return not_modelled(STRUCTURE);
    }
    if name.strip_suffix(".exe").unwrap_or(&name) != PROGRAM {
        return not_modelled(OTHER_PROGRAM);
    }
    let mut words = vec![PROGRAM.to_owned()];
    words.extend(arguments(rest));
    Ok(Shell::Runs { words, beside: more || others })
}

/// The percent phase, which knows no quotes: `%%` is `%`, a lone `%` vanishes, all else expands.
fn percent(line: &str) -> Result<String, Shell> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(doubled) = after.strip_prefix('%') {
            out.push('%');
            rest = doubled;
        } else if after.contains('%') || after.starts_with(|c: char| c.is_ascii_digit() || c == '*' || c == '~') {
            return Err(Shell::NotModelled { why: EXPANDS });
        } else {
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// The text of the first command, and whether another one follows. `"` toggles quoting, and nothing escapes it.
fn until_operator(line: &str) -> Result<(String, bool), Shell> {
    let mut out = String::with_capacity(line.len());
    let mut quoted = false;
    for (index, c) in line.char_indices() {
        match c {
            '"' => {
                quoted = !quoted;
                out.push(c);
            }
            // By the public descriptions it vanishes and takes the meaning from the next character; wine keeps it.
            '^' if !quoted => return Err(Shell::NotModelled { why: DIFFERS }),
            '<' | '>' if !quoted => return Err(Shell::NotModelled { why: REDIRECTS }),
            // The rest of the line must not redirect or break either, but it takes nothing from what has been read.
            '&' | '|' if !quoted => {
                let rest = line.get(index..).unwrap_or_default().trim_matches([' ', '\t', '&', '|']);
                return if c == '|' && rest.is_empty() {
                    Err(Shell::NotModelled { why: STRUCTURE })
                } else {
                    Ok((out, !rest.is_empty()))
                };
            }
            _ => out.push(c),
        }
    }
    Ok((out, false))
}

/// Splits a command line as Go's runtime does on Windows (`os.commandLineToArgv`).
fn arguments(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut rest = line.trim_start_matches([' ', '\t']);
    while !rest.is_empty() {
        let mut argument = String::new();
        let mut quoted = false;
        let mut backslashes = 0;
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    backslashes += 1;
                    continue;
                }
                '"' => {
                    argument.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        argument.push('"');
                    } else {
                        // Inside quotes a doubled quote is one, and ends the quoting.
                        if quoted && let Some(after) = chars.as_str().strip_prefix('"') {
                            argument.push('"');
                            chars = after.chars();
                        }
                        quoted = !quoted;
                    }
                    backslashes = 0;
                    continue;
                }
                ' ' | '\t' if !quoted => break,
                _ => {}
            }
            argument.extend(std::iter::repeat_n('\\', backslashes));
            backslashes = 0;
            argument.push(c);
        }
        argument.extend(std::iter::repeat_n('\\', backslashes));
        arguments.push(argument);
        rest = chars.as_str().trim_start_matches([' ', '\t']);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(line: &str, expected: &[&str], expected_beside: bool) {
        match read(&format!("acs-plugin-manager {line}")) {
            Shell::Runs { words, beside } => {
                assert_eq!(&words[1..], expected, "{line:?}");
                assert_eq!(beside, expected_beside, "{line:?}");
            }
            other => panic!("{line:?}: {other:?}"),
        }
    }

    fn not_modelled(line: &str, expected: &'static str) {
        assert_eq!(read(&format!("acs-plugin-manager {line}")), Shell::NotModelled { why: expected }, "{line:?}");
    }

    #[test]
    fn splits_arguments() {
        runs(r#"a "b c" d"e f"g"#, &["a", "b c", "de fg"], false);
        runs(r#""" "a\\" b\"c \\d "e""f""#, &["", "a\\", "b\"c", "\\\\d", "e\"f"], false);
        runs(r#"-Name="a"b" c"#, &["-Name=ab c"], false);
        runs("\"c^&<d>(e)|f\" g(h)", &["c^&<d>(e)|f", "g(h)"], false);
        runs("100%% 5% go!", &["100%", "5", "go!"], false);
    }

    #[test]
    fn lines_and_operators() {
        runs("a \r\n", &["a"], false);
        runs("\"a\nb\"", &["a"], true);
        runs("a & b", &["a"], true);
        runs(r#""a\" | b"#, &["a\" "], true);
        assert_eq!(read("\n@echo off\n@Acs-Plugin-Manager.EXE a"), read("acs-plugin-manager a"));
        assert_eq!(read(""), Shell::Ends { exit: 0, why: "there is nothing to run" });
    }

    #[test]
    fn no_guesses() {
        for expanding in ["%OS%", "\"%a%\"", "%1", "%*", "%~f0", "5%-9%"] {
            not_modelled(expanding, EXPANDS);
        }
        not_modelled("a>b", REDIRECTS);
        not_modelled("\"a\\\"<b", REDIRECTS);
        not_modelled("a^b", DIFFERS);
        not_modelled("a |", STRUCTURE);
        not_modelled("a\rb", CONTROL);
        not_modelled("a\u{1a}b", CONTROL);
        not_modelled("é", CODE_PAGE);
        not_modelled(&"a".repeat(8173), LINE_LENGTH);
        runs(&"a".repeat(8172), &["a".repeat(8172).as_str()], false);
        assert_eq!(read("call acs-plugin-manager a"), Shell::NotModelled { why: OTHER_PROGRAM });
    }
}
