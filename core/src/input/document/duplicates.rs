//! Keys that stand twice in one JSON object. Reading into a value keeps the last one and forgets the others.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{push_escaped, shorten};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::parameters;

/// A finding for each key that stands more than once, in JSON text that can be read.
pub(crate) fn duplicate_keys(json: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut place = String::new();
    // Text that is no JSON has been reported by whoever read it.
    let _ =
        Walk { place: &mut place, findings: &mut findings }.deserialize(&mut serde_json::Deserializer::from_str(json));
    findings
}

struct Walk<'a> {
    place: &'a mut String,
    findings: &'a mut Vec<Finding>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            let length = self.place.len();
            self.place.push('/');
            push_escaped(self.place, &key);
            if seen.contains(&key) {
                let finding = Finding::new(&parameters::DUPLICATE_KEY, self.place.clone()).with("key", shorten(&key));
                self.findings.push(finding);
            }
            seen.insert(key);
            members.next_value_seed(Walk { place: self.place, findings: self.findings })?;
            self.place.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let length = self.place.len();
        let mut at = 0usize;
        loop {
            self.place.push('/');
            self.place.push_str(&at.to_string());
            let item = items.next_element_seed(Walk { place: self.place, findings: self.findings })?;
            self.place.truncate(length);
            if item.is_none() {
                return Ok(());
            }
            at = at.saturating_add(1);
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_repetition() {
        let places = |json| duplicate_keys(json).into_iter().map(|f| f.place.into_owned()).collect::<Vec<_>>();
        assert_eq!(
            places(r#"{"a": 1, "b": [{}, {"c": 1, "c": {"d": null, "d": 2}}], "a": 2}"#),
            ["/b/1/c", "/b/1/c/d", "/a"]
        );
        assert!(places(r#"{"a": {"b": 1}, "c": {"b": 1}}"#).is_empty());
        assert!(places("{").is_empty());
    }
}
