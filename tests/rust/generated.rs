//! Pages that are made from the catalogue: `cargo xtask generate` writes them, the tests hold them to it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use consnap_core::Lang;
use consnap_core::catalog::{api_errors, assumptions, budget, codes, messages, parameters};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Writes a page when asked to, and otherwise compares it.
fn hold(path: &str, wanted: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, wanted).expect("written");
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "{path} is not up to date: run `cargo xtask generate`");
}

/// Text inside a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}

const HEAD: &str = "<!-- Written by `cargo xtask generate` from the catalogue. Do not edit. -->\n\n";

#[test]
fn assumptions_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let begin = "<!-- assumptions: written by `cargo xtask generate` -->\n";
    let end = "<!-- end of assumptions -->";
    let (before, rest) = readme.split_once(begin).expect("the mark of the assumptions");
    let (_, after) = rest.split_once(end).expect("the end of the assumptions");
    let mut table = String::from("| id | what is assumed | source |\n|---|---|---|\n");
    for row in assumptions::ROWS {
        writeln!(table, "| {} | {} | {} |", row.id, cell(row.what.en), cell(row.source)).expect("text");
    }
    hold("README.md", &format!("{before}{begin}{table}{end}{after}"));
}

#[test]
fn pages_of_codes() {
    for (lang, folder) in [(Lang::En, "docs/reference/en"), (Lang::Zh, "docs/reference/zh")] {
        let mut page = format!(
            "{HEAD}# {}\n\n",
            if lang == Lang::En {
                "Exit codes, statuses and task error codes"
            } else {
                "退出码、状态与任务错误码"
            }
        );
        page.push_str(if lang == Lang::En {
            "| key | meaning | cause | next step |\n"
        } else {
            "| 键 | 含义 | 原因 | 下一步 |\n"
        });
        page.push_str("|---|---|---|---|\n");
        for row in codes::outcome_rows() {
            let (meaning, cause, next) = (row.meaning.get(lang), row.cause.get(lang), row.next_step.get(lang));
            writeln!(page, "| `{}` | {} | {} | {} |", row.key, cell(meaning), cell(cause), cell(next)).expect("text");
        }
        hold(&format!("{folder}/codes.md"), &page);

        let mut page =
            format!("{HEAD}# {}\n\n", if lang == Lang::En { "Findings and errors" } else { "检查结果与错误" });
        page.push_str(if lang == Lang::En {
            "| code | weight | what is the case | what to do |\n"
        } else {
            "| 代码 | 级别 | 情况 | 处理方法 |\n"
        });
        page.push_str("|---|---|---|---|\n");
        for row in messages::TABLES.iter().flat_map(|table| table.iter()) {
            let (message, help) = (row.message.get(lang), row.help.get(lang));
            writeln!(page, "| `{}` | {} | {} | {} |", row.code, row.severity, cell(message), cell(help)).expect("text");
        }
        hold(&format!("{folder}/findings.md"), &page);

        let mut page =
            format!("{HEAD}# {}\n\n", if lang == Lang::En { "Error codes of the API" } else { "API 错误码" });
        page.push_str(if lang == Lang::En {
            "| code | meaning | next step |\n"
        } else {
            "| 错误码 | 含义 | 下一步 |\n"
        });
        page.push_str("|---|---|---|\n");
        for row in api_errors::rows() {
            let (meaning, next) = (row.meaning.get(lang), row.next_step.get(lang));
            writeln!(page, "| `{}` | {} | {} |", row.code, cell(meaning), cell(next)).expect("text");
        }
        hold(&format!("{folder}/api-errors.md"), &page);
    }
}

#[test]
fn schemas() {
    let text = serde_json::to_string_pretty(&consnap_core::config::schema()).expect("JSON") + "\n";
    hold("docs/schema/job.json", &text);
}

#[test]
fn page_of_parameters() {
    let mut page = format!("{HEAD}# Parameters of the plug-ins\n\n");
    page.push_str(
        "| job | plug-in | platforms | default | range | what it is for | 说明 |\n|---|---|---|---|---|---|---|\n",
    );
    for row in parameters::ROWS {
        let platforms: Vec<&str> = row.platforms.iter().map(|platform| platform.name()).collect();
        let range = row.range.map(|(least, most)| format!("{least} - {most}")).unwrap_or_default();
        writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {range} | {} | {} |",
            row.key,
            row.wire,
            platforms.join(", "),
            row.default.unwrap_or_default(),
            cell(row.about.en),
            cell(row.about.zh)
        )
        .expect("text");
    }
    page.push_str(
        "\n## Terms of the time budget\n\n| term | seconds | what it is for | 说明 | source |\n|---|---|---|---|---|\n",
    );
    for row in budget::ROWS {
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            row.key,
            row.seconds,
            cell(row.about.en),
            cell(row.about.zh),
            row.source
        )
        .expect("text");
    }
    hold("docs/reference/parameters.md", &page);
}

#[test]
fn page_of_the_command_line() {
    let mut page = format!("{HEAD}# Command line\n");
    for (name, help) in consnap::help_pages() {
        writeln!(page, "\n## `{name}`\n\n```text\n{}\n```", help.trim_end()).expect("text");
    }
    hold("docs/reference/command-line.md", &page);
}
