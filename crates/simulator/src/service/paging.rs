//! Paging by token and by number (docs/sources/api.md 4, docs/sources/feature.md 10.6).

use super::error::ApiError;
use super::request::Parameters;
use crate::random::{hash, mix};

/// What bounds an operation's pages.
#[derive(Copy, Clone, Debug)]
pub(crate) struct PageRules {
    /// The name of the operation; a token of another one is refused.
    pub(crate) operation: &'static str,
    /// Most results of a page by token.
    pub(crate) max_results: usize,
    /// Fewest; less is taken for this.
    pub(crate) min_results: usize,
    /// Largest page by number.
    pub(crate) max_page_size: usize,
    /// Whether a size out of range is an error instead of being brought into range.
    pub(crate) strict: bool,
}

/// The page asked for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Where it begins, in whatever the operation counts.
    pub(crate) from: u64,
    /// Most results on it.
    pub(crate) size: usize,
    /// Its number when paging by number, else 1.
    pub(crate) number: i64,
    /// Whether by token.
    by_token: bool,
    salt: u64,
}

impl Page {
    /// Reads what a request asks for. By token when it names `MaxResults` or `NextToken`, else by number.
    pub(crate) fn read(rules: PageRules, parameters: &Parameters) -> Result<Self, ApiError> {
        let max_results = parameters.number("MaxResults").map_err(|_| ApiError::of("InvalidParameter.MaxResults"))?;
        let token = parameters.filter("NextToken");
        let salt = salt(rules.operation, parameters);
        if max_results.is_some() || token.is_some() {
            let wanted = max_results.unwrap_or(10);
            let wanted = usize::try_from(wanted).map_err(|_| ApiError::of("InvalidParameter.MaxResults"))?;
            if rules.strict && (wanted == 0 || wanted > rules.max_results) {
                return Err(ApiError::of("InvalidParameter.MaxResults"));
            }
            let from = match token {
                None => 0,
                Some(token) => read_token(token, salt).ok_or_else(|| ApiError::of("InvalidParameter.NextToken"))?,
            };
            let size = wanted.clamp(rules.min_results, rules.max_results);
            return Ok(Self { from, size, number: 1, by_token: true, salt });
        }
        let number = parameters.number("PageNumber").map_err(|_| ApiError::of("InvalidParam.PageNumber"))?.unwrap_or(1);
        let size = parameters.number("PageSize").map_err(|_| ApiError::of("InvalidParam.PageSize"))?.unwrap_or(10);
        let size = usize::try_from(size).ok().filter(|size| (1..=rules.max_page_size).contains(size));
        let size = size.ok_or_else(|| ApiError::of("InvalidParam.PageSize"))?;
        let before = u64::try_from(number.saturating_sub(1)).ok();
        let before = before.filter(|_| number >= 1).ok_or_else(|| ApiError::of("InvalidParam.PageNumber"))?;
        Ok(Self { from: before.saturating_mul(size as u64), size, number, by_token: false, salt })
    }

    /// Cuts this page out of all results, and gives the token of the next one.
    pub(crate) fn cut<T>(&self, all: impl Iterator<Item = T>) -> (Vec<T>, String) {
        let mut rest = all.skip(usize::try_from(self.from).unwrap_or(usize::MAX));
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let more = self.by_token && rest.next().is_some();
        let token = if more { self.token(self.from + page.len() as u64) } else { String::new() };
        (page, token)
    }

    /// As [`Self::scan`], with the number of all matches also when paging by token, where that is asked for.
    pub(crate) fn scan_and_count<T>(
        &self,
        places: u64,
        count_all: bool,
        mut matching: impl FnMut(u64) -> Option<T>,
    ) -> (Vec<T>, String, usize) {
        let (page, token, count) = self.scan(places, &mut matching);
        if !count_all || !self.by_token {
            return (page, token, count);
        }
        let all = (0..places).filter_map(matching).count();
        (page, token, all)
    }

    /// Cuts this page out of numbered places, of which only those that match count. A token leads to a place, not to a
    /// count, so that reading on costs only what is new. Gives the page, the next token and the number of matches, which
    /// means nothing when paging by token.
    pub(crate) fn scan<T>(&self, places: u64, mut matching: impl FnMut(u64) -> Option<T>) -> (Vec<T>, String, usize) {
        if !self.by_token {
            let (mut page, mut count) = (Vec::new(), 0usize);
            for place in 0..places {
                let Some(found) = matching(place) else { continue };
                if count as u64 >= self.from && page.len() < self.size {
                    page.push(found);
                }
                count += 1;
            }
            return (page, String::new(), count);
        }
        let mut page = Vec::with_capacity(self.size);
        for place in self.from..places {
            let Some(found) = matching(place) else { continue };
            if page.len() == self.size {
                let count = page.len();
                return (page, self.token(place), count);
            }
            page.push(found);
        }
        let count = page.len();
        (page, String::new(), count)
    }

    /// The token of the page that begins at a place.
    pub(crate) fn token(&self, from: u64) -> String {
        token_of(from, self.salt)
    }
}

/// The token of the page that a request asks for, its first one included.
pub(crate) fn own_token(operation: &str, parameters: &Parameters) -> String {
    match parameters.filter("NextToken") {
        Some(token) => token.to_owned(),
        None => token_of(0, salt(operation, parameters)),
    }
}

fn token_of(from: u64, salt: u64) -> String {
    format!("{from:016x}{:016x}", mix(from ^ salt))
}

/// A token belongs to one operation with one set of filters: used with others it is refused.
fn salt(operation: &str, parameters: &Parameters) -> u64 {
    parameters
        .0
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "NextToken" | "MaxResults" | "PageNumber" | "PageSize"))
        .fold(hash(operation.as_bytes()), |salt, (name, value)| {
            // The order of parameters says nothing: combine without order.
            salt.wrapping_add(mix(hash(name.as_bytes()) ^ mix(hash(value.as_bytes()))))
        })
}

fn read_token(token: &str, salt: u64) -> Option<u64> {
    let from = u64::from_str_radix(token.get(..16)?, 16).ok()?;
    let check = u64::from_str_radix(token.get(16..)?, 16).ok()?;
    (check == mix(from ^ salt)).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PageRules =
        PageRules { operation: "DescribeThings", max_results: 100, min_results: 10, max_page_size: 100, strict: false };

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn tokens_lead_through_everything_once() {
        let mut asked = vec![("MaxResults", "40".to_owned()), ("Name", "x".to_owned())];
        let mut seen = Vec::new();
        loop {
            let pairs: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (page, token) = Page::read(RULES, &parameters(&pairs)).unwrap().cut(0..100);
            seen.extend(page);
            if token.is_empty() {
                break;
            }
            asked.retain(|(name, _)| *name != "NextToken");
            asked.push(("NextToken", token));
        }
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_scan_reads_on_where_it_stopped() {
        let odd = |place: u64| (place % 2 == 1).then_some(place);
        let page = |pairs: &[(&str, &str)]| Page::read(RULES, &parameters(pairs)).unwrap().scan(41, odd);
        let (first, token, _) = page(&[("MaxResults", "15")]);
        assert_eq!(first.last(), Some(&29));
        assert_eq!(page(&[("MaxResults", "15"), ("NextToken", &token)]), (vec![31, 33, 35, 37, 39], String::new(), 5));
        assert_eq!(page(&[("PageNumber", "2"), ("PageSize", "15")]), (vec![31, 33, 35, 37, 39], String::new(), 20));
    }

    #[test]
    fn foreign_tokens_and_bad_sizes_are_refused() {
        let (_, token) = Page::read(RULES, &parameters(&[("MaxResults", "10")])).unwrap().cut(0..100);
        let code = |pairs: &[(&str, &str)]| Page::read(RULES, &parameters(pairs)).unwrap_err().code.into_owned();
        assert_eq!(code(&[("NextToken", &token), ("Name", "other")]), "InvalidParameter.NextToken");
        assert_eq!(code(&[("NextToken", "中文中文中文中文")]), "InvalidParameter.NextToken");
        assert_eq!(code(&[("MaxResults", "many")]), "InvalidParameter.MaxResults");
        assert_eq!(code(&[("PageSize", "101")]), "InvalidParam.PageSize");
        assert_eq!(code(&[("PageNumber", "0")]), "InvalidParam.PageNumber");
    }

    #[test]
    fn numbers_count_pages_and_sizes_are_brought_into_range() {
        let page = Page::read(RULES, &parameters(&[("PageNumber", "3"), ("PageSize", "20")])).unwrap();
        assert_eq!(page.cut(0..50), ((40..50).collect::<Vec<_>>(), String::new()));
        assert_eq!(Page::read(RULES, &parameters(&[("MaxResults", "3")])).unwrap().size, 10);
        assert_eq!(Page::read(RULES, &parameters(&[("MaxResults", "500")])).unwrap().size, 100);
        assert_eq!(Page::read(RULES, &Parameters::default()).unwrap().size, 10);
    }
}
