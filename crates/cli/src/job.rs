//! The job a command works on: a document, flags, or a document with flags that go before it.

use std::path::PathBuf;

use consnap_client::document::{Document, read_text};
use consnap_core::{Error, Lang, Text};
use serde_json::{Map, Value, json};

use crate::selection::key_and_value;

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
#[command(next_help_heading = "Job (each overrides the same member of the document)")]
pub(crate) struct JobFlags {
    /// An instance, or several with commas between; may be repeated
    #[arg(short = 'i', long = "instance", value_name = "ID", value_delimiter = ',')]
    pub(crate) instances: Vec<String>,
    /// A file with an instance on each line; `-` reads standard input. Blank lines and what follows a `#` do not count
    #[arg(long, value_name = "FILE")]
    instances_from: Option<PathBuf>,
    /// Instances with this tag; may be repeated, all must match
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = key_and_value)]
    tags: Vec<(String, String)>,
    /// Every instance of the regions; needs `--expect`
    #[arg(long)]
    whole_region: bool,
    /// How many instances may be selected, `40-60` or `60`; another selection is refused
    #[arg(long, value_name = "COUNT", value_parser = bounds)]
    expect: Option<Value>,
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
    /// Use an earlier look into a guest that is not older than this, such as `12h`
    #[arg(long, value_name = "AGE")]
    probe_max_age: Option<String>,
    /// Instances of the first wave, which must come out well before others start
    #[arg(long, value_name = "COUNT")]
    canary: Option<u32>,
    /// Instances that may be running at the same time
    #[arg(long, value_name = "COUNT")]
    max_in_flight: Option<u32>,
    /// Start no more instances after more failures than this: a number of instances, or a share such as `5%`
    #[arg(long, value_name = "COUNT")]
    max_errors: Option<String>,
    /// Of instances with the same value of this tag, `tag:KEY`, never freeze two at once
    #[arg(long, value_name = "TAG")]
    spread_by: Option<String>,
    /// Start no more instances after this time of day, `03:00` (by this machine's clock) or `03:00+08:00`
    #[arg(long, value_name = "TIME")]
    start_before: Option<String>,
    /// Start no more instances when so much time has passed, `2h`
    #[arg(long, value_name = "DURATION")]
    deadline: Option<String>,
    /// Tag the snapshots `consnap:run` when they were verified, so that `consnap prune` knows them without the journal
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tag_snapshots: Option<bool>,
    /// Windows: whether VSS Writers take part
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    vss_writers: Option<bool>,
}

static FLAGS: Text = Text::new("the flags", "命令行参数");

impl JobArguments {
    /// The document with the flags in their places; from flags alone without a document.
    pub(crate) fn document(&self, lang: Lang) -> Result<Document, Error> {
        let mut document = match &self.job {
            Some(path) => Document::read(path)?,
            None => Document::made(FLAGS.get(lang), json!({"version": 1})),
        };
        self.flags.write_into(&mut document.value)?;
        Ok(document)
    }

    /// The document with what is still missing in it.
    pub(crate) fn document_or(&self, missing: Value, lang: Lang) -> Result<Document, Error> {
        let mut document = self.document(lang)?;
        if let (Value::Object(job), Value::Object(missing)) = (&mut document.value, missing) {
            for (name, value) in missing {
                job.entry(name).or_insert(value);
            }
        }
        Ok(document)
    }

    /// What the flags say.
    pub(crate) fn flags(&self) -> &JobFlags {
        &self.flags
    }
}

impl JobFlags {
    fn write_into(&self, job: &mut Value) -> Result<(), Error> {
        let listed = self.instances_from.as_deref().map(read_text).transpose()?.unwrap_or_default();
        let listed = listed.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let mut ids = self.instances.clone();
        ids.extend(listed.filter(|id| !id.is_empty()).map(str::to_owned));
        let from_a_list = self.instances_from.is_some();
        // A document that is no object is refused by whoever reads the job.
        if let Value::Object(job) = job {
            merge(job, self.patch(&ids, from_a_list));
            if let Some(Value::Object(targets)) = job.get_mut("targets") {
                drop_nulls(targets);
            }
        }
        Ok(())
    }

    /// What the flags say, as a JSON merge patch (RFC 7386) of the document.
    fn patch(&self, ids: &[String], from_a_list: bool) -> Value {
        let mut patch = Map::new();
        let mut set = |at: &[&str], value: Option<Value>| {
            if let Some(value) = value {
                let nested = at.iter().rev().fold(value, |inner, name| json!({ *name: inner }));
                merge(&mut patch, nested);
            }
        };
        let text = |given: &Option<String>| given.as_ref().map(|text| json!(text));
        // What flags select goes before any selection of the document; of flags of several kinds the reader says that they
        // exclude each other. An empty list selects nothing, which is not the same as none given.
        let by_id = !ids.is_empty() || from_a_list;
        if by_id || !self.tags.is_empty() || self.whole_region {
            let tags: Map<String, Value> =
                self.tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
            let ids = by_id.then(|| json!(ids));
            let tags = (!tags.is_empty()).then_some(tags);
            set(&["targets"], Some(json!({"ids": ids, "tags": null, "all": self.whole_region.then_some(true)})));
            set(&["targets", "tags"], tags.map(Value::Object));
        }
        set(&["targets", "expect"], self.expect.clone());
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
        let count_or_share = |text: &String| text.parse::<u32>().map_or_else(|_| json!(text), Value::from);
        set(&["run", "max_errors"], self.max_errors.as_ref().map(count_or_share));
        set(&["run", "spread_by"], text(&self.spread_by));
        set(&["run", "start_before"], text(&self.start_before));
        set(&["run", "deadline"], text(&self.deadline));
        set(&["run", "tag_snapshots"], self.tag_snapshots.map(Value::from));
        set(&["windows", "vss_writers"], self.vss_writers.map(Value::from));
        Value::Object(patch)
    }
}

/// Reads `40-60` or `60`.
fn bounds(text: &str) -> Result<Value, String> {
    let wrong = || "write it as `40-60`, or as `60` for exactly so many".to_owned();
    let count = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
    let (least, most) = match text.split_once('-') {
        Some((least, most)) => (count(least)?, count(most)?),
        None => (count(text)?, count(text)?),
    };
    if least > most { Err(wrong()) } else { Ok(json!({"min": least, "max": most})) }
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
        flags.write_into(&mut job).unwrap();
        assert_eq!(
            job,
            json!({"version": 1, "targets": {"ids": ["i-a", "i-b"], "expect": {"max": 2}},
                   "instance_ram_role": "attached", "group_name": "n",
                   "linux": {"post_script_path": "/q", "pre_script_path": "/p", "freeze_file_systems": false},
                   "windows": {"vss_writers": true}})
        );
        let mut no_object = json!([1]);
        flags.write_into(&mut no_object).unwrap();
        assert_eq!(no_object, json!([1]));
    }
}
