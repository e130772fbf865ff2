//! The two words everything turns on: which platform, and which consistency.

use serde::{Deserialize, Serialize};

/// The platform of an instance, which decides plug-in, command type and parameters.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// `RunShellScript`, `app-snapshot-plugin`.
    Linux,
    /// `RunBatScript`, `app-snapshot-plugin-win`.
    Windows,
}

/// The consistency a snapshot really has, weakest first; `Unknown` is never clean.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// It could not be learnt.
    Unknown,
    /// There is no snapshot.
    None,
    /// A snapshot without a consistency tag: as after a power cut.
    Crash,
    /// Tagged `FsConsistent:True`.
    FileSystem,
    /// Tagged `APPConsistent:True`.
    Application,
}

/// The consistency a job asks for.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RequiredConsistency {
    /// Snapshots tagged `APPConsistent:True`.
    #[default]
    Application,
    /// Snapshots tagged `FsConsistent:True` or better.
    FileSystem,
}

impl RequiredConsistency {
    /// Whether a reached level satisfies this requirement; `Unknown` never does.
    pub fn is_met_by(self, reached: Consistency) -> bool {
        match self {
            Self::Application => reached == Consistency::Application,
            Self::FileSystem => matches!(reached, Consistency::Application | Consistency::FileSystem),
        }
    }
}

macro_rules! wire_names {
    ($type:ty { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// The name as it stands in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use wire_names;

wire_names!(Platform { Linux => "linux", Windows => "windows" });
wire_names!(Consistency {
    Unknown => "unknown", None => "none", Crash => "crash", FileSystem => "file_system", Application => "application",
});
wire_names!(RequiredConsistency { Application => "application", FileSystem => "file_system" });
