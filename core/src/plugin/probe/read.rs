//! From the answer of a probe to what it says. Strict: an answer that is not whole says nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::lines::Line;
use crate::base::consistency::Platform;
use crate::catalog::vss;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::guest as rows;
use crate::input::document::shorten;
use crate::input::facts::Folder;

/// Of lines that are no lines of a probe so many are named; the others are counted.
const NAMED: usize = 3;

/// What an answer says, and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAnswer {
    /// What it says; `None` unless it is whole.
    pub reading: Option<Reading>,
    /// Why it is not, and lines that do not belong to it.
    pub findings: Vec<Finding>,
}

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Which script answered.
    pub platform: Option<Platform>,
    /// Whether `acs-plugin-manager` is found.
    pub launcher_present: Option<bool>,
    /// Versions of Cloud Assistant installed.
    pub agent_versions: Vec<String>,
    /// Versions of the snapshot plug-in installed.
    pub plugin_versions: Vec<String>,
    /// Processes called `fsfreezer`; `None` where processes cannot be seen.
    pub freezers: Option<u64>,
    /// Processes of the plug-in, likewise.
    pub plugins: Option<u64>,
    /// Whether the metadata service answers.
    pub metadata_reachable: Option<bool>,
    /// The instance it says this is.
    pub instance_id: Option<String>,
    /// The role it shows; empty for none.
    pub role: Option<String>,
    /// Whole disks: name and serial number, which may be empty.
    pub(super) disks: Vec<(String, String)>,
    /// Mounts; `None` where they cannot be seen, or not all of them.
    pub(super) mounts: Option<Vec<SeenMount>>,
    /// Mount points on which the service of the job keeps data; `None` where that is not known.
    pub(super) data_mounts: Option<Vec<String>>,
    /// VSS Writers.
    pub(super) writers: Option<Vec<SeenWriter>>,
    /// Services of data products that run.
    pub(super) services: Option<Vec<String>>,
    pub(super) scripts: Vec<SeenScript>,
}

/// A VSS Writer as the guest shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SeenWriter {
    /// 1 is stable.
    pub(super) state: u64,
    pub(super) name: String,
    /// The words for its last error; `None` where they say that there was none.
    pub(super) error: Option<String>,
}

/// A mount as the guest shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SeenMount {
    pub(super) target: String,
    pub(super) file_system: String,
    pub(super) options: String,
    pub(super) source: String,
    /// Names of whole disks.
    pub(super) disks: Vec<String>,
}

/// A script as the guest shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SeenScript {
    /// `pre` or `post`.
    pub(super) name: String,
    pub(super) path: String,
    pub(super) kind: String,
    pub(super) owner: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) sha256: Option<String>,
    pub(super) noexec: Option<bool>,
    pub(super) folders: Vec<Folder>,
}

/// Reads an answer as the service hands it over, in Base64.
pub fn read_base64(output: &str) -> ReadAnswer {
    match STANDARD.decode(output.trim()) {
        Ok(bytes) => read(&bytes),
        Err(_) => read(output.as_bytes()),
    }
}

/// Reads an answer.
pub fn read(output: &[u8]) -> ReadAnswer {
    let text = String::from_utf8_lossy(output);
    let mut reader = Reader::default();
    for line in text.lines() {
        match Line::parse(line) {
            Some(line) => reader.take(&line),
            None if line.trim().is_empty() => {}
            None => reader.strange.push(line.to_owned()),
        }
    }
    reader.finish(text.is_empty())
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    mounts: Vec<SeenMount>,
    mounts_closed: Option<(bool, u64)>,
    data_mounts: Vec<String>,
    data_mounts_closed: Option<(bool, u64)>,
    writers: Vec<SeenWriter>,
    writers_closed: Option<(bool, u64)>,
    services: Vec<String>,
    services_closed: Option<(bool, u64)>,
    lines: u64,
    begun: bool,
    ended: Option<u64>,
    launcher: bool,
    /// What stands twice, or where it must not.
    contradiction: bool,
    format: Option<String>,
    strange: Vec<String>,
}

impl Reader {
    fn take(&mut self, line: &Line<'_>) {
        self.lines += 1;
        let first = self.lines == 1;
        self.contradiction |= first != (line.word == "consnap-probe") || self.ended.is_some();
        let reading = &mut self.reading;
        match line.word {
            "consnap-probe" => {
                self.begun = true;
                reading.platform = match line.raw("platform") {
                    "linux" => Some(Platform::Linux),
                    "windows" => Some(Platform::Windows),
                    _ => None,
                };
                if line.raw("format") != "1" || reading.platform.is_none() {
                    self.format = Some(format!("{} {}", line.text("format"), line.text("platform")));
                }
            }
            "launcher" => {
                self.contradiction |= std::mem::replace(&mut self.launcher, true);
                reading.launcher_present = line.truth("present");
            }
            "agent" => reading.agent_versions.push(line.text("version")),
            "plugin" => reading.plugin_versions.push(line.text("version")),
            "processes" => {
                self.contradiction |= reading.freezers.is_some();
                let seen = line.truth("seen") == Some(true);
                reading.freezers = line.number("fsfreezer").filter(|_| seen);
                reading.plugins = line.number("plugin").filter(|_| seen);
            }
            "metadata" => {
                self.contradiction |= reading.metadata_reachable.is_some();
                reading.metadata_reachable = line.truth("reachable");
                reading.instance_id = line.some("instance");
                reading.role = match line.raw("role") {
                    "none" => Some(String::new()),
                    _ => line.text("role").strip_prefix("name:").map(str::to_owned),
                };
            }
            "disk" => reading.disks.push((line.text("name"), line.text("serial"))),
            "mount" => {
                self.contradiction |= self.mounts_closed.is_some();
                let disks = line.raw("disks").split(',').filter(|name| !name.is_empty());
                self.mounts.push(SeenMount {
                    target: line.text("target"),
                    file_system: line.text("type"),
                    options: line.text("options"),
                    source: line.text("source"),
                    disks: disks.map(str::to_owned).collect(),
                });
            }
            "mounts" => {
                self.contradiction |= self.mounts_closed.is_some();
                self.mounts_closed =
                    Some((line.truth("seen") == Some(true), line.number("listed").unwrap_or(u64::MAX)));
            }
            "data_mount" => {
                self.contradiction |= self.data_mounts_closed.is_some();
                self.data_mounts.push(line.text("target"));
            }
            "data_mounts" => {
                self.contradiction |= self.data_mounts_closed.is_some();
                self.data_mounts_closed =
                    Some((line.truth("seen") == Some(true), line.number("listed").unwrap_or(u64::MAX)));
            }
            "writer" => {
                let name = line.text("name");
                let error = Some(line.text("error")).filter(|words| !vss::is_no_error(words));
                self.writers.push(SeenWriter {
                    state: line.number("state").unwrap_or(0),
                    name: vss::writer_name(line.raw("id"), &name).to_owned(),
                    error,
                });
            }
            "service" => self.services.push(line.text("name")),
            "services" => {
                self.contradiction |= self.services_closed.is_some();
                self.services_closed =
                    Some((line.truth("seen") == Some(true), line.number("listed").unwrap_or(u64::MAX)));
            }
            "writers" => {
                self.contradiction |= self.writers_closed.is_some();
                self.writers_closed =
                    Some((line.truth("seen") == Some(true), line.number("listed").unwrap_or(u64::MAX)));
            }
            "script" => {
                let name = line.text("name");
                self.contradiction |= reading.scripts.iter().any(|known| known.name == name);
                reading.scripts.push(SeenScript {
                    name,
                    path: line.text("path"),
                    kind: line.text("kind"),
                    owner: line.some("owner"),
                    mode: line.some("mode"),
                    size: line.number("size"),
                    sha256: line.some("sha256").filter(|hash| is_sha256(hash)),
                    noexec: line.truth("noexec"),
                    folders: Vec::new(),
                });
            }
            "folder" => {
                let folder = Folder {
                    path: line.text("path"),
                    kind: line.some("kind").map(|kind| kind_in_words(&kind, None).to_owned()),
                    owner: line.some("owner"),
                    group: line.some("group"),
                    mode: line.some("mode"),
                };
                match reading.scripts.last_mut().filter(|script| script.name == line.raw("script")) {
                    Some(script) if !script.folders.contains(&folder) => script.folders.push(folder),
                    Some(_) => {}
                    None => self.contradiction = true,
                }
            }
            _ => self.ended = line.number("lines"),
        }
    }

    fn finish(mut self, empty: bool) -> ReadAnswer {
        let mut findings = Vec::new();
        for line in self.strange.iter().take(NAMED) {
            findings.push(Finding::new(&rows::PROBE_LINE, "/guest").with("line", shorten(line)));
        }
        if let Some(more) = self.strange.len().checked_sub(NAMED).filter(|more| *more > 0) {
            findings.push(Finding::new(&rows::PROBE_LINES, "/guest").with("count", more.to_string()));
        }
        let mounts_right = self.mounts_closed.is_none_or(|(_, count)| count == self.mounts.len() as u64);
        let writers_right = self.writers_closed.is_none_or(|(_, count)| count == self.writers.len() as u64);
        let services_right = self.services_closed.is_none_or(|(_, count)| count == self.services.len() as u64);
        let data_right = self.data_mounts_closed.is_none_or(|(_, count)| count == self.data_mounts.len() as u64)
            && (self.data_mounts_closed.is_some() || self.data_mounts.is_empty());
        let lists_right = mounts_right && data_right && writers_right && services_right;
        let whole = self.begun && self.ended == Some(self.lines) && lists_right && !self.contradiction;
        if let Some(format) = self.format {
            findings.push(Finding::new(&rows::PROBE_FORMAT, "/guest").with("format", shorten(&format)));
            return ReadAnswer { reading: None, findings };
        }
        if !whole {
            let row = if empty { &rows::PROBE_SILENT } else { &rows::PROBE_CUT };
            findings.push(Finding::new(row, "/guest"));
            return ReadAnswer { reading: None, findings };
        }
        match self.mounts_closed {
            Some((true, _)) => self.reading.mounts = Some(self.mounts),
            _ => findings.push(Finding::new(&rows::PROBE_MOUNTS, "/guest/mounts")),
        }
        if let Some((true, _)) = self.data_mounts_closed {
            self.reading.data_mounts = Some(self.data_mounts);
        }
        if let Some((true, _)) = self.writers_closed {
            self.reading.writers = Some(self.writers);
        }
        if let Some((true, _)) = self.services_closed {
            self.reading.services = Some(self.services);
        }
        ReadAnswer { reading: Some(self.reading), findings }
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A kind in the words of `stat`, which the facts use.
pub(super) fn kind_in_words(kind: &str, size: Option<u64>) -> &str {
    match (kind, size) {
        ("file", Some(0)) => "regular empty file",
        ("file", _) => "regular file",
        ("link", _) => "symbolic link",
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "consnap-probe format=1 platform=linux\nlauncher present=yes\nplugin version=1.8\n\
        processes seen=yes fsfreezer=0 plugin=1\nmetadata reachable=yes instance=i-a role=name:R\n\
        disk name=vda serial=bp1\nmount target=/ type=xfs options=rw source=/dev/vda1 disks=vda\n\
        mounts seen=yes listed=1 hidden=3\nend lines=9\n";

    fn codes(answer: &ReadAnswer) -> Vec<&'static str> {
        answer.findings.iter().map(Finding::code).collect()
    }

    #[test]
    fn a_whole_answer_is_read() {
        let answer = read(WHOLE.as_bytes());
        assert_eq!(answer.findings, vec![]);
        let reading = answer.reading.unwrap();
        assert_eq!((reading.freezers, reading.plugins), (Some(0), Some(1)));
        assert_eq!(reading.role.as_deref(), Some("R"));
        assert_eq!(reading.mounts.map(|mounts| mounts.len()), Some(1));
        assert_eq!(read_base64(&STANDARD.encode(WHOLE)), read(WHOLE.as_bytes()));
    }

    #[test]
    fn any_missing_line_makes_it_unknown() {
        let lines: Vec<&str> = WHOLE.lines().collect();
        for missing in 0..lines.len() {
            let cut: Vec<&str> =
                lines.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, line)| *line).collect();
            let answer = read(cut.join("\n").as_bytes());
            assert_eq!((answer.reading.clone(), codes(&answer)), (None, vec!["CS293"]), "without line {missing}");
        }
        for end in 0..WHOLE.len() - 1 {
            assert_eq!(read(&WHOLE.as_bytes()[..end]).reading, None, "cut at {end}");
        }
        assert_eq!(codes(&read(b"")), ["CS292"]);
    }

    #[test]
    fn strange_lines_are_said_and_repetition_is_not_believed() {
        let noise = format!("Last login: today\n{}", WHOLE.replace("disk name", "sh: warning\n\ndisk name"));
        let answer = read(noise.as_bytes());
        assert!(answer.reading.is_some());
        assert_eq!(codes(&answer), ["CS294", "CS294"]);
        for twice in [
            WHOLE.repeat(2),
            WHOLE.replace("launcher present=yes\n", "launcher present=yes\nlauncher present=no\n").replace("=9", "=10"),
            WHOLE.replace("listed=1", "listed=2"),
            WHOLE.replace("end lines=9", "end lines=9\nend lines=10"),
        ] {
            assert_eq!(read(twice.as_bytes()).reading, None, "{twice}");
        }
        let newer = read(WHOLE.replace("format=1", "format=2").as_bytes());
        assert_eq!((newer.reading.clone(), codes(&newer)), (None, vec!["CS295"]));
        let part = read(WHOLE.replace("seen=yes listed", "seen=part listed").as_bytes());
        assert_eq!(codes(&part), ["CS296"]);
        assert_eq!(part.reading.unwrap().mounts, None);
    }
}
