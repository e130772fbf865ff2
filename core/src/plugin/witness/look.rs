//! The read-only command that reads a record in the guest, and the strict reading of its answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Defect;
use crate::catalog::witness::RecordDefect;

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
}

/// The command for a service: a POSIX shell script. `folders` are those where the scripts look for a tmpfs (`STATE_BASE`).
pub fn command(name: &str, folders: &[&str]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let looks: String =
        folders.iter().map(|folder| ["look ", &quoted(folder), " ", &quoted(name), "\n"].concat()).collect();
    [SCRIPT, &looks, "answer\n"].concat()
}

/// Name and folders of a command as [`command`] writes it. For whoever plays the guest.
pub fn recognise(content: &str) -> Option<(String, Vec<String>)> {
    let looks = content.strip_prefix(SCRIPT)?.strip_suffix("answer\n")?;
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
    let ["consnap-witness format=1", host, record, "end lines=4"] = lines.as_slice() else { return Err(unread) };
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
    Ok(Look { boot_id: boot.to_owned(), uptime_seconds: hundredths as f64 / 100.0, record })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str =
        "consnap-witness format=1\nhost boot=6f0c uptime=1030.50\nrecord kind=file base64=eAo=\nend lines=4\n";

    #[test]
    fn an_answer_is_whole_or_nothing() {
        let look = read(ANSWER).unwrap();
        assert_eq!((look.boot_id.as_str(), look.uptime_seconds, look.record), ("6f0c", 1030.5, Ok("x\n".to_owned())));
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
        assert!(command.is_ascii() && !command.contains('\r') && command.len() < 4_096);
        assert_eq!(
            recognise(&super::command("m1", &["/run", "/dev/shm"])),
            Some(("m1".into(), vec!["/run".into(), "/dev/shm".into()]))
        );
        assert_eq!(recognise("echo"), None);
        assert!(command.ends_with("look '/run' 'm1'\nlook '/it'\\''s' 'm1'\nanswer\n"));
    }
}
