//! "Did you mean": which known word a mistyped one is nearest to.

/// The known word nearest to a written one, if any is near enough to be meant.
pub fn most_similar<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Longer than any word of ours; comparing costs the product of both lengths.
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let written = plain(written);
    known
        .map(|word| (strsim::damerau_levenshtein(&written, &plain(word)), word))
        .filter(|(distance, word)| *distance <= (word.len() / 4).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Whether two words differ in case and separators only.
pub(super) fn same_word(one: &str, other: &str) -> bool {
    let letters = |word: &str| {
        word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    one.len() < 100 && other.len() < 100 && letters(one) == letters(other)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_only() {
        let known = ["group_name", "description", "run"];
        let similar = |written| most_similar(written, known.into_iter());
        assert_eq!(similar("groupName"), Some("group_name"));
        assert_eq!(similar("gruop_name"), Some("group_name"));
        assert_eq!(similar("descripton"), Some("description"));
        assert_eq!(similar("name"), None);
        assert_eq!(similar("role"), None);
        assert_eq!(similar(""), None);
    }
}
