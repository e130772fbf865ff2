//! Whether the disks of a group hold all the data that a record speaks of. A service that was held perfectly is still torn in
//! the copy when part of it lies on a disk outside of the group.

use serde::{Deserialize, Serialize};

use crate::catalog::file_systems::{FileSystemClass, classify};

/// A mount that the record names, as the read found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WitnessMount {
    /// Its mount point, in the kernel's spelling.
    pub target: String,
    /// Its file system.
    pub file_system: String,
    /// The disks it lies on, `d-...`; missing where they cannot all be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_ids: Option<Vec<String>>,
}

/// Where the data of a record lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All on disks of the group.
    Inside,
    /// These mount points are not, or not whole; hostile text.
    Outside(Vec<String>),
    /// It cannot be told.
    Unknown,
}

/// Holds the mount points of a record to the disks that must be in the group.
pub fn coverage<'a>(
    named: &[&str],
    seen: Option<&[WitnessMount]>,
    expected: impl Iterator<Item = &'a str>,
) -> Coverage {
    let expected: Vec<&str> = expected.collect();
    let Some(seen) = seen.filter(|_| !expected.is_empty() && !named.is_empty()) else { return Coverage::Unknown };
    let (mut outside, mut unknown) = (Vec::new(), false);
    for target in named {
        // Of two mounts on one place the later one counts.
        let mount = seen.iter().rfind(|mount| mount.target == *target);
        let elsewhere = mount.is_some_and(|mount| {
            let class = classify(&mount.file_system, Some(crate::base::consistency::Platform::Linux));
            matches!(class, FileSystemClass::Network | FileSystemClass::Cluster)
        });
        let disks = mount.and_then(|mount| mount.disk_ids.as_deref()).filter(|disks| !disks.is_empty());
        match disks {
            _ if elsewhere => outside.push((*target).to_owned()),
            Some(disks) if disks.iter().any(|disk| !expected.contains(&disk.as_str())) => {
                outside.push((*target).to_owned());
            }
            Some(_) => {}
            None => unknown = true,
        }
    }
    match outside.is_empty() {
        false => Coverage::Outside(outside),
        true if unknown => Coverage::Unknown,
        true => Coverage::Inside,
    }
}
