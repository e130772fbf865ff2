//! The read-only command that reads a record in the guest, and the strict reading of its answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Defect;
use super::coverage::WitnessMount;
use crate::catalog::witness::RecordDefect;
use crate::plugin::probe::lines::Line;
use crate::plugin::storage::with_storage;

const SCRIPT: &str = include_str!("look.sh");

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The boot id of the kernel.
    pub boot_id: String,
    /// Seconds since boot when the record was read.
    pub uptime_seconds: f64,
    /// The record, or why there is none to read.
    pub record: Result<String, Defect>,
    /// The mounts that the record names, with their disks; `None` where not all of them can be seen.
    pub mounts: Option<Vec<WitnessMount>>,
}

fn script() -> String {
    with_storage(SCRIPT)
}

/// The command for a service: a POSIX shell script. `folders` are those where the scripts look for a tmpfs (`STATE_BASE`).
pub fn command(name: &str, folders: &[&str]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let looks: String =
        folders.iter().map(|folder| ["look ", &quoted(folder), " ", &quoted(name), "\n"].concat()).collect();
    [&script(), &looks, "answer\n"].concat()
}

/// Name and folders of a command as [`command`] writes it. For whoever plays the guest.
pub fn recognise(content: &str) -> Option<(String, Vec<String>)> {
    let looks = content.strip_prefix(&script())?.strip_suffix("answer\n")?;
    let mut name = None;
    let mut folders = Vec::new();
    for line in looks.lines() {
        let (folder, service) = line.strip_prefix("look '")?.strip_suffix('\'')?.split_once("' '")?;
        folders.push(folder.to_owned());
        name = Some(service.to_owned());
    }
    Some((name?, folders))
}

/// Reads an answer. One that is not whole says nothing.
///
/// # Errors
///
/// It is none, or it was cut.
pub fn read(answer: &str) -> Result<Look, Defect> {
    let unread = Defect::of(RecordDefect::Unread);
    let lines: Vec<&str> = answer.trim_end_matches('\n').split('\n').collect();
    let ["consnap-witness format=1", host, record, seen @ .., end] = lines.as_slice() else { return Err(unread) };
    if *end != format!("end lines={}", lines.len()) {
        return Err(unread);
    }
    let mounts = mounts(seen)?;
    let (boot, uptime) = host.strip_prefix("host boot=").and_then(|rest| rest.split_once(" uptime=")).ok_or(unread)?;
    let (kind, content) =
        record.strip_prefix("record kind=").and_then(|rest| rest.split_once(" base64=")).ok_or(unread)?;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let hundredths = super::record::hundredths(uptime).ok_or(unread)?;
    if !is_plain(boot) || !is_plain(content) {
        return Err(unread);
    }
    let record = match kind {
        "file" => {
            let bytes = STANDARD.decode(content).map_err(|_| unread)?;
            String::from_utf8(bytes).map_err(|_| Defect::at(RecordDefect::Form, 0))
        }
        "absent" => Err(Defect::of(RecordDefect::Absent)),
        "foreign" => Err(Defect::of(RecordDefect::Foreign)),
        "unread" => Err(unread),
        _ => return Err(unread),
    };
    Ok(Look { boot_id: boot.to_owned(), uptime_seconds: hundredths as f64 / 100.0, record, mounts })
}

/// Disks, mounts, and how many of these; `None` where not all could be seen. An error where a line is missing or none of these.
fn mounts(lines: &[&str]) -> Result<Option<Vec<WitnessMount>>, Defect> {
    let unread = Defect::of(RecordDefect::Unread);
    let (mut serials, mut mounts) = (Vec::new(), Vec::new());
    let (closing, lines) = lines.split_last().ok_or(unread)?;
    for line in lines {
        let line = Line::parse(line).ok_or(unread)?;
        match line.word {
            "disk" => serials.push((line.raw("name"), line.raw("serial"))),
            "mount" => {
                // The serial number of a disk is its id without `d-` (docs/sources/feature.md 8.1).
                let id = |name: &str| {
                    let serial = serials.iter().find(|(known, _)| *known == name).map(|(_, serial)| *serial);
                    serial.filter(|serial| !serial.is_empty()).map(|serial| ["d-", serial].concat())
                };
                mounts.push(WitnessMount {
                    target: line.raw("target").to_owned(),
                    file_system: line.text("type"),
                    disk_ids: line.raw("disks").split(',').map(id).collect(),
                });
            }
            _ => return Err(unread),
        }
    }
    let closing = Line::parse(closing).filter(|line| line.word == "mounts").ok_or(unread)?;
    if closing.number("listed") != Some(mounts.len() as u64) {
        return Err(unread);
    }
    Ok(Some(mounts).filter(|_| closing.truth("seen") == Some(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "consnap-witness format=1\nhost boot=6f0c uptime=1030.50\nrecord kind=file base64=eAo=\ndisk name=vda serial=bp1\n\
         disk name=vdb serial=\nmount target=/ type=xfs options=rw source=/dev/vda1 disks=vda\n\
         mount target=/b type=xfs options=rw source=/dev/vdb disks=vda,vdb\nmount target=/n type=nfs options=rw source=x disks=\n\
         mounts seen=yes listed=3 hidden=0\nend lines=10\n";

    #[test]
    fn an_answer_is_whole_or_nothing() {
        let look = read(ANSWER).unwrap();
        assert_eq!((look.boot_id.as_str(), look.uptime_seconds, look.record), ("6f0c", 1030.5, Ok("x\n".to_owned())));
        let mount = |target: &str, file_system: &str, disk: Option<&str>| WitnessMount {
            target: target.to_owned(),
            file_system: file_system.to_owned(),
            disk_ids: disk.map(|disk| vec![disk.to_owned()]),
        };
        // A disk without a serial number may be any.
        let mounts = vec![mount("/", "xfs", Some("d-bp1")), mount("/b", "xfs", None), mount("/n", "nfs", None)];
        assert_eq!(look.mounts, Some(mounts));
        assert_eq!(read(&ANSWER.replace("seen=yes", "seen=part")).unwrap().mounts, None);
        for end in 0..ANSWER.len() - 1 {
            assert_eq!(read(&ANSWER[..end]).unwrap_err().defect, RecordDefect::Unread, "{end}");
        }
        for (old, new) in [
            ("format=1", "format=2"),
            ("boot=6f0c", "boot="),
            ("1030.50", "soon"),
            ("eAo=", "e A"),
            ("eAo=", "eA"),
            ("kind=file", "kind=else"),
            ("host", "x\nhost"),
            ("mount target", "mounted target"),
            ("listed=3", "listed=2"),
            ("disk name=vda", "agent version=1\ndisk name=vda"),
            ("mounts seen=yes listed=3 hidden=0\nend lines=10", "end lines=9"),
        ] {
            assert_eq!(read(&ANSWER.replace(old, new)).unwrap_err().defect, RecordDefect::Unread, "{new}");
        }
        for (kind, defect) in
            [("absent", RecordDefect::Absent), ("foreign", RecordDefect::Foreign), ("unread", RecordDefect::Unread)]
        {
            let answer = ANSWER.replace("kind=file base64=eAo=", &format!("kind={kind} base64=-"));
            assert_eq!(read(&answer).unwrap().record.unwrap_err().defect, defect);
        }
    }

    #[test]
    fn the_command_is_plain_text_and_small() {
        let command = command("m1", &["/run", "/it's"]);
        assert!(command.is_ascii() && !command.contains('\r'));
        // The smallest limit of any edition.
        assert!(STANDARD.encode(&command).len() <= 16 * 1024, "{}", command.len());
        assert_eq!(
            recognise(&super::command("m1", &["/run", "/dev/shm"])),
            Some(("m1".into(), vec!["/run".into(), "/dev/shm".into()]))
        );
        assert_eq!(recognise("echo"), None);
        assert!(command.ends_with("look '/run' 'm1'\nlook '/it'\\''s' 'm1'\nanswer\n"));
    }
}
