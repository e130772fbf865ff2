//! Documents written by people, YAML or JSON: read into one JSON value, with the line of every place in it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::diagnostics::messages::errors;
use consnap_core::input::text;
use consnap_core::{Error, ErrorKind};
use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

/// Bytes of the largest document that is read; a job of ten thousand instances has a third of a megabyte.
const MAX_BYTES: u64 = 64 << 20;

/// Levels of a document that is read as YAML; a job has six. The reader calls itself for each, with tens of kilobytes of
/// stack, and threads may have no more than one megabyte of it.
const MAX_DEPTH: usize = 24;

/// A document and where everything in it stands.
#[derive(Debug)]
pub struct Document {
    /// The file's name as its reader gave it, or `standard input`.
    pub name: String,
    /// The content.
    pub value: Value,
    /// Line and column of each JSON pointer, from 1.
    places: BTreeMap<String, (u64, u64)>,
}

impl Document {
    /// A document that was not read from a file, such as one made from flags.
    pub fn made(name: &str, value: Value) -> Self {
        Self { name: name.to_owned(), value, places: BTreeMap::new() }
    }

    /// Reads a file, or standard input for `-`.
    ///
    /// Errors: one that names the file when it is not there or cannot be read, or line and column in it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        let text = read_text(path)?;
        let mut document = Self::parse(&name, &text)?;
        embed_uploads(&mut document.value, path.parent().unwrap_or(Path::new("")));
        Ok(document)
    }

    /// Reads text: JSON when it can be JSON, YAML otherwise.
    ///
    /// Errors: one that names line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let unreadable = |line: u64, column: u64, reason: &str| {
            let place = if line == 0 { name.to_owned() } else { format!("{name}:{line}:{column}") };
            Error::new(ErrorKind::Input, &errors::UNREADABLE_DOCUMENT).with("place", place).with("reason", reason)
        };
        let is_json = text.trim_start().starts_with(['{', '[']);
        let json = if is_json { serde_json::from_str::<Value>(text).ok() } else { None };
        match (read_yaml(text), json) {
            (Ok(content), json) => {
                let mut places = BTreeMap::new();
                let value = content.into_value(&mut String::new(), &mut places);
                Ok(Self { name: name.to_owned(), value: json.unwrap_or(value), places })
            }
            // The YAML reader is only asked for lines here; it must not forbid what JSON allows, but for one thing:
            // of two members of the same name JSON readers silently drop one.
            (Err(failure), Some(value)) if !failure.duplicate => {
                Ok(Self { name: name.to_owned(), value, places: BTreeMap::new() })
            }
            (Err(failure), _) => Err(unreadable(failure.line, failure.column, &failure.reason)),
        }
    }

    /// `job.yaml:12:3` for a JSON pointer, or for the nearest place around it that is written down.
    pub fn place(&self, pointer: &str) -> String {
        match self.position(pointer) {
            Some((line, column)) => format!("{}:{line}:{column}", self.name),
            None => self.name.clone(),
        }
    }

    /// Line and column of a JSON pointer, or of the nearest place around it that is written down.
    pub fn position(&self, pointer: &str) -> Option<(u64, u64)> {
        let mut at = pointer;
        loop {
            if let Some(position) = self.places.get(at) {
                return Some(*position);
            }
            at = at.get(..at.rfind('/')?).unwrap_or_default();
        }
    }
}

/// Reads a file, or standard input for `-`.
///
/// Errors: one that names the file when it is not there, is too large or is no text.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    let refuse = |row, reason: String| {
        Err(Error::new(ErrorKind::Input, row).with("path", path.display().to_string()).with("reason", reason))
    };
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => refuse(&errors::NO_SUCH_FILE, String::new()),
        Err(error) => refuse(&errors::UNREADABLE_FILE, error.to_string()),
        Ok(_) if bytes.len() as u64 > MAX_BYTES => refuse(&errors::UNREADABLE_FILE, "> 64 MiB".to_owned()),
        Ok(_) => text::read(&bytes)
            .map_or_else(|| refuse(&errors::UNREADABLE_FILE, "not UTF-8, UTF-16 or GBK".to_owned()), Ok),
    }
}

/// Puts the content of scripts that a job uploads into its document: the engine reads no files. One that cannot be read stays
/// out, which the check of the job says.
fn embed_uploads(job: &mut Value, folder: &Path) {
    let Some(upload) = job.pointer_mut("/linux/upload").and_then(Value::as_object_mut) else { return };
    for (name, content) in [("pre", "pre_content"), ("post", "post_content")] {
        let Some(file) = upload.get(name).and_then(Value::as_str) else { continue };
        if upload.contains_key(content) {
            continue;
        }
        let mut bytes = Vec::new();
        let read =
            std::fs::File::open(folder.join(file)).and_then(|file| file.take(UPLOAD_BYTES).read_to_end(&mut bytes));
        if read.is_ok() {
            upload.insert(content.to_owned(), Value::from(STANDARD.encode(bytes)));
        }
    }
}

/// More than can be uploaded: what is longer is refused by its size.
const UPLOAD_BYTES: u64 = 1024 * 1024;

struct Failure {
    line: u64,
    column: u64,
    reason: String,
    duplicate: bool,
}

fn read_yaml(text: &str) -> Result<Node, Failure> {
    let options = serde_saphyr::options! {
        // YAML 1.2: `no` and `on` are text.
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
        },
    };
    serde_saphyr::from_str_with_options::<Spanned<Content>>(text, options).map(Node).map_err(|error| {
        let location = error.location();
        let reason = match error.without_snippet() {
            serde_saphyr::Error::Budget { .. } => {
                "it is nested too deeply, or too large once its aliases are followed".to_owned()
            }
            other => other.to_string(),
        };
        Failure {
            line: location.as_ref().map_or(0, Location::line),
            column: location.as_ref().map_or(0, Location::column),
            duplicate: matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. }),
            reason: reason.lines().next().unwrap_or_default().to_owned(),
        }
    })
}

struct Node(Spanned<Content>);

/// A value with the places of its parts.
enum Content {
    Scalar(Value),
    List(Vec<Spanned<Content>>),
    Map(Vec<(Spanned<String>, Spanned<Content>)>),
}

impl Node {
    fn into_value(self, pointer: &mut String, places: &mut BTreeMap<String, (u64, u64)>) -> Value {
        let at = self.0.referenced;
        if at.line() > 0 {
            places.entry(pointer.clone()).or_insert((at.line(), at.column()));
        }
        let length = pointer.len();
        match self.0.value {
            Content::Scalar(value) => value,
            Content::List(items) => {
                let values = items.into_iter().enumerate().map(|(index, item)| {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    let value = Node(item).into_value(pointer, places);
                    pointer.truncate(length);
                    value
                });
                Value::Array(values.collect())
            }
            Content::Map(members) => {
                let values = members.into_iter().map(|(key, member)| {
                    pointer.push('/');
                    pointer.push_str(&key.value.replace('~', "~0").replace('/', "~1"));
                    // A finding about a member is about its key.
                    places.insert(pointer.clone(), (key.referenced.line(), key.referenced.column()));
                    let value = Node(member).into_value(pointer, places);
                    pointer.truncate(length);
                    (key.value, value)
                });
                Value::Object(values.collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ContentVisitor;
        impl<'de> Visitor<'de> for ContentVisitor {
            type Value = Content;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Content, E> {
                Ok(Content::Scalar(Value::Null))
            }
            fn visit_none<E>(self) -> Result<Content, E> {
                Ok(Content::Scalar(Value::Null))
            }
            fn visit_some<D: serde::Deserializer<'de>>(self, inner: D) -> Result<Content, D::Error> {
                inner.deserialize_any(ContentVisitor)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
                Ok(Content::Scalar(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
                Ok(Content::Scalar(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
                Ok(Content::Scalar(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Content, E> {
                Ok(Content::Scalar(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Content, E> {
                Ok(Content::Scalar(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Content::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Content::Map(members))
            }
        }
        deserializer.deserialize_any(ContentVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_has_its_line() {
        let text = "version: 1\ntargets:\n  ids:\n    - i-a\n    - i-b\ndescription: no\nlinux: {freeze_timeout_seconds: 30}\n";
        let document = Document::parse("job.yaml", text).unwrap();
        assert_eq!(
            document.value,
            json!({"version": 1, "targets": {"ids": ["i-a", "i-b"]}, "description": "no",
                   "linux": {"freeze_timeout_seconds": 30}})
        );
        for (pointer, place) in [
            ("/version", "job.yaml:1:1"),
            ("/targets/ids/1", "job.yaml:5:7"),
            ("/linux/freeze_timeout_seconds", "job.yaml:7:9"),
            ("/targets/tags", "job.yaml:2:1"),
            ("", "job.yaml:1:1"),
        ] {
            assert_eq!(document.place(pointer), place, "{pointer}");
        }
        let json = Document::parse("job.json", "{\"a\":\n  {\"b/c\": [null, 1.5]}}").unwrap();
        assert_eq!(
            (json.place("/a/b~1c/1"), json.value),
            ("job.json:2:18".to_owned(), json!({"a": {"b/c": [null, 1.5]}}))
        );
        let tabs = Document::parse("job.json", "{\n\t\"a\":\t1\n}").unwrap();
        assert_eq!(tabs.value, json!({"a": 1}));
    }

    #[test]
    fn what_cannot_be_read_names_the_line() {
        for (text, place, words) in [
            ("version: 1\n  targets: 2\n", "x:2:", ""),
            ("a: 1\nb: 2\na: 3\n", "x:3:1", "duplicate"),
            ("{\"a\": 1, \"a\": 2}", "x:1:10", "duplicate"),
            ("{\"a\": [1, 2}", "x:1:", ""),
            ("a: [1, 2\n", "x:", ""),
            ("a: *nobody\n", "x:1:4", ""),
        ] {
            let error = Document::parse("x", text).unwrap_err();
            let message = error.message(consnap_core::Lang::En);
            assert!(message.contains(place) && message.contains(words), "{text:?}: {message}");
        }
    }

    #[test]
    fn aliases_cannot_blow_up() {
        let mut bomb = vec!["a: &a [x,x,x,x,x,x,x,x,x]".to_owned()];
        for (name, of) in "bcdefghij".chars().zip("abcdefghi".chars()) {
            bomb.push(format!("{name}: &{name} [*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of}]"));
        }
        let bomb = bomb.join("\n");
        assert!(Document::parse("bomb", &bomb).is_err());
        assert!(Document::parse("deep", &"[".repeat(100_000)).is_err());
    }

    /// On a thread with the smallest stack there is: that of the main thread on Windows.
    #[test]
    fn depth_ends_in_an_error_and_not_in_a_full_stack() {
        let read = |depth: usize| {
            let texts = [
                format!("{}1{}", "{a: ".repeat(depth), "}".repeat(depth)),
                (0..depth).flat_map(|level| [" ".repeat(level), "a:\n".to_owned()]).collect(),
                format!("{}1", "- ".repeat(depth)),
                format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
            ];
            let parse = move || texts.map(|text| Document::parse("deep", &text).map_err(|error| error.to_string()));
            std::thread::Builder::new().stack_size(1 << 20).spawn(parse).unwrap().join().unwrap()
        };
        for read in read(MAX_DEPTH / 2) {
            read.unwrap();
        }
        let error = read(MAX_DEPTH + 2).into_iter().next().unwrap().unwrap_err();
        assert!(error.contains("nested too deeply"), "{error}");
        for read in read(2_000) {
            read.unwrap_err();
        }
    }
}
