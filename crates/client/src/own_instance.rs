//! Which instance consnap itself runs on, if it runs on one: to freeze it would freeze consnap's own journal.

use consnap_core::api::endpoint::Endpoint;

use crate::caller::ApiCaller;
use crate::credentials::Reach;
use crate::credentials::fetch::Fetcher;

/// The id, where it can be learnt: from `CONSNAP_OWN_INSTANCE`, else from the metadata service. `variable` reads the
/// environment.
///
/// With an endpoint on this machine there is nothing real to freeze, and the metadata service is not asked.
pub async fn find(variable: impl Fn(&str) -> Option<String>, caller: &ApiCaller) -> Option<String> {
    let endpoint = caller.given_endpoint().and_then(|endpoint| Endpoint::parse(endpoint).ok());
    let is_loopback = endpoint.is_some_and(|endpoint| endpoint.is_loopback());
    let given = variable("CONSNAP_OWN_INSTANCE");
    if given.is_some() || is_loopback {
        return given.filter(|id| is_instance_id(id));
    }
    let asked = Fetcher::new(Reach::default(), true, false).instance_id().await;
    asked.filter(|id| is_instance_id(id))
}

fn is_instance_id(text: &str) -> bool {
    text.strip_prefix("i-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_counts() {
        assert!(is_instance_id("i-bp1abc") && !is_instance_id("i-") && !is_instance_id("<html>"));
    }
}
