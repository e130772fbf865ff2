//! How a command ends.

pub(crate) use consnap_client::operations::ExitStatus as Exit;
use consnap_core::Error;

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
            Self::Error(error) => error.kind.into(),
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
