//! Times without a good group.

use std::time::Duration;

use super::Gap;
use crate::base::time::Time;

/// The times longer than `rpo` between two good groups, in a row that is closed by `to`. Without a beginning the first of
/// the points is the beginning.
pub(super) fn gaps(points: &[Time], from: Option<Time>, to: Time, rpo: Duration) -> Vec<Gap> {
    row(points, from, to).filter(|gap| to_duration(gap) > rpo).collect()
}

/// The longest time between two good groups, however short.
pub(super) fn longest(points: &[Time], from: Option<Time>, to: Time) -> Option<Gap> {
    row(points, from, to).max_by_key(to_duration)
}

fn to_duration(gap: &Gap) -> Duration {
    gap.to.since(gap.from)
}

/// `points` in the order of time.
fn row(points: &[Time], from: Option<Time>, to: Time) -> impl Iterator<Item = Gap> {
    let all: Vec<Time> =
        from.into_iter().chain(points.iter().copied().filter(|at| *at <= to)).chain(std::iter::once(to)).collect();
    let pairs: Vec<(Time, Time)> = all.iter().copied().zip(all.iter().copied().skip(1)).collect();
    pairs.into_iter().map(|(from, to)| Gap { from, to, seconds: to.since(from).as_secs() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Time {
        Time::from_millis(hours * 3_600_000)
    }

    #[test]
    fn only_longer_times_count() {
        let rpo = Duration::from_secs(24 * 3600);
        let found = gaps(&[at(10), at(34), at(60)], Some(at(0)), at(84), rpo);
        assert_eq!(found, [Gap { from: at(34), to: at(60), seconds: 26 * 3600 }]);
        assert_eq!(gaps(&[], Some(at(0)), at(25), rpo).len(), 1);
        assert_eq!(gaps(&[], None, at(25), rpo), []);
        assert_eq!(gaps(&[at(1)], None, at(26), rpo).len(), 1);
        assert_eq!(longest(&[at(10)], Some(at(0)), at(84)).unwrap().seconds, 74 * 3600);
    }
}
