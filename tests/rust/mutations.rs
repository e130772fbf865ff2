//! Small changes to an input, the same on every machine: what a fuzzer does first, for a test on a stable toolchain.

/// What readers trip over: limits of numbers, syntax of every format read, controls, directions, broken UTF-8.
const TOKENS: &[&[u8]] = &[
    b"0",
    b"-1",
    b"255",
    b"4294967295",
    b"2147483648",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"1e308",
    b"-0.0",
    b"null",
    b"true",
    b"\"\"",
    b"[]",
    b"{}",
    b"\"",
    b"'",
    b"\\",
    b"`",
    b"$(",
    b"${",
    b"{{",
    b"}}",
    b"{run}",
    b"%",
    b"^",
    b"&",
    b"|",
    b";",
    b"#",
    b"<<",
    b"&a ",
    b"*a",
    b"!!binary ",
    b": ",
    b"- ",
    b"--",
    b",",
    b"=",
    b"[",
    b"]",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b"\0",
    b"\x1b[2J",
    b"\x1b]8;;http://a\x1b\\",
    b"\xc2\x9b",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x92\xa9",
    b"\xe4\xbd\xa0",
    b"\\u0000",
    b"\\ud800",
    b"1970-01-01T00:00:00Z",
    b"9999-12-31T23:59:59.999Z",
    b"-9999-01-01",
    b"24:00",
];

/// The `nth` change of `input`; `other` is what pieces may be taken from.
pub fn mutate(input: &[u8], other: &[u8], nth: u64) -> Vec<u8> {
    let mut random = Random(nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ fold(input));
    let mut out = input.to_vec();
    for _ in 0..=random.below(3) {
        change(&mut out, other, &mut random);
    }
    // A fuzzer's usual limit; longer inputs have tests of their own.
    out.truncate(64 * 1024);
    out
}

fn change(out: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(out.len() + 1);
    let until = (at + 1 + random.below(24)).min(out.len());
    let token = TOKENS.get(random.below(TOKENS.len())).copied().unwrap_or_default();
    match random.below(9) {
        0 => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => drop(out.splice(at..at, token.iter().copied())),
        2 => drop(out.splice(at..until.max(at), token.iter().copied())),
        3 => drop(out.drain(at..until.max(at))),
        4 => {
            let piece = out.get(at..until).unwrap_or_default().to_vec();
            let times = 1 + random.below(20);
            drop(out.splice(at..at, piece.repeat(times)));
        }
        5 => out.truncate(at),
        // A number, where there is one, becomes another.
        6 | 7 => {
            let Some(start) = out.iter().skip(at).position(u8::is_ascii_digit).map(|found| at + found) else { return };
            let length = out.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
            let number = TOKENS.get(random.below(10)).copied().unwrap_or_default();
            drop(out.splice(start..start + length, number.iter().copied()));
        }
        _ => {
            let from = random.below(other.len() + 1);
            let piece = other.get(from..(from + 1 + random.below(200)).min(other.len())).unwrap_or_default();
            drop(out.splice(at..until.max(at), piece.iter().copied()));
        }
    }
}

/// Splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from((word ^ (word >> 31)) % end).unwrap_or_default()
    }
}

fn fold(input: &[u8]) -> u64 {
    input.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
