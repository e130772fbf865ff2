//! Reading the facts of an instance from our own JSON: never fails, loses nothing silently.

use serde_json::Value;

use super::{BorrowedText, InstanceFacts};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::parameters;
use crate::input::document::{Key, Null, Shape, clean, optional, required, shorten};

/// Reads the facts of one instance. What cannot be read is a finding and stays unknown, as does what is `null`.
pub fn read(document: &Value) -> (InstanceFacts, Vec<Finding>) {
    let (kept, mut findings) = clean(document, KEYS, Null::Unknown);
    let facts = kept.map_or_else(|| Ok(InstanceFacts::default()), serde_json::from_value);
    let facts = facts.unwrap_or_else(|error| {
        findings.push(Finding::new(&parameters::UNREADABLE, "").with("detail", shorten(&error.to_string())));
        InstanceFacts::default()
    });
    (facts, findings)
}

/// What a document says of an instance, as far as it can be read, in JSON: what policies see. Text that is no JSON says
/// nothing.
pub fn known(document: &str) -> Value {
    // Nearly all documents fit the facts; only one that does not is read with patience.
    let typed = serde_json::from_str::<InstanceFacts<BorrowedText<'_>>>(document);
    let known = match &typed {
        Ok(facts) => serde_json::to_value(facts),
        Err(_) => serde_json::to_value(read(&serde_json::from_str(document).unwrap_or_default()).0),
    };
    known.unwrap_or_default()
}

const COUNT: Shape = Shape::Whole(0, u32::MAX as i64);

/// The keys of the facts of an instance.
pub static KEYS: &[Key] = &[
    required("instance_id", Shape::Text),
    optional("region_id", Shape::Text),
    optional("zone_id", Shape::Text),
    optional("instance_name", Shape::Text),
    optional("status", Shape::Text),
    optional("os_type", Shape::Text),
    optional("os_name", Shape::Text),
    optional("os_name_en", Shape::Text),
    optional("network_type", Shape::Text),
    optional("metadata_endpoint", Shape::Text),
    optional("metadata_tokens", Shape::Text),
    optional("locks", Shape::List(&Shape::Text)),
    optional("ram_role", Shape::Text),
    optional("cloud_assistant", Shape::Object(CLOUD_ASSISTANT)),
    optional("disks", Shape::List(&Shape::Object(DISK))),
    optional("tags", Shape::TextMap),
    optional("guest", Shape::Object(GUEST)),
    optional("collected_at", Shape::Time),
];
static CLOUD_ASSISTANT: &[Key] = &[
    optional("online", Shape::Truth),
    optional("version", Shape::Text),
    optional("last_heartbeat", Shape::Text),
    optional("active_tasks", COUNT),
];
static DISK: &[Key] = &[
    required("disk_id", Shape::Text),
    optional("category", Shape::Text),
    optional("kind", Shape::Text),
    optional("performance_level", Shape::Text),
    optional("size_gib", COUNT),
    optional("status", Shape::Text),
    optional("device", Shape::Text),
    optional("multi_attach", Shape::Text),
    optional("encrypted", Shape::Truth),
    optional("zone_id", Shape::Text),
    optional("snapshots_in_progress", COUNT),
];
static GUEST: &[Key] = &[
    optional("mounts", Shape::List(&Shape::Object(MOUNT))),
    optional("data_mounts", Shape::List(&Shape::Text)),
    optional("pre_script", Shape::Object(SCRIPT)),
    optional("post_script", Shape::Object(SCRIPT)),
    optional("metadata_reachable", Shape::Truth),
    optional("launcher_present", Shape::Truth),
    optional("vss_writers", Shape::List(&Shape::Text)),
    optional("vss_writers_not_stable", Shape::TextMap),
    optional("vss_writer_errors", Shape::TextMap),
    optional("data_services", Shape::List(&Shape::Text)),
    optional("freezer_running", Shape::Truth),
    optional("plugin_running", Shape::Truth),
    optional("metadata_role", Shape::Text),
    optional("agent_version", Shape::Text),
    optional("plugin_version", Shape::Text),
    optional("probed_at", Shape::Time),
];
static MOUNT: &[Key] = &[
    required("target", Shape::Text),
    required("file_system", Shape::Text),
    optional("source", Shape::Text),
    optional("disk_id", Shape::Text),
    optional("disk_ids", Shape::List(&Shape::Text)),
    optional("other_devices", Shape::List(&Shape::Text)),
    optional("options", Shape::Text),
    optional("holds_data", Shape::Truth),
];
static SCRIPT: &[Key] = &[
    required("path", Shape::Text),
    required("exists", Shape::Truth),
    optional("kind", Shape::Text),
    optional("owner", Shape::Text),
    optional("mode", Shape::Text),
    optional("sha256", Shape::Text),
    optional("noexec", Shape::Truth),
    optional("size", Shape::Whole(0, i64::MAX)),
    optional("folders", Shape::List(&Shape::Object(FOLDER))),
];
static FOLDER: &[Key] = &[
    required("path", Shape::Text),
    optional("kind", Shape::Text),
    optional("owner", Shape::Text),
    optional("group", Shape::Text),
    optional("mode", Shape::Text),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Every key with a value: the typed form and the reader must know the same ones.
    fn complete() -> Value {
        let script = json!({"path": "/a", "exists": true, "kind": "regular file", "owner": "root", "mode": "0700", "sha256": "00", "noexec": false, "size": 10,
            "folders": [{"path": "/", "kind": "directory", "owner": "root", "group": "root", "mode": "0755"}]});
        json!({
            "instance_id": "i-a", "region_id": "r", "zone_id": "z", "instance_name": "n", "status": "Running", "os_type": "linux",
            "os_name": "a", "os_name_en": "b", "network_type": "vpc", "metadata_endpoint": "", "metadata_tokens": "", "locks": [],
            "ram_role": "", "cloud_assistant": {"online": true, "version": "1", "last_heartbeat": "x", "active_tasks": 0},
            "disks": [{"disk_id": "d-a", "category": "cloud_essd", "kind": "system", "performance_level": "PL1", "size_gib": 40,
                "status": "In_use", "device": "/dev/xvda", "multi_attach": "Disabled", "encrypted": false, "zone_id": "z",
                "snapshots_in_progress": 0}],
            "tags": {"a": "b"},
            "guest": {"mounts": [{"target": "/", "file_system": "xfs", "source": "/dev/vda1", "disk_id": "d-a", "disk_ids": ["d-a"], "other_devices": ["loop0"], "options": "rw", "holds_data": true}], "data_mounts": ["/"],
                "pre_script": script, "post_script": script, "metadata_reachable": true, "launcher_present": true, "vss_writers": [], "vss_writers_not_stable": {"W": "8"},
                "vss_writer_errors": {"W": "Timed out"}, "data_services": ["MSSQLSERVER"],
                "freezer_running": false, "plugin_running": false, "metadata_role": "R", "agent_version": "2.2", "plugin_version": "1.8",
                "probed_at": "2024-05-06T07:08:09.000Z"},
            "collected_at": "2024-05-06T07:08:09.000Z",
        })
    }

    #[test]
    fn types_and_reader_know_the_same_keys() {
        let (facts, findings) = read(&complete());
        assert_eq!(findings, vec![]);
        assert_eq!(serde_json::to_value(&facts).unwrap(), complete());
        let listed = |keys: &[Key]| {
            let mut names: Vec<_> = keys.iter().map(|key| key.name).collect();
            names.sort_unstable();
            names
        };
        let written = |value: &Value| {
            let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            names.sort_unstable();
            names
        };
        let all = complete();
        assert_eq!(written(&all), listed(KEYS));
        assert_eq!(written(&all["cloud_assistant"]), listed(CLOUD_ASSISTANT));
        assert_eq!(written(&all["disks"][0]), listed(DISK));
        assert_eq!(written(&all["guest"]), listed(GUEST));
        assert_eq!(written(&all["guest"]["mounts"][0]), listed(MOUNT));
        assert_eq!(written(&all["guest"]["pre_script"]), listed(SCRIPT));
        assert_eq!(written(&all["guest"]["pre_script"]["folders"][0]), listed(FOLDER));
    }

    #[test]
    fn what_is_wrong_stays_unknown() {
        let (facts, findings) = read(&json!({
            "instance_id": "i-a", "status": null, "Status": "Running", "disks": [{"category": "cloud_essd"}, 1],
            "guest": {"pre_script": {"path": "/a"}},
        }));
        assert_eq!(facts.status, None);
        assert_eq!(facts.disks.as_ref().map(Vec::len), Some(1));
        assert_eq!(facts.guest.and_then(|guest| guest.pre_script), None);
        let said: Vec<_> = findings.iter().map(|f| format!("{} {}", f.code(), f.place)).collect();
        assert_eq!(said, ["CS102 /Status", "CS104 /disks/0", "CS103 /disks/1", "CS104 /guest/pre_script"]);
    }
}
