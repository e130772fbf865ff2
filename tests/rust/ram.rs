//! Policies of RAM: no document makes their reader panic, every row occurs, and what RAM itself would answer is answered.

use std::collections::BTreeSet;

use consnap_core::catalog::ram::{self as actions, Extra};
use consnap_core::diagnostics::messages::permissions;
use consnap_core::ecs::ram::{PolicyKind, Wanted, check, policy};
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "1",
        "Allow",
        "Deny",
        "*",
        "ecs:*",
        "ecs:RunCommand",
        "ecs:Describe*",
        "acs:ecs:*:*:*",
        "acs:ecs:*:1:disk/*",
        "acs:ram:*:*:role/r",
        "sts:AssumeRole",
        "ecs.aliyuncs.com",
        "ram:PassRole",
        "",
        "\u{202e}",
        "a:b:c:d:e:f",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
        "Principal",
        "Service",
        "RAM",
        "x/~y",
    ]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..7)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_document_panics_and_what_lacks_says_so(document in any_json(), extras in 0..=Extra::ALL.len()) {
        let wanted = Wanted { extras: Extra::ALL[extras..].to_vec(), role: Some("r".to_owned()), ..Wanted::default() };
        for kind in [None, Some(PolicyKind::Trust), Some(PolicyKind::Instance), Some(PolicyKind::Operator)] {
            let judged = check(&document, kind, &wanted);
            // Nothing is missing without a finding that blocks.
            prop_assert!(judged.missing.is_empty() || judged.findings.iter().any(consnap_core::Finding::blocks));
        }
    }

    /// Taking any one action out of a policy is noticed, and nothing else is.
    #[test]
    fn each_action_counts(index in 0..actions::OPERATOR_ACTIONS.len()) {
        let wanted = Wanted { extras: Extra::ALL.to_vec(), ..Wanted::default() };
        let taken = actions::OPERATOR_ACTIONS[index].action;
        let mut document = policy(PolicyKind::Operator, &wanted);
        for statement in document["Statement"].as_array_mut().unwrap() {
            statement["Action"].as_array_mut().unwrap().retain(|action| action != taken);
        }
        let judged = check(&document, Some(PolicyKind::Operator), &wanted);
        prop_assert_eq!(judged.missing, vec![taken]);
    }
}

#[test]
fn every_row_occurs() {
    let one = |statement: Value| json!({"Version": "1", "Statement": [statement]});
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let documents = [
        json!(1),
        one(json!({"Effect": "Allow", "Action": "ecs:TagResources", "Resource": "*", "Actions": 1})),
        json!({"Version": "1", "Statement": [allow("ecs:*"), {"Effect": "Deny", "Action": "ecs:TagResources", "Resource": "*"}]}),
        one(json!({"Effect": "Allow", "Action": "ecs:TagResources", "Resource": "*", "Condition": {"Bool": {}}})),
        one(json!({"Effect": "Allow", "Action": "ecs:TagResources", "Resource": "acs:ecs:*:*:disk/*"})),
        one(allow("ecs:DescribeSnapshot*")),
        one(allow("ecs:DeleteDisk")),
        one(allow("ram:PassRole")),
        one(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["acs:ram::1:root"]}})),
        one(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": "*"}})),
        json!({"Version": "1", "Statement": [allow("ecs:*"), {"Effect": "Deny", "Action": "ecs:TagResources", "Resource": "acs:ecs:*:*:disk/*"}]}),
        one(json!({"Effect": "Allow", "NotAction": "ecs:DeleteDisk", "Resource": "*"})),
    ];
    let other = Wanted { instances: vec!["i-b".to_owned()], ..Wanted::default() };
    let narrowed = policy(PolicyKind::Operator, &Wanted { instances: vec!["i-a".to_owned()], ..Wanted::default() });
    let seen: BTreeSet<&str> = documents
        .iter()
        .flat_map(|document| check(document, None, &Wanted::default()).findings)
        .chain(check(&narrowed, None, &other).findings)
        .map(|finding| finding.row.code)
        .collect();
    for row in permissions::ROWS {
        assert!(seen.contains(row.code), "{} occurs in no case", row.code);
    }
}
