//! Points in time as the session, the journal and the wire know them.

use std::fmt;
use std::time::Duration;

use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z. The core never asks for the time: it is told.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The beginning of the epoch.
    pub const EPOCH: Time = Time(0);
    /// Later than any time that can be written.
    pub const FAR_FUTURE: Time = Time(253_402_207_200_000);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This time plus a duration, never beyond what a date can show.
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis).min(Self::FAR_FUTURE.0))
    }

    /// This time plus whole seconds.
    pub fn plus_seconds(self, seconds: u64) -> Self {
        self.plus(Duration::from_secs(seconds))
    }

    /// So much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.millis().saturating_sub(millis))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads the forms the service uses: `2024-05-06T07:08:09Z`, with a fraction, and `2024-05-06T07:08Z` without seconds.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(at) = Self::parse_wire(text.as_bytes()) {
            return Some(at);
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Self(at.as_millisecond()));
        }
        // DescribeInstances leaves out the seconds (docs/sources/api.md 4).
        let minutes = text.strip_suffix('Z')?;
        if minutes.len() != 16 {
            return None;
        }
        let at = format!("{minutes}:00Z").parse::<jiff::Timestamp>().ok()?;
        Some(Self(at.as_millisecond()))
    }

    /// The form of nearly every reply, `2024-05-06T07:08:09Z`, read without the full grammar: results come by the million.
    fn parse_wire(text: &[u8]) -> Option<Self> {
        let number = |from: usize, length: usize| -> Option<i64> {
            let digits = text.get(from..from + length)?;
            digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
        };
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
        if text.len() != 20 || marks.iter().any(|(at, mark)| text.get(*at) != Some(mark)) {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
        let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
        // The last days of a month, and leap seconds, are left to the full grammar.
        if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Some(Self(seconds * 1000))
    }

    /// Reads an HTTP `Date` header (RFC 9110, the fixed-length form).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let zoned = DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Self(zoned.as_millisecond()))
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// As the wire writes it: `2024-05-06T07:08:09Z`, in whole seconds.
    pub fn to_wire(self) -> String {
        let whole = Time(self.0.div_euclid(1000) * 1000);
        whole.timestamp().to_string()
    }

    /// `20240506`, for group names.
    pub fn compact_date(self) -> String {
        let day = Offset::UTC.to_datetime(self.timestamp()).date();
        format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
    }

    /// `070809`, for group names.
    pub fn compact_time(self) -> String {
        let time = Offset::UTC.to_datetime(self.timestamp()).time();
        format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
    }

    /// As an HTTP `Date` header writes it (RFC 9110). Empty before the year 0, which that form cannot write.
    pub fn to_http_date(self) -> String {
        DateTimePrinter::new().timestamp_to_rfc9110_string(&self.timestamp()).unwrap_or_default()
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (years 0 to 9999).
pub(crate) const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time such as 2024-05-06T07:08:09Z"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_wire_forms() {
        let at = Time::parse("2024-05-06T07:08:09Z").unwrap();
        assert_eq!(at.to_wire(), "2024-05-06T07:08:09Z");
        assert_eq!(at.to_string(), "2024-05-06T07:08:09.000Z");
        assert_eq!(Time::parse("2024-05-06T07:08Z").unwrap().to_wire(), "2024-05-06T07:08:00Z");
        assert_eq!(at.to_http_date(), "Mon, 06 May 2024 07:08:09 GMT");
        assert_eq!(Time::parse_http_date(&at.to_http_date()), Some(at));
        assert_eq!(at.compact_date(), "20240506");
        assert_eq!(at.compact_time(), "070809");
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-28T23:59:59Z",
            "2024-02-29T00:00:00Z",
            "0001-03-01T00:00:00Z",
            "9999-12-28T01:02:03Z",
        ] {
            let full: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(Time::parse(text), Some(Time(full.as_millisecond())), "{text}");
        }
        assert_eq!(Time::parse("2023-02-29T00:00:00Z"), None);
        assert_eq!(Time::parse("yesterday"), None);
        assert_eq!(Time::parse("2024-13-06T07:08Z"), None);
    }
}
