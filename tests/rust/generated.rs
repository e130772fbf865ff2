//! Pages that are made from the catalogue: `cargo xtask generate` writes them, the tests hold them to it.

#[path = "python_package/mod.rs"]
mod python_package;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use consnap_client::document::Document;
use consnap_core::Lang;
use consnap_core::input::facts::InstanceFacts;
use consnap_core::{
    catalog::{api_errors, assumptions, budget, codes, parameters, sources},
    diagnostics::messages,
};
use consnap_policy::{self as policy, PolicySet};
use serde_json::Value;

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

/// The table of sources, in the page that says how they are cited.
#[test]
fn sources_are_listed() {
    let mut page = format!(
        "{HEAD}# Sources\n\n\
         What consnap relies on. Tables of the catalogue cite a source by its key, comments in the code by a file of this folder and a\n\
         section. What is measured or gathered from many pages stands in the studies; a document is dated by the day or the edition that\n\
         was read. A test fails on a citation that does not resolve.\n\n\
         | key | title | read | address |\n|---|---|---|---|\n"
    );
    for source in sources::SOURCES {
        let address =
            if source.is_study() { format!("[{0}]({0})", source.address) } else { format!("<{}>", source.address) };
        writeln!(page, "| `{}` | {} | {} | {address} |", source.key, cell(source.title), source.date).expect("text");
    }
    page.push_str(SHORT_NAMES);
    hold("docs/sources/README.md", &page);
}

/// How the studies name what they were read from.
const SHORT_NAMES: &str = "
## Short names in the studies

| name | key |
|---|---|
| SEED | `go-page` |
| ACS21 | `guide-2021` |
| ACS23 | `go-page-2023` |
| ACS24 | `guide-2024-03`, `guide-2024-04` |
| ACS25, ACS26 | `console` |
| BP-MYSQL | `mysql` |
| BP-MSSQL | `sql-server` |
| SSG26 | `groups` |
| API21 | `api-reference` |
| API26 | the pages of calls with a date after 2021 |
| CAERR | `cloud-assistant-errors` |
| RAM | `ram-ecs` |
| SDK | `sdk-go` |
| DARA | `darabonba` |
| CLI | `cli` |
| CRED | `credentials` |
| AGENT | `agent` |
| PLOG | `plug-in-log` |
| TF | `terraform` |
| META | <https://github.com/aliyun/aliyun-openapi-meta>, 2026-04-21 |
| ECCTL | <https://github.com/aliyun/elastic-compute-control-cli>, 2026-08-20 |
| OOS | <https://github.com/aliyun/oos-templates>, 2024-09-23 |
| TRB | recorded replies in <https://github.com/aliyun/alibabacloud-ecs-tool-troubleshooter>, 2024-09-24 |
| IMG | `public-images` |
| IMGTF | output of Terraform with the public images of us-east-1, March 2024 |
| TB26 | a recorded DescribeImages reply in a test report of cm-beetle, 2026-08-31 |
";

#[test]
fn the_readme_counts_the_assumptions() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let count = assumptions::ROWS.len();
    assert!(readme.contains(&format!("[{count} numbered assumptions](docs/reference/en/assumptions.md)")), "{count}");
    let chinese = std::fs::read_to_string(root().join("README.zh-CN.md")).expect("README.zh-CN.md");
    assert!(chinese.contains(&format!("[{count} 条已编号的假设](docs/reference/zh/assumptions.md)")), "{count}");
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
            "| code | meaning | concerns | may the call be repeated | next step |\n"
        } else {
            "| 错误码 | 含义 | 影响范围 | 能否重试 | 下一步 |\n"
        });
        page.push_str("|---|---|---|---|---|\n");
        for row in api_errors::rows() {
            let (meaning, next) = (row.meaning.get(lang), row.next_step.get(lang));
            let (scope, retry) = (row.scope.about(), row.retry.about());
            let (scope, retry) = (scope.get(lang), retry.get(lang));
            writeln!(page, "| `{}` | {} | {scope} | {retry} | {} |", row.code, cell(meaning), cell(next))
                .expect("text");
        }
        hold(&format!("{folder}/api-errors.md"), &page);
    }
}

#[test]
fn pages_of_assumptions() {
    for (lang, folder) in [(Lang::En, "docs/reference/en"), (Lang::Zh, "docs/reference/zh")] {
        let english = lang == Lang::En;
        let mut page = format!("{HEAD}# {}\n\n", if english { "Assumptions" } else { "假设" });
        page.push_str(if english {
            "What consnap relies on although nobody has written it down, or nobody has tried it here. A report names an assumption \
             where it mattered.\n\n| id | what is assumed | why, and what if it is wrong | used in | source |\n"
        } else {
            "consnap 依赖但文档未写明、或未在线上验证过的内容。报告会在相关之处给出假设编号。\n\n\
             | 编号 | 假设内容 | 依据，以及不成立时的后果 | 使用处 | 来源 |\n"
        });
        page.push_str("|---|---|---|---|---|\n");
        for row in assumptions::ROWS {
            let (what, why, used) = (row.what.get(lang), row.why.get(lang), row.used_in.join(", "));
            writeln!(
                page,
                "| {} | {} | {} | {used} | {} |",
                row.id,
                cell(what),
                cell(why),
                cell(&sources::titled(row.source))
            )
            .expect("text");
        }
        hold(&format!("{folder}/assumptions.md"), &page);
    }
}

/// One section a code, so that a link or a search leads to it.
#[test]
fn pages_of_troubleshooting() {
    for (lang, folder) in [(Lang::En, "docs/reference/en"), (Lang::Zh, "docs/reference/zh")] {
        let say = |en: &'static str, zh: &'static str| if lang == Lang::En { en } else { zh };
        let mut page = format!("{HEAD}# {}\n\n", say("Troubleshooting by code", "按代码排查"));
        page.push_str(say(
            "`consnap explain CODE` says the same in a shell. Look at the invocation status first, then the error code, then the exit \
             code: a later one may belong to another layer. Refusals of the API stand in [api-errors.md](api-errors.md), findings and \
             errors of consnap in [findings.md](findings.md).\n",
            "`consnap explain CODE` 在命令行给出同样的内容。请先看执行状态，再看错误码，最后看退出码：后者可能属于另一层。API 错误码见 \
             [api-errors.md](api-errors.md)，consnap 的检查结果与错误见 [findings.md](findings.md)。\n",
        ));
        for row in codes::outcome_rows() {
            write!(page, "\n## `{}`", row.key).expect("text");
            if !row.name.is_empty() && !row.key.ends_with(row.name) {
                write!(page, " {}", row.name).expect("text");
            }
            page.push_str("\n\n");
            if row.held {
                page.push_str(say(
                    "**The guest may still be held: look at once whether the application accepts writes.**\n\n",
                    "**实例可能仍处于冻结状态：请立即确认应用可以写入。**\n\n",
                ));
            }
            let (meaning, cause, next) = (row.meaning.get(lang), row.cause.get(lang), row.next_step.get(lang));
            let colon = lang.colon();
            let (cause_word, next_word) = (say("cause", "原因"), say("next step", "下一步"));
            writeln!(
                page,
                "{}\n\n- {cause_word}{colon}{}\n- {next_word}{colon}{}",
                cell(meaning),
                cell(cause),
                cell(next)
            )
            .expect("text");
            let again = match row.repeat {
                codes::Repeat::NotNeeded => None,
                codes::Repeat::AfterFix => Some(say(
                    "run it again when the cause is mended; no group was made",
                    "排除原因后可重新执行；未创建快照一致性组",
                )),
                codes::Repeat::AfterPause => {
                    Some(say("run it again later; no group was made", "可稍后重新执行；未创建快照一致性组"))
                }
                codes::Repeat::AfterLook => Some(say(
                    "look before running it again: a group may exist",
                    "重新执行前请先查看：可能已创建快照一致性组",
                )),
            };
            if let Some(again) = again {
                writeln!(page, "- {}{colon}{again}", say("again", "重新执行")).expect("text");
            }
        }
        hold(&format!("{folder}/troubleshooting.md"), &page);
    }
}

#[test]
fn schemas() {
    let text = serde_json::to_string_pretty(&consnap_core::input::job::schema()).expect("JSON") + "\n";
    hold("docs/schema/job.json", &text);
    let report = consnap_cli::schema("report").expect("a schema");
    hold("docs/schema/report.json", &(serde_json::to_string_pretty(&report).expect("JSON") + "\n"));
    let audit = consnap_cli::schema("audit").expect("a schema");
    let prune = consnap_cli::schema("prune").expect("a schema");
    hold("docs/schema/prune.json", &(serde_json::to_string_pretty(&prune).expect("JSON") + "\n"));
    hold("docs/schema/audit.json", &(serde_json::to_string_pretty(&audit).expect("JSON") + "\n"));
}

#[test]
fn page_of_policies() {
    let mut page = format!("{HEAD}# What policies see\n\n");
    page.push_str(
        "The variables of an expression, from the shapes by which jobs, facts and plans are read; see \
         [the tutorial](../policies.md). A member that is not known is not there: ask with `has(...)`, or it cannot be judged. \
         `[]` stands for an entry of a list, `[...]` for a value of a mapping.\n\n## Variables\n\n\
         | path | type | values | what it is |\n|---|---|---|---|\n",
    );
    let described = descriptions();
    for member in policy::reference() {
        let values: Vec<String> = member.values.iter().map(|value| format!("`{value}`")).collect();
        let about = if member.about.is_empty() {
            described.get(&member.path).cloned().unwrap_or_default()
        } else {
            member.about.to_owned()
        };
        writeln!(page, "| `{}` | {} | {} | {} |", member.path, member.r#type, values.join(", "), cell(&about))
            .expect("text");
    }
    page.push_str("\n## Functions and macros\n\n| form | gives | what it is for |\n|---|---|---|\n");
    for function in policy::FUNCTIONS {
        writeln!(page, "| `{}` | {} | {} |", function.form, function.gives, cell(function.about)).expect("text");
    }
    let bounds = [
        ("bytes of an expression", policy::bounds::EXPRESSION_BYTES as u64),
        ("levels of an expression, brackets and chained operators alike", u64::from(policy::bounds::EXPRESSION_DEPTH)),
        ("steps of an expression, worked out with lists of a hundred entries", policy::bounds::STATIC_COST),
        ("steps of one evaluation", policy::bounds::STEPS_OF_ONE),
        ("steps of all evaluations of a call", policy::bounds::STEPS_OF_ALL),
        ("entries of a list; a longer one counts as not known", policy::bounds::ITEMS as u64),
        ("bytes of a text; a longer one counts as not known", policy::bounds::TEXT_BYTES as u64),
        ("bytes of a pattern", policy::bounds::PATTERN_BYTES as u64),
        ("policies used together", policy::bounds::POLICIES as u64),
    ];
    page.push_str("\n## Bounds\n\n| what | at most |\n|---|---|\n");
    for (what, most) in bounds {
        writeln!(page, "| {what} | {most} |").expect("text");
    }
    hold("docs/reference/policies.md", &page);
    let schema = serde_json::to_string_pretty(&policy::schema()).expect("JSON") + "\n";
    hold("docs/schema/policy.json", &schema);
}

/// A page for each document of the pack: what its policies ask for and what they give in their cases.
#[test]
fn pages_of_the_pack() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("policies"))
        .expect("the pack")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 5, "{files:?}");
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a document");
        let about: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        let document = Document::parse(&name, &text).expect("YAML").value;
        let (set, findings) = PolicySet::read(&document);
        assert_eq!(findings, vec![], "{name}");
        let title = name.replace('-', " ");
        let mut page = format!("{HEAD}# Policies: {title}\n\n{}\n\n", about.join("\n"));
        writeln!(page, "The document: [policies/{name}.yaml](../../policies/{name}.yaml).").expect("text");
        for (policy, _, reads) in set.policies() {
            let scope = if reads.instance { "for each instance" } else { "once for the job" };
            write!(page, "\n## `{}`\n\n{} ({}; judged {scope}).\n\n", policy.id, policy.message.en, policy.severity)
                .expect("text");
            writeln!(page, "{}\n", policy.message.zh.as_deref().expect("Chinese")).expect("text");
            page.push_str("```cel\n");
            if let Some(when) = &policy.when {
                writeln!(page, "// when\n{}\n// require", when.trim()).expect("text");
            }
            writeln!(page, "{}\n```", policy.require.trim()).expect("text");
            if let Some(help) = &policy.help {
                writeln!(page, "\nTo do: {}.", help.en).expect("text");
            }
            page.push_str("\n| case | gives |\n|---|---|\n");
            for (case, _) in set.cases().filter(|(case, _)| case.policy == policy.id) {
                writeln!(page, "| {} | {} |", cell(&case.case.name), case.case.expect).expect("text");
            }
        }
        hold(&format!("docs/policies/{name}.md"), &page);
    }
}

/// What the schemas of job and facts say of each member, by its path in expressions.
fn descriptions() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let facts = serde_json::to_value(schemars::schema_for!(InstanceFacts)).expect("JSON");
    describe("job", &consnap_core::input::job::schema(), None, &mut found);
    describe("instance", &facts, None, &mut found);
    for (path, about) in policy::PLAN_MEMBERS {
        found.insert(format!("plan.{path}"), (*about).to_owned());
    }
    found
}

fn describe(path: &str, schema: &Value, root: Option<&Value>, found: &mut BTreeMap<String, String>) {
    let root = root.unwrap_or(schema);
    let target = [schema].into_iter().chain(schema["anyOf"].as_array().into_iter().flatten());
    for schema in target {
        let schema = match schema["$ref"].as_str().and_then(|reference| root.pointer(reference.trim_start_matches('#')))
        {
            Some(definition) => definition,
            None => schema,
        };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let inner = format!("{path}.{name}");
            let about = property["description"].as_str().unwrap_or_default().replace('\n', " ");
            found.entry(inner.clone()).or_insert(about.trim_end_matches('.').to_owned());
            describe(&inner, property, Some(root), found);
        }
        if schema["items"].is_object() {
            describe(&format!("{path}[]"), &schema["items"], Some(root), found);
        }
    }
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
            cell(&sources::titled(row.source))
        )
        .expect("text");
    }
    hold("docs/reference/parameters.md", &page);
}

#[test]
fn page_of_the_command_line() {
    let mut page = format!("{HEAD}# Command line\n");
    for (name, help) in consnap_cli::help_pages() {
        writeln!(page, "\n## `{name}`\n\n```text\n{}\n```", help.trim_end()).expect("text");
    }
    hold("docs/reference/command-line.md", &page);
}

/// The Python package's mirror of the JSON and of the service's operations.
#[test]
fn python_package() {
    for (path, text) in python_package::files(&root()) {
        hold(&path, &text);
    }
}

/// What each export carries, as the property in `export_carriage.rs` holds it.
#[test]
fn pages_of_exports() {
    use consnap_core::export::{Carriage, MEMBERS, Target};
    let forms: Vec<Target> = Target::ALL.into_iter().filter(|target| target.carries_command()).collect();
    for (lang, folder) in [(Lang::En, "docs/reference/en"), (Lang::Zh, "docs/reference/zh")] {
        let english = lang == Lang::En;
        let pick = |en: &'static str, zh: &'static str| if english { en } else { zh };
        let mut page = HEAD.to_owned() + pick(EXPORTS_BEGIN.0, EXPORTS_BEGIN.1);
        write!(page, "\n| {} |", pick("member", "作业项")).expect("text");
        for form in &forms {
            write!(page, " `{}` |", form.name().replace('_', "-")).expect("text");
        }
        writeln!(page, "\n|---|{}", "---|".repeat(forms.len())).expect("text");
        for member in MEMBERS {
            let name = format!("`{}`", member.place.trim_start_matches('/').replace('/', "."));
            let several = pick("more than one of `regions`", "`regions` 多于一个").to_owned();
            write!(page, "| {} |", if member.place == "/regions/1" { several } else { name }).expect("text");
            for form in &forms {
                let carried = |by_ids| member.carriage(*form, by_ids) == Carriage::Carried;
                let word = match (carried(true), carried(false)) {
                    (true, true) => pick("yes", "支持"),
                    (true, false) => pick("by ids", "仅按ID"),
                    (false, true) => pick("by tags", "仅按标签"),
                    (false, false) => pick("refused", "拒绝"),
                };
                write!(page, " {word} |").expect("text");
            }
            page.push('\n');
        }
        page += pick(EXPORTS_END.0, EXPORTS_END.1);
        hold(&format!("{folder}/exports.md"), &page);
    }
}

const EXPORTS_BEGIN: (&str, &str) = (
    "# What exports carry

`consnap export --to FORM` writes a job for another tool. What the job asks for stands in the files, or the form refuses the job
(`CS604`, `CS605`): nothing is left out without a word.

`job`, `python`, `systemd`, `cron`, `task-scheduler` and `github-actions` carry the whole document, because consnap runs or checks it.
`ram-policies` has the rights that `instance_ram_role`, `linux.upload`, `run.tag_snapshots` and `run.attach_role` need, narrowed to up to
50 instances that the job names; nothing else of a job changes them. The other forms:
",
    "# 导出格式支持的作业项

`consnap export --to 格式` 将作业导出给其他工具使用。作业中的每一项要么写入文件，要么拒绝导出（`CS604`、`CS605`），不会被静默忽略。

`job`、`python`、`systemd`、`cron`、`task-scheduler` 和 `github-actions` 携带完整的作业文档，由 consnap 执行或检查。`ram-policies` 包含
`instance_ram_role`、`linux.upload`、`run.tag_snapshots` 和 `run.attach_role` 所需的权限，作业指定实例 ID 时限定为这些实例（最多 50 台），不受其他项影响。
其余格式如下：
",
);
const EXPORTS_END: (&str, &str) = (
    "
\"By ids\": in a job that names its instances; refused in one that selects them. What a form does anyway (`run.canary: 0`,
`run.probe: never`) is never refused. `command` carries as instructions for whoever pastes it what the text cannot do by itself.

`aliyun-cli`, `python-sdk` and `go-sdk` start the first instances alone (`run.canary`), take at most 50 instances into one call, start
nothing more after `run.max_errors`, and end with

| exit status | meaning |
|---|---|
| 0 | every command succeeded |
| 1 | a command failed, or instances were not started after too many failures |
| 2 | the instances are not those the job expects; nothing was started |
| 4 | a result is unknown: look at it before anything is started again |

`terraform` sets up the OOS template and its role; applying it starts nothing.
",
    "
“仅按ID”：适用于指定了实例ID的作业；按标签选择实例的作业会被拒绝。格式本身的固有行为（`run.canary: 0`、`run.probe: never`）不会被拒绝。
`command` 无法自行完成的部分，以说明的形式写给粘贴命令的人。

`aliyun-cli`、`python-sdk` 和 `go-sdk` 先单独启动首批实例（`run.canary`），每次调用最多包含 50 台实例，失败数超过 `run.max_errors` 后不再启动新实例，
退出码如下：

| 退出码 | 含义 |
|---|---|
| 0 | 所有命令均成功 |
| 1 | 有命令失败，或因失败过多而有实例未启动 |
| 2 | 实例与作业预期不符，未启动任何实例 |
| 4 | 有结果未知：请先查明，再决定是否重新启动 |

`terraform` 只创建 OOS 模板及其角色，应用配置不会发起快照。
",
);
