//! Whether a listing is whole.
//!
//! A listing goes from page to page by a token, and says in `TotalCount` how many entries there are. With tokens that count
//! may be the page's own and then says nothing; where it says more, it must agree with what came. A listing
//! that is not whole is read anew, a few times, and then given up: what it does not show is unknown, never absent.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::catalog::pacing;

/// A listing under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    /// Hashes of the ids that came: pages may overlap while things come and go.
    came: BTreeSet<u64>,
    /// Counts that said something.
    counts: BTreeSet<i64>,
    tokens: BTreeSet<String>,
    /// How often it was begun before.
    tries: u64,
    /// Whether entries come and go by themselves: then a count that moves says nothing, and the least one must be met.
    moving: bool,
}

/// What a page means for its listing.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The next one follows.
    More,
    /// It was the last one, and all there is has come.
    Whole,
    /// The listing is not whole: it begins again at its first page.
    Anew,
    /// Not whole either, and it was begun often enough.
    Incomplete,
    /// Its token was there before: it would go on for ever.
    Endless,
}

impl Listing {
    /// A listing of what comes and goes by itself, such as commands under way.
    pub(crate) fn of_moving() -> Self {
        Self { moving: true, ..Self::default() }
    }

    /// Takes in a page.
    pub(crate) fn page<'i>(
        &mut self,
        ids: impl IntoIterator<Item = &'i str>,
        total: Option<i64>,
        next_token: Option<&str>,
    ) -> Page {
        let mut length = 0_i64;
        for id in ids {
            length += 1;
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            self.came.insert(hasher.finish());
        }
        let only_page = next_token.is_none() && self.tokens.is_empty();
        if let Some(total) = total.filter(|total| *total > length || (only_page && *total > 0)) {
            self.counts.insert(total);
        }
        if let Some(token) = next_token {
            return if self.tokens.insert(token.to_owned()) { Page::More } else { Page::Endless };
        }
        let came = i64::try_from(self.came.len()).unwrap_or(i64::MAX);
        let met = |count: &i64| *count <= came;
        let whole = if self.moving {
            self.counts.first().is_none_or(met)
        } else {
            self.counts.len() <= 1 && self.counts.iter().all(met)
        };
        if whole {
            return Page::Whole;
        }
        self.tries += 1;
        let again = self.tries < pacing::LISTING_ATTEMPTS;
        *self = Self { tries: self.tries, moving: self.moving, ..Self::default() };
        if again { Page::Anew } else { Page::Incomplete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each page of a listing means: its ids, its count, its token.
    fn read(pages: &[(&[&str], i64, &str)]) -> Vec<Page> {
        let mut listing = Listing::default();
        pages
            .iter()
            .map(|(ids, total, token)| {
                listing.page(ids.iter().copied(), Some(*total), Some(*token).filter(|token| !token.is_empty()))
            })
            .collect()
    }

    #[test]
    fn what_agrees_is_whole() {
        assert_eq!(read(&[(&["a", "b"], 2, "")]), [Page::Whole]);
        assert_eq!(read(&[(&[], 0, "")]), [Page::Whole]);
        assert_eq!(read(&[(&["a", "b"], 3, "t"), (&["c"], 3, "")]), [Page::More, Page::Whole]);
        // The page's own count says nothing, and neither does none.
        assert_eq!(read(&[(&["a", "b"], 2, "t"), (&["c"], 1, "")]), [Page::More, Page::Whole]);
        assert_eq!(read(&[(&["a", "b"], 0, "t"), (&["c"], 0, "")]), [Page::More, Page::Whole]);
        // Pages may overlap.
        assert_eq!(read(&[(&["a", "b"], 3, "t"), (&["b", "c"], 3, "")]), [Page::More, Page::Whole]);
        // More than was said has come: something was made meanwhile.
        assert_eq!(read(&[(&["a", "b"], 1, "")]), [Page::Whole]);
    }

    #[test]
    fn what_was_promised_and_did_not_come_is_asked_for_anew_and_then_unknown() {
        let short: (&[&str], i64, &str) = (&["a"], 2, "");
        assert_eq!(read(&[short, short, short]), [Page::Anew, Page::Anew, Page::Incomplete]);
        assert_eq!(read(&[short, (&["a", "b"], 2, "")]), [Page::Anew, Page::Whole]);
        // An entry that is shown twice stands for none that is missing.
        assert_eq!(read(&[(&["a", "b"], 4, "t"), (&["b", "c"], 4, "")]), [Page::More, Page::Anew]);
        // The count moved: what was between the pages may have been passed over.
        assert_eq!(read(&[(&["a"], 3, "t"), (&["b", "c"], 4, "")]), [Page::More, Page::Anew]);
        assert_eq!(read(&[(&["a"], 4, "t"), (&["b", "c"], 3, "")]), [Page::More, Page::Anew]);
    }

    #[test]
    fn what_comes_and_goes_may_count_otherwise_but_not_be_fewer() {
        let mut listing = Listing::of_moving();
        assert_eq!(listing.page(["a", "b"], Some(4), Some("t")), Page::More);
        assert_eq!(listing.page(["c"], Some(3), None), Page::Whole);
        let mut listing = Listing::of_moving();
        assert_eq!(listing.page(["a", "b"], Some(5), Some("t")), Page::More);
        assert_eq!(listing.page(["c"], Some(4), None), Page::Anew);
    }

    #[test]
    fn a_token_that_comes_again_ends_the_listing() {
        assert_eq!(read(&[(&["a"], 9, "t"), (&["a"], 9, "t")]), [Page::More, Page::Endless]);
        assert_eq!(read(&[(&["a"], 9, "t"), (&["b"], 9, "u"), (&["a"], 9, "t")]).last(), Some(&Page::Endless));
    }
}
