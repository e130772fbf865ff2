//! The check: shared cases, the two ways of reading facts against each other, and hostile input.

use std::collections::BTreeSet;

use consnap_core::Lang;
use consnap_core::check::{CheckContext, Checker, check_many};
use consnap_core::diagnostics::messages;
use consnap_core::input::job::{self, Job};
use consnap_policy::operations;
use consnap_tests::fixtures;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn cases() {
    let count = fixtures::run("check", |input| match operations::run("check", input.clone()) {
        Ok(answer) => answer,
        Err(error) => json!({ "error": error.render(Lang::En) }),
    });
    assert!(count > 200, "{count} cases only");
}

/// Every row of the tables this part owns shows in some case, but for those that no JSON value can show.
#[test]
fn every_row_occurs() {
    let mut seen = BTreeSet::new();
    for (_, suite) in fixtures::read("check").into_iter().chain(fixtures::read("facts")) {
        suite.cases.iter().for_each(|case| codes(&case.expect, &mut seen));
    }
    let mine = messages::parameters::ROWS.iter().chain(messages::prerequisites::ROWS);
    let mine = mine
        .chain(messages::consistency::ROWS)
        .chain(messages::guest::ROWS)
        .chain(messages::contents::ROWS)
        .map(|row| row.code);
    // Only a run shows what became of probes and uploads.
    let elsewhere = ["CS100", "CS107", "CS287", "CS291", "CS299"];
    let missing: Vec<_> = mine.filter(|code| !seen.contains(*code) && !elsewhere.contains(code)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn codes(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            seen.extend(members.get("code").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| codes(member, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| codes(item, seen)),
        _ => {}
    }
}

/// Applying the fix of a finding makes that finding go away.
#[test]
fn fixes_mend() {
    let mut mended = 0;
    for (_, suite) in fixtures::read("check") {
        for case in &suite.cases {
            for finding in case.expect["findings"].as_array().into_iter().flatten() {
                let Some(fix) = finding.get("fix") else { continue };
                let of_facts = case.input["facts"].is_object() && finding["code"].as_str() < Some("CS109");
                let mut input = case.input.clone();
                let document = if of_facts { &mut input["facts"] } else { &mut input["job"] };
                patch(document, fix);
                let answer = operations::run("check", input).unwrap();
                let same = |again: &&Value| again["code"] == finding["code"] && again["place"] == finding["place"];
                let again = answer["findings"].as_array().unwrap().iter().find(same);
                assert_eq!(again, None, "{}: {fix} does not mend it", case.name);
                mended += 1;
            }
        }
    }
    assert!(mended > 15, "{mended} fixes only");
}

/// The operations of RFC 6902 that findings use.
fn patch(document: &mut Value, fix: &Value) {
    let split = |path: &str| {
        let (parent, key) = path.rsplit_once('/').unwrap();
        (parent.to_owned(), key.replace("~1", "/").replace("~0", "~"))
    };
    let take = |document: &mut Value, path: &str| {
        let (parent, key) = split(path);
        match document.pointer_mut(&parent).unwrap() {
            Value::Object(members) => members.remove(&key).unwrap(),
            parent => parent[key.parse::<usize>().unwrap()].take(),
        }
    };
    let put = |document: &mut Value, path: &str, value: Value| {
        let (parent, key) = split(path);
        match document.pointer_mut(&parent).unwrap() {
            Value::Object(members) => _ = members.insert(key, value),
            parent => parent[key.parse::<usize>().unwrap()] = value,
        }
    };
    for step in fix.as_array().unwrap() {
        let path = step["path"].as_str().unwrap();
        match step["op"].as_str().unwrap() {
            "remove" => _ = take(document, path),
            "add" | "replace" => put(document, path, step["value"].clone()),
            "move" => {
                let value = take(document, step["from"].as_str().unwrap());
                put(document, path, value);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn text_that_is_no_document() {
    let codes = |text| job::from_str_json(text).1.iter().map(consnap_core::Finding::code).collect::<Vec<_>>();
    assert_eq!(codes("{"), ["CS100"]);
    let twice = r#"{"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R", "group_name": "a1", "group_name": "g1"}"#;
    assert_eq!(codes(twice), ["CS107"]);
}

fn many(json: &[u8]) -> (Vec<(String, Vec<&'static str>)>, Vec<String>) {
    let mut checked = Vec::new();
    let context = CheckContext::default();
    let (count, wrong) = check_many(&job(), json, &context, |one| {
        assert_eq!(one.index, checked.len());
        checked
            .push((one.instance_id.to_owned(), one.check.findings.iter().map(consnap_core::Finding::code).collect()));
    });
    assert_eq!(count, checked.len());
    (checked, wrong.iter().map(|f| format!("{} {}", f.code(), f.place)).collect())
}

fn job() -> Job {
    let (job, findings) = job::read(&json!({
        "version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "attached", "group_name": "g-{run}",
        "required_consistency": "file_system",
    }));
    assert_eq!(findings, vec![]);
    job
}

#[test]
fn batches_in_every_form() {
    let one = json!({"instance_id": "i-a", "status": "Stopped"}).to_string();
    let ids = |(checked, wrong): (Vec<(String, Vec<&str>)>, Vec<String>)| {
        assert!(checked.iter().all(|(_, codes)| codes.first() == Some(&"CS201")), "{checked:?}");
        (checked.len(), wrong.join("; "))
    };
    let good = |count: usize| (count, String::new());
    assert_eq!(ids(many(b"")), good(0));
    assert_eq!(ids(many(b" [ ] ")), good(0));
    assert_eq!(ids(many(format!("{one}\n{one}\r\n\n{one}").as_bytes())), good(3));
    assert_eq!(ids(many(format!("{one}{one}").as_bytes())), good(2));
    assert_eq!(ids(many(format!("\u{feff}[{one} ,\n{one}]\n").as_bytes())), good(2));
    assert_eq!(ids(many(format!("[{one}").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(format!("[{one},").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(format!("[{one},]").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(format!("[{one}{one}]").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(format!("[{one}] {one}").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(format!("{one}\n{{").as_bytes())), (1, "CS100 /1".to_owned()));
    assert_eq!(ids(many(b"{\"instance_id\": \"\xff\"}")), (0, "CS100 /0".to_owned()));
    // Not typed as facts, but JSON: the batch goes on.
    let (checked, wrong) =
        many(format!("[1, {one}, {{\"instance_id\": \"i-b\", \"instance_id\": \"i-c\"}}]").as_bytes());
    assert_eq!((checked.len(), wrong.len()), (3, 0));
    assert_eq!((checked[0].1[0], checked[1].1[0], checked[2].1[0]), ("CS108", "CS201", "CS107"));
    // Escapes make the text owned, nothing else.
    assert_eq!(many(br#"{"instance_id": "i-\u0061"}"#).0[0].0, "i-a");
}

/// Values that facts may hold, right ones more often than wrong ones.
fn facts() -> impl Strategy<Value = Value> {
    let text = |choices: &'static [&'static str]| {
        prop_oneof![
            9 => prop::sample::select(choices).prop_map(Value::from),
            1 => Just(Value::Null),
            1 => ".*".prop_map(Value::from),
        ]
    };
    let disk = (
        text(&["d-a", "d-b"]),
        text(&["cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_regional_disk_auto", "cloud_ssd"]),
        text(&["In_use", "Available"]),
        text(&["Disabled", "Enabled"]),
        prop_oneof![Just(json!(40)), Just(json!(300_000)), Just(json!(-1)), Just(json!("40"))],
    )
        .prop_map(|(id, category, status, multi_attach, size)| {
            json!({"disk_id": id, "category": category, "status": status, "multi_attach": multi_attach, "size_gib": size})
        });
    let script = (text(&["/opt/a.sh"]), any::<bool>(), text(&["0700", "755"]), text(&["root", "0", "mysql"])).prop_map(
        |(path, exists, mode, owner)| json!({"path": path, "exists": exists, "mode": mode, "owner": owner, "kind": "regular file"}),
    );
    let mounts =
        prop::collection::vec((text(&["/", "/data", "/boot/efi"]), text(&["ext4", "nfs", "btrfs", "tmpfs"])), 0..3)
            .prop_map(|mounts| {
                mounts.into_iter().map(|(at, fs)| json!({"target": at, "file_system": fs})).collect::<Vec<_>>()
            });
    let guest = (script, mounts)
        .prop_map(|(script, mounts)| json!({"pre_script": script, "post_script": script, "mounts": mounts}));
    let keys = (
        text(&["i-a", ""]),
        text(&["Running", "Stopped"]),
        text(&["linux", "Windows", "freebsd"]),
        text(&["CentOS  7.9 64 bit", "Debian  11.1 64 bit", "Windows Server  2012  R2 数据中心版 64位中文版"]),
        text(&["vpc", "classic"]),
        text(&["", "Role"]),
        prop::collection::vec(disk, 0..4),
        prop::option::of(guest),
        prop::option::of((".{0,8}", any::<i8>())),
    );
    keys.prop_map(|(id, status, kind, name, network, role, disks, guest, stranger)| {
        let mut facts = json!({
            "instance_id": id, "status": status, "os_type": kind, "os_name_en": name, "network_type": network, "ram_role": role,
            "disks": disks, "locks": [], "metadata_endpoint": "", "metadata_tokens": "",
            "cloud_assistant": {"online": true, "version": "1"},
        });
        if let Some(guest) = guest {
            facts["guest"] = guest;
        }
        if let Some((key, value)) = stranger {
            facts[key] = value.into();
        }
        facts
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "version",
        "targets",
        "ids",
        "tags",
        "exclude",
        "expect",
        "min",
        "group_name",
        "linux",
        "windows",
        "run",
        "timeout",
        "accept",
        "code",
        "until",
        "exclude_disks",
        "instance",
        "disk",
        "regions",
        "description",
        "x/~y",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys.clone(), inner, 0..6).prop_map(|members| Value::Object(
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Reading typed and reading with findings come to the same check.
    #[test]
    fn fast_and_slow_reading_agree(facts in prop::collection::vec(facts(), 1..4)) {
        let (job, context) = (job(), CheckContext::default());
        let checker = Checker::new(&job, &context);
        let slow: Vec<_> = facts.iter().map(|facts| checker.check_document(facts)).collect();
        let mut fast = Vec::new();
        let (_, wrong) = check_many(&job, Value::from(facts).to_string().as_bytes(), &context, |one| {
            fast.push((one.instance_id.to_owned(), one.check));
        });
        prop_assert_eq!(wrong, vec![]);
        prop_assert_eq!(fast, slow);
    }

    #[test]
    fn no_bytes_bring_the_batch_down(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,100}") {
        many(&bytes);
        many(text.as_bytes());
        many(format!("[{text}]").as_bytes());
        job::from_str_json(&text);
    }

    /// Any document reads, and what was read reads again to the same job.
    #[test]
    fn reading_settles(document in any_json()) {
        let (job, findings) = job::read(&document);
        if findings.is_empty() {
            prop_assert!(document.is_object());
        }
        let written = serde_json::to_value(&job).unwrap();
        let (again, _) = job::read(&written);
        prop_assert_eq!(&again, &job);
        let context = CheckContext::default();
        let checker = Checker::new(&job, &context);
        for finding in checker.job_findings(None) {
            finding.render(Lang::Zh);
        }
        checker.check_document(&document);
    }
}
