//! When to call again: backoff and rate control as pure functions of time.

use std::borrow::Cow;
use std::time::Duration;

use crate::base::time::Time;
use crate::catalog::pacing;

/// Exponential backoff with full jitter: any wait from nothing to the ceiling, which doubles with each attempt.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The ceiling of the first wait.
    pub first: Duration,
    /// The highest ceiling.
    pub longest: Duration,
}

impl Default for Backoff {
    /// That of the catalogue: half a second, at most 30 seconds.
    fn default() -> Self {
        Self { first: pacing::BACKOFF_BASE, longest: pacing::BACKOFF_LONGEST }
    }
}

impl Backoff {
    /// The wait before attempt number `attempt` (the first repetition is 1), drawn by `random`.
    pub fn wait(&self, attempt: u32, random: u64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let ceiling = self.first.saturating_mul(1 << doublings).min(self.longest);
        let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
        // The remainder is near enough to even: ceilings are far below 2^64.
        Duration::from_millis(millis.checked_add(1).map_or(random, |span| random % span))
    }
}

/// Numbers for waits, all from one seed (`SplitMix64`). Nothing secret hangs on them.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Makes two that begin with the same seed differ.
    pub(crate) fn reseed(&mut self, with: u64) {
        self.0 ^= with.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// The longest wait consnap takes from a reply; the unit of `TimeLeft` is not documented (docs/sources/feature.md 12,
/// number 11).
pub const LONGEST_HINT: Duration = Duration::from_secs(60);

/// How long the headers of a reply ask to wait: the largest of `TimeLeft` in `x-ratelimit-user-api` and
/// `x-ratelimit-user` where nothing remains, `x-acs-retry-after` (all in milliseconds) and `retry-after` (seconds).
pub fn wait_hint(headers: &[(Cow<'static, str>, String)]) -> Option<Duration> {
    let waits = headers.iter().filter_map(|(name, value)| {
        let millis = match name.to_ascii_lowercase().as_str() {
            "x-ratelimit-user-api" | "x-ratelimit-user" => {
                let limit = RateLimitHeader::parse(value);
                limit.time_left.filter(|_| limit.remain.is_none_or(|remain| remain == 0))?
            }
            "x-acs-retry-after" => value.trim().parse().ok()?,
            "retry-after" => value.trim().parse::<u64>().ok()?.saturating_mul(1000),
            _ => return None,
        };
        Some(Duration::from_millis(millis))
    });
    waits.max().filter(|wait| !wait.is_zero()).map(|wait| wait.min(LONGEST_HINT))
}

/// `Limit:1,Remain:0,TimeLeft:2000,Reset:1234`, as far as it can be read.
#[derive(Default)]
struct RateLimitHeader {
    remain: Option<u64>,
    time_left: Option<u64>,
}

impl RateLimitHeader {
    fn parse(value: &str) -> Self {
        let mut out = Self::default();
        for (name, number) in value.split(',').filter_map(|part| part.split_once(':')) {
            match name.trim() {
                "Remain" => out.remain = number.trim().parse().ok(),
                "TimeLeft" => out.time_left = number.trim().parse().ok(),
                _ => {}
            }
        }
        out
    }
}

/// Calls a second of one API: a token bucket that halves its rate when the service throttles and recovers in quiet time.
///
/// [`RateLimiter::ready_at`] tells when the next call may leave, [`RateLimiter::take`] counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimiter {
    /// Thousandths of a call a second, at full rate.
    full_rate: i64,
    /// Thousandths of a call a second, now.
    rate: i64,
    /// Millionths of calls that may leave at once; below zero when more were taken than there were.
    tokens: i64,
    /// When `tokens` was true; nothing leaves before it.
    since: Time,
    /// When the rate was last changed.
    changed_at: Option<Time>,
}

impl RateLimiter {
    const CALL: i64 = 1_000_000;
    /// The slowest it goes: a call in ten seconds.
    const SLOWEST: i64 = 100;
    /// Without a hint, a throttled API rests so long.
    const REST: Duration = Duration::from_secs(1);
    /// Replies to calls that left together are one event.
    const ONE_EVENT: Duration = Duration::from_millis(500);
    /// After so much quiet the rate grows by a quarter.
    const RECOVERY_STEP: Duration = Duration::from_secs(2);

    /// A limiter for so many calls a second (at least one), of which one second's worth may leave at once.
    pub fn new(rate_per_second: u32) -> Self {
        let full_rate = i64::from(rate_per_second.max(1)) * 1000;
        Self {
            full_rate,
            rate: full_rate,
            tokens: full_rate * 1000,
            since: Time::from_millis(i64::MIN),
            changed_at: None,
        }
    }

    /// When the next call may leave: `now`, or later.
    pub fn ready_at(&self, now: Time) -> Time {
        let at = now.max(self.since);
        let lacking = Self::CALL.saturating_sub(self.tokens_at(at)).max(0);
        let millis = lacking / self.rate + i64::from(lacking % self.rate != 0);
        at.plus(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    }

    /// Counts a call that leaves now.
    pub fn take(&mut self, now: Time) {
        self.refill(now);
        self.tokens = self.tokens.saturating_sub(Self::CALL);
    }

    /// The service throttled: half the rate, and nothing before the wait it asked for (else a second).
    pub fn on_throttled(&mut self, now: Time, retry_after: Option<Duration>) {
        self.refill(now);
        if self.changed_at.is_none_or(|changed| now.since(changed) >= Self::ONE_EVENT) {
            self.rate = (self.rate / 2).max(Self::SLOWEST);
            self.changed_at = Some(now);
        }
        self.hold(now, retry_after.unwrap_or(Self::REST));
    }

    /// Any other reply: the rate recovers, and a limit that is used up (`Remain:0`) is waited out.
    pub fn on_answer(&mut self, now: Time, headers: &[(Cow<'static, str>, String)]) {
        self.refill(now);
        if let Some(wait) = wait_hint(headers) {
            self.hold(now, wait);
        }
        if self.rate < self.full_rate && self.changed_at.is_none_or(|changed| now.since(changed) >= Self::RECOVERY_STEP)
        {
            self.rate = (self.rate + (self.rate / 4).max(1)).min(self.full_rate);
            self.changed_at = Some(now);
        }
    }

    fn tokens_at(&self, now: Time) -> i64 {
        let millis = i64::try_from(now.since(self.since).as_millis()).unwrap_or(i64::MAX);
        self.tokens.saturating_add(millis.saturating_mul(self.rate)).min(self.full_rate.saturating_mul(1000))
    }

    fn refill(&mut self, now: Time) {
        self.tokens = self.tokens_at(now);
        self.since = self.since.max(now);
    }

    /// Nothing before the wait is over, and then the calls come one by one: the pause does not fill the bucket.
    fn hold(&mut self, now: Time, wait: Duration) {
        self.since = self.since.max(now.plus(wait.min(LONGEST_HINT)));
        self.tokens = Self::CALL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Time {
        Time::from_millis(1_700_000_000_000 + millis)
    }

    fn header(name: &'static str, value: &str) -> Vec<(Cow<'static, str>, String)> {
        vec![(Cow::Borrowed(name), value.to_owned())]
    }

    #[test]
    fn backoff_stays_within_its_doubling_ceiling() {
        let backoff = Backoff::default();
        for (attempt, ceiling) in [(0, 500), (1, 500), (2, 1000), (3, 2000), (7, 30_000), (u32::MAX, 30_000)] {
            assert_eq!(backoff.wait(attempt, ceiling), Duration::from_millis(ceiling));
            assert_eq!(backoff.wait(attempt, ceiling + 1), Duration::ZERO);
        }
    }

    /// Calls as fast as allowed; returns how many left in a span of milliseconds.
    fn calls(limiter: &mut RateLimiter, from: i64, to: i64) -> u32 {
        let (mut now, mut count) = (at(from), 0);
        loop {
            now = limiter.ready_at(now);
            if now >= at(to) {
                return count;
            }
            limiter.take(now);
            limiter.on_answer(now, &[]);
            count += 1;
        }
    }

    #[test]
    fn keeps_its_rate_after_one_burst() {
        let mut limiter = RateLimiter::new(20);
        assert_eq!(calls(&mut limiter, 0, 1), 20);
        assert_eq!(calls(&mut limiter, 1, 10_001), 200);
    }

    #[test]
    fn slows_when_throttled_and_recovers() {
        let mut limiter = RateLimiter::new(20);
        assert_eq!(calls(&mut limiter, 0, 1), 20);
        limiter.on_throttled(at(1), Some(Duration::from_secs(3)));
        limiter.on_throttled(at(2), None);
        assert_eq!(limiter.ready_at(at(5)), at(3001));
        assert_eq!(calls(&mut limiter, 5, 3001), 0);
        let first = calls(&mut limiter, 3001, 4001);
        assert!((10..=13).contains(&first), "half the rate without a burst, not {first}");
        let later = calls(&mut limiter, 20_000, 30_000);
        assert!((199..=220).contains(&later), "the full rate again, not {later}");
    }

    #[test]
    fn reads_the_wait_from_headers() {
        let wait = |name, value| wait_hint(&header(name, value)).map(|wait| wait.as_millis());
        assert_eq!(wait("x-ratelimit-user-api", "Limit:1,Remain:0,TimeLeft:2000,Reset:1234"), Some(2000));
        assert_eq!(wait("X-RateLimit-User", "Limit:1,Remain:3,TimeLeft:2000"), None);
        assert_eq!(wait("x-acs-retry-after", "700"), Some(700));
        assert_eq!(wait("retry-after", "2"), Some(2000));
        assert_eq!(wait("retry-after", "99999999999999999999"), None);
        assert_eq!(wait("retry-after", "9999999999999999999"), Some(60_000));
        assert_eq!(wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), None);
        let mut limiter = RateLimiter::new(5);
        limiter.on_answer(at(0), &header("x-ratelimit-user", "Limit:1,Remain:0,TimeLeft:1500,Reset:1"));
        assert_eq!(limiter.ready_at(at(0)), at(1500));
    }
}
