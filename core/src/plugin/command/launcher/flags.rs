//! The flag parser of `acs-plugin-manager` (aliyun-cli's parser; docs/sources/launcher.md 2.1, version 578).

use super::{GUEST_STATE, Launch};

/// What the launcher understood of its own arguments when it goes on to start a plug-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// `--plugin`.
    pub plugin: String,
    /// `--params`, as the shell left it.
    pub params: String,
    /// `--paramsV2`; wins over `params` when not empty, and knows no separator.
    pub params_v2: String,
    /// `--separator`; empty means a comma.
    pub separator: String,
    /// Unknown flags and stray words, which the launcher ignores.
    pub ignored: Vec<String>,
}

impl Call {
    /// The text that reaches the second lexer: every separator has become a blank, inside quotes too.
    pub fn text(&self) -> String {
        if self.params_v2.is_empty() { self.params.replace(self.separator(), " ") } else { self.params_v2.clone() }
    }

    /// The separator in force.
    pub fn separator(&self) -> &str {
        if self.separator.is_empty() { "," } else { &self.separator }
    }
}

/// How a flag takes its value.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Value {
    /// Never.
    None,
    /// The next word unless that is a flag: how unknown flags are read.
    Optional,
    /// `=` or `:`, or else the next word, whatever it is.
    One,
}

/// The launcher's flags: name, short form, value.
const FLAGS: &[(&str, Option<&str>, Value)] = &[
    ("help", Some("h"), Value::None),
    ("version", Some("v"), Value::None),
    ("local", Some("L"), Value::None),
    ("verbose", Some("V"), Value::None),
    ("list", Some("l"), Value::None),
    ("verify", Some("f"), Value::None),
    ("status", Some("S"), Value::None),
    ("exec", Some("e"), Value::None),
    ("remove", Some("r"), Value::None),
    ("experimental-foreground", None, Value::None),
    ("plugin", Some("P"), Value::One),
    ("pluginId", None, Value::One),
    ("pluginVersion", Some("n"), Value::One),
    ("params", Some("p"), Value::One),
    ("paramsV2", None, Value::One),
    ("url", Some("u"), Value::One),
    ("separator", Some("s"), Value::One),
    ("file", Some("F"), Value::One),
    ("fetchTimeout", None, Value::One),
    ("timeout", None, Value::One),
];

/// A flag that was met.
struct Met<'a> {
    name: &'a str,
    takes: Value,
    value: &'a str,
    known: bool,
}

/// Reads the launcher's arguments (without its name).
///
/// # Errors
/// What becomes of the call when it starts no plug-in, or when that cannot be told.
pub fn read(words: &[String]) -> Result<Call, Launch> {
    let refuse = |why| Err(Launch::NoPlugin { exit: 1, why });
    let mut met: Vec<Met<'_>> = Vec::new();
    // The index of the flag that still waits for its value.
    let mut waiting: Option<usize> = None;
    let mut stray: Vec<String> = Vec::new();
    let mut help = false;

    for word in words {
        if let Some(flag) = waiting.and_then(|index| met.get_mut(index))
            && (flag.takes == Value::One || !word.starts_with('-'))
        {
            flag.value = word;
            // An optional value that is empty leaves the flag waiting.
            if flag.takes == Value::One || !word.is_empty() {
                waiting = None;
            }
            continue;
        }
        if !word.starts_with('-') {
            // The first stray word `help` starts the parser anew, later ones do not: both end in the help page.
            help |= word == "help";
            if !word.is_empty() {
                stray.push(word.clone());
            }
            continue;
        }
        let (prefix, value) = word.split_once(['=', ':']).unwrap_or((word, ""));
        let row = if let Some(long) = prefix.strip_prefix("--") {
            if long.is_empty() {
                return refuse("the launcher does not take `--`");
            }
            FLAGS.iter().find(|row| row.0 == long).copied().unwrap_or((long, None, Value::Optional))
        } else {
            let short = prefix.get(1..).unwrap_or_default();
            match FLAGS.iter().find(|row| row.1 == Some(short)) {
                Some(row) => *row,
                None => return refuse("the launcher does not know a short flag"),
            }
        };
        let (name, _, takes) = row;
        if met.iter().any(|flag| flag.name == name) {
            return refuse("a flag of the launcher is repeated");
        }
        if takes == Value::None && !value.is_empty() {
            return refuse("a flag of the launcher takes no value");
        }
        waiting = (takes != Value::None && value.is_empty()).then_some(met.len());
        met.push(Met { name, takes, value, known: takes != Value::Optional });
    }
    decide(&met, help, stray)
}

/// What the launcher does with flags that were read without an error.
fn decide(met: &[Met<'_>], help: bool, stray: Vec<String>) -> Result<Call, Launch> {
    let given = |name: &str| met.iter().find(|flag| flag.known && flag.name == name).map(|flag| flag.value);
    let has = |name: &str| given(name).is_some();
    let done = |why| Err(Launch::NoPlugin { exit: 0, why });
    if help || has("help") {
        return done("the launcher prints its help");
    }
    for number in ["fetchTimeout", "timeout"] {
        if let Some(value) = given(number) {
            // The Linux build is a 32-bit program: what fits only 64 bits is read differently on the two platforms.
            if value.parse::<i32>().is_err() {
                return Err(match value.parse::<i64>() {
                    Ok(_) => Launch::NotModelled { why: super::DIFFERS },
                    Err(_) => Launch::NoPlugin { exit: 1, why: "a time-out of the launcher is not a number" },
                });
            }
        }
    }
    if has("version") {
        return done("the launcher prints its version");
    }
    if has("list") {
        return if has("local") {
            done("the launcher lists its plug-ins")
        } else {
            Err(Launch::NotModelled { why: GUEST_STATE })
        };
    }
    if has("verify") {
        return Err(Launch::NotModelled { why: GUEST_STATE });
    }
    if has("status") {
        return done("the launcher prints the status of its plug-ins");
    }
    if has("exec") {
        if given("file").is_some_and(|file| !file.is_empty()) {
            return Err(Launch::NotModelled { why: GUEST_STATE });
        }
        let plugin = given("plugin").unwrap_or_default();
        // No plug-in has such a name.
        if plugin.is_empty() || plugin.starts_with('-') {
            return Err(Launch::NoPlugin { exit: 234, why: "the launcher finds no such plug-in" });
        }
        let text = |name| given(name).unwrap_or_default().to_owned();
        let unknown = met.iter().filter(|flag| !flag.known).map(|flag| format!("--{}", flag.name));
        return Ok(Call {
            plugin: plugin.to_owned(),
            params: text("params"),
            params_v2: text("paramsV2"),
            separator: text("separator"),
            ignored: unknown.chain(stray).collect(),
        });
    }
    if has("remove") {
        return Err(Launch::NotModelled { why: GUEST_STATE });
    }
    done("the launcher is asked for nothing and prints its flags")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(|word| word.replace('_', "")).collect()
    }

    fn params(line: &str) -> String {
        read(&words(line)).unwrap().text()
    }

    fn exit(line: &str) -> i64 {
        match read(&words(line)) {
            Err(Launch::NoPlugin { exit, .. }) => exit,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn reads_values() {
        assert_eq!(params("-e -P p --params=-A=1:2,-B"), "-A=1:2 -B");
        assert_eq!(params("-e -P p --params:a=b"), "a=b");
        assert_eq!(params("-e -P p --params --local"), "--local");
        assert_eq!(params("-e -P p --params= --local"), "--local");
        assert_eq!(params("-e -P p -p=a;b --separator=;"), "a b");
        assert_eq!(params("-e -P p -p a,b --paramsV2=c,d"), "c,d");
        assert_eq!(params("-e -P p --what help -p a"), "a");
        assert_eq!(params("-e -P p --what=1 -p a stray _ words"), "a");
    }

    #[test]
    fn refuses_and_stops() {
        assert_eq!(exit("-e -P p -p a -p b"), 1);
        assert_eq!(exit("-e -P p --what --what"), 1);
        assert_eq!(exit("-e -P p -"), 1);
        assert_eq!(exit("-e -P p --exec=1"), 1);
        assert_eq!(exit("-e -P p --timeout=1s"), 1);
        assert_eq!(exit("-e -P p help"), 0);
        assert_eq!(exit("-e -P p --what=1 help"), 0);
        assert_eq!(exit("help -z"), 1);
        assert_eq!(exit("-e -P -p=a"), 234);
        assert_eq!(exit("_"), 0);
    }
}
