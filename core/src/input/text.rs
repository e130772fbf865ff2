//! Bytes to text, in the encodings that the tools of Windows and of China write.

/// The text of bytes: UTF-8, UTF-16 with or without its mark, or GBK. `None` where they are none of these.
pub fn read(bytes: &[u8]) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Text in UTF-16 without its mark has a zero in nearly every second place, UTF-8 has none.
    if bytes.len() >= 4 && bytes.len().is_multiple_of(2) {
        let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        let most = bytes.len() / 4;
        match (zeros(0), zeros(1)) {
            (0, odd) if odd > most => return utf16(bytes, u16::from_le_bytes),
            (even, 0) if even > most => return utf16(bytes, u16::from_be_bytes),
            _ => {}
        }
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => gbk(bytes),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    rest.is_empty().then(|| String::from_utf16(&units).ok())?
}

/// Nearly any bytes are GBK: only text whose other characters are Chinese is taken for it.
#[cfg(feature = "gbk")]
fn gbk(bytes: &[u8]) -> Option<String> {
    let (text, damaged) = encoding_rs::GBK.decode_without_bom_handling(bytes);
    let is_chinese = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{2010}'..='\u{2026}' | '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
    };
    (!damaged && text.chars().all(is_chinese)).then(|| text.into_owned())
}

#[cfg(not(feature = "gbk"))]
fn gbk(_: &[u8]) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_windows_and_china() {
        let text = "version: 1 # 快照\r\n";
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", little.as_slice()].concat(),
            [b"\xfe\xff", big.as_slice()].concat(),
            little,
            big,
        ] {
            assert_eq!(read(&bytes).as_deref(), Some(text), "{bytes:?}");
        }
        assert_eq!(read(b"\xff\xfea"), None);
        assert_eq!(read(b"caf\xe9 "), None);
    }

    #[test]
    #[cfg(feature = "gbk")]
    fn gbk_is_taken_for_chinese_text_alone() {
        assert_eq!(read(b"name: \xbf\xec\xd5\xd5").as_deref(), Some("name: 快照"));
        assert_eq!(read(b"\xe9\xe8\xe0\xe7\xb0\xa1\x81\x40\xa8\xa1"), None);
    }
}
