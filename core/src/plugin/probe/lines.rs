//! The lines of a probe's answer: a word, then the keys of that word in their order, each with a value without blanks.
//! Blanks, controls and backslashes stand as octal escapes (`\040`), as the kernel writes them in `mountinfo`.

/// A line that has exactly the form of its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// `mount`, `disk`, ...
    pub word: &'static str,
    values: Vec<&'a str>,
    keys: &'static [&'static str],
}

/// The words with their keys.
pub(super) static FORMS: &[(&str, &[&str])] = &[
    ("consnap-probe", &["format", "platform"]),
    ("launcher", &["present"]),
    ("agent", &["version"]),
    ("plugin", &["version"]),
    ("processes", &["seen", "fsfreezer", "plugin"]),
    ("metadata", &["reachable", "instance", "role"]),
    ("disk", &["name", "serial"]),
    ("mount", &["target", "type", "options", "source", "disks"]),
    ("mounts", &["seen", "listed", "hidden"]),
    ("data_mount", &["target"]),
    ("data_mounts", &["seen", "listed"]),
    ("writer", &["state", "name", "id", "error"]),
    // As earlier versions of the probe wrote it.
    ("writer", &["state", "name"]),
    ("writers", &["seen", "listed"]),
    ("service", &["name"]),
    ("services", &["seen", "listed"]),
    ("script", &["name", "path", "kind", "owner", "group", "mode", "size", "sha256", "noexec"]),
    ("folder", &["script", "path", "kind", "owner", "group", "mode"]),
    ("end", &["lines"]),
];

impl<'a> Line<'a> {
    /// Reads a line; `None` when it has not exactly the form of a known word.
    pub fn parse(line: &'a str) -> Option<Self> {
        let word = line.split(' ').next()?;
        FORMS.iter().filter(|(known, _)| *known == word).find_map(|(word, keys)| Self::of_form(line, word, keys))
    }

    fn of_form(line: &'a str, word: &'static str, keys: &'static [&'static str]) -> Option<Self> {
        let mut parts = line.split(' ').skip(1);
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            values.push(parts.next()?.strip_prefix(key)?.strip_prefix('=')?);
        }
        parts.next().is_none().then_some(Self { word, values, keys })
    }

    /// The value of a key as it stands there; empty for a key the word does not have.
    pub fn raw(&self, key: &str) -> &'a str {
        let at = self.keys.iter().position(|known| *known == key);
        at.and_then(|at| self.values.get(at)).copied().unwrap_or_default()
    }

    /// The value of a key without its escapes; what is no UTF-8 becomes U+FFFD.
    pub fn text(&self, key: &str) -> String {
        unescape(self.raw(key))
    }

    /// The value of a key, where there is one.
    pub fn some(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    /// The value as a number.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.raw(key).parse().ok()
    }

    /// `yes` or `no`; anything else is unknown.
    pub fn truth(&self, key: &str) -> Option<bool> {
        match self.raw(key) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }
}

/// Resolves octal escapes of three digits; any other backslash stands for itself.
fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut left = value.as_bytes();
    while let Some((&first, rest)) = left.split_first() {
        let escaped = match (first, rest) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', behind @ ..]) => {
                let digit = |byte: &u8| byte - b'0';
                Some((digit(a) << 6 | digit(b) << 3 | digit(c), behind))
            }
            _ => None,
        };
        let (byte, behind) = escaped.unwrap_or((first, rest));
        bytes.push(byte);
        left = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_form_is_a_line() {
        let line = Line::parse("disk name=vda serial=bp1").unwrap();
        assert_eq!((line.word, line.raw("name"), line.raw("serial"), line.raw("size")), ("disk", "vda", "bp1", ""));
        for wrong in [
            "",
            "disk",
            "disk name=vda",
            "disk serial=bp1 name=vda",
            "disk name=vda serial=bp1 ",
            "disk name=vda  serial=bp1",
            "disk name=vda serial=bp1 size=1",
            " disk name=vda serial=bp1",
            "Disk name=vda serial=bp1",
            "disks name=vda serial=bp1",
            "disk namevda serial=bp1",
        ] {
            assert_eq!(Line::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn escapes_are_resolved() {
        for (written, meant) in [
            ("/my\\040data", "/my data"),
            ("a\\134040b", "a\\040b"),
            ("\\012\\011", "\n\t"),
            ("\\344\\272\\221", "云"),
            ("\\400\\04\\0x9", "\\400\\04\\0x9"),
            ("\\377", "\u{fffd}"),
            ("\\", "\\"),
        ] {
            assert_eq!(unescape(written), meant, "{written}");
        }
    }
}
