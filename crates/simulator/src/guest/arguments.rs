//! The plug-in's parameters, read as Go's `flag` package reads them (docs/sources/launcher.md 6): reading stops at the
//! first stray
//! word without a word, unknown flags and bad values end with exit code 2.

use std::sync::Arc;

use consnap_core::Platform;

/// The parameters of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) ram_role_name: String,
    pub(crate) name: Arc<str>,
    pub(crate) description: Arc<str>,
    pub(crate) exclude_disk_id: String,
    pub(crate) instant_access: bool,
    pub(crate) instant_access_days: i64,
    pub(crate) pre_script_path: String,
    pub(crate) post_script_path: String,
    pub(crate) enable_fs_freeze: bool,
    pub(crate) timeout_seconds: i64,
    pub(crate) script_timeout_seconds: i64,
    pub(crate) enable_writers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ram_role_name: String::new(),
            name: "".into(),
            description: "".into(),
            exclude_disk_id: String::new(),
            instant_access: false,
            instant_access_days: 1,
            pre_script_path: String::new(),
            post_script_path: String::new(),
            enable_fs_freeze: true,
            timeout_seconds: 30,
            script_timeout_seconds: 1800,
            enable_writers: true,
        }
    }
}

/// A plug-in that ends before it does anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) exit: i64,
    pub(crate) message: String,
}

impl Refusal {
    fn parameters(message: String) -> Self {
        Self { exit: 2, message }
    }
}

/// Reads arguments.
pub(crate) fn read(platform: Platform, arguments: &[String]) -> Result<Options, Refusal> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(flag) = argument.strip_prefix('-').filter(|flag| !flag.is_empty()) else { break };
        let flag = match flag.strip_prefix('-') {
            Some("") => break,
            Some(flag) => flag,
            None => flag,
        };
        if flag.starts_with('-') || flag.starts_with('=') {
            return Err(Refusal::parameters(format!("bad flag syntax: {argument}")));
        }
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (flag, None),
        };
        if matches!(name, "h" | "help") && slot(&mut options, platform, name).is_none() {
            // Go prints the usage and ends with 0: nothing was done, and nothing says so.
            return Err(Refusal { exit: 0, message: "Usage of app-snapshot-plugin:".to_owned() });
        }
        let Some(slot) = slot(&mut options, platform, name) else {
            return Err(Refusal::parameters(format!("flag provided but not defined: -{name}")));
        };
        slot.set(name, value, &mut rest)?;
    }
    validate(&options)?;
    Ok(options)
}

enum Slot<'o> {
    Text(&'o mut String),
    Shared(&'o mut Arc<str>),
    Flag(&'o mut bool),
    Number(&'o mut i64),
}

fn slot<'o>(options: &'o mut Options, platform: Platform, name: &str) -> Option<Slot<'o>> {
    let linux = platform == Platform::Linux;
    Some(match name {
        "RamRoleName" => Slot::Text(&mut options.ram_role_name),
        "Name" => Slot::Shared(&mut options.name),
        "Description" => Slot::Shared(&mut options.description),
        "ExcludeDiskId" => Slot::Text(&mut options.exclude_disk_id),
        "InstantAccess" => Slot::Flag(&mut options.instant_access),
        "InstantAccessRentationDays" => Slot::Number(&mut options.instant_access_days),
        "PreScriptPath" if linux => Slot::Text(&mut options.pre_script_path),
        "PostScriptPath" if linux => Slot::Text(&mut options.post_script_path),
        "EnableFsFreeze" if linux => Slot::Flag(&mut options.enable_fs_freeze),
        "TimeoutInSeconds" if linux => Slot::Number(&mut options.timeout_seconds),
        "ScriptTimeoutInSeconds" if linux => Slot::Number(&mut options.script_timeout_seconds),
        "EnableWriters" if !linux => Slot::Flag(&mut options.enable_writers),
        _ => return None,
    })
}

impl Slot<'_> {
    fn set<'a>(
        self,
        name: &str,
        value: Option<String>,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), Refusal> {
        if let Self::Flag(slot) = self {
            // A truth value never takes the next word.
            let text = value.unwrap_or_else(|| "true".to_owned());
            *slot = read_flag(&text).ok_or_else(|| {
                Refusal::parameters(format!("invalid boolean value \"{text}\" for -{name}: parse error"))
            })?;
            return Ok(());
        }
        let text = match value {
            Some(text) => text,
            None => {
                rest.next().cloned().ok_or_else(|| Refusal::parameters(format!("flag needs an argument: -{name}")))?
            }
        };
        match self {
            Self::Text(slot) => *slot = text,
            Self::Shared(slot) => *slot = text.into(),
            Self::Number(slot) => {
                *slot = read_number(&text).ok_or_else(|| {
                    Refusal::parameters(format!("invalid value \"{text}\" for flag -{name}: parse error"))
                })?;
            }
            Self::Flag(_) => {}
        }
        Ok(())
    }
}

/// Go's `strconv.ParseBool`.
fn read_flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strconv.ParseInt` with base 0: `0x1E`, `0o17`, `017` (octal), `0b1`, `1_000`.
fn read_number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..).unwrap_or_default())
    } else {
        (10, lower.as_str())
    };
    if digits.ends_with('_') || digits.contains("__") || base == 10 && digits.starts_with('_') {
        return None;
    }
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&digits, base).ok().and_then(|value| value.checked_mul(sign))
}

/// What the plug-in itself refuses: type and number of parameters (exit 2), a bad name (exit 1).
fn validate(options: &Options) -> Result<(), Refusal> {
    if options.ram_role_name.is_empty() {
        return Err(Refusal::parameters("RamRoleName is required".to_owned()));
    }
    if options.name.is_empty() {
        return Err(Refusal::parameters("Name is required".to_owned()));
    }
    if !(1..=65_536).contains(&options.instant_access_days) {
        return Err(Refusal::parameters("InstantAccessRentationDays is out of range".to_owned()));
    }
    if options.timeout_seconds < 1 || options.script_timeout_seconds < 1 {
        return Err(Refusal::parameters("timeout must be positive".to_owned()));
    }
    if !is_group_name(&options.name) {
        return Err(Refusal { exit: 1, message: format!("The snapshot name {} is invalid", options.name) });
    }
    Ok(())
}

/// 2 to 128 characters, a letter first, then letters, digits and `. _ - :`; not a URL (docs/sources/feature.md 1.7).
fn is_group_name(name: &str) -> bool {
    let length = name.chars().count();
    (2..=128).contains(&length)
        && name.chars().next().is_some_and(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
        && !name.starts_with("http://")
        && !name.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn linux(words: &[&str]) -> Result<Options, Refusal> {
        read(Platform::Linux, &arguments(words))
    }

    #[test]
    fn reads_as_go_does() {
        let read = linux(&[
            "-RamRoleName=R",
            "--Name",
            "LinuxApp1",
            "-InstantAccess",
            "-EnableFsFreeze=F",
            "-TimeoutInSeconds=0x1E",
            "-ExcludeDiskId=",
            "-TimeoutInSeconds=030",
        ])
        .unwrap();
        assert_eq!((&*read.name, read.instant_access, read.enable_fs_freeze), ("LinuxApp1", true, false));
        assert_eq!(read.timeout_seconds, 24);
        for (text, number) in
            [("1_000", Some(1000)), ("-5", Some(-5)), ("1__0", None), ("", None), ("0", Some(0)), ("x", None)]
        {
            assert_eq!(read_number(text), number, "{text}");
        }
    }

    #[test]
    fn a_stray_word_ends_the_reading_silently() {
        let read = linux(&["-RamRoleName=R", "-Name=App", "my", "-Description=lost"]).unwrap();
        assert_eq!(&*read.description, "");
        assert_eq!(linux(&["stray", "-RamRoleName=R", "-Name=App"]).unwrap_err().exit, 2);
    }

    #[test]
    fn refuses_with_the_documented_codes() {
        for (words, exit) in [
            (&["-RamRoleName=R"][..], 2),
            (&["-Name=App"], 2),
            (&["-RamRoleName=R", "-Name=App", "-EnableWriters=true"], 2),
            (&["-RamRoleName=R", "-Name=App", "-InstantAccess=yes"], 2),
            (&["-RamRoleName=R", "-Name=App", "-TimeoutInSeconds=ten"], 2),
            (&["-RamRoleName=R", "-Name=App", "-InstantAccessRentationDays=65537"], 2),
            (&["-RamRoleName=R", "-Name"], 2),
            (&["-RamRoleName=R", "-Name=1App"], 1),
            (&["-RamRoleName=R", "-Name=my app"], 1),
            (&["-RamRoleName=R", "-help"], 0),
        ] {
            assert_eq!(linux(words).unwrap_err().exit, exit, "{words:?}");
        }
        assert!(linux(&["-RamRoleName=R", "-Name=App", "-InstantAccessRentationDays=65536"]).is_ok());
    }
}
