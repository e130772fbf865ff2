//! The output as the service hands it over, as bytes of UTF-8 text.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::ContentEncoding;
use crate::diagnostics::finding::MessageRow;
use crate::diagnostics::messages::outcomes;

/// Standard alphabet; padding may be missing, as some tools strip it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text of an output and what is odd about its encoding.
pub(super) struct Decoded<'t> {
    /// Valid UTF-8.
    pub(super) text: Cow<'t, [u8]>,
    pub(super) not_base64: bool,
    /// Read as GBK, or with bytes replaced.
    pub(super) repaired: Option<&'static MessageRow>,
}

/// Decodes an output. `buffer` is only scratch space: reusing it saves an allocation per result.
pub(super) fn decode<'t>(
    output: &'t str,
    encoding: ContentEncoding,
    dropped: u64,
    buffer: &'t mut Vec<u8>,
) -> Decoded<'t> {
    let plain = Decoded { text: Cow::Borrowed(output.as_bytes()), not_base64: false, repaired: None };
    match encoding {
        ContentEncoding::PlainText => plain,
        ContentEncoding::Base64 => match from_base64(output.as_bytes(), buffer) {
            Some(bytes) => {
                let (text, repaired) = to_utf8(bytes, dropped);
                Decoded { text, not_base64: false, repaired }
            }
            None => Decoded { not_base64: true, ..plain },
        },
    }
}

fn from_base64<'t>(encoded: &[u8], buffer: &'t mut Vec<u8>) -> Option<&'t [u8]> {
    let room = base64::decoded_len_estimate(encoded.len());
    if buffer.len() < room {
        buffer.resize(room, 0);
    }
    let mut length = BASE64.decode_slice(encoded, buffer).ok();
    if length.is_none() && encoded.iter().any(u8::is_ascii_whitespace) {
        // Pasted text is wrapped; the service never wraps.
        let unwrapped: Vec<u8> = encoded.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        length = BASE64.decode_slice(&unwrapped, buffer).ok();
    }
    buffer.get(..length?)
}

/// UTF-8 as it is; else GBK (Chinese Windows); else with U+FFFD for what is no text.
fn to_utf8(bytes: &[u8], dropped: u64) -> (Cow<'_, [u8]>, Option<&'static MessageRow>) {
    if std::str::from_utf8(bytes).is_ok() {
        return (Cow::Borrowed(bytes), None);
    }
    // Where the middle was cut out, one character of good UTF-8 may be damaged: that alone does not speak for GBK.
    let cut = dropped > 0;
    if !(cut && damaged_places(bytes) <= 1)
        && let Some(text) = from_gbk(bytes, cut)
    {
        return (Cow::Owned(text), Some(&outcomes::READ_AS_GBK));
    }
    (Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into_bytes()), Some(&outcomes::BYTES_REPLACED))
}

fn damaged_places(bytes: &[u8]) -> usize {
    let mut places = 0;
    let mut adjoining = false;
    for chunk in bytes.utf8_chunks() {
        let same_place = adjoining && chunk.valid().is_empty();
        if !chunk.invalid().is_empty() && !same_place {
            places += 1;
        }
        adjoining = true;
    }
    places
}

#[cfg(feature = "gbk")]
fn from_gbk(bytes: &[u8], cut: bool) -> Option<Vec<u8>> {
    let (text, damaged) = encoding_rs::GBK.decode_without_bom_handling(bytes);
    (!damaged || cut).then(|| text.into_owned().into_bytes())
}

#[cfg(not(feature = "gbk"))]
fn from_gbk(_: &[u8], _: bool) -> Option<Vec<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str, dropped: u64) -> (String, bool, Option<&'static str>) {
        let mut buffer = Vec::new();
        let decoded = decode(output, ContentEncoding::Base64, dropped, &mut buffer);
        let text = String::from_utf8(decoded.text.into_owned()).unwrap();
        (text, decoded.not_base64, decoded.repaired.map(|row| row.code))
    }

    #[test]
    fn base64_with_and_without_padding_and_wrapped() {
        assert_eq!(read("b2s=", 0).0, "ok");
        assert_eq!(read("b2s", 0).0, "ok");
        assert_eq!(read("b2\r\ns=\n", 0).0, "ok");
        assert_eq!(read("", 0), (String::new(), false, None));
        assert_eq!(read("not base64!", 0), ("not base64!".to_owned(), true, None));
    }

    #[test]
    fn a_reused_buffer_shows_nothing_of_the_output_before() {
        let mut buffer = Vec::new();
        assert_eq!(decode("bG9uZ2Vy", ContentEncoding::Base64, 0, &mut buffer).text.as_ref(), b"longer");
        assert_eq!(decode("b2s=", ContentEncoding::Base64, 0, &mut buffer).text.as_ref(), b"ok");
    }

    #[test]
    #[cfg(feature = "gbk")]
    fn gbk_is_told_from_utf8_with_a_cut() {
        // 快照 in GBK.
        assert_eq!(to_utf8(b"\xbf\xec\xd5\xd5", 0), ("快照".as_bytes().into(), Some(&outcomes::READ_AS_GBK)));
        // 快照 in UTF-8, cut in the second character, then the tail.
        let seam = b"\xe5\xbf\xab\xe7\x85 end";
        assert_eq!(to_utf8(seam, 9).1, Some(&outcomes::BYTES_REPLACED));
        assert_eq!(to_utf8(seam, 9).0.as_ref(), "快\u{fffd} end".as_bytes());
        assert_eq!(to_utf8(b"\xff\xff", 0).1, Some(&outcomes::BYTES_REPLACED));
    }
}
