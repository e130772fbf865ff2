//! Runs the program of a profile of mode `External`, as the official SDKs do: no shell, words and quotes, at most 60 seconds.

use std::process::Stdio;
use std::time::Duration;

use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::credentials::{Credential, external};
use consnap_core::{Error, ErrorKind};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use zeroize::Zeroizing;

/// The SDKs' own limit.
const LONGEST: Duration = Duration::from_secs(60);
/// The most it may print, in bytes.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// The most of its standard error that is shown, in bytes.
const SAID_LIMIT: u64 = 2 << 10;

/// How long the end of its standard error is waited for after its own end.
const STILL_SAYING: Duration = Duration::from_secs(1);

/// What the program prints, read. Where it fails, the error shows what it wrote to its standard error.
pub(super) async fn run(command: &str, place: &str, source: &str) -> Result<Credential, Error> {
    let failed = |detail: String| {
        Error::new(ErrorKind::Credential, &calls::EXTERNAL_FAILED).with("source", place).with("detail", detail)
    };
    let words = external::words(command, cfg!(windows)).ok_or_else(|| failed("a quote in it is open".to_owned()))?;
    let mut words = words.into_iter();
    let program = words.next().ok_or_else(|| failed("it has no name".to_owned()))?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("it cannot be started: {error}")))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut printed = Zeroizing::new(Vec::new());
    let mut said = Vec::new();
    let talk = async {
        let ended = async {
            if let Some(stdout) = stdout {
                stdout.take(OUTPUT_LIMIT + 1).read_to_end(&mut printed).await?;
            }
            if printed.len() as u64 > OUTPUT_LIMIT { Ok(None) } else { child.wait().await.map(Some) }
        };
        let listen = async {
            let Some(mut stderr) = stderr else { return };
            // What it says beside its output is no reason to fail. The rest is read too, so that it never waits for a reader.
            let _ = (&mut stderr).take(SAID_LIMIT).read_to_end(&mut said).await;
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        };
        tokio::pin!(ended, listen);
        let mut heard = false;
        let status: std::io::Result<_> = loop {
            tokio::select! {
                status = &mut ended => break status,
                () = &mut listen, if !heard => heard = true,
            }
        };
        // A process that it left behind may keep its standard error open.
        if !heard {
            let _ = tokio::time::timeout(STILL_SAYING, &mut listen).await;
        }
        status
    };
    let ended = tokio::time::timeout(LONGEST, talk).await;
    let failed = |detail: String| match in_one_line(&said) {
        said if said.is_empty() => failed(detail),
        said => failed(format!("{detail}; it says: {said}")),
    };
    let ended = ended.map_err(|_| failed(format!("it did not end within {} seconds", LONGEST.as_secs())))?;
    match ended.map_err(|error| failed(error.to_string()))? {
        None => Err(failed(format!("it printed more than {OUTPUT_LIMIT} bytes"))),
        Some(status) if !status.success() => Err(failed(format!("it ended with {status}"))),
        Some(_) => external::parse(&printed, source),
    }
}

/// What a program said, without what could steer a terminal.
fn in_one_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
