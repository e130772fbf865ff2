//! The guest probe: one read-only command a platform that tells what only the guest knows, and the strict reading of its
//! answer.
//!
//! 1. [`command`] writes the command for a job: the same bytes for every instance of a platform.
//! 2. The guest answers in lines ([`lines`]); the last one counts them, so that an answer that was cut is known as cut.
//! 3. [`read`] reads the lines, [`Reading::into_guest`] joins them with the disks the API shows.
//!
//! What cannot be read is a finding, and an answer that is not whole leaves everything unknown.

use crate::base::consistency::Platform;
use crate::base::time::Time;
use crate::diagnostics::finding::Finding;
use crate::ecs::api::requests::CommandType;
use crate::input::facts::{Disk, Guest};
use crate::input::job::Job;
use crate::plugin::storage::with_storage;

mod join;
pub mod lines;
mod read;

pub use read::{ReadAnswer, Reading, read, read_base64};

/// What an answer says about the guest of an instance, and what is odd about it. `disks` are those attached to it.
pub fn guest_of(
    output: &str,
    instance_id: &str,
    disks: Option<&[Disk]>,
    probed_at: Option<Time>,
) -> (Option<Guest>, Vec<Finding>) {
    let ReadAnswer { reading, mut findings } = read_base64(output);
    match reading.map(|reading| reading.into_guest(instance_id, disks, probed_at)) {
        Some(Ok(guest)) => (Some(guest), findings),
        Some(Err(finding)) => {
            findings.push(finding);
            (None, findings)
        }
        None => (None, findings),
    }
}

const LINUX: &str = include_str!("linux.sh");
const WINDOWS: &str = include_str!("windows.ps1");

/// The command for a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeCommand {
    /// A POSIX shell script or a PowerShell script.
    pub command_type: CommandType,
    /// The script.
    pub content: String,
}

/// The scripts of a job a probe looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptPaths {
    /// The pre-freeze script.
    pub pre: Option<String>,
    /// The post-thaw script.
    pub post: Option<String>,
    /// The engine whose data are looked for, where the probe knows its processes.
    pub data_of: Option<String>,
}

/// Engines whose processes the probe knows.
const ENGINES: [&str; 5] = ["mariadb", "mysql", "postgresql", "redis", "valkey"];

impl ScriptPaths {
    /// Those a job names.
    pub fn of(job: &Job) -> Self {
        let engine = job.linux.quiesce.as_ref().map(|quiesce| quiesce.engine.clone());
        Self {
            pre: job.linux.pre_script_path.clone(),
            post: job.linux.post_script_path.clone(),
            data_of: engine.filter(|engine| ENGINES.contains(&engine.as_str())),
        }
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let both = [("pre", self.pre.as_deref()), ("post", self.post.as_deref())];
        both.into_iter().filter_map(|(name, path)| Some((name, path?)))
    }
}

/// The probe of a platform. Windows instances have no scripts: `scripts` counts on Linux only.
pub fn command(platform: Platform, scripts: &ScriptPaths) -> ProbeCommand {
    match platform {
        Platform::Windows => {
            ProbeCommand { command_type: CommandType::RunPowerShellScript, content: WINDOWS.to_owned() }
        }
        Platform::Linux => {
            let calls: String =
                scripts.named().map(|(name, path)| ["script ", name, " ", &quoted(path), "\n"].concat()).collect();
            let data = scripts.data_of.as_ref().map(|engine| format!("data {engine}\n")).unwrap_or_default();
            let content = [linux().as_str(), &data, &calls, END].concat();
            ProbeCommand { command_type: CommandType::RunShellScript, content }
        }
    }
}

const END: &str = "say \"end lines=$((lines + 1))\"\n";

fn linux() -> String {
    with_storage(LINUX)
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The platform and the scripts of a command this version writes; `None` for any other command.
pub fn recognise(content: &str) -> Option<(Platform, ScriptPaths)> {
    if content == WINDOWS {
        return Some((Platform::Windows, ScriptPaths::default()));
    }
    let mut left = content.strip_prefix(&linux())?.strip_suffix(END)?;
    let mut scripts = ScriptPaths::default();
    if let Some((engine, rest)) = left.strip_prefix("data ").and_then(|rest| rest.split_once('\n')) {
        scripts.data_of = Some(engine.to_owned());
        left = rest;
    }
    for (name, place) in [("pre", &mut scripts.pre), ("post", &mut scripts.post)] {
        let Some(rest) = left.strip_prefix(&format!("script {name} '")) else { continue };
        let mut path = String::new();
        let mut behind = rest;
        left = loop {
            let (part, more) = behind.split_once('\'')?;
            path.push_str(part);
            match more.strip_prefix("\\''") {
                Some(more) => {
                    path.push('\'');
                    behind = more;
                }
                None => break more.strip_prefix('\n')?,
            }
        };
        *place = Some(path);
    }
    left.is_empty().then_some((Platform::Linux, scripts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn paths(pre: &str, post: &str) -> ScriptPaths {
        ScriptPaths { pre: Some(pre.to_owned()), post: Some(post.to_owned()), data_of: None }
    }

    #[test]
    fn a_command_is_recognised_with_its_scripts() {
        for scripts in [
            ScriptPaths::default(),
            paths("/tmp/a", "/tmp/b"),
            paths("/it's here/''", "'\n'\\''; rm -rf /; '"),
            ScriptPaths { post: Some("/tmp/b'".to_owned()), ..ScriptPaths::default() },
            ScriptPaths { data_of: Some("postgresql".to_owned()), ..paths("/tmp/a", "/tmp/b") },
        ] {
            let written = command(Platform::Linux, &scripts);
            assert_eq!(recognise(&written.content), Some((Platform::Linux, scripts)));
            assert_eq!(recognise(&format!("{}x", written.content)), None);
        }
        let windows = command(Platform::Windows, &paths("/tmp/a", "/tmp/b"));
        assert_eq!(windows.command_type, CommandType::RunPowerShellScript);
        assert_eq!(recognise(&windows.content), Some((Platform::Windows, ScriptPaths::default())));
        assert_eq!(recognise("acs-plugin-manager --list"), None);
    }

    #[test]
    fn commands_fit_the_smallest_limit_of_any_edition() {
        let long = "/".repeat(256);
        for platform in [Platform::Linux, Platform::Windows] {
            let scripts = ScriptPaths { data_of: Some("postgresql".to_owned()), ..paths(&long, &long) };
            let length = STANDARD.encode(command(platform, &scripts).content).len();
            assert!(length <= 16 * 1024, "{platform:?}: {length}");
        }
    }

    /// What stands in quotes in a line of the script, one piece after the other.
    fn quoted_in(line: &str) -> String {
        let (mut text, mut open) = (String::new(), None);
        for letter in line.chars() {
            match open {
                None if matches!(letter, '\'' | '"') => open = Some(letter),
                Some(quote) if quote == letter => open = None,
                Some(_) => text.push(letter),
                None => {}
            }
        }
        text
    }

    /// Every line that the script can write has a form that its reader knows, and every form of a Windows guest is written.
    #[test]
    fn the_windows_script_writes_what_is_read() {
        let mut written = std::collections::BTreeSet::new();
        for line in WINDOWS.lines().filter(|line| line.contains("Say ")) {
            let text = quoted_in(line.split_once("Say ").unwrap().1.split("; return").next().unwrap());
            let mut words = text.split_whitespace();
            let Some(word) = words.next().filter(|word| !word.contains('=')) else { continue };
            let keys: Vec<&str> = words.filter_map(|pair| pair.split_once('=')).map(|(key, _)| key).collect();
            assert!(lines::FORMS.iter().any(|(known, form)| *known == word && *form == keys), "{line}");
            written.insert(word.to_owned());
        }
        let of_windows = ["consnap-probe", "disk", "end", "launcher", "metadata", "mount", "mounts", "processes"];
        for word in of_windows.into_iter().chain(["service", "services", "writer", "writers"]) {
            assert!(written.contains(word), "{word}");
        }
        // Brackets outside of texts and comments pair.
        let mut open = Vec::new();
        let mut quote = None;
        for line in WINDOWS.lines().filter(|line| !line.trim_start().starts_with('#')) {
            for letter in line.chars() {
                match (quote, letter) {
                    (None, '\'' | '"') => quote = Some(letter),
                    (Some(open), _) if open == letter => quote = None,
                    (None, '(' | '{' | '[') => open.push(letter),
                    (None, ')') => assert_eq!(open.pop(), Some('('), "{line}"),
                    (None, '}') => assert_eq!(open.pop(), Some('{'), "{line}"),
                    (None, ']') => assert_eq!(open.pop(), Some('['), "{line}"),
                    _ => {}
                }
            }
            assert_eq!(quote, None, "{line}");
        }
        assert_eq!(open, Vec::<char>::new());
    }

    /// The services that the script looks for are those of the catalogue.
    #[test]
    fn the_windows_script_looks_for_the_products_of_the_catalogue() {
        for service in crate::catalog::vss::PRODUCTS.iter().flat_map(|row| row.services) {
            assert!(WINDOWS.contains(&format!("'{service}'")), "{service}");
        }
    }

    #[test]
    fn the_windows_script_is_plain_text() {
        // The agent hands PowerShell a file without a byte order mark: only ASCII is read alike on every system.
        assert!(WINDOWS.is_ascii() && LINUX.is_ascii());
        assert!(!LINUX.contains('\r') && !WINDOWS.contains('\r'));
    }
}
