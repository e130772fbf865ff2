//! Which instance consnap itself runs on, if it runs on one: to freeze it would freeze consnap's own journal.

use std::time::Duration;

use consnap_core::ecs::api::endpoint::Endpoint;

use crate::caller::ApiCaller;
use crate::metadata::Metadata;

/// On an instance the metadata service answers within milliseconds; elsewhere nobody does.
const PATIENCE: Duration = Duration::from_millis(300);

/// The id, where it can be learnt: from `CONSNAP_OWN_INSTANCE`, else from the metadata service. `variable` reads the
/// environment.
///
/// With an endpoint on this machine there is nothing real to freeze, and the metadata service is not asked.
pub async fn find(variable: impl Fn(&str) -> Option<String>, caller: &ApiCaller) -> Option<String> {
    let given = variable("CONSNAP_OWN_INSTANCE");
    let endpoint = caller.given_endpoint().and_then(|endpoint| Endpoint::parse(endpoint).ok());
    if given.is_some() || endpoint.is_some_and(|endpoint| endpoint.is_loopback()) {
        return given.filter(|id| is_instance_id(id));
    }
    ask(Endpoint::metadata()).await
}

/// Asks a metadata service.
pub async fn ask(endpoint: Endpoint) -> Option<String> {
    let metadata = Metadata::open(endpoint, true, PATIENCE).await.ok()?;
    let answer = metadata.get("/latest/meta-data/instance-id").await.ok()?;
    let id = String::from_utf8_lossy(&answer.body).trim().to_owned();
    (answer.status == 200 && is_instance_id(&id)).then_some(id)
}

fn is_instance_id(text: &str) -> bool {
    text.strip_prefix("i-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}
