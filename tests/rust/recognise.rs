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
