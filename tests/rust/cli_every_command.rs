//! Every command of the real binary over a hostile fleet and with secrets at hand: no sink obeys the guest, and no secret
//! leaves. The commands are held against the command line's own list, so that a new one cannot be forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::cli_run::Simulated;
use super::{Done, Place};

/// What a guest may call itself, each with orders for another reader.
const HOSTILE: [&str; 6] = [
    "\u{1b}[31mred\u{1b}[0m\u{9b}2J\u{1b}]0;title\u{7}\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\\u{7f}\u{8}",
    "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}\u{200f}\u{61c}\u{feff}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>'\"&amp;",
    "[x](javascript:alert(1)) ![i](http://e) `a` | b |\n# title\r\n@all",
    "=cmd|' /C calc'!A0\n+1\t@SUM(1)",
    "a\r\n::error file=x::PWNED\n##vso[task.setvariable variable=PWNED]x ##[error]PWNED ##teamcity[PWNED] ::stop-commands::PWNED",
];
const KEY: &str = "LTAI5tEveryCommand";
const SECRET: &str = "kX9vSecretOfEveryCommand";
const TOKEN: &str = "CAISTokenOfEveryCommand";
const GOOD: &str = "i-bp1good000000000001";

fn hostile() -> String {
    HOSTILE.join("\u{2028}")
}

/// A fleet of which nothing is harmless but the ids.
fn scenario() -> Value {
    let mut instances = vec![json!({"id": GOOD, "name": "web-1", "role": "AppSnapshotRoleName"})];
    let mut guest_faults = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let id = format!("i-bp1evil{number:013}");
        instances.push(json!({
            "id": id, "name": text, "role": "AppSnapshotRoleName", "tags": {*text: text, "app": text}, "zone": text,
            "cloud_assistant": {"version": text},
        }));
        let mut fault = json!({"instances": [id], "output_text": text});
        match number {
            // An unknown code of task or command would be followed for minutes.
            0 | 3 => fault["exit_code"] = json!(4),
            1 => fault["exit_code"] = json!(9),
            _ => {}
        }
        guest_faults.push(fault);
    }
    instances
        .push(json!({"id": "i-bp1name0000000000001", "name": "x".repeat(10_000_000), "role": "AppSnapshotRoleName",
        "guest": {"pre_script": {"mode": "0755"}}}));
    instances.push(json!({"id": "i-bp1tags0000000000001", "name": "long", "role": hostile(),
        "tags": {"long": "y".repeat(10_000_000)}}));
    instances.push(json!({"id": "i-bp1os000000000000001", "os_name": hostile(), "os_name_en": hostile(),
        "disks": [{"category": hostile()}], "locks": [hostile()], "role": "AppSnapshotRoleName"}));
    json!({
        "version": 1, "time_scale": 300, "instances": instances, "guest_faults": guest_faults,
        "roles": [{"name": "AppSnapshotRoleName"}, {"name": hostile()}],
        "access_keys": [
            {"id": "testid", "secret": "testsecret"},
            {"id": KEY, "secret": SECRET, "security_token": TOKEN},
            {"id": "LTAI5tRefused", "secret": SECRET, "refused_operations": ["DescribeInstances"]},
        ],
        "api_faults": [
            {"operation": "DescribeSnapshots", "nth": 1, "error": {"status": 503, "code": hostile(), "message": hostile()}},
            {"operation": "DescribeCloudAssistantStatus", "nth": 2, "html": format!("<html>{}</html>", hostile())},
            {"operation": "AttachInstanceRamRole", "error": {"status": 400, "code": hostile(), "message": hostile()}},
        ],
    })
}

fn job(ids: &[String]) -> Value {
    json!({
        "version": 1, "regions": ["cn-hangzhou"], "targets": {"ids": ids}, "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "nightly-{run}",
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh", "script_timeout_seconds": 60},
        "run": {"canary": 0, "max_in_flight": 50, "max_errors": 50},
    })
}

/// A command line, and what it reads.
struct Line {
    words: Vec<String>,
    input: String,
}

/// The lines that are tried, given where the service is and which run there was.
fn lines(place: &Place, job: &str, endpoint: &str, run: &str) -> Vec<Line> {
    let file = |name: &str, content: &str| place.file(name, content).to_str().unwrap().to_owned();
    let facts = file(
        "facts.json",
        &json!([{"instance_id": GOOD, "platform": "linux", "name": hostile(), hostile(): hostile(),
        "status": hostile(), "os_name": hostile()}])
        .to_string(),
    );
    let bad_job = file(
        "bad\u{1b}[31m\u{202e}.json",
        &json!({"version": 1, hostile(): 1, "group_name": hostile(),
        "instance_ram_role": hostile(), "description": hostile(), "targets": {"ids": [hostile()]}})
        .to_string(),
    );
    let broken = file("broken.yaml", &format!("version: 1\n{}: *nobody", hostile().replace('\n', " ")));
    let result = json!({"Invocation": {"InvocationResults": {"InvocationResult": [{"InstanceId": hostile(),
        "InvocationStatus": hostile(), "ErrorCode": hostile(), "ErrorInfo": hostile(), "Output": hostile(), "ExitCode": 4}]}}});
    let results = file("results.json", &result.to_string());
    let output = file(
        "output.log",
        &format!("[level=\"error\"][time=\"x\"][message=\"{}\"]\n{}", hostile(), "z".repeat(10_000_000)),
    );
    let policy = file(
        "policy.json",
        &json!({"Version": "1", "Statement": [{"Effect": hostile(), "Action": [hostile()],
        "Resource": hostile(), hostile(): 1}]})
        .to_string(),
    );
    let rules = file(
        "rules.json",
        &json!({"version": 1, "language": "cel", hostile(): 1, "policies": [
            {"id": hostile(), "require": "job.version == 2", "message": {"en": hostile(), "zh": hostile()}, "help": {"en": hostile()},
             "links": [hostile()], "cases": [{"name": hostile(), "expect": "PASS"}]},
            {"id": "p", "require": "instance.instance_name == 'x'", "message": {"en": hostile()}},
            {"id": hostile() + "x", "require": hostile(), "message": {"en": hostile()}}],
            "waivers": [{"policy": "p", "instances": ["*"], "reason": hostile(), "owner": hostile(), "expires": "2999-01-01"}]})
        .to_string(),
    );
    let bad_scenario = file("scenario-bad.json", &json!({"version": 1, hostile(): 1}).to_string());
    let hostile = hostile();
    let hostile = hostile.as_str();
    let at = ["--endpoint", endpoint];
    let mut tried: Vec<(Vec<&str>, String)> = vec![
        (vec!["check", job, "--facts", &facts], String::new()),
        (vec!["check", &bad_job], String::new()),
        (vec!["check", &broken], String::new()),
        (vec!["command", job, "--platform", "linux"], String::new()),
        (vec!["command", &bad_job, "--platform", "windows"], String::new()),
        (vec!["plan", job, at[0], at[1]], String::new()),
        (vec!["plan", &bad_job, at[0], at[1]], String::new()),
        (vec!["run", job, "--yes", at[0], at[1]], String::new()),
        (vec!["resume", run, at[0], at[1]], String::new()),
        (vec!["resume", hostile], String::new()),
        (vec!["rerun", run, "--failed", "--yes", at[0], at[1]], String::new()),
        (vec!["verify", run, at[0], at[1]], String::new()),
        (vec!["show", run, "--all"], String::new()),
        (vec!["show", hostile], String::new()),
        (vec!["history"], String::new()),
        (vec!["status"], String::new()),
        (vec!["release", run, hostile, "--note", hostile, "--by", hostile], String::new()),
        (vec!["release", run, GOOD, "--note", hostile, "--by", hostile], String::new()),
        (vec!["audit", job, "--rpo", "24h", at[0], at[1]], String::new()),
        (vec!["audit", "--region", "cn-hangzhou", "--rpo", "24h", "--all", at[0], at[1]], String::new()),
        (vec!["audit", "--region", "cn-hangzhou", "--rpo", "24h", "--csv", at[0], at[1]], String::new()),
        (vec!["live-check", "-i", GOOD, "--region", "cn-hangzhou", at[0], at[1]], String::new()),
        (vec!["live-check", "-i", hostile, "--region", "cn-hangzhou", "--yes", at[0], at[1]], String::new()),
        (vec!["record", "-i", "i-bp1evil0000000000002", "--region", "cn-hangzhou", at[0], at[1]], String::new()),
        (vec!["record", "--run", run], String::new()),
        (vec!["prune", job, "--keep-last", "1", "--all", at[0], at[1]], String::new()),
        (vec!["prune", "--region", "cn-hangzhou", "--keep-within", "1s", "--yes", at[0], at[1]], String::new()),
        (vec!["audit", job, "--rpo", "24h", "--from", "2020-01-01"], String::new()),
        (vec!["whoami", "--region", "cn-hangzhou", at[0], at[1]], String::new()),
        (vec!["whoami", "--profile", hostile], String::new()),
        (vec!["doctor", "--region", "cn-hangzhou", at[0], at[1]], String::new()),
        (vec!["role", "print", "operator"], String::new()),
        (vec!["role", "check", &policy], String::new()),
        (
            vec![
                "role",
                "attach",
                "AppSnapshotRoleName",
                "-i",
                "i-bp1tags0000000000001",
                "--region",
                "cn-hangzhou",
                at[0],
                at[1],
            ],
            String::new(),
        ),
        (vec!["policy", "check", &rules, "--job", job, "--facts", &facts], String::new()),
        (vec!["policy", "test", &rules], String::new()),
        (vec!["policy", "explain", "p", "--policy", &rules], String::new()),
        (vec!["policy", "explain", hostile, "--policy", &rules], String::new()),
        (vec!["policy", "new"], String::new()),
        (vec!["check", job, "--facts", &facts, "--policy", &rules], String::new()),
        (vec!["scripts", "list"], String::new()),
        (vec!["scripts", "list", hostile], String::new()),
        (vec!["scripts", "write", "mariadb", "--out", "pair"], String::new()),
        (vec!["scripts", "write", hostile, "--out", hostile], String::new()),
        (vec!["scripts", "write", "redis", "--out", "pair", "--set", hostile], String::new()),
        (vec!["scripts", "write", "redis", "--out", "pair", "--name", hostile], String::new()),
        (vec!["scripts", "explain", hostile], String::new()),
        (vec!["scripts", "lint", hostile], String::new()),
        (vec!["scripts", "lint", "-"], format!("#!/bin/sh\necho {hostile} >/var/log/{hostile}\n")),
        (vec!["explain", "12"], String::new()),
        (vec!["explain", hostile], String::new()),
        (vec!["explain", &results], String::new()),
        (vec!["explain", &output, "--exit-code", "4"], String::new()),
        (
            vec!["explain", "-"],
            format!("acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-Name='{hostile}'"),
        ),
        (vec!["simulate", &bad_scenario], String::new()),
        (vec!["demo"], String::new()),
        (vec!["schema"], String::new()),
        (vec!["completions", "bash"], String::new()),
        (vec!["op", "decode"], json!({"results": result}).to_string()),
        (vec!["op", "check", "--lines"], format!("{}\n{}\n", json!({"job": {hostile: hostile}}), json!({hostile: 1}))),
    ];
    for tool in [
        "command",
        "run-command",
        "aliyun-cli",
        "job",
        "python",
        "terraform",
        "oos",
        "systemd",
        "cron",
        "task-scheduler",
        "github-actions",
        "ram-policies",
    ] {
        tried.push((vec!["export", job, "--to", tool, "--platform", "linux", "--link", hostile], String::new()));
        tried.push((vec!["export", &bad_job, "--to", tool, "--platform", "linux"], String::new()));
    }
    tried
        .into_iter()
        .map(|(words, input)| Line { words: words.into_iter().map(str::to_owned).collect(), input })
        .collect()
}

/// Runs a line with a temporary key, in some place, language and form.
fn carry_out(place: &Place, line: &Line, more: &[&str], environment: &[(&str, &str)]) -> Done {
    let words: Vec<&str> = more.iter().copied().chain(line.words.iter().map(String::as_str)).collect();
    let mut command = place.command(&words);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET);
    command.env("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    // Its waits are not what is looked at.
    command.env("CONSNAP_TIME_SCALE", "10");
    command.envs(environment.iter().copied()).write_stdin(line.input.as_str());
    Done::of(command.output().unwrap())
}

/// Fails when a stream holds what its reader would obey.
#[track_caller]
fn is_harmless(what: &str, text: &str, is_json: bool, in_ci: bool) {
    let moves = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
            || matches!(c, '\u{2028}' | '\u{2029}')
    };
    if let Some(at) = text.find(moves) {
        panic!("{what}: {:?}", text[at..].chars().take(100).collect::<String>());
    }
    for line in text.lines() {
        let order = line.trim_start().starts_with("::") || line.contains("::error") && !is_json;
        let order = order || ["##vso", "##[", "##teamcity"].iter().any(|word| line.contains(word));
        assert!(!order || (!in_ci && !is_json), "{what}: {line:.300}");
    }
}

fn with_a_run(test: impl FnOnce(&Place, &Simulated, &str, &str)) {
    let place = Place::new();
    let scenario = scenario();
    let simulated = Simulated::start(&place, &scenario.to_string());
    let ids: Vec<String> =
        scenario["instances"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let job = place.file("job.json", &job(&ids).to_string());
    let job = job.to_str().unwrap().to_owned();
    let words = ["run", job.as_str(), "--yes", "--format", "json", "--endpoint", simulated.endpoint.as_str()];
    let line = Line { words: words.map(str::to_owned).to_vec(), input: String::new() };
    let done = carry_out(&place, &line, &[], &[]);
    assert_eq!(done.exit, 5, "{:.3000}", done.err);
    is_harmless("run as JSON", &done.out, true, true);
    let report = done.json();
    let instances = report["instances"].as_array().unwrap();
    assert_eq!(instances.len(), ids.len());
    // JSON is for programs: harmless as text, and nothing of it is changed.
    assert!(HOSTILE.iter().all(|text| instances.iter().any(|one| one["name"] == *text)));
    let id = report["run_id"].as_str().unwrap().to_owned();
    test(&place, &simulated, &job, &id);
}

/// Names, tags, outputs, errors, files and arguments that try to write on the reader's terminal or into a CI runner's log.
#[test]
fn no_sink_obeys_a_hostile_fleet() {
    with_a_run(|place, simulated, job, run| {
        // Files for other tools are written as those tools quote text; `export.rs` holds that.
        let lines = lines(place, job, &simulated.endpoint, run).into_iter().filter(|line| line.words[0] != "export");
        for line in lines {
            for (more, environment) in [
                (["--lang", "en", "--format", "text"], &[][..]),
                (["--lang", "zh", "--format", "text"], &[("GITHUB_ACTIONS", "true")]),
                (["--lang", "en", "--format", "json"], &[("TF_BUILD", "True")]),
            ] {
                // `op` speaks JSON only.
                let (is_json, in_ci) = (more[3] == "json" || line.words[0] == "op", !environment.is_empty());
                let done = carry_out(place, &line, &more, environment);
                let what = format!("{more:?} {:.200}", line.words.join(" "));
                assert!((0..=5).contains(&done.exit), "{what}: {}\n{:.2000}", done.exit, done.err);
                // Commands and files for other tools are told as they are: changing them would be worse.
                let for_a_tool = matches!(line.words[0].as_str(), "completions" | "command");
                is_harmless(&what, &done.out, is_json, in_ci && !for_a_tool);
                is_harmless(&what, &done.err, is_json, in_ci);
                assert!(is_json || done.out.len() + done.err.len() < 300_000, "{what}: {} bytes", done.out.len());
            }
        }
        evidence_is_harmless(place, simulated, job);
    });
}

/// What a run leaves beside its output: the page, the data, the figures, the log for programs.
fn evidence_is_harmless(place: &Place, simulated: &Simulated, job: &str) {
    let words = [
        "run",
        job,
        "--yes",
        "--endpoint",
        &simulated.endpoint,
        "--report",
        "page.html",
        "--report",
        "data.json",
        "--metrics-file",
        "run.prom",
        "--log-format",
        "json",
    ];
    let line = Line { words: words.map(str::to_owned).to_vec(), input: String::new() };
    let done = carry_out(place, &line, &[], &[("GITHUB_ACTIONS", "true")]);
    assert!((0..=5).contains(&done.exit), "{:.2000}", done.err);
    is_harmless("the log for programs", &done.err, true, true);
    for event in done.err.lines() {
        assert!(serde_json::from_str::<Value>(event).is_ok_and(|event| event.is_object()), "{event:.300}");
    }
    let read = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    let page = read("page.html");
    // A tab is only a blank there.
    is_harmless("the page", &page.replace('\t', " "), false, false);
    // One script of its own; whatever else begins like a tag is text. `report.html` in Chromium looks at the rest.
    assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "markup of the guest");
    is_harmless("the data", &read("data.json"), true, true);
    let figures = read("run.prom");
    is_harmless("the figures", &figures, false, false);
    reports_of_readers_are_harmless(place, simulated, job);
    for sample in figures.lines().filter(|line| !line.starts_with('#')) {
        let value = sample.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok() && sample.starts_with("consnap_"), "{sample:.300}");
    }
}

/// What the commands that only read leave in files.
fn reports_of_readers_are_harmless(place: &Place, simulated: &Simulated, job: &str) {
    let (page, data, table, record) = ("audit.html", "audit.json", "audit.csv", "record.json");
    let at = ["--endpoint", &simulated.endpoint];
    let reports = ["--report", page, "--report", data, "--report", table];
    let audit = [&["audit", job, "--rpo", "24h"], &at[..], &reports].concat();
    let recording = ["record", "-i", "i-bp1evil0000000000002", "--region", "cn-hangzhou", "--out", record];
    for words in [audit, [&recording[..], &at].concat()] {
        let line = Line { words: words.iter().map(|&word| word.to_owned()).collect(), input: String::new() };
        let done = carry_out(place, &line, &[], &[]);
        assert!((0..=1).contains(&done.exit), "{words:?}: {:.2000}{:.2000}", done.out, done.err);
    }
    let read = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    for file in [data, record] {
        is_harmless(file, &read(file), true, true);
    }
    // A line of a table ends as the format asks.
    is_harmless(table, &read(table).replace("\r\n", "\n"), false, false);
    let page = read(page).replace('\t', " ");
    is_harmless("the page of an audit", &page, false, false);
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "markup of the guest");
}

/// Every command, with a temporary key and everything a log can be asked for: no secret in output, journal, or file.
#[test]
fn no_command_tells_a_secret() {
    with_a_run(|place, simulated, job, run| {
        let mut commands = BTreeSet::new();
        let known: BTreeSet<String> = consnap_cli::help_pages().into_iter().map(|(name, _)| name).collect();
        let mut lines = lines(place, job, &simulated.endpoint, run);
        // A wrong secret: the service answers with what it signed itself, the token in it.
        let tells = |text: &str| {
            [SECRET, TOKEN, "wrong-secret", "Signature=", "HMAC-SHA256 Credential"]
                .into_iter()
                .find(|word| text.contains(word))
        };
        for form in ["text", "json"] {
            for line in &lines {
                let two = format!("consnap {}", line.words[..2.min(line.words.len())].join(" "));
                commands.insert(if known.contains(&two) { two } else { format!("consnap {}", line.words[0]) });
                for secret in [SECRET, "wrong-secret"] {
                    let environment = [("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)];
                    let done = carry_out(place, line, &["--format", form], &environment);
                    let told = tells(&done.out).or_else(|| tells(&done.err));
                    assert_eq!(told, None, "{:.200}\n{:.3000}{:.3000}", line.words.join(" "), done.out, done.err);
                }
            }
            // What needs no service says the same in both forms.
            lines.retain(|line| line.words.iter().any(|word| word == "--endpoint"));
        }
        let groups = ["consnap", "consnap policy", "consnap role", "consnap scripts"].map(str::to_owned);
        let expected: BTreeSet<String> =
            known.into_iter().filter(|name| !groups.contains(name)).chain(["consnap op".to_owned()]).collect();
        assert_eq!(commands, expected, "a command is tried here and does not exist, or the other way round");
        let mut files = 0;
        search(place.folder.path(), &mut |path, content| {
            // The scenario is the service's side of the secret.
            if path.file_name().is_some_and(|name| name != "scenario.yaml") {
                files += 1;
                assert_eq!(tells(&String::from_utf8_lossy(content)), None, "{}", path.display());
            }
        });
        assert!(files > 10, "{files}");
    });
}

fn search(folder: &Path, found: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { search(&path, found) } else { found(&path, &std::fs::read(&path).unwrap()) }
    }
}
