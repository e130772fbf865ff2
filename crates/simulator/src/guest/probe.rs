//! What the guest probe answers: written from the model of the guest, for a probe that was recognised by its content.

use std::fmt::Write as _;

use consnap_core::Platform;
use consnap_core::plugin::probe::ScriptPaths;

use crate::random::{hash, mix};
use crate::scenario::{DataSeen, GuestFault, GuestSpec, InstanceSpec, MountSpec, ScriptSpec};

/// What an answer is written from.
pub(crate) struct ProbedGuest<'g> {
    pub(crate) spec: &'g InstanceSpec,
    pub(crate) instance_id: &'g str,
    /// The role the guest sees.
    pub(crate) role: Option<&'g str>,
    /// Ids of all disks of the instance.
    pub(crate) disk_ids: &'g [String],
    /// Whether file systems are frozen by a run of ours.
    pub(crate) held: bool,
    pub(crate) fault: Option<&'g GuestFault>,
}

/// Writes the answer.
pub(crate) fn write_answer(probed: &ProbedGuest<'_>, scripts: &ScriptPaths, out: &mut Vec<u8>) {
    let guest = &probed.spec.guest;
    let mut answer = Answer::default();
    let linux = probed.spec.platform == Platform::Linux;
    answer.line(format_args!("consnap-probe format=1 platform={}", if linux { "linux" } else { "windows" }));
    answer.line(format_args!("launcher present={}", yes_or_no(guest.launcher_present)));
    let version = &probed.spec.cloud_assistant.version;
    let usual = if linux { "2.2.3.1090" } else { "2.1.3.1090" };
    answer.line(format_args!("agent version={}", if version.is_empty() { usual } else { version }));
    if let Some(text) = probed.fault.and_then(|fault| fault.output_text.as_deref()) {
        answer.foreign(text);
    }
    let freezing = guest.freezer_running || probed.held;
    answer.line(format_args!(
        "processes seen=yes fsfreezer={} plugin={}",
        u8::from(freezing && linux),
        u8::from(probed.held)
    ));
    answer.metadata(probed);
    answer.disks(linux, probed.disk_ids);
    answer.mounts(guest, linux, probed.disk_ids.len(), &[]);
    if linux {
        if scripts.data_of.is_some() {
            answer.data_mounts(guest);
        }
        for (name, path) in [("pre", &scripts.pre), ("post", &scripts.post)] {
            if let Some(path) = path {
                answer.script(name, path, guest);
            }
        }
    } else {
        if guest.vss_writers {
            let id = "a65faa63-5ea8-4ebc-9dbd-a0c4db26912a";
            answer.line(format_args!("writer state=1 name=SqlServerWriter id={id} error=No\\040error"));
        }
        answer.line(format_args!("writers seen=yes listed={}", u8::from(guest.vss_writers)));
        answer.line(format_args!("service name=MSSQLSERVER"));
        answer.line(format_args!("services seen=yes listed=1"));
    }
    if !probed.fault.is_some_and(|fault| fault.no_final_line) {
        let lines = answer.lines + 1;
        answer.line(format_args!("end lines={lines}"));
    }
    out.clear();
    out.extend_from_slice(answer.text.as_bytes());
}

/// The lines of disks and of the mounts that are named, as the command that reads a record writes them.
pub(super) fn storage_lines(guest: &GuestSpec, disk_ids: &[String], named: &[String]) -> (String, u32) {
    let mut answer = Answer::default();
    answer.disks(true, disk_ids);
    answer.mounts(guest, true, disk_ids.len(), named);
    (answer.text, answer.lines)
}

#[derive(Default)]
struct Answer {
    text: String,
    lines: u32,
}

impl Answer {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.text, "{line}");
        self.lines += 1;
    }

    /// Text of the guest's own, which does not belong to the answer.
    fn foreign(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn metadata(&mut self, probed: &ProbedGuest<'_>) {
        let reachable = probed.spec.guest.metadata_reachable && probed.spec.metadata_endpoint != "disabled";
        if !reachable {
            self.line(format_args!("metadata reachable=no instance= role=unknown"));
            return;
        }
        if probed.spec.metadata_tokens == "required" {
            self.line(format_args!("metadata reachable=yes instance= role=unknown"));
            return;
        }
        let role = probed.role.map_or_else(|| "none".to_owned(), |role| format!("name:{role}"));
        self.line(format_args!("metadata reachable=yes instance={} role={role}", probed.instance_id));
    }

    fn disks(&mut self, linux: bool, ids: &[String]) {
        for (name, id) in ids.iter().enumerate() {
            let serial = id.strip_prefix("d-").unwrap_or_default();
            self.line(format_args!("disk name={} serial={serial}", disk_name(linux, name)));
        }
    }

    /// All mounts, or those that are named.
    fn mounts(&mut self, guest: &GuestSpec, linux: bool, disks: usize, named: &[String]) {
        let usual = usual_mounts(linux, disks);
        let mounts = if guest.mounts.is_empty() { &usual } else { &guest.mounts };
        let mounts = mounts.iter().filter(|mount| named.is_empty() || named.contains(&mount.target));
        let before = self.lines;
        for mount in mounts {
            let names: Vec<String> = mount.disks.iter().map(|at| disk_name(linux, *at as usize)).collect();
            let source = names.first().filter(|_| linux).map_or_else(String::new, |name| format!("/dev/{name}1"));
            self.line(format_args!(
                "mount target={} type={} options={} source={source} disks={}",
                escaped(&mount.target),
                escaped(&mount.file_system),
                escaped(&mount.options),
                names.join(",")
            ));
        }
        self.line(format_args!("mounts seen=yes listed={} hidden=12", self.lines - before));
    }

    /// Where the service keeps data.
    fn data_mounts(&mut self, guest: &GuestSpec) {
        let usual = ["/".to_owned()];
        let all = if guest.quiesce_mounts.is_empty() { &usual } else { guest.quiesce_mounts.as_slice() };
        let seen = match guest.data_seen {
            DataSeen::All => all,
            DataSeen::First => all.get(..1).unwrap_or_default(),
            DataSeen::Unknown => &[],
        };
        for target in seen {
            self.line(format_args!("data_mount target={}", escaped(target)));
        }
        let known = yes_or_no(guest.data_seen != DataSeen::Unknown);
        self.line(format_args!("data_mounts seen={known} listed={}", seen.len()));
    }

    fn script(&mut self, name: &str, path: &str, guest: &GuestSpec) {
        let shown = escaped(path);
        match guest.script_at(path) {
            None => self.line(format_args!(
                "script name={name} path={shown} kind=absent owner= group= mode= size= sha256= noexec=unknown"
            )),
            Some(script) => {
                let owner = if script.owner == "root" { "0" } else { &script.owner };
                let noexec = yes_or_no(guest.forbids_execution(path));
                let (sha256, noexec) =
                    if script.kind == "file" { (content_of(script), noexec) } else { Default::default() };
                self.line(format_args!(
                    "script name={name} path={shown} kind={} owner={} group={} mode={} size=180 sha256={sha256} noexec={noexec}",
                    script.kind,
                    escaped(owner),
                    escaped(owner),
                    escaped(&script.mode)
                ));
            }
        }
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            let (shown, mode) = match above {
                "" => ("/".to_owned(), "755"),
                "/tmp" => ("/tmp".to_owned(), "1777"),
                _ => (escaped(above), "755"),
            };
            self.line(format_args!("folder script={name} path={shown} kind=directory owner=0 group=0 mode={mode}"));
        }
    }
}

/// One file system a disk, the first of them `/`.
fn usual_mounts(linux: bool, disks: usize) -> Vec<MountSpec> {
    let letters = "CDEFGHIJKLMNOPQRSTUVWXYZ".chars();
    let places = letters.zip(0u32..).take(disks.max(1)).map(|(letter, at)| MountSpec {
        target: match (linux, at) {
            (false, _) => format!("{letter}:"),
            (true, 0) => "/".to_owned(),
            (true, at) => format!("/data{at}"),
        },
        file_system: if linux { "ext4" } else { "NTFS" }.to_owned(),
        options: if linux { "rw,relatime" } else { "" }.to_owned(),
        disks: if (at as usize) < disks { vec![at] } else { Vec::new() },
    });
    places.collect()
}

fn disk_name(linux: bool, at: usize) -> String {
    match u8::try_from(at).ok().filter(|at| *at < 26 && linux) {
        Some(at) => format!("vd{}", char::from(b'a' + at)),
        None => at.to_string(),
    }
}

/// The content of a script, by its hash: made up from its name where none was given.
pub(super) fn content_of(script: &ScriptSpec) -> String {
    if !script.sha256.is_empty() {
        return script.sha256.clone();
    }
    let seed = hash(script.path.as_bytes());
    (0..4u64).fold(String::with_capacity(64), |mut text, part| {
        let _ = write!(text, "{:016x}", mix(seed ^ part));
        text
    })
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// As the script writes what has blanks or backslashes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' | '\\' => {
                let _ = write!(out, "\\{:03o}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
