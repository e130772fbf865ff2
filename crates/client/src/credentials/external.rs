//! Runs the program of a profile of mode `External`, as the CLI does: no shell, divided at blanks, at most 60 seconds.

use std::process::Stdio;
use std::time::Duration;

use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::credentials::{Credential, external};
use consnap_core::{Error, ErrorKind};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use zeroize::Zeroizing;

/// The CLI's own limit.
const LONGEST: Duration = Duration::from_secs(60);
/// The most it may print, in bytes.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// What the program prints, read. Its standard error is not shown: it might repeat a secret.
pub(super) async fn run(command: &str, place: &str, source: &str) -> Result<Credential, Error> {
    let failed = |detail: String| {
        Error::new(ErrorKind::Credential, &calls::EXTERNAL_FAILED).with("source", place).with("detail", detail)
    };
    let mut words = command.split_whitespace();
    let program = words.next().ok_or_else(|| failed("it has no name".to_owned()))?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("it cannot be started: {error}")))?;
    let stdout = child.stdout.take();
    let talk = async {
        let mut printed = Zeroizing::new(Vec::new());
        if let Some(stdout) = stdout {
            stdout.take(OUTPUT_LIMIT + 1).read_to_end(&mut printed).await?;
        }
        if printed.len() as u64 > OUTPUT_LIMIT {
            return Ok((printed, None));
        }
        child.wait().await.map(|status| (printed, Some(status)))
    };
    let ended: std::io::Result<_> = tokio::time::timeout(LONGEST, talk)
        .await
        .map_err(|_| failed(format!("it did not end within {} seconds", LONGEST.as_secs())))?;
    match ended.map_err(|error| failed(error.to_string()))? {
        (_, None) => Err(failed(format!("it printed more than {OUTPUT_LIMIT} bytes"))),
        (_, Some(status)) if !status.success() => Err(failed(format!("it ended with {status}"))),
        (printed, Some(_)) => external::parse(&printed, source),
    }
}
