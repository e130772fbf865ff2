//! Reading members whose type differs between the service, its documents and its SDKs (docs/sources/feature.md 11 C12,
//! C13): a number
//! for a text, a text for a number or a truth value, `null` for nothing.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A single value of any JSON type. What cannot be meant is `Other`.
pub(crate) enum Scalar<'de> {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'de, str>),
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyScalar;
        impl<'de> Visitor<'de> for AnyScalar {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Signed(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Unsigned(value))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Float(value))
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(value.to_owned())))
            }
            fn visit_string<E>(self, value: String) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(value)))
            }
            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }
            fn visit_none<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Scalar<'de>, D::Error> {
                Scalar::deserialize(inner)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }
        deserializer.deserialize_any(AnyScalar)
    }
}

impl<'de> Scalar<'de> {
    #[inline]
    pub(crate) fn into_text(self) -> Option<Cow<'de, str>> {
        match self {
            Self::Null | Self::Other => None,
            Self::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            Self::Signed(value) => Some(Cow::Owned(value.to_string())),
            Self::Unsigned(value) => Some(Cow::Owned(value.to_string())),
            Self::Float(value) => Some(Cow::Owned(value.to_string())),
            Self::Text(text) => Some(text),
        }
    }
}

/// A number that some SDKs hand on as text; anything else is `None`.
pub(crate) fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Signed(value) => Some(value),
        Scalar::Unsigned(value) => i64::try_from(value).ok(),
        Scalar::Text(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A text; a number or a truth value is written out, anything else is `None`.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Scalar::deserialize(deserializer)?.into_text().map(Cow::into_owned))
}

/// A text borrowed from its document where that is possible; as [`text`], but nothing is the empty text.
#[inline]
pub(crate) fn borrowed_text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    Ok(Scalar::deserialize(deserializer)?.into_text().unwrap_or_default())
}

/// As [`borrowed_text`], but the empty text says nothing.
pub(crate) fn borrowed_filled<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Scalar::deserialize(deserializer)?.into_text().filter(|text| !text.is_empty()))
}

/// As [`id`], borrowed where that is possible.
pub(crate) fn borrowed_id<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    borrowed_filled(deserializer)?.ok_or_else(|| D::Error::custom("an id is empty"))
}

/// A text that says nothing when it is empty; an empty `NextToken` means that there is no further page.
pub(crate) fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text(deserializer)?.filter(|text| !text.is_empty()))
}

/// A text without which the reply is of no use: an id. Missing, `null` or empty is an error.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    filled(deserializer)?.ok_or_else(|| D::Error::custom("an id is empty"))
}

/// `true` or `"true"` in any case; anything else but `false` is `None`.
pub(crate) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Bool(value) => Some(value),
        Scalar::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Scalar::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}

/// As [`list`], where a list that is not there is unknown.
pub(crate) fn known_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    list(deserializer).map(Some)
}

/// A list as the service wraps it, `{"Instance": [...]}`; `null`, `{}` and a `null` inside are an empty list, a bare
/// list is taken too. Any other type is an error: a list that cannot be read must not pass for an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Wrapped<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Wrapped<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut out = Vec::new();
            while let Some(item) = seq.next_element()? {
                out.push(item);
            }
            Ok(out)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
            let mut out = Vec::new();
            while map.next_key::<IgnoredAny>()?.is_some() {
                let list = map.next_value::<Option<Vec<T>>>()?.unwrap_or_default();
                // There is hardly ever a second one: the first is taken as it is.
                if out.is_empty() {
                    out = list;
                } else {
                    out.extend(list);
                }
            }
            Ok(out)
        }
    }
    deserializer.deserialize_any(Wrapped(PhantomData))
}
