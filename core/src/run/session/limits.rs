//! Until when a run may start instances.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::time::Time;
use crate::input::job::RunOptions;
use crate::input::job::forms::{parse_duration, parse_time_of_day};

const DAY: i64 = 86_400;

/// The time after which a run that began at `started_at` starts nothing new: the earlier of its `deadline` and its
/// `start_before`. `zone` is that of the machine, for a time of day without an offset.
///
/// A time of day means the nearest one: of a run that begins at 22:00, `03:00` is tomorrow; of one that begins at 03:10
/// because something kept it, `03:00` has passed, and nothing is started.
pub fn no_start_after(run: &RunOptions, started_at: Time, zone: &TimeZone) -> Option<Time> {
    let deadline = run.deadline.as_deref().and_then(parse_duration).map(|after| started_at.plus(after));
    let start_before = run.start_before.as_deref().and_then(parse_time_of_day).map(|day_time| {
        let offset = match day_time.offset_minutes {
            Some(minutes) => i64::from(minutes) * 60,
            None => {
                Timestamp::from_millisecond(started_at.millis()).map_or(0, |at| i64::from(zone.to_offset(at).seconds()))
            }
        };
        let second_of_day = (started_at.millis().div_euclid(1000) + offset).rem_euclid(DAY);
        let ahead = (i64::from(day_time.minutes) * 60 - second_of_day).rem_euclid(DAY);
        let whole_second = started_at.millis().div_euclid(1000) * 1000;
        if ahead > DAY / 2 {
            Time::from_millis(whole_second.saturating_sub((DAY - ahead).saturating_mul(1000)))
        } else {
            Time::from_millis(whole_second).plus(Duration::from_secs(ahead.unsigned_abs()))
        }
    });
    match (deadline, start_before) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::*;

    fn limit(start: &str, deadline: Option<&str>, before: Option<&str>, hours_east: i8) -> Option<String> {
        let run = RunOptions {
            deadline: deadline.map(str::to_owned),
            start_before: before.map(str::to_owned),
            ..RunOptions::default()
        };
        let zone = TimeZone::fixed(Offset::constant(hours_east));
        no_start_after(&run, Time::parse(start)?, &zone).map(Time::to_wire)
    }

    #[test]
    fn the_nearest_time_of_day_counts() {
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(limit("2026-11-03T22:00:00Z", None, Some("03:00"), 0), at("2026-11-04T03:00:00Z"));
        assert_eq!(limit("2026-11-04T02:59:59Z", None, Some("03:00"), 0), at("2026-11-04T03:00:00Z"));
        // Something kept it: the time for starting is over.
        assert_eq!(limit("2026-11-04T03:10:00Z", None, Some("03:00"), 0), at("2026-11-04T03:00:00Z"));
        // The machine's own zone, or the one that is written.
        assert_eq!(limit("2026-11-03T18:00:00Z", None, Some("03:00"), 8), at("2026-11-03T19:00:00Z"));
        assert_eq!(limit("2026-11-03T18:00:00Z", None, Some("19:30Z"), 8), at("2026-11-03T19:30:00Z"));
        assert_eq!(limit("2026-11-03T18:00:00Z", None, Some("03:00+08:00"), 0), at("2026-11-03T19:00:00Z"));
    }

    #[test]
    fn the_earlier_of_both_counts() {
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(limit("2026-11-03T18:00:00Z", Some("2h"), None, 0), at("2026-11-03T20:00:00Z"));
        assert_eq!(limit("2026-11-03T18:00:00Z", Some("2h"), Some("19:00"), 0), at("2026-11-03T19:00:00Z"));
        assert_eq!(limit("2026-11-03T18:00:00Z", Some("30m"), Some("19:00"), 0), at("2026-11-03T18:30:00Z"));
        assert_eq!(limit("2026-11-03T18:00:00Z", None, None, 0), None);
    }
}
