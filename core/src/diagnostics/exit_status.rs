//! How a command, a run or a look ends, in one number.

use super::error::ErrorKind;

/// The exit status. Of several the worst is given: 5, then 4, then 3, 2, 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitStatus {
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

impl ExitStatus {
    /// The number, from 0 to 5.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The status with a number; numbers that are none are unknown.
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Reached,
            1 => Self::Findings,
            2 => Self::Usage,
            3 => Self::NotStarted,
            5 => Self::Held,
            _ => Self::Unknown,
        }
    }

    /// [`ExitStatus::Findings`] where something is wrong.
    pub const fn findings_if(wrong: bool) -> Self {
        if wrong { Self::Findings } else { Self::Reached }
    }

    /// The worse of two.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        self.max(other)
    }
}

/// The status of an error that ended something before anything was started.
impl From<ErrorKind> for ExitStatus {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Input | ErrorKind::Rejected => Self::Usage,
            ErrorKind::Credential
            | ErrorKind::Transport
            | ErrorKind::Throttled
            | ErrorKind::Api
            | ErrorKind::Protocol => Self::NotStarted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_the_status_and_what_is_no_status_is_unknown() {
        for code in 0..=u8::MAX {
            let status = ExitStatus::from_code(code);
            assert_eq!(status.code(), if code <= 5 { code } else { 4 });
        }
    }

    #[test]
    fn the_worse_wins() {
        assert_eq!(ExitStatus::Unknown.or_worse(ExitStatus::Held), ExitStatus::Held);
        assert_eq!(ExitStatus::Unknown.or_worse(ExitStatus::Findings), ExitStatus::Unknown);
        assert_eq!(ExitStatus::findings_if(true).or_worse(ExitStatus::findings_if(false)), ExitStatus::Findings);
    }
}
