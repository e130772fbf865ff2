//! Records of replies: whatever a reply holds, no planted word is in its record, and the same stands for the same.

use consnap_live_check::Anonymizer;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What a customer would not want to see shared.
const PLANTED: &str = "zanzibar";

/// Texts that hold the planted word, alone or in company.
fn planted() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(PLANTED.to_owned()),
        "[ -~]{0,12}".prop_map(|text| format!("{text}{PLANTED}")),
        "[ -~]{0,12}".prop_map(|text| format!("{PLANTED} {text}")),
        Just(format!("acs:ram::1234567890123456:role/{PLANTED}")),
        Just(format!("{PLANTED}-10.0.0.1")),
    ]
}

/// Members of the service's replies that hold foreign text, and some that nobody knows.
fn foreign_key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("InstanceName".to_owned()),
        Just("Description".to_owned()),
        Just("TagValue".to_owned()),
        Just("TagKey".to_owned()),
        Just("HostName".to_owned()),
        Just("RamRoleName".to_owned()),
        Just("NextToken".to_owned()),
        Just("ErrorInfo".to_owned()),
        Just("Message".to_owned()),
        "[A-Z][a-z]{3,9}".prop_filter("a word of its own", |word| word != "Status" && word != "Type"),
        Just(format!("{PLANTED}-key")),
    ]
}

fn any_reply() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        planted().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec((foreign_key(), inner.clone()), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<String, Value>>())),
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
        ]
    })
}

proptest! {
    #[test]
    fn no_planted_word_is_left(replies in prop::collection::vec(any_reply(), 1..4)) {
        let mut scrubber = Anonymizer::new();
        for reply in &replies {
            let first = scrubber.body(reply.to_string().as_bytes());
            let text = first.to_string();
            prop_assert!(!text.contains(PLANTED) && !text.contains("1234567890123456"), "{} of {}", text, reply);
            let whole = json!({"Inner": reply});
            prop_assert_eq!(&scrubber.body(whole.to_string().as_bytes())["Inner"], &first, "the same by the same");
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,200}") {
        let mut scrubber = Anonymizer::new();
        scrubber.body(&bytes);
        scrubber.body(json!({"Output": text, "Name": text, "Status": text}).to_string().as_bytes());
        scrubber.text(&text);
    }
}
