//! Small forms inside the job document: durations, times of day, tags to spread by, ids.

use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

/// Reads a duration such as `2h`, `90m`, `3600s`, `1d` or `1h30m`: whole units, the greater first, more than nothing.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0u64;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let mut characters = tail.chars();
        let unit = match characters.next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = characters.as_str();
    }
    // No date can hold more.
    (1..=253_402_207_200).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// A time of day.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeOfDay {
    /// Minutes since midnight, 0 to 1439.
    pub minutes: u16,
    /// Minutes east of UTC, where the text says so (`03:00+08:00`, `19:00Z`).
    pub offset_minutes: Option<i16>,
}

/// Reads a time of day such as `03:00`, with an offset where it matters: `03:00+08:00`, `19:00Z`.
pub fn parse_time_of_day(text: &str) -> Option<TimeOfDay> {
    let text = text.trim();
    let minutes = clock(text.get(..5)?)?;
    let offset_minutes = match text.get(5..)? {
        "" => None,
        "Z" | "z" => Some(0),
        offset => {
            let size = i16::try_from(clock(offset.get(1..)?)?).ok().filter(|size| *size <= 14 * 60)?;
            match offset.as_bytes().first()? {
                b'+' => Some(size),
                b'-' => Some(size.saturating_neg()),
                _ => return None,
            }
        }
    };
    Some(TimeOfDay { minutes, offset_minutes })
}

/// Reads `HH:MM` to minutes.
fn clock(text: &str) -> Option<u16> {
    let [h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let two = |tens: &u8, ones: &u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Reads `tag:KEY` to the key, 1 to 128 characters.
pub fn parse_spread_by(text: &str) -> Option<&str> {
    text.strip_prefix("tag:").filter(|key| !key.is_empty() && key.chars().count() <= 128)
}

/// Reads a day such as `2027-01-01`.
pub fn parse_day(text: &str) -> Option<Date> {
    // jiff would also take a date and time.
    (text.len() == 10).then(|| text.parse::<Date>().ok()).flatten()
}

/// Whether a text is an id with a prefix such as `i-`.
pub fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|body| {
        (1..=64).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| parse_duration(text).map(|d| d.as_secs());
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(seconds("90m"), Some(5400));
        assert_eq!(seconds(" 3600s "), Some(3600));
        assert_eq!(seconds("1d1h30m5s"), Some(91_805));
        for bad in [
            "",
            "2",
            "h",
            "0s",
            "2h2h",
            "30m1h",
            "-1h",
            "1.5h",
            "2H",
            "99999999999999999999s",
            "9999999999999999d",
            "2 h",
            "2х",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_of_day() {
        let at = |minutes, offset_minutes| Some(TimeOfDay { minutes, offset_minutes });
        assert_eq!(parse_time_of_day("03:00"), at(180, None));
        assert_eq!(parse_time_of_day("23:59Z"), at(1439, Some(0)));
        assert_eq!(parse_time_of_day("03:30+08:00"), at(210, Some(480)));
        assert_eq!(parse_time_of_day("00:00-09:30"), at(0, Some(-570)));
        for bad in ["", "3:00", "24:00", "12:60", "03:00+15:00", "03:00 +08:00", "03:00+8", "0３:0", "03-00"] {
            assert_eq!(parse_time_of_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_days_and_spreading() {
        assert!(is_id("i-bp1linux000000000001", "i-"));
        for bad in ["", "i-", "i", "d-1", "i-BP1", "i-bp1****", "i-a b", "i-1\n"] {
            assert!(!is_id(bad, "i-"), "{bad}");
        }
        assert_eq!(parse_day("2027-01-01").map(|day| day.to_string()).as_deref(), Some("2027-01-01"));
        for bad in ["2027-1-1", "2027-02-30", "20270101", "2027-01-01T00:00:00"] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
        assert_eq!(parse_spread_by("tag:cluster"), Some("cluster"));
        assert_eq!(parse_spread_by("tag:"), None);
        assert_eq!(parse_spread_by("cluster"), None);
    }
}
