//! Patterns of RAM: `*` stands for any text, `?` for one character.

/// Whether a pattern means a name. Case counts, as RAM documents its actions in one spelling.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // The classic walk with one place to come back to: time is at most the product of the lengths.
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == name.get(place) => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    at = star_at + 1;
                    place = from + 1;
                    star = Some((star_at, place));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

/// Whether it stands for more than one name.
pub(super) fn is_wide(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// Whether it means everything, or everything of one service.
pub(super) fn is_everything(pattern: &str) -> bool {
    let action = pattern.split_once(':').map_or(pattern, |(_, action)| action);
    !action.is_empty() && action.chars().all(|character| character == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, wanted) in [
            ("ecs:DescribeSnapshot*", "ecs:DescribeSnapshots", true),
            ("ecs:DescribeSnapshot*", "ecs:DescribeSnapshot", true),
            ("ecs:*", "ecs:RunCommand", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("ecs:Run?ommand", "ecs:RunCommand", true),
            ("ecs:*Command", "ecs:RunCommandX", false),
            ("*a*a*b", "aaaaaaaaaaaaaaaaaaaaaab", true),
            ("*a*a*b", "aaaaaaaaaaaaaaaaaaaaaac", false),
            ("ecs:runcommand", "ecs:RunCommand", false),
            ("r?le", "\u{89d2}", false),
            ("?", "\u{89d2}", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
        assert!(is_everything("*") && is_everything("ecs:*") && is_everything("*:*") && !is_everything("ecs:D*"));
        assert!(!is_everything("") && !is_everything("ecs:"));
    }
}
