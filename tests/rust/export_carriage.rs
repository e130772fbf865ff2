//! What an export carries: each member of a job changes what is written or is refused, never neither; and a form may
//! refuse only what it cannot have.

use consnap_core::export::{Carriage, MEMBERS, Target};
use consnap_core::operations;
use serde_json::{Value, json};

/// Members that each form which works without consnap must carry: refusing is no way out.
const MUST: &[&str] = &[
    "/regions",
    "/targets/ids",
    "/targets/tags",
    "/targets/exclude/ids",
    "/instance_ram_role",
    "/group_name",
    "/exclude_disks",
    "/required_consistency",
    "/linux/pre_script_path",
    "/linux/post_script_path",
    "/linux/script_timeout_seconds",
    "/linux/freeze_timeout_seconds",
    "/windows/vss_writers",
    "/run/max_in_flight",
    "/run/timeout",
];

/// A value of each member that is not what the jobs below have.
fn samples() -> Value {
    json!({
        "/regions": ["cn-beijing"],
        "/regions/1": "cn-shanghai",
        "/targets/ids": ["i-bp1other0000000001", "i-bp1other0000000002"],
        "/targets/tags": {"app": "billing"},
        "/targets/all": true,
        "/targets/exclude/ids": ["i-bp1linux000000000002"],
        "/targets/exclude/tags": {"tier": "gold"},
        "/targets/expect": {"min": 1, "max": 30},
        "/instance_ram_role": "AnotherRole",
        "/group_name": "weekly-{run}",
        "/description": "every week",
        "/exclude_disks": [{"instance": "i-bp1linux000000000001", "disk": "d-bp1scratch0000000001"}],
        "/required_consistency": "file_system",
        "/linux/pre_script_path": "/opt/pre.sh",
        "/linux/post_script_path": "/opt/post.sh",
        "/linux/script_timeout_seconds": 61,
        "/linux/freeze_file_systems": false,
        "/linux/freeze_timeout_seconds": 9,
        "/linux/upload": {"pre_content": "IyEvYmluL3NoCg=="},
        "/linux/quiesce": {"engine": "mariadb", "name": "m1"},
        "/windows/vss_writers": false,
        "/instant_access": true,
        "/instant_access_retention_days": 2,
        "/accept": [{"code": "CS231", "reason": "known"}],
        "/run/canary": 2,
        "/run/max_in_flight": 1,
        "/run/max_errors": 3,
        "/run/timeout": 900,
        "/run/spread_by": "tag:cluster",
        "/run/start_before": "03:00",
        "/run/deadline": "2h",
        "/run/tag_snapshots": true,
        "/run/attach_role": "if_missing",
        "/run/probe": "always",
        "/run/probe_max_age": "12h",
        "/run/on_unknown": "set_aside",
    })
}

fn by_ids() -> Value {
    json!({"version": 1, "regions": ["cn-hangzhou"],
        "targets": {"ids": ["i-bp1linux000000000001", "i-bp1linux000000000002", "i-bp1linux000000000003"]},
        "instance_ram_role": "AppSnapshotRoleName", "group_name": "nightly-{run}", "description": "every night",
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh",
            "script_timeout_seconds": 60, "freeze_timeout_seconds": 10}})
}

fn by_tags() -> Value {
    let mut job = by_ids();
    job["targets"] = json!({"tags": {"app": "orders"}});
    job
}

/// The job with a member set, the folders above it made.
fn with(job: &Value, place: &str, value: &Value) -> Value {
    let mut job = job.clone();
    let mut at = &mut job;
    for key in place[1..].split('/') {
        at = match key.parse::<usize>() {
            Ok(index) => {
                let list = at.as_array_mut().expect("a list");
                list.resize(list.len().max(index + 1), Value::Null);
                &mut list[index]
            }
            Err(_) => &mut at[key],
        };
    }
    *at = value.clone();
    if place == "/linux/quiesce" {
        // It has no place beside scripts of one's own.
        job["linux"] = json!({"quiesce": value, "freeze_timeout_seconds": 10});
    }
    if place == "/targets/all" {
        job["targets"] = json!({"all": true, "expect": {"max": 50}});
    }
    job
}

/// The files of an export, and the places of what it refuses.
fn export(job: &Value, place: &str, target: Target) -> (Value, Vec<String>) {
    let platform = if place.starts_with("/windows") { "windows" } else { "linux" };
    let input = json!({"job": job, "platform": platform, "target": target});
    let output = operations::run("export", input).expect("an export");
    let refused = output["findings"].as_array().expect("findings").iter().filter(|finding| {
        ["CS604", "CS605"].contains(&finding["code"].as_str().unwrap_or_default()) && finding["severity"] == "error"
    });
    let places = refused.map(|finding| finding["place"].as_str().unwrap_or_default().to_owned()).collect();
    (output["files"].clone(), places)
}

#[test]
fn a_member_changes_the_export_or_is_refused() {
    let samples = samples();
    let mut tried = 0;
    for member in MEMBERS {
        let place = member.place;
        let sample = &samples[place];
        assert!(!sample.is_null(), "no sample of {place}");
        for (job, names_instances) in [(by_ids(), true), (by_tags(), false)] {
            let only_for = match place {
                "/targets/ids" => Some(true),
                "/targets/tags" | "/targets/all" => Some(false),
                _ => None,
            };
            if only_for.is_some_and(|only| only != names_instances) {
                continue;
            }
            let changed = with(&job, place, sample);
            for target in Target::ALL {
                let what = format!("{place} in {target:?}, by ids: {names_instances}");
                let (before, refused_before) = export(&job, place, target);
                assert_eq!(refused_before, [""; 0], "{what}");
                let (after, refused) = export(&changed, place, target);
                match member.carriage(target, names_instances) {
                    Carriage::Carried => {
                        assert!(after != before && after != json!([]), "{what} changes nothing: {refused:?}");
                    }
                    Carriage::Refused => {
                        assert!(refused.iter().any(|at| at == place), "{what} is not refused: {refused:?}");
                        assert_eq!(after, json!([]), "{what}");
                    }
                    Carriage::Unconcerned => assert_eq!(after, before, "{what}"),
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 900, "{tried}");
    assert_eq!(samples.as_object().expect("samples").len(), MEMBERS.len());
}

/// The list of members is the job's own: a member added to the job must be added there.
#[test]
fn no_member_of_the_job_is_forgotten() {
    fn leaves(schema: &Value, of: &Value, place: &str, found: &mut Vec<String>) {
        let of = match of["$ref"].as_str().or_else(|| of["anyOf"][0]["$ref"].as_str()) {
            Some(reference) => schema.pointer(reference.trim_start_matches('#')).expect("a definition"),
            None => of,
        };
        match of["properties"].as_object() {
            Some(members) => {
                for (name, member) in members {
                    leaves(schema, member, &format!("{place}/{name}"), found);
                }
            }
            None => found.push(place.to_owned()),
        }
    }
    let schema = consnap_core::input::job::schema();
    let mut found = Vec::new();
    leaves(&schema, &schema, "", &mut found);
    assert!(found.len() > 30 && found.contains(&"/targets/exclude/tags".to_owned()), "{found:?}");
    for leaf in found.iter().filter(|leaf| *leaf != "/version") {
        let covers = |place: &str| leaf == place || leaf.starts_with(&format!("{place}/"));
        assert!(MEMBERS.iter().any(|member| covers(member.place)), "{leaf} is in no row of `export::MEMBERS`");
    }
}

#[test]
fn refusing_is_no_way_out() {
    for place in MUST {
        let member = MEMBERS.iter().find(|member| member.place == *place).unwrap_or_else(|| panic!("no {place}"));
        for target in Target::ALL.into_iter().filter(|target| *target != Target::RamPolicies) {
            assert_eq!(member.carriage(target, true), Carriage::Carried, "{place} in {target:?}");
        }
    }
    // Who selects by tags excludes too; a single request has no way to.
    for place in
        ["/targets/tags", "/targets/exclude/ids", "/targets/exclude/tags", "/exclude_disks", "/run/max_in_flight"]
    {
        let member = MEMBERS.iter().find(|member| member.place == place).expect("a member");
        for target in Target::ALL {
            if ![Target::RamPolicies, Target::RunCommand].contains(&target) {
                assert_eq!(member.carriage(target, false), Carriage::Carried, "{place} in {target:?}");
            }
        }
    }
}

/// What every form does anyway is not refused, and what looks as if it were nothing is.
#[test]
fn idle_values_are_refused_by_nobody() {
    for target in Target::ALL {
        let idle = json!({"canary": 0, "tag_snapshots": false, "attach_role": "never", "probe": "never",
            "on_unknown": "proceed"});
        assert_eq!(export(&with(&by_tags(), "/run", &idle), "", target).1, [""; 0], "{target:?}");
    }
    let none = with(&by_ids(), "/run/max_errors", &json!(0));
    assert_eq!(export(&none, "", Target::RunCommand).1, ["/run/max_errors"]);
    let braces = with(&by_tags(), "/targets/tags", &json!({"app": "{{ x }}"}));
    assert_eq!(export(&braces, "", Target::Oos).1, ["/targets/tags"]);
    let large = with(&by_ids(), "/run/canary", &json!(51));
    assert_eq!(export(&large, "", Target::PythonSdk).1, ["/run/canary"]);
}
