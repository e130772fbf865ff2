//! Ids in the shapes of the service (docs/sources/feature.md 10.5), each made from a number and readable back to it,
//! so that no table
//! of a million ids is needed.

use crate::random::{hash, mix};

/// What an id names.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Disk,
    Group,
    Snapshot,
    SnapshotLink,
    Invocation,
    Command,
    SentFile,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Disk => "d-bp1",
            Self::Group => "ssg-bp1",
            Self::Snapshot => "s-bp1",
            Self::SnapshotLink => "sl-bp1",
            Self::Invocation => "t-hz0",
            Self::Command => "c-hz0",
            Self::SentFile => "f-hz0",
        }
    }
}

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Seven digits hold the number, ten more are noise that must match.
const NUMBER_DIGITS: usize = 7;
const NOISE_DIGITS: usize = 10;
const MODULUS: u64 = 36u64.pow(7);
/// Coprime to 36, so that multiplying scatters neighbours and can be undone.
const FACTOR: u64 = 31_415_926_537;

/// The inverse of the factor, modulo 36^7.
const INVERSE: u64 = 52_835_483_449;

fn multiply(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(MODULUS)).unwrap_or(0)
}

fn digits(out: &mut String, mut value: u64, count: usize) {
    for _ in 0..count {
        let digit = usize::try_from(value % 36).unwrap_or(0);
        out.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
        value /= 36;
    }
}

/// The id of a number.
pub(crate) fn write(kind: Kind, number: u64) -> String {
    let mut id = String::with_capacity(24);
    push(&mut id, kind, number);
    id
}

/// Appends the id of a number.
pub(crate) fn push(id: &mut String, kind: Kind, number: u64) {
    id.push_str(kind.prefix());
    digits(id, multiply(number % MODULUS, FACTOR), NUMBER_DIGITS);
    digits(id, mix(number ^ hash(kind.prefix().as_bytes())), NOISE_DIGITS);
}

/// The number an id was made from; `None` for an id that was not.
pub(crate) fn read(kind: Kind, id: &str) -> Option<u64> {
    let body = id.strip_prefix(kind.prefix())?;
    let scattered = body.bytes().take(NUMBER_DIGITS).rev().try_fold(0u64, |value, byte| {
        let digit = char::from(byte).to_digit(36)?;
        Some(value * 36 + u64::from(digit))
    })?;
    let number = multiply(scattered, INVERSE);
    (write(kind, number) == id).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shape_of_the_service_and_read_back() {
        for number in [0, 1, 2, 99_999, 12_345_678, MODULUS - 1] {
            for kind in [Kind::Disk, Kind::Group, Kind::Snapshot, Kind::Invocation] {
                assert_eq!(read(kind, &write(kind, number)), Some(number));
            }
        }
        let id = write(Kind::Group, 7);
        assert_eq!(id.len(), "ssg-".len() + 20);
        assert_ne!(write(Kind::Group, 8)[..9], id[..9]);
        assert_eq!(read(Kind::Snapshot, &id), None);
        assert_eq!(read(Kind::Group, "ssg-bp1example0000000001"), None);
        assert_eq!(read(Kind::Group, "ssg-bp1\u{4e2d}"), None);
    }
}
