//! The keys of a scenario document, for its reader. A test holds them against the types.

use consnap_core::input::document::{Key, Shape, optional};

const COUNT: Shape = Shape::Whole(0, u32::MAX as i64);
const FROM_ONE: Shape = Shape::Whole(1, u32::MAX as i64);
const ANY: Shape = Shape::Whole(i64::MIN, i64::MAX);
const TEXTS: Shape = Shape::List(&Shape::Text);
const PROBABILITY: Shape = Shape::Number(0.0, 1.0);
const MILLIS: Shape = Shape::Object(&[optional("min", COUNT), optional("max", COUNT)]);
const RECORDS: &[&str] = &[
    "as_run",
    "lost",
    "written",
    "expired",
    "refused",
    "unreleased",
    "stale",
    "other_boot",
    "other_scripts",
    "cut",
    "forged",
    "unreadable",
    "absent",
];
const EFFECT: Shape = Shape::Choice(&["before_effect", "after_effect"]);

/// The document.
pub(super) static KEYS: &[Key] = &[
    optional("version", Shape::Whole(1, 1)),
    optional("region", Shape::Text),
    optional("account", Shape::Text),
    optional("seed", Shape::Whole(0, i64::MAX)),
    optional("time_scale", Shape::Number(0.001, 100_000.0)),
    optional("access_keys", Shape::List(&Shape::Object(ACCESS_KEY))),
    optional("roles", Shape::List(&Shape::Object(ROLE))),
    optional("own_machine", Shape::Object(OWN_MACHINE)),
    optional("instances", Shape::List(&Shape::Object(INSTANCE))),
    optional("fleets", Shape::List(&Shape::Object(FLEET))),
    optional("groups", Shape::List(&Shape::Object(GROUP))),
    optional("api_faults", Shape::List(&Shape::Object(API_FAULT))),
    optional("guest_faults", Shape::List(&Shape::Object(GUEST_FAULT))),
    optional("rate_limits", Shape::Map(&Shape::Object(RATE_LIMIT))),
    optional("service", Shape::Object(SERVICE)),
];

static ACCESS_KEY: &[Key] = &[
    optional("id", Shape::Text),
    optional("secret", Shape::Text),
    optional("security_token", Shape::Text),
    optional("expires_after_seconds", COUNT),
    optional("refused_operations", TEXTS),
];

static ROLE: &[Key] = &[
    optional("name", Shape::Text),
    optional("trusts_ecs", Shape::Truth),
    optional("allows_snapshots", Shape::Truth),
    optional("assumable", Shape::Truth),
    optional("session_seconds", FROM_ONE),
    optional("refused_operations", TEXTS),
];

static OWN_MACHINE: &[Key] = &[
    optional("role", Shape::Text),
    optional("instance_id", Shape::Text),
    optional("metadata_tokens", Shape::Choice(&["optional", "required", "unknown"])),
];

static INSTANCE: &[Key] = &[
    optional("id", Shape::Text),
    optional("name", Shape::Text),
    optional("platform", Shape::Choice(&["linux", "windows"])),
    optional("os_name", Shape::Text),
    optional("os_name_en", Shape::Text),
    optional("status", Shape::Choice(&["Pending", "Running", "Starting", "Stopping", "Stopped"])),
    optional("network_type", Shape::Choice(&["vpc", "classic"])),
    optional("zone", Shape::Text),
    optional("metadata_endpoint", Shape::Choice(&["", "enabled", "disabled"])),
    optional("metadata_tokens", Shape::Choice(&["", "optional", "required"])),
    optional("locks", TEXTS),
    optional("tags", Shape::TextMap),
    optional("role", Shape::Text),
    optional("disks", Shape::List(&Shape::Object(DISK))),
    optional("cloud_assistant", Shape::Object(CLOUD_ASSISTANT)),
    optional("guest", Shape::Object(GUEST)),
];

static FLEET: &[Key] = &[
    optional("count", Shape::Whole(1, 1_000_000)),
    optional("id_prefix", Shape::Text),
    optional("template", Shape::Object(INSTANCE)),
];

static GROUP: &[Key] = &[
    optional("instance", Shape::Text),
    optional("name", Shape::Text),
    optional("age_seconds", COUNT),
    optional("consistency", Shape::Choice(&["application", "file_system", "crash"])),
    optional("status", Shape::Choice(&["accomplished", "failed", "progressing"])),
    optional("missing_disk", Shape::Truth),
    optional("usage", Shape::Choice(&["none", "image", "disk", "image_disk"])),
    optional("tags", Shape::TextMap),
];

static DISK: &[Key] = &[
    optional("id", Shape::Text),
    optional("category", Shape::Text),
    optional("performance_level", Shape::Text),
    optional("size_gib", COUNT),
    optional("status", Shape::Text),
    optional("multi_attach", Shape::Choice(&["Disabled", "Enabled", "LegacyShared"])),
    optional("encrypted", Shape::Truth),
    optional("snapshots_in_progress", COUNT),
];

static CLOUD_ASSISTANT: &[Key] = &[
    optional("online", Shape::Truth),
    optional("responds", Shape::Truth),
    optional("version", Shape::Text),
    optional("installed", Shape::Truth),
    optional("heartbeat_age_seconds", COUNT),
];

static GUEST: &[Key] = &[
    optional("pre_script", Shape::Object(SCRIPT)),
    optional("post_script", Shape::Object(SCRIPT)),
    optional("script_order", Shape::Choice(&["before_freeze", "after_freeze"])),
    optional("quiesce_record", Shape::Choice(RECORDS)),
    optional("quiesce_mounts", Shape::List(&Shape::Text)),
    optional("data_seen", Shape::Choice(&["all", "first", "unknown"])),
    optional("files", Shape::List(&Shape::Object(SCRIPT))),
    optional("mounts", Shape::List(&Shape::Object(MOUNT))),
    optional("launcher_present", Shape::Truth),
    optional("plugin_list_reachable", Shape::Truth),
    optional("plugin_version", Shape::Text),
    optional("system_supported", Shape::Truth),
    optional("metadata_reachable", Shape::Truth),
    optional("vss_writers", Shape::Truth),
    optional("freezer_running", Shape::Truth),
    optional("freeze_millis", COUNT),
    optional("group_millis", MILLIS),
    optional("language", Shape::Choice(&["en", "zh"])),
];

static SCRIPT: &[Key] = &[
    optional("path", Shape::Text),
    optional("exists", Shape::Truth),
    optional("mode", Shape::Text),
    optional("owner", Shape::Text),
    optional("kind", Shape::Choice(&["file", "link", "directory"])),
    optional("sha256", Shape::Text),
    optional("exit_code", Shape::Whole(0, 255)),
    optional("millis", COUNT),
];

static MOUNT: &[Key] = &[
    optional("target", Shape::Text),
    optional("file_system", Shape::Text),
    optional("options", Shape::Text),
    optional("disks", Shape::List(&COUNT)),
];

static API_FAULT: &[Key] = &[
    optional("operation", Shape::Text),
    optional("instance", Shape::Text),
    optional("nth", FROM_ONE),
    optional("every", FROM_ONE),
    optional("times", FROM_ONE),
    optional("probability", PROBABILITY),
    optional("latency_millis", MILLIS),
    optional("throttle", Shape::Object(THROTTLE)),
    optional("error", Shape::Object(SERVICE_ERROR)),
    optional("connection_closed", EFFECT),
    optional("silence", EFFECT),
    optional("listing", Shape::Choice(&["one_missing", "count_moved", "repeated_token", "empty_page"])),
    optional(
        "results",
        Shape::Choice(&[
            "other_invocation",
            "other_invocation_too",
            "other_instance",
            "other_instance_too",
            "other_command",
            "other_command_too",
            "second",
        ]),
    ),
    optional("html", Shape::Text),
];

static THROTTLE: &[Key] = &[optional("code", Shape::Text), optional("time_left_millis", COUNT)];

static SERVICE_ERROR: &[Key] = &[
    optional("status", Shape::Whole(400, 599)),
    optional("code", Shape::Text),
    optional("message", Shape::Text),
    optional("after_effect", Shape::Truth),
];

static GUEST_FAULT: &[Key] = &[
    optional("instances", TEXTS),
    optional("nth", FROM_ONE),
    optional("probability", PROBABILITY),
    optional("exit_code", ANY),
    optional("group_made", Shape::Truth),
    optional("held", Shape::Truth),
    optional("offline", Shape::Truth),
    optional("task_error", Shape::Text),
    optional("stall_seconds", COUNT),
    optional("stall_past_timeout_seconds", COUNT),
    optional("tags", Shape::Choice(&["missing", "both", "first_only", "other_case", "late"])),
    optional("group", Shape::Choice(&["failed", "progressing", "slow"])),
    optional("snapshot", Shape::Choice(&["failed", "missing"])),
    optional("group_line", Shape::Choice(&["last", "mentioned", "absent"])),
    optional("result", Shape::Choice(&["never_ends", "vanishes", "unreadable", "late"])),
    optional("output_noise_bytes", Shape::Whole(0, 10_000_000)),
    optional("no_final_line", Shape::Truth),
    optional("output_text", Shape::Text),
];

static RATE_LIMIT: &[Key] = &[optional("calls", FROM_ONE), optional("seconds", FROM_ONE)];

static SERVICE: &[Key] = &[
    optional("instances_per_command", FROM_ONE),
    optional("not_running", Shape::Choice(&["reject", "abort"])),
    optional("stop_running", Shape::Choice(&["terminate", "ignore"])),
    optional("stopping_seconds", COUNT),
    optional("running_lists_pending", Shape::Truth),
    optional("history_records", FROM_ONE),
    optional("client_token_seconds", COUNT),
    optional("group_invisible_millis", COUNT),
    optional("role_propagation_seconds", COUNT),
    optional("tags_in_groups", Shape::Truth),
    optional("total_counts", Shape::Choice(&["page", "listing"])),
    optional("tag_filter_covers", FROM_ONE),
    optional("beyond_tag_filter", Shape::Choice(&["cut", "refuse"])),
    optional("latency_millis", MILLIS),
];

#[cfg(test)]
#[cfg(feature = "schema")]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use serde_json::Value;

    /// Follows references and optional values down to the schema of a mapping.
    fn target<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
        if let Some(name) = schema["$ref"].as_str() {
            return target(&root["$defs"][name.trim_start_matches("#/$defs/")], root);
        }
        for choices in ["anyOf", "allOf", "oneOf"] {
            let found = schema[choices].as_array().into_iter().flatten().find(|choice| choice.get("$ref").is_some());
            if let Some(found) = found {
                return target(found, root);
            }
        }
        schema
    }

    fn same(schema: &Value, shape: &Shape, root: &Value, place: &str) -> usize {
        let schema = target(schema, root);
        match shape {
            Shape::Object(keys) => {
                let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
                let mut typed: Vec<&String> = schema["properties"].as_object().expect(place).keys().collect();
                let mut sorted = known.clone();
                sorted.sort_unstable();
                typed.sort_unstable();
                assert_eq!(typed, sorted, "{place}");
                assert_eq!(schema["additionalProperties"], false, "{place}");
                keys.iter()
                    .map(|key| {
                        same(&schema["properties"][key.name], &key.shape, root, &format!("{place}/{}", key.name))
                    })
                    .sum::<usize>()
                    + known.len()
            }
            Shape::List(inner) => same(&schema["items"], inner, root, &format!("{place}/*")),
            Shape::Map(inner) => same(&schema["additionalProperties"], inner, root, &format!("{place}/*")),
            Shape::Choice(choices) if schema.get("enum").is_some() || schema.get("oneOf").is_some() => {
                let words: Vec<&str> = schema["enum"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .chain(schema["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]))
                    .filter_map(Value::as_str)
                    .collect();
                assert_eq!(words, *choices, "{place}");
                0
            }
            _ => 0,
        }
    }

    #[test]
    fn types_and_reader_know_the_same_keys() {
        let root = schemars::schema_for!(Scenario).to_value();
        let count = same(&root, &Shape::Object(KEYS), &root, "");
        assert!(count > 130, "{count}");
    }
}
