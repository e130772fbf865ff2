//! The job a command works on: a document, flags, or a document with flags that go before it.

use std::path::PathBuf;

use consnap_core::Error;
use serde_json::{Map, Value, json};

use crate::document::Document;

/// A job document and what flags say instead of it.
#[derive(Debug, clap::Args)]
pub(crate) struct JobArguments {
    /// The job document, YAML or JSON; `-` reads standard input
    job: Option<PathBuf>,
    #[command(flatten)]
    flags: JobFlags,
}

/// What flags say; each goes before the same member of the document.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Job (each goes before the same member of the document)")]
pub(crate) struct JobFlags {
    /// An instance; may be repeated
    #[arg(short = 'i', long = "instance", value_name = "ID")]
    pub(crate) instances: Vec<String>,
    /// A region to look in; may be repeated
    #[arg(long = "region", value_name = "ID")]
    pub(crate) regions: Vec<String>,
    /// The RAM role of the instances, or `attached`: the role each already has
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
    /// Name of the groups; `{run}`, `{date}` and `{time}` are replaced
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Description of the groups
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The consistency that must be reached
    #[arg(long, value_name = "LEVEL", value_parser = ["application", "file_system"])]
    require: Option<String>,
    /// Linux: absolute path of the application pre-freeze script
    #[arg(long, value_name = "PATH")]
    pre_script: Option<String>,
    /// Linux: absolute path of the application post-thaw script
    #[arg(long, value_name = "PATH")]
    post_script: Option<String>,
    /// Linux: limit of each script in seconds
    #[arg(long, value_name = "SECONDS")]
    script_timeout: Option<i64>,
    /// Linux: limit of the freeze in seconds
    #[arg(long, value_name = "SECONDS")]
    freeze_timeout: Option<i64>,
    /// Linux: whether to freeze file systems
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    freeze: Option<bool>,
    /// Attach the role where an instance has none: `never` or `if_missing`
    #[arg(long, value_name = "WHEN", value_parser = ["never", "if_missing"])]
    attach_role: Option<String>,
    /// Look into the guests first, with one read-only command: `always`, `if_unknown` or `never`
    #[arg(long, value_name = "WHEN", value_parser = ["always", "if_unknown", "never"], num_args = 0..=1,
          require_equals = true, default_missing_value = "always")]
    probe: Option<String>,
    /// How old an earlier look into a guest may be to count, `12h`
    #[arg(long, value_name = "AGE")]
    probe_max_age: Option<String>,
    /// Instances of the first wave
    #[arg(long, value_name = "COUNT")]
    canary: Option<u32>,
    /// Instances that may be running at the same time
    #[arg(long, value_name = "COUNT")]
    max_in_flight: Option<u32>,
    /// Start nothing new after so many failures
    #[arg(long, value_name = "COUNT")]
    max_errors: Option<u32>,
    /// Windows: whether VSS writers take part
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    vss_writers: Option<bool>,
}

impl JobArguments {
    /// The document with the flags in their places; from flags alone without a document.
    pub(crate) fn document(&self) -> Result<Document, Error> {
        let mut document = match &self.job {
            Some(path) => Document::read(path)?,
            None => Document::made("the flags", json!({"version": 1})),
        };
        self.flags.write_into(&mut document.value);
        Ok(document)
    }

    /// What the flags say.
    pub(crate) fn flags(&self) -> &JobFlags {
        &self.flags
    }
}

impl JobFlags {
    fn write_into(&self, job: &mut Value) {
        // A document that is no object is refused by whoever reads the job.
        if let Value::Object(job) = job {
            merge(job, self.patch());
            if let Some(Value::Object(targets)) = job.get_mut("targets") {
                drop_nulls(targets);
            }
        }
    }

    /// What the flags say, as a JSON merge patch (RFC 7386) of the document.
    fn patch(&self) -> Value {
        let mut patch = Map::new();
        let mut set = |at: &[&str], value: Option<Value>| {
            if let Some(value) = value {
                let nested = at.iter().rev().fold(value, |inner, name| json!({ *name: inner }));
                merge(&mut patch, nested);
            }
        };
        let text = |given: &Option<String>| given.as_ref().map(|text| json!(text));
        // Ids and tags exclude each other.
        set(&["targets"], (!self.instances.is_empty()).then(|| json!({"ids": self.instances, "tags": null})));
        set(&["regions"], (!self.regions.is_empty()).then(|| json!(self.regions)));
        set(&["instance_ram_role"], text(&self.role));
        set(&["group_name"], text(&self.name));
        set(&["description"], text(&self.description));
        set(&["required_consistency"], text(&self.require));
        set(&["linux", "pre_script_path"], text(&self.pre_script));
        set(&["linux", "post_script_path"], text(&self.post_script));
        set(&["linux", "script_timeout_seconds"], self.script_timeout.map(Value::from));
        set(&["linux", "freeze_timeout_seconds"], self.freeze_timeout.map(Value::from));
        set(&["linux", "freeze_file_systems"], self.freeze.map(Value::from));
        set(&["run", "attach_role"], text(&self.attach_role));
        set(&["run", "probe"], text(&self.probe));
        set(&["run", "probe_max_age"], text(&self.probe_max_age));
        set(&["run", "canary"], self.canary.map(Value::from));
        set(&["run", "max_in_flight"], self.max_in_flight.map(Value::from));
        set(&["run", "max_errors"], self.max_errors.map(Value::from));
        set(&["windows", "vss_writers"], self.vss_writers.map(Value::from));
        Value::Object(patch)
    }
}

/// Merges a patch into an object: members replace, objects merge.
fn merge(into: &mut Map<String, Value>, patch: Value) {
    let Value::Object(patch) = patch else { return };
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(inner)), value @ Value::Object(_)) => merge(inner, value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// Takes out what a patch set to null, which means "not there".
fn drop_nulls(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null());
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        job: JobArguments,
    }

    #[test]
    fn flags_go_before_the_document() {
        let line = "x -i i-a -i i-b --role attached --name n --pre-script /p --freeze false --vss-writers=true";
        let flags = Line::parse_from(line.split(' ')).job.flags;
        let mut job = json!({"version": 1, "targets": {"tags": {"a": "b"}, "expect": {"max": 2}},
                             "linux": {"post_script_path": "/q", "pre_script_path": "/r"}});
        flags.write_into(&mut job);
        assert_eq!(
            job,
            json!({"version": 1, "targets": {"ids": ["i-a", "i-b"], "expect": {"max": 2}},
                   "instance_ram_role": "attached", "group_name": "n",
                   "linux": {"post_script_path": "/q", "pre_script_path": "/p", "freeze_file_systems": false},
                   "windows": {"vss_writers": true}})
        );
        let mut no_object = json!([1]);
        flags.write_into(&mut no_object);
        assert_eq!(no_object, json!([1]));
    }
}
