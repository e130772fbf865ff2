//! Values that can never be empty. A filter such as `InvokeId=` is read by the service as "no filter" and answers with
//! other people's invocations (docs/sources/api.md 4.2), so no request can be built with one.

use serde::{Deserialize, Serialize};

use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// A text that is not empty and not blank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filled(String);

impl Filled {
    /// Takes a text; an empty or blank one is an error.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(Error::new(ErrorKind::Rejected, &calls::EMPTY_FILTER));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Filled {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl From<Filled> for String {
    fn from(filled: Filled) -> Self {
        filled.0
    }
}

impl std::fmt::Display for Filled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One to `MAX` ids, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids<const MAX: usize>(Vec<String>);

impl<const MAX: usize> Ids<MAX> {
    /// Takes ids; none at all, an empty one or more than `MAX` are errors.
    pub fn new<S: Into<String>>(ids: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        if ids.is_empty() || ids.iter().any(|id| id.trim().is_empty()) {
            return Err(Error::new(ErrorKind::Rejected, &calls::EMPTY_FILTER));
        }
        if ids.len() > MAX {
            return Err(Error::new(ErrorKind::Rejected, &calls::TOO_MANY_IDS)
                .with("count", ids.len().to_string())
                .with("limit", MAX.to_string()));
        }
        Ok(Self(ids))
    }

    /// The ids.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The ids as one string holding a JSON array, the wire's form for `InstanceIds`, `DiskIds` and `SnapshotIds`.
    pub fn to_json(&self) -> String {
        serde_json::Value::from(self.0.as_slice()).to_string()
    }
}

/// One to twenty tags, no key empty. Values may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// The most tags one request takes (docs/sources/api.md 4.1).
    pub const MAX: usize = 20;

    /// Takes tags; none at all, an empty key or more than twenty are errors.
    pub fn new<K: Into<String>, V: Into<String>>(tags: impl IntoIterator<Item = (K, V)>) -> Result<Self, Error> {
        let tags: Vec<(String, String)> = tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        if tags.is_empty() || tags.iter().any(|(key, _)| key.trim().is_empty()) {
            return Err(Error::new(ErrorKind::Rejected, &calls::EMPTY_FILTER));
        }
        if tags.len() > Self::MAX {
            return Err(Error::new(ErrorKind::Rejected, &calls::TOO_MANY_IDS)
                .with("count", tags.len().to_string())
                .with("limit", Self::MAX.to_string()));
        }
        Ok(Self(tags))
    }

    /// Keys and values.
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_empty_can_be_made() {
        assert!(Filled::new(" ").is_err());
        assert!(serde_json::from_str::<Filled>("\"\"").is_err());
        assert!(Ids::<2>::new([""; 1]).is_err());
        assert!(Ids::<2>::new(Vec::<String>::new()).is_err());
        assert!(Tags::new([("", "x")]).is_err());
        assert!(Tags::new(Vec::<(String, String)>::new()).is_err());
        assert_eq!(Ids::<2>::new(["a", "b"]).unwrap().to_json(), r#"["a","b"]"#);
        let error = Ids::<2>::new(["a", "b", "c"]).unwrap_err();
        assert_eq!(error.row.code, calls::TOO_MANY_IDS.code);
    }
}
