//! One line of a journal: `{"seq":1,"crc":"0a1b2c3d","event":{...}}`.
//!
//! The checksum (CRC-32 as in gzip) covers the number's digits and then the member's text, exactly as they stand, so the
//! line is taken apart by its fixed beginning and never written anew.

use std::fmt::Write as _;

/// A line that is whole.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) seq: u64,
    /// The member's text, checked against its checksum.
    pub(super) text: &'a str,
}

/// Writes a line with its end.
pub(super) fn write(out: &mut String, seq: u64, member: &str, text: &str) {
    let crc = checksum(&seq.to_string(), text);
    // Writing into a String cannot fail.
    let _ = writeln!(out, r#"{{"seq":{seq},"crc":"{crc:08x}","{member}":{text}}}"#);
}

fn checksum(seq: &str, text: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(seq.as_bytes());
    hasher.update(text.as_bytes());
    hasher.finalize()
}

/// Takes a line (without its end) apart; the reason when it is not whole.
pub(super) fn read<'a>(line: &'a [u8], member: &str) -> Result<Line<'a>, &'static str> {
    const SHAPE: &str = "it does not have the shape of a journal line";
    let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8")?;
    let rest = line.strip_prefix(r#"{"seq":"#).ok_or(SHAPE)?;
    let (seq, rest) = rest.split_once(r#","crc":""#).ok_or(SHAPE)?;
    let (crc, rest) = rest.split_once(r#"",""#).ok_or(SHAPE)?;
    let text = rest.strip_prefix(member).and_then(|rest| rest.strip_prefix(r#"":"#)).ok_or(SHAPE)?;
    let text = text.strip_suffix('}').ok_or(SHAPE)?;
    if u32::from_str_radix(crc, 16).ok() != Some(checksum(seq, text)) {
        return Err("its checksum does not fit");
    }
    Ok(Line { seq: seq.parse().map_err(|_| SHAPE)?, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut out = String::new();
        write(&mut out, 7, "event", r#"{"a":"},\"crc\":\""}"#);
        assert_eq!(out, "{\"seq\":7,\"crc\":\"d3046511\",\"event\":{\"a\":\"},\\\"crc\\\":\\\"\"}}\n");
        let line = out.trim_end().as_bytes();
        assert_eq!(read(line, "event"), Ok(Line { seq: 7, text: r#"{"a":"},\"crc\":\""}"# }));
        for at in 0..line.len() {
            let mut damaged = line.to_vec();
            damaged[at] ^= 1;
            assert!(read(&damaged, "event").is_err(), "a flipped bit at {at} goes unnoticed");
            assert!(read(&line[..at], "event").is_err());
        }
    }
}
