//! Replies in XML, the format the API answers in when none is asked for.

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value};

/// Elements inside each other.
const LEVELS: usize = 64;

/// The value that the one element of a document stands for.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Map<String, Value>, String)> = vec![(String::new(), Map::new(), String::new())];
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if open.len() < LEVELS => {
                let name = element.local_name().as_ref().to_owned();
                open.push((name, Map::new(), String::new()));
            }
            Event::Start(_) => return None,
            Event::Empty(element) => {
                let name = element.local_name().as_ref().to_owned();
                put(open.last_mut()?, name, Value::from(""));
            }
            Event::End(_) => {
                let (name, members, text) = open.pop()?;
                let value = if members.is_empty() { Value::from(text) } else { Value::Object(members) };
                put(open.last_mut()?, name, value);
            }
            Event::Text(part) => open.last_mut()?.2.push_str(&part.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(part) => open.last_mut()?.2.push_str(&part.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(name) => {
                let letter = match name.resolve_char_ref().ok()? {
                    Some(letter) => letter,
                    None => match &*name {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => return None,
                    },
                };
                open.last_mut()?.2.push(letter);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let (_, root, _) = open.pop().filter(|_| open.is_empty())?;
    root.into_iter().next().map(|(_, value)| value).filter(Value::is_object)
}

/// A list is an element that is named after its members: `Disks` holds `Disk`.
fn put((parent, members, _): &mut (String, Map<String, Value>, String), name: String, value: Value) {
    let is_list = parent.len() > name.len() && parent.starts_with(&name);
    match members.get_mut(&name) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            members.insert(name, if is_list { Value::Array(vec![value]) } else { value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reply_is_read_as_its_json_is() {
        let text = "<?xml version=\"1.0\"?>\n<R><Id>a&lt;b</Id><Disks><Disk><Size>40</Size></Disk></Disks><None/></R>";
        let value = json!({"Id": "a<b", "Disks": {"Disk": [{"Size": "40"}]}, "None": ""});
        assert_eq!(read(text), Some(value));
        assert_eq!(read("<a>"), None);
        assert_eq!(read("<a>text</a>"), None);
        assert_eq!(read(&"<a>".repeat(100)), None);
    }
}
