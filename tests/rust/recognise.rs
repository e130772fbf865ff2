//! Whatever people put around what they paste, and however it is encoded or cut: it is the same kind as before, or it is refused in
//! words. It is never read as something else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::operations;
use consnap_tests::fixtures;
use proptest::prelude::*;
use serde_json::{Value, json};

const COMMAND: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName=\"R\",-Name=\"N1\"";

/// Texts, each with its kind.
fn seeds() -> Vec<(String, &'static str)> {
    let result = json!({"InstanceId": "i-1", "InvocationStatus": "Failed", "ExitCode": 12, "Output": ""});
    let call = json!({"CommandContent": STANDARD.encode(COMMAND), "ContentEncoding": "Base64", "Timeout": 900});
    let instances = json!({"Instances": {"Instance": [{"InstanceId": "i-1", "Status": "Running"}]}});
    vec![
        ("12".to_owned(), "code"),
        ("InvalidInstance.NotFound".to_owned(), "code"),
        ("SDK.ServerError\nErrorCode: Forbidden.RAM\nMessage: no".to_owned(), "code"),
        ("ExcludeDiskId".to_owned(), "parameter"),
        ("APPConsistent:True".to_owned(), "tag"),
        (COMMAND.to_owned(), "command"),
        (call.to_string(), "call"),
        (format!("{result:#}"), "results"),
        (json!({"Invocation": {"InvocationResults": {"InvocationResult": [result]}}}).to_string(), "results"),
        (instances.to_string(), "reply"),
        (json!({"Code": "Forbidden.RAM", "RequestId": "0"}).to_string(), "refusal"),
        (json!({"instance_id": "i-1", "region_id": "cn-hangzhou"}).to_string(), "facts"),
        ("[level=\"error\"][message=\"Pre-Script failed\"]\n[level=\"info\"][message=\"end\"]".to_owned(), "output"),
        ("bash: acs-plugin-manager: command not found".to_owned(), "output"),
    ]
}

/// What stands around a whole text.
const WRAPPINGS: &[(&str, &str)] = &[
    ("", ""),
    ("\u{feff}", ""),
    ("  \r\n", "\r\n "),
    ("```\n", "\n```"),
    ("see:\n```json\n", "\n```\nthanks"),
    ("'", "'"),
    ("`", "`"),
    ("“", "”"),
    ("$ ", ""),
    ("[root@db ~]# ", ""),
    ("PS C:\\> ", ""),
    ("2025-11-03T08:12:45Z INFO reply: ", ""),
    ("答复：", ""),
];

#[derive(Clone, Debug)]
enum Change {
    Around(usize),
    Quoted,
    Indented,
    Cited,
    Crlf,
    Base64,
    Base64OfUtf16,
    Cut(u16),
}

impl Change {
    fn apply(&self, text: &str) -> String {
        let lines = |begin: &str| text.lines().map(|line| format!("{begin}{line}")).collect::<Vec<_>>().join("\n");
        match self {
            Self::Around(at) => {
                let (before, behind) = WRAPPINGS[*at % WRAPPINGS.len()];
                format!("{before}{text}{behind}")
            }
            Self::Quoted => Value::from(text).to_string(),
            Self::Indented => lines("    "),
            Self::Cited => lines("> "),
            Self::Crlf => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            Self::Base64 => STANDARD.encode(text),
            Self::Base64OfUtf16 => STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            Self::Cut(at) => text.chars().take(usize::from(*at) % (text.chars().count() + 1)).collect(),
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = prop_oneof![
        (0..WRAPPINGS.len()).prop_map(Change::Around),
        Just(Change::Quoted),
        Just(Change::Indented),
        Just(Change::Cited),
        Just(Change::Crlf),
        Just(Change::Base64),
        Just(Change::Base64OfUtf16),
        any::<u16>().prop_map(Change::Cut),
    ];
    prop::collection::vec(one, 1..4)
}

fn explained(text: &str) -> Value {
    operations::run("explain", json!({"text": text})).expect("any text is answered")
}

proptest! {
    #[test]
    fn what_stands_around_a_text_makes_it_nothing_else((seed, changes) in (0..seeds().len(), changes())) {
        let (text, kind) = &seeds()[seed];
        let changed = changes.iter().fold(text.clone(), |text, change| change.apply(&text));
        let got = explained(&changed);
        let is_cut = changes.iter().any(|change| matches!(change, Change::Cut(_)));
        // A cut text can end where a plain word or a sentence ends.
        let cut_kinds: &[&str] = if is_cut { &["code", "parameter", "command", "call", "output", "results"] } else { &[] };
        let is_same = got["kind"] == **kind || cut_kinds.iter().any(|cut| got["kind"] == *cut);
        let refused = got["kind"] == "nothing" && !got["findings"].as_array().unwrap().is_empty() && got["explained"] == false;
        prop_assert!(is_same || refused, "{changed:?}: {got}");
    }

    #[test]
    fn no_text_panics(text in ".{0,200}", code in any::<Option<i64>>()) {
        let got = operations::run("explain", json!({"text": text, "exit_code": code})).unwrap();
        prop_assert!(got["explained"] == true || !got["findings"].as_array().unwrap().is_empty());
        operations::run("facts", json!({"text": text})).unwrap();
    }
}

/// One wrapping at a time loses nothing of what these are.
#[test]
fn each_wrapping_alone_is_seen_through() {
    for (text, kind) in seeds() {
        let around = (0..WRAPPINGS.len()).map(Change::Around);
        let others = [Change::Quoted, Change::Indented, Change::Cited, Change::Crlf];
        for change in around.chain(others) {
            let changed = change.apply(&text);
            let got = explained(&changed);
            // A word behind a mark of a log is one of many words.
            let is_word =
                matches!(kind, "code" | "parameter" | "tag" | "output") && matches!(change, Change::Around(11 | 12));
            assert!(got["kind"] == kind || is_word && got["kind"] == "nothing", "{changed:?}: {got}");
        }
    }
}

/// The files of public reports: what each is taken for holds in every form in which such a file is brought.
#[test]
fn texts_of_public_reports_are_known_in_every_encoding() {
    let suites = fixtures::read("explain");
    let (_, suite) = suites.iter().find(|(path, _)| path.ends_with("texts.json")).expect("the cases of texts");
    for case in &suite.cases {
        let Some(text) = case.input["text"].as_str() else { continue };
        let bytes = [&b"\xff\xfe"[..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat();
        let read = consnap_core::input::text::read(&bytes).expect("UTF-16");
        assert_eq!(explained(&read)["kind"], explained(text)["kind"], "{}", case.name);
    }
}

/// The exit status of what was explained, as the command line gives it.
fn exit(told: &Value) -> u8 {
    let listed = |name: &str| told[name].as_array().cloned().unwrap_or_default();
    let mut exit = u8::from(told["explained"] != true);
    for code in listed("explanations") {
        exit = exit.max(match (code["held"].as_bool(), code["group_may_exist"].as_bool()) {
            (Some(true), _) => 5,
            (_, Some(true)) => 4,
            (Some(false), _) => 1,
            (None, _) => 0,
        });
    }
    for outcome in listed("outcomes") {
        exit = exit.max(match &outcome {
            outcome if outcome["held"] == true => 5,
            outcome if outcome["succeeded"] == true => 0,
            outcome if outcome["finished"] != true || outcome["group_may_exist"] == true => 4,
            _ => 1,
        });
    }
    exit
}

/// However a status and an exit code are written, they never read better than in the reply of the service.
#[test]
fn no_form_of_a_result_reads_better_than_its_reply() {
    use consnap_core::catalog::statuses;
    const NUMBERS: &[i64] =
        &[-1, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 126, 127, 137, 193, 232, 247, 255, 777, 9009];
    let wide = |number: i64| -> String {
        let wide = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(c);
        number.to_string().chars().map(wide).collect()
    };
    let (mut cases, mut worse) = (0, 0);
    for status in statuses::ROWS.iter().filter(|row| row.of_one_instance).map(|row| row.outcome.name) {
        for number in NUMBERS {
            let reply = json!({"InstanceId": "i-1", "InvocationStatus": status, "ExitCode": number, "Output": ""});
            let least = exit(&explained(&reply.to_string()));
            let pair = format!("InvocationStatus: {status}\nExitCode: {number}");
            for text in [
                format!("the command ended with status {status} and exit code {number}"),
                format!("实例的状态为{status}，退出码为{number}"),
                format!("状态：{status}；退出码：{}", wide(*number)),
                pair.replace('\n', "\r\n  "),
                format!("<InvocationStatus>{status}</InvocationStatus>\n<ExitCode>{number}</ExitCode>"),
                format!("{number} {status}"),
                format!("{status} exit code {number}"),
                format!("{status} after 60 seconds, with exit code {number}"),
                format!("{status}: exit code {number}"),
                format!("exit code {number} ({status})"),
                format!("i-1: {status}, exit code {number}"),
                format!("\"{status}\" exit code {number}"),
                format!("实例 {status} 退出码 {number}"),
                format!("i-1\t{status}\t{number}\t2025-11-03"),
                format!("| {status} | {number} |"),
                format!("i-1 {status} {number}"),
                format!("`{status}` / `{number}`"),
                format!("<td>Status</td><td>{status}</td><td>ExitCode</td><td>{number}</td>"),
                json!({"msg": pair}).to_string(),
                json!({"log": json!({"msg": pair}).to_string()}).to_string(),
                format!("status={status} rc={number} {{\"Code\":\"Forbidden.RAM\",\"RequestId\":\"1\"}}"),
            ] {
                let got = exit(&explained(&text));
                assert!(got >= least, "{text:?}: {got}, and {least} as a reply");
                cases += 1;
                worse += u32::from(got > least);
            }
        }
    }
    assert_eq!(cases, 12 * NUMBERS.len() * 21);
    // Where nothing is unclear, a text says what the reply says.
    assert!(worse * 4 < u32::try_from(cases).unwrap(), "{worse} of {cases} read worse");
}

/// An exit code of the plug-in counts without the word for it, and a number that counts something is none.
#[test]
fn numbers_behind_a_failure_of_the_plug_in_are_its_exit_code() {
    for text in [
        "plug-in failed (12)",
        "app-snapshot-plugin error 12",
        "mysqldump exit code 0; plugin 12",
        "the snapshot script failed: 12",
        "云助手返回 12",
        "插件报错12",
        "插件执行失败：12",
        "plugin returns %ERRORLEVEL% = 12",
        "$LASTEXITCODE 12",
        "<tr><td>ExitCode</td><td>12</td></tr>",
    ] {
        assert_eq!(exit(&explained(text)), 5, "{text}");
    }
    for text in [
        "the plug-in failed 12 times",
        "the plug-in failed after 12 seconds",
        "插件返回 12 条记录",
        "plugin 12.1.4 is installed",
        "plugin 12:30 started",
        "the script failed on 12/30",
        "plug-in failed 12%",
        "12 errors",
    ] {
        assert_ne!(exit(&explained(text)), 5, "{text}");
    }
}
