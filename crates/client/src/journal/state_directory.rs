//! Where journals lie, and the directory's own rules.

use std::io;
use std::path::{Path, PathBuf};

use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::{Error, ErrorKind};

/// The state directory: `$CONSNAP_STATE_DIR`, else `$XDG_STATE_HOME/consnap`, else `$HOME/.local/state/consnap`; on
/// Windows `%LOCALAPPDATA%\consnap` after the first two. `variable` reads the environment.
pub fn state_directory(variable: impl Fn(&str) -> Option<String>) -> Result<PathBuf, Error> {
    let set = |name| variable(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    if let Some(own) = set("CONSNAP_STATE_DIR") {
        return Ok(own);
    }
    // A relative path is to be ignored, says the specification.
    if let Some(state) = set("XDG_STATE_HOME").filter(|path| path.is_absolute()) {
        return Ok(state.join("consnap"));
    }
    let home = if cfg!(windows) { set("LOCALAPPDATA") } else { set("HOME").map(|home| home.join(".local/state")) };
    home.map(|home| home.join("consnap")).ok_or_else(|| Error::new(ErrorKind::Input, &rows::STATE_DIRECTORY_UNKNOWN))
}

/// The directory of a run. The id becomes a file name: anything but letters, digits, `-` and `_` is an error.
pub(super) fn run_directory(state: &Path, run_id: &str) -> Result<PathBuf, Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if run_id.is_empty() || run_id.len() > 64 || !run_id.bytes().all(fits) {
        return Err(Error::new(ErrorKind::Input, &rows::RUN_ID_UNUSABLE).with("run", run_id));
    }
    Ok(state.join(run_id))
}

/// Refuses a file or directory that somebody else may have written: what a journal says is sent.
#[cfg(unix)]
pub(super) fn must_be_ours(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).map_err(|error| io_error(path, &error))?;
    let file = path.display().to_string();
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::new(ErrorKind::Rejected, &rows::JOURNAL_OF_OTHER_OWNER)
            .with("file", file)
            .with("owner", metadata.uid().to_string()));
    }
    if metadata.mode() & 0o002 != 0 {
        return Err(Error::new(ErrorKind::Rejected, &rows::JOURNAL_OPEN_TO_ALL).with("file", file));
    }
    Ok(())
}

/// Windows gives the files of a profile to its user alone.
#[cfg(not(unix))]
pub(super) fn must_be_ours(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Makes a directory that only its owner may enter, with its parents.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for a file that only its owner may read.
pub(crate) fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes names in a directory durable. Windows does so by itself and cannot open directories.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { std::fs::File::open(path)?.sync_all() } else { Ok(()) }
}

/// An input or output error in words, by what its reader can do about it.
pub(super) fn io_error(file: &Path, error: &io::Error) -> Error {
    let row = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => &rows::JOURNAL_DISK_FULL,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => &rows::JOURNAL_NOT_WRITABLE,
        _ => &rows::JOURNAL_FAILED,
    };
    Error::new(ErrorKind::Rejected, row).with("file", file.display().to_string()).with("detail", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_choice_before_the_specification_before_home() {
        let at = |set: &[(&str, &str)]| {
            let found =
                state_directory(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
            found.map_or_else(|error| error.row.code.to_owned(), |path| path.display().to_string())
        };
        assert_eq!(at(&[("CONSNAP_STATE_DIR", "s"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")]), "s");
        assert_eq!(at(&[("CONSNAP_STATE_DIR", ""), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")]), "/x/consnap");
        assert_eq!(at(&[("XDG_STATE_HOME", "x"), ("HOME", "/h")]), "/h/.local/state/consnap");
        assert_eq!(at(&[]), "CE320");
        for bad in ["", "..", "a/b", "a b", ".a", "\u{e9}"] {
            assert_eq!(run_directory(Path::new("/s"), bad).unwrap_err().row.code, "CE321");
        }
    }
}
