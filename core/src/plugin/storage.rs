//! The part of the shell scripts that tells on which disks the mounts of a guest lie, which probe and witness have in common.

use crate::base::consistency::Platform;
use crate::catalog::file_systems::{FileSystemClass, ROWS};

const STORAGE: &str = include_str!("storage.sh");
/// Where a script takes the common part.
const PLACE: &str = "@STORAGE@\n";
/// Where the common part takes its list of file systems that hold no data of their own.
const VIRTUAL: &str = "@VIRTUAL@";

/// A script with the common part in its place.
pub(super) fn with_storage(script: &str) -> String {
    let names: Vec<&str> = ROWS
        .iter()
        .filter(|row| row.class == FileSystemClass::Virtual && row.platform != Some(Platform::Windows))
        .map(|row| row.name)
        .collect();
    script.replace(PLACE, &[&STORAGE.replace(VIRTUAL, &names.join(" | ")), "\n"].concat())
}
