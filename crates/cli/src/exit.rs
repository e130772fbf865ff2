//! How a command ends.

use consnap_core::{Error, ErrorKind};

/// The exit codes. Of several the worst is given: 5, then 4, then 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was reached, nothing is wrong.
    Reached = 0,
    /// Findings of severity error, or an instance failed, is weaker than required or was set aside.
    Findings = 1,
    /// Wrong usage, unreadable input or nothing selected. Nothing was sent.
    Usage = 2,
    /// Credentials or API refused or unreachable, and nothing was started.
    NotStarted = 3,
    /// A result is unknown or still running.
    Unknown = 4,
    /// A guest may still be held.
    Held = 5,
}

impl Exit {
    /// The end with a number; numbers that are none are unknown.
    pub fn from_status(status: u8) -> Self {
        match status {
            0 => Self::Reached,
            1 => Self::Findings,
            2 => Self::Usage,
            3 => Self::NotStarted,
            5 => Self::Held,
            _ => Self::Unknown,
        }
    }

    /// The worse of two ends of commands that were carried out.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With words for the user.
    Error(Box<Error>),
    /// Our own output could not be written.
    Output(std::io::Error),
}

impl Failure {
    /// The exit code when nothing was started.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Error(error) => match error.kind {
                ErrorKind::Input | ErrorKind::Rejected => Exit::Usage,
                ErrorKind::Credential
                | ErrorKind::Transport
                | ErrorKind::Throttled
                | ErrorKind::Api
                | ErrorKind::Protocol => Exit::NotStarted,
            },
            Self::Output(_) => Exit::Usage,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}
