//! Writes replies straight into bytes: a page of a hundred instances has thousands of members, and a fleet of a hundred
//! thousand is read many times over.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// JSON under construction. Begins and ends inside an object.
pub(crate) struct Json {
    out: Vec<u8>,
    first: bool,
}

impl Json {
    /// Writes one object.
    pub(crate) fn write(capacity: usize, members: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut json = Self { out: Vec::with_capacity(capacity), first: true };
        json.braces(members);
        json.out
    }

    fn braces(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        self.first = true;
        members(self);
        self.out.push(b'}');
        self.first = false;
    }

    fn comma(&mut self) {
        if self.first {
            self.first = false;
        } else {
            self.out.push(b',');
        }
    }

    /// Keys are our own literals: nothing in them needs escaping.
    fn key(&mut self, key: &'static str) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn value(&mut self, text: &str) {
        let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
        if plain {
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        } else {
            // Writing into memory does not fail.
            let _ = serde_json::to_writer(&mut self.out, text);
        }
    }

    /// A member with text.
    pub(crate) fn text(&mut self, key: &'static str, text: &str) {
        self.key(key);
        self.value(text);
    }

    /// A member with bytes as Base64 text.
    pub(crate) fn base64(&mut self, key: &'static str, bytes: &[u8]) {
        self.key(key);
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + bytes.len().div_ceil(3) * 4, b'=');
        let written = self.out.get_mut(start..).map_or(0, |room| STANDARD.encode_slice(bytes, room).unwrap_or(0));
        self.out.truncate(start + written);
        self.out.push(b'"');
    }

    /// A member with a whole number.
    pub(crate) fn number(&mut self, key: &'static str, number: impl Into<i64>) {
        self.key(key);
        let _ = write!(self.out, "{}", number.into());
    }

    /// A member with a count.
    pub(crate) fn count(&mut self, key: &'static str, count: usize) {
        self.key(key);
        let _ = write!(self.out, "{count}");
    }

    /// A member with a truth value.
    pub(crate) fn flag(&mut self, key: &'static str, flag: bool) {
        self.key(key);
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    /// Members written out beforehand, `"A":1,"B":""`. For what is the same in every record.
    pub(crate) fn constant(&mut self, members: &'static str) {
        self.comma();
        self.out.extend_from_slice(members.as_bytes());
    }

    /// A member with an object.
    pub(crate) fn object(&mut self, key: &'static str, members: impl FnOnce(&mut Self)) {
        self.key(key);
        self.braces(members);
    }

    /// A member with a list of objects, wrapped as the service wraps every list: `"Disks":{"Disk":[...]}`.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        item_key: &'static str,
        items: impl IntoIterator<Item = T>,
        mut members: impl FnMut(&mut Self, T),
    ) {
        self.object(key, |json| {
            json.key(item_key);
            json.out.push(b'[');
            json.first = true;
            for item in items {
                json.comma();
                json.braces(|json| members(json, item));
            }
            json.out.push(b']');
            json.first = false;
        });
    }

    /// A member with a list of texts, wrapped likewise.
    pub(crate) fn texts<'t>(
        &mut self,
        key: &'static str,
        item_key: &'static str,
        texts: impl IntoIterator<Item = &'t str>,
    ) {
        self.object(key, |json| {
            json.key(item_key);
            json.out.push(b'[');
            json.first = true;
            for text in texts {
                json.comma();
                json.value(text);
            }
            json.out.push(b']');
            json.first = false;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_serde_reads() {
        let bytes = Json::write(64, |json| {
            json.text("a", "x\"\n\u{1}\u{4e2d}");
            json.number("n", -3);
            json.object("none", |_| {});
            json.list("Ls", "L", [1, 2], |json, n| json.number("v", n));
            json.list("Es", "E", Vec::<i64>::new(), |json, n| json.number("v", n));
            json.texts("Ts", "T", ["p", "q"]);
            json.base64("b", b"hello");
            json.flag("f", true);
        });
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let expected = serde_json::json!({"a": "x\"\n\u{1}\u{4e2d}", "n": -3, "none": {}, "Ls": {"L": [{"v": 1}, {"v": 2}]},
            "Es": {"E": []}, "Ts": {"T": ["p", "q"]}, "b": "aGVsbG8=", "f": true});
        assert_eq!(value, expected);
    }
}
