//! Which instance consnap itself runs on, if it runs on one: to freeze it would freeze consnap's own journal.

use std::time::Duration;

use consnap_client::metadata::Metadata;
use consnap_core::api::endpoint::Endpoint;

use crate::running::runtime;

/// On an instance the metadata service answers within milliseconds; elsewhere nobody does.
const PATIENCE: Duration = Duration::from_millis(300);

/// The id, where it can be learnt: from `CONSNAP_OWN_INSTANCE`, else from the metadata service.
///
/// With an endpoint on this machine there is nothing real to freeze, and the metadata service is not asked.
pub(crate) fn find(is_loopback: bool) -> Option<String> {
    if let Ok(given) = std::env::var("CONSNAP_OWN_INSTANCE") {
        return is_instance_id(&given).then_some(given);
    }
    if is_loopback {
        return None;
    }
    runtime().ok()?.block_on(ask(Endpoint::metadata()))
}

async fn ask(endpoint: Endpoint) -> Option<String> {
    let metadata = Metadata::open(endpoint, true, PATIENCE).await.ok()?;
    let answer = metadata.get("/latest/meta-data/instance-id").await.ok()?;
    let id = String::from_utf8_lossy(&answer.body).trim().to_owned();
    (answer.status == 200 && is_instance_id(&id)).then_some(id)
}

fn is_instance_id(text: &str) -> bool {
    text.strip_prefix("i-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    use consnap_simulator::scenario::{MetadataTokens, OwnMachine};
    use consnap_simulator::{Scenario, Simulator, server};

    #[test]
    fn only_an_id_in_a_good_reply_counts() {
        assert!(is_instance_id("i-bp1abc") && !is_instance_id("i-") && !is_instance_id("<html>"));
        let find = |instance_id: &str, metadata_tokens| {
            let own_machine = OwnMachine { role: None, instance_id: instance_id.to_owned(), metadata_tokens };
            runtime().unwrap().block_on(async {
                let scenario = Scenario { own_machine, ..Scenario::default() };
                let server = server::serve(Simulator::new(scenario), 0).await.unwrap();
                ask(Endpoint::parse(&server.endpoint()).unwrap()).await
            })
        };
        for tokens in [MetadataTokens::Optional, MetadataTokens::Required, MetadataTokens::Unknown] {
            assert_eq!(find("i-bp1abc", tokens).as_deref(), Some("i-bp1abc"));
            assert_eq!(find("", tokens), None);
            assert_eq!(find("<html>", tokens), None);
        }
    }
}
