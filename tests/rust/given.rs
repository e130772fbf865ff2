//! Calls as a script writes them: names held to the vendor's table, values in the form the service wants.

use consnap_core::ecs::api::given::{Given, call};
use consnap_core::ecs::api::parameters::{self, Form};
use consnap_core::ecs::api::{Operation, Product};
use consnap_core::{ErrorKind, Lang};
use serde_json::Value;

const REGION: &str = "cn-hangzhou";

fn given(value: &Value) -> Given {
    match value {
        Value::Array(items) => Given::List(items.iter().map(given).collect()),
        Value::Object(members) => {
            Given::Members(members.iter().map(|(name, item)| (name.clone(), given(item))).collect())
        }
        Value::String(text) => Given::Text(text.clone()),
        other => Given::Text(other.to_string()),
    }
}

fn written(operation: &str, parameters: &Value) -> Result<String, String> {
    let Given::Members(parameters) = given(parameters) else { panic!("an object") };
    match call(operation, None, Some(REGION), parameters) {
        Ok(call) => {
            let parts = call.parameters.iter().skip(1).map(|(name, value)| format!("{name}={value}"));
            Ok(parts.collect::<Vec<_>>().join(" "))
        }
        Err(error) => {
            assert_eq!((error.kind, error.retryable), (ErrorKind::Input, false));
            Err(format!("{} {} {}", error.row.code, error.message(Lang::En), error.help(Lang::En)))
        }
    }
}

#[test]
fn the_table_is_the_vendors() {
    let metadata: Value = serde_json::from_str(include_str!("../fixtures/api/parameters.json")).unwrap();
    let mut checked = 0;
    for operation in Operation::ALL.into_iter().filter(|operation| operation.product() == Product::Ecs) {
        let theirs = metadata["operations"][operation.name()]["parameters"].as_object().unwrap();
        for (name, parameter) in theirs {
            let (base, rest) = name.split_once('.').unwrap_or((name, ""));
            let mine = parameters::of(operation).iter().find(|row| row.name == base);
            let mine = mine.unwrap_or_else(|| panic!("{} has {name}", operation.name()));
            let kind = parameter["type"].as_str().unwrap();
            let fits = match mine.form {
                Form::Text | Form::JsonList | Form::JsonObject => kind == "String",
                Form::Integer => matches!(kind, "Integer" | "Long"),
                Form::Boolean => kind == "Boolean",
                Form::List => kind == "RepeatList" && parameter["members"].is_null(),
                Form::Pairs => {
                    parameter["members"]["Key"].is_object()
                        || matches!(
                            rest,
                            "1.Key" | "1.Value" | "2.Key" | "2.Value" | "3.Key" | "3.Value" | "4.Key" | "4.Value"
                        )
                }
            };
            assert!(fits, "{}: {name} is a {kind}", operation.name());
            assert_eq!(mine.required, parameter["required"] == true, "{}: {name}", operation.name());
            checked += 1;
        }
        for row in parameters::of(operation) {
            let is_there = |name: &String| {
                name == row.name || name.strip_prefix(row.name).is_some_and(|rest| rest.starts_with('.'))
            };
            assert!(theirs.keys().any(is_there), "{} has no {}", operation.name(), row.name);
            assert!(row.about.ends_with('.') && row.about.len() > 8, "{}: {}", operation.name(), row.name);
        }
    }
    assert!(checked > 200, "{checked}");
}

#[test]
fn values_are_written_in_the_form_of_their_parameter() {
    for (operation, parameters, wanted) in [
        ("DescribeInstances", r#"{"InstanceIds": ["i-a", "i-b"]}"#, r#"InstanceIds=["i-a","i-b"]"#),
        ("DescribeInstances", r#"{"InstanceIds": "[\"i-a\"]"}"#, r#"InstanceIds=["i-a"]"#),
        (
            "StopInvocation",
            r#"{"InvokeId": "t-1", "InstanceId": ["i-a", "i-b"]}"#,
            "InstanceId.1=i-a InstanceId.2=i-b InvokeId=t-1",
        ),
        ("StopInvocation", r#"{"InstanceId": {"1": "i-a", "2": "i-b"}}"#, "InstanceId.1=i-a InstanceId.2=i-b"),
        ("StopInvocation", r#"{"InstanceId.1": "i-a"}"#, "InstanceId.1=i-a"),
        ("DescribeDisks", r#"{"Tag": {"a": "b"}}"#, "Tag.1.Key=a Tag.1.Value=b"),
        (
            "DescribeDisks",
            r#"{"Tag": [{"Key": "a"}, {"Key": "c", "Value": "d"}]}"#,
            "Tag.1.Key=a Tag.2.Key=c Tag.2.Value=d",
        ),
        ("DescribeDisks", r#"{"Tag.1.Key": "a"}"#, "Tag.1.Key=a"),
        ("DescribeDisks", r#"{"MaxResults": 50, "Encrypted": true}"#, "Encrypted=true MaxResults=50"),
        ("RunCommand", r#"{"Parameters": {"a": "b"}}"#, r#"Parameters={"a":"b"}"#),
        ("DescribeRegions", r#"{"OwnerId": "1"}"#, "OwnerId=1"),
    ] {
        let parameters: Value = serde_json::from_str(parameters).unwrap();
        assert_eq!(written(operation, &parameters).as_deref(), Ok(wanted), "{operation} {parameters}");
    }
}

#[test]
fn what_is_not_certain_to_arrive_is_refused() {
    for (operation, parameters, code, told) in [
        ("NoSuchOperation", "{}", "CE242", "NoSuchOperation"),
        ("StopInvocation", r#"{"instance_id": ["i-a"]}"#, "CE244", "`InstanceId`"),
        ("DescribeInstances", r#"{"InstanceId": ["i-a"]}"#, "CE244", "`InstanceIds`"),
        ("DescribeInstances", r#"{"colour": "red"}"#, "CE243", "InstanceIds"),
        ("DescribeInstances", r#"{"InstanceIds.1": "i-a"}"#, "CE244", "`InstanceIds`"),
        ("StopInvocation", r#"{"InstanceId.0": "i-a"}"#, "CE244", "`InstanceId`"),
        ("DescribeDisks", r#"{"Tag.1.Colour": "a"}"#, "CE243", "Tag.1.Colour"),
        ("DescribeDisks", r#"{"InstanceId": ["i-a"]}"#, "CE245", "InstanceId"),
        ("StopInvocation", r#"{"InstanceId": "i-a"}"#, "CE245", r#"["...", "..."]"#),
        ("StopInvocation", r#"{"InstanceId": {"1": "i-a", "3": "i-b"}}"#, "CE245", "InstanceId"),
        ("DescribeDisks", r#"{"DiskIds": "d-a"}"#, "CE245", "DiskIds"),
        ("DescribeDisks", r#"{"Tag": {"Key": "a", "Value": "b"}}"#, "CE245", "Tag"),
        ("DescribeDisks", r#"{"Tag": [{"TagKey": "a"}]}"#, "CE243", "Tag.1.TagKey"),
        ("DescribeDisks", r#"{"MaxResults": "many"}"#, "CE245", "50"),
        ("DescribeDisks", r#"{"Encrypted": "yes"}"#, "CE245", "true"),
        ("RunCommand", r#"{"Parameters": ["a"]}"#, "CE245", "Parameters"),
        ("DescribeDisks", r#"{"DiskIds": []}"#, "CE246", "`DiskIds`"),
        ("DescribeDisks", r#"{"DiskIds": "[]"}"#, "CE246", "`DiskIds`"),
        ("DescribeDisks", r#"{"DiskIds": ["d-a", ""]}"#, "CE246", "`DiskIds`"),
        ("StopInvocation", r#"{"InstanceId": []}"#, "CE246", "`InstanceId`"),
        ("StopInvocation", r#"{"InstanceId": [""]}"#, "CE246", "`InstanceId.1`"),
        ("DescribeDisks", r#"{"Tag": {}}"#, "CE246", "`Tag`"),
        ("DescribeDisks", r#"{"Tag": [{"Key": "a", "Value": ""}]}"#, "CE246", "`Tag.1.Value`"),
        ("DescribeDisks", r#"{"InstanceId": ""}"#, "CE246", "`InstanceId`"),
    ] {
        let parameters: Value = serde_json::from_str(parameters).unwrap();
        let refused = written(operation, &parameters).expect_err(&format!("{operation} {parameters}"));
        assert!(refused.starts_with(code) && refused.contains(told), "{operation} {parameters}: {refused}");
    }
}

#[test]
fn one_region_and_only_one() {
    let region = |region, otherwise, named: Option<&str>| {
        let parameters = named.map(|named| ("RegionId".to_owned(), Given::Text(named.to_owned())));
        call("DescribeDisks", region, otherwise, parameters.into_iter().collect())
            .map(|call| (call.region.clone(), call.parameter("RegionId").unwrap_or_default().to_owned()))
            .map_err(|error| error.row.code)
    };
    let to = |name: &str| Ok((name.to_owned(), name.to_owned()));
    assert_eq!(region(Some("cn-a"), Some("cn-b"), None), to("cn-a"));
    assert_eq!(region(None, Some("cn-b"), Some("cn-c")), to("cn-c"));
    assert_eq!(region(None, Some("cn-b"), None), to("cn-b"));
    assert_eq!(region(Some("cn-a"), None, Some("cn-a")), to("cn-a"));
    assert_eq!(region(Some("cn-a"), None, Some("cn-c")), Err("CE247"));
    assert_eq!(region(None, None, None), Err("CE301"));
    let anywhere = call("GetCallerIdentity", None, None, Vec::new()).unwrap();
    assert_eq!((anywhere.region.as_str(), anywhere.parameters.len()), ("", 0));
}
