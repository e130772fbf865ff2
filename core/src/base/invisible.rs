//! Characters that show nothing: one table for whoever writes commands and whoever shows foreign text.

/// Whether a character shows nothing, or turns the direction of the text, so that two texts could look alike: joiners, directions,
/// fillers, selectors, tags. Control characters are not among them (`char::is_control` knows those).
///
/// From Unicode's `Default_Ignorable_Code_Point` and `Bidi_Control`, with the line and paragraph separators.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
