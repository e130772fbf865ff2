//! Which instances an audit or a clean-up is about: job documents, ids or tags.

use std::path::PathBuf;
use std::time::Duration;

use consnap_client::document::Document;
use consnap_core::estate::audit::Selector;
use consnap_core::input::job::forms::parse_duration;
use consnap_core::{RequiredConsistency, Time};

use crate::commands::run::usable_job;
use crate::console::Console;
use crate::exit::Failure;

/// Instances by job, id or tag.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Selection (every instance of the regions when nothing is selected)")]
pub(crate) struct SelectionArguments {
    /// Job documents, YAML or JSON: their instances, excluded disks, required consistency and regions
    jobs: Vec<PathBuf>,
    /// An instance, or several with commas between; may be repeated
    #[arg(short = 'i', long = "instance", value_name = "ID", value_delimiter = ',')]
    instances: Vec<String>,
    /// Instances with this tag; may be repeated, all must match
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value, conflicts_with = "instances")]
    tag: Vec<(String, String)>,
    /// A region to look in; may be repeated; those of the jobs, else that of the profile when not given
    #[arg(long = "region", value_name = "ID")]
    regions: Vec<String>,
    /// The consistency that counts, where no job says so
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Level::Application)]
    require: Level,
}

/// A consistency as it is typed.
#[derive(Copy, Clone, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Level {
    /// Tagged `APPConsistent:True`
    Application,
    /// Tagged `FsConsistent:True`, or better
    FileSystem,
}

/// What was selected.
pub(crate) struct Selection {
    pub(crate) selectors: Vec<Selector>,
    pub(crate) regions: Vec<String>,
}

impl SelectionArguments {
    /// Reads the jobs. Findings that block one end the command.
    pub(crate) fn read(&self, excluded_disks: &[String], console: &mut Console) -> Result<Selection, Failure> {
        let mut selectors = Vec::new();
        let mut regions = self.regions.clone();
        for path in &self.jobs {
            let job = usable_job(&mut Document::read(path)?, None, console)?;
            for region in job.regions.iter().filter(|_| self.regions.is_empty()) {
                if !regions.contains(region) {
                    regions.push(region.clone());
                }
            }
            selectors.push(Selector::of_job(&job));
        }
        if !self.instances.is_empty() || !self.tag.is_empty() {
            selectors.push(Selector {
                ids: self.instances.iter().cloned().collect(),
                tags: self.tag.iter().cloned().collect(),
                ..Selector::default()
            });
        }
        if !excluded_disks.is_empty() {
            if selectors.is_empty() {
                selectors.push(Selector::default());
            }
            for selector in &mut selectors {
                selector.excluded_disks.extend(excluded_disks.iter().map(|disk| (String::new(), disk.clone())));
            }
        }
        Ok(Selection { selectors, regions })
    }

    /// The consistency that counts, where no job says so.
    pub(crate) fn required(&self) -> RequiredConsistency {
        match self.require {
            Level::Application => RequiredConsistency::Application,
            Level::FileSystem => RequiredConsistency::FileSystem,
        }
    }
}

pub(crate) fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

/// Reads `24h`, `30d`, `1d12h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "write it as `24h`, `90m` or `30d`".to_owned())
}

/// Reads a moment: `2026-11-01T00:00:00Z`, with an offset, or a day, which begins at midnight UTC.
pub(crate) fn moment(text: &str) -> Result<Time, String> {
    let day = (text.len() == 10).then(|| Time::parse(&format!("{text}T00:00:00Z"))).flatten();
    day.or_else(|| Time::parse(text)).ok_or_else(|| "write it as 2026-11-01 or 2026-11-01T00:00:00Z".to_owned())
}
