//! What each form carries of a job: a member either changes what is written or is refused, never neither.

use serde_json::{Value, json};

use super::{Request, Target};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::exports;

/// What a form does with a member of the job.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// It stands in the files.
    Carried,
    /// A job that has it is not written for this form.
    Refused,
    /// It asks for nothing there.
    Unconcerned,
}

/// A member of the job and the forms that carry it without running consnap.
#[derive(Debug)]
pub struct Member {
    /// JSON pointer into the job.
    pub place: &'static str,
    /// The forms that carry it in a job that names its instances.
    by_ids: &'static [Target],
    /// The forms that carry it in a job that selects them by tags or takes all.
    by_tags: &'static [Target],
}

const NONE: &[Target] = &[];
const PROGRAMS: &[Target] = &[Target::Command, Target::AliyunCli, Target::PythonSdk, Target::GoSdk];
const LOOPS: &[Target] = &[
    Target::Command,
    Target::AliyunCli,
    Target::PythonSdk,
    Target::GoSdk,
    Target::Terraform,
    Target::Oos,
    Target::OosTimer,
];
const ALL: &[Target] = &[
    Target::Command,
    Target::RunCommand,
    Target::AliyunCli,
    Target::PythonSdk,
    Target::GoSdk,
    Target::Terraform,
    Target::Oos,
    Target::OosTimer,
];

const fn row(place: &'static str, by_ids: &'static [Target], by_tags: &'static [Target]) -> Member {
    Member { place, by_ids, by_tags }
}

/// All members of the job.
pub static MEMBERS: &[Member] = &[
    row("/regions", ALL, ALL),
    row("/regions/1", &[Target::Command], &[Target::Command]),
    row("/targets/ids", ALL, ALL),
    row("/targets/tags", ALL, ALL),
    row("/targets/all", PROGRAMS, PROGRAMS),
    row("/targets/exclude/ids", ALL, LOOPS),
    row("/targets/exclude/tags", LOOPS, LOOPS),
    row("/targets/expect", PROGRAMS, PROGRAMS),
    row("/instance_ram_role", ALL, ALL),
    row("/group_name", ALL, ALL),
    row("/description", ALL, ALL),
    row("/exclude_disks", ALL, LOOPS),
    row("/required_consistency", ALL, ALL),
    row("/linux/pre_script_path", ALL, ALL),
    row("/linux/post_script_path", ALL, ALL),
    row("/linux/script_timeout_seconds", ALL, ALL),
    row("/linux/freeze_file_systems", ALL, ALL),
    row("/linux/freeze_timeout_seconds", ALL, ALL),
    row("/linux/upload", NONE, NONE),
    row("/linux/quiesce", NONE, NONE),
    row("/windows/vss_writers", ALL, ALL),
    row("/instant_access", ALL, ALL),
    row("/instant_access_retention_days", ALL, ALL),
    row("/accept", ALL, ALL),
    row("/run/canary", ALL, PROGRAMS),
    row("/run/max_in_flight", ALL, LOOPS),
    row("/run/max_errors", LOOPS, LOOPS),
    row("/run/timeout", ALL, ALL),
    row("/run/spread_by", NONE, NONE),
    row("/run/start_before", NONE, NONE),
    row("/run/deadline", NONE, NONE),
    row("/run/tag_snapshots", NONE, NONE),
    row("/run/attach_role", NONE, NONE),
    row("/run/probe", NONE, NONE),
    row("/run/probe_max_age", NONE, NONE),
    row("/run/on_unknown", NONE, NONE),
];

/// Members that need a permission of their own.
const PERMISSIONS: &[&str] =
    &["/instance_ram_role", "/linux/upload", "/linux/quiesce", "/run/tag_snapshots", "/run/attach_role"];

/// Members that name the instances, to which permissions are narrowed.
const NAMED: &[&str] = &["/targets/ids", "/targets/exclude/ids"];

impl Member {
    /// What a form does with it in a job that names its instances, or selects them.
    pub fn carriage(&self, target: Target, names_instances: bool) -> Carriage {
        let forms = if names_instances { self.by_ids } else { self.by_tags };
        match target {
            Target::RamPolicies if PERMISSIONS.contains(&self.place) => Carriage::Carried,
            Target::RamPolicies if names_instances && NAMED.contains(&self.place) => Carriage::Carried,
            Target::RamPolicies => Carriage::Unconcerned,
            // The whole document goes with it.
            _ if !target.carries_command() || forms.contains(&target) => Carriage::Carried,
            _ => Carriage::Refused,
        }
    }

    /// Whether the document asks for something by it. What every form does anyway is not asked for.
    fn is_given(&self, document: &Value) -> bool {
        let idle = match self.place {
            "/run/canary" => json!(0),
            "/run/attach_role" | "/run/probe" => json!("never"),
            "/run/on_unknown" => json!("proceed"),
            _ => json!(false),
        };
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => *value == idle,
        };
        document.pointer(self.place).is_some_and(|value| !is_empty(value))
    }

    /// Its name in running text.
    fn name(&self) -> String {
        self.place.trim_start_matches('/').replace('/', ".")
    }
}

/// The most instances of one call, the lower of the limits the documents name.
pub(super) const CALL_LIMIT: u32 = 50;

/// What the form cannot carry.
pub(super) fn refusals(request: &Request<'_>, names_instances: bool) -> Vec<Finding> {
    let (document, job, target) = (request.document, request.job, request.target);
    let refused = |member: &&Member| {
        let too_many = member.place == "/run/canary" && job.run.canary > CALL_LIMIT && target.is_program();
        member.is_given(document) && (too_many || member.carriage(target, names_instances) == Carriage::Refused)
    };
    let mut findings: Vec<Finding> = MEMBERS
        .iter()
        .filter(refused)
        .map(|member| match member.place {
            "/regions/1" => {
                Finding::new(&exports::EXPORT_ONE_REGION, member.place).with("count", job.regions.len().to_string())
            }
            place => Finding::new(&exports::EXPORT_CANNOT_CARRY, place).with("member", member.name()),
        })
        .collect();
    // `{{` begins a reference there, and nothing takes it back. Parameters of the command never have it.
    if target.is_oos() {
        for (place, tags) in
            [("/targets/tags", &job.targets.tags), ("/targets/exclude/tags", &job.targets.exclude.tags)]
        {
            if tags.iter().any(|(key, value)| key.contains("{{") || value.contains("{{")) {
                findings.push(Finding::new(&exports::EXPORT_CANNOT_CARRY, place).with("member", "{{"));
            }
        }
    }
    findings
}
