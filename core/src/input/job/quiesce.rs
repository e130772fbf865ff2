//! `linux.quiesce`: a service that the scripts of consnap hold still for the snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::LinuxOptions;
use crate::catalog::quiesce::{self as catalog, QuiesceEngine};

/// A database or another service that is held still for the snapshot, by scripts that consnap writes, uploads, and asks
/// afterwards for what they saw. Not beside `pre_script_path`, `post_script_path` and `upload`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Quiesce {
    /// Which scripts: `mariadb`, `mysql`, `postgresql`, `redis`, `valkey` or `generic`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(mariadb|mysql|postgresql|redis|valkey|generic)$")))]
    pub engine: String,
    /// Name of the service; two services of one host need two names. The engine's when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$")))]
    pub name: Option<String>,
    /// Everything is released after so many seconds, whatever happens. 600 for `postgresql`, 60 for the others when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 5, max = 1800)))]
    pub limit: Option<i64>,
    /// Other settings, each a text; `consnap scripts list ENGINE` has them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The pre-freeze script, Base64. Command line and Python write it; what stands here is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_content: Option<String>,
    /// The post-thaw script, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_content: Option<String>,
}

impl Quiesce {
    /// The name of the service.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.engine)
    }

    /// What is known of the engine; `None` for one that has no scripts.
    pub fn engine(&self) -> Option<&'static QuiesceEngine> {
        catalog::find(&self.engine)
    }

    /// After how many seconds everything is released.
    pub fn limit_seconds(&self) -> i64 {
        self.limit.unwrap_or_else(|| self.engine().map_or(60, |engine| i64::from(engine.limit)))
    }

    /// How many seconds a script takes at most, the longer of the two.
    pub fn script_seconds(&self) -> i64 {
        let Some(engine) = self.engine() else { return 0 };
        let sum = |base: u32, times: fn(&catalog::Wait) -> u32| {
            engine.waits.iter().fold(i64::from(base), |sum, wait| {
                let given = self.settings.get(wait.setting).and_then(|text| text.parse::<u32>().ok());
                sum.saturating_add(i64::from(given.unwrap_or(wait.seconds)).saturating_mul(i64::from(times(wait))))
            })
        };
        sum(catalog::PRE_SECONDS, |wait| wait.pre).max(sum(engine.post, |wait| wait.post))
    }

    /// Where the two scripts are put on an instance; nothing where the name is none that may stand in a path.
    pub fn paths(&self) -> Option<[String; 2]> {
        catalog::is_name(self.name()).then(|| catalog::paths(self.name()))
    }

    /// Folders in which the scripts look for a tmpfs, and with it for their record.
    pub fn state_folders(&self) -> Vec<&str> {
        let given = self.settings.get("STATE_BASE").map_or(catalog::STATE_BASE, String::as_str);
        given.split(':').filter(|folder| !folder.is_empty()).collect()
    }
}

impl LinuxOptions {
    /// What `quiesce` says by itself: where its scripts lie, and how long they may take.
    pub(super) fn take_quiesce(&mut self) {
        let Some(quiesce) = &self.quiesce else { return };
        let (seconds, known) = (quiesce.script_seconds(), quiesce.engine().is_some());
        let Some([pre, post]) = quiesce.paths().filter(|_| known) else { return };
        self.pre_script_path.get_or_insert(pre);
        self.post_script_path.get_or_insert(post);
        self.script_timeout_seconds.get_or_insert(seconds);
    }
}
