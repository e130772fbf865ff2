//! Appends to a file so that a failure leaves nothing half written behind and can be tried again.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use consnap_core::Error;

use super::state_directory::io_error;

/// From so many bytes on, what is in memory is made durable without being asked to.
const LONG: usize = 2 << 20;

/// Keeps what is not yet durable in memory: after a failed sync the kernel may have dropped it.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    path: PathBuf,
    /// The length of the file up to which everything is durable.
    durable: u64,
    /// What follows; of it `written` bytes are in the file.
    pending: String,
    written: usize,
}

impl Writer {
    /// A writer behind the first `durable` bytes of a file.
    pub(super) fn new(file: File, path: PathBuf, durable: u64) -> Self {
        Self { file, path, durable, pending: String::new(), written: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file's lock back.
    pub(super) fn unlock(&self) {
        // Closing the file does the same a moment later.
        let _ = self.file.unlock();
    }

    /// Adds text; it stays in memory.
    pub(super) fn push(&mut self, add: impl FnOnce(&mut String)) {
        add(&mut self.pending);
    }

    /// Cuts off whatever the file has behind its durable part.
    pub(super) fn cut(&mut self) -> Result<(), Error> {
        self.truncate().and_then(|()| self.file.sync_all()).map_err(|error| io_error(&self.path, &error))
    }

    fn truncate(&mut self) -> std::io::Result<()> {
        self.written = 0;
        self.file.set_len(self.durable)?;
        self.file.seek(SeekFrom::Start(self.durable)).map(drop)
    }

    /// Writes what is in memory. After a failure the file ends where it was durable.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let rest = self.pending.as_bytes().get(self.written..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(());
        }
        match self.file.write_all(rest) {
            Ok(()) => {
                self.written = self.pending.len();
                Ok(())
            }
            Err(error) => {
                // Should this fail too, the next flush begins with it.
                let _ = self.truncate();
                Err(io_error(&self.path, &error))
            }
        }
    }

    /// Writes and makes durable.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.flush()?;
        if let Err(error) = self.file.sync_data() {
            // What reached the disk is not known: write all of it again next time.
            let _ = self.truncate();
            return Err(io_error(&self.path, &error));
        }
        self.durable = self.durable.saturating_add(u64::try_from(self.pending.len()).unwrap_or(u64::MAX));
        self.pending.clear();
        self.pending.shrink_to(LONG);
        self.written = 0;
        Ok(())
    }

    /// Whether so much is in memory that it is time to make it durable.
    pub(super) fn is_long(&self) -> bool {
        self.pending.len() >= LONG
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_is_written_later() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, "one\ntorn").unwrap();
        let read_only = File::open(&path).unwrap();
        let mut writer = Writer::new(read_only, path.clone(), 4);
        writer.push(|out| out.push_str("two\n"));
        assert!(writer.sync().is_err());
        writer.push(|out| out.push_str("three\n"));
        assert!(writer.sync().is_err());
        writer.file = File::options().write(true).open(&path).unwrap();
        writer.cut().unwrap();
        writer.flush().unwrap();
        writer.push(|out| out.push_str("four\n"));
        writer.sync().unwrap();
        writer.sync().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\nfour\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut writer = Writer::new(full, "/dev/full".into(), 0);
        writer.push(|out| out.push('x'));
        assert_eq!(writer.sync().unwrap_err().row.code, "CE327");
    }
}
