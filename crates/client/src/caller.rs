//! One call: endpoint, signature, transport.

use std::sync::{Mutex, MutexGuard, PoisonError};

use consnap_core::base::http::{HttpReply, Sent, TransportFailure, TransportReason};
use consnap_core::catalog::api_errors::RetryClass;
use consnap_core::ecs::api::endpoint::{Endpoint, Network};
use consnap_core::ecs::api::{ApiCall, Product};
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_core::{Error, Lang, Time, ecs::reply};

use crate::credentials::Provider;
use crate::driver::Caller;
use crate::redact::Redactor;
use crate::transport::HttpTransport;

/// Signs calls with one identity's credentials and sends them where they belong.
pub struct ApiCaller {
    transport: HttpTransport,
    credentials: Provider,
    /// The user's own endpoint, before everything.
    endpoint: Option<String>,
    network: Network,
    signature: SignatureVersion,
    /// What must not come back.
    redactor: Mutex<Redactor>,
}

impl ApiCaller {
    /// A caller over the internet with signature version 3. `endpoint` is the user's own choice, if there is one.
    pub fn new(transport: HttpTransport, credentials: impl Into<Provider>, endpoint: Option<String>) -> Self {
        Self {
            transport,
            credentials: credentials.into(),
            endpoint,
            network: Network::default(),
            signature: SignatureVersion::default(),
            redactor: Mutex::default(),
        }
    }

    /// Over another network.
    #[must_use]
    pub fn over(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// With another signature.
    #[must_use]
    pub fn signing(mut self, signature: SignatureVersion) -> Self {
        self.signature = signature;
        self
    }

    /// Where calls to a service go for a region. Ask before the first call: an unknown region or an endpoint that cannot be
    /// read is an error.
    pub fn endpoint_of(&self, product: Product, region: &str) -> Result<Endpoint, Error> {
        Endpoint::resolve(product, region, self.network, self.endpoint.as_deref())
    }

    /// The user's own choice of endpoint.
    pub fn given_endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// What signs.
    pub fn credentials(&self) -> &Provider {
        &self.credentials
    }

    fn redactor(&self) -> MutexGuard<'_, Redactor> {
        // A list that is only added to has no state that a panic elsewhere could leave half done.
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a call signed for a time. Secrets that the reply repeats are gone from it.
    pub async fn call(&self, call: &ApiCall, signed_at: Time) -> Result<HttpReply, TransportFailure> {
        let not_sent = |detail: String| TransportFailure { sent: Sent::No, reason: TransportReason::Other, detail };
        let endpoint = self
            .endpoint_of(call.operation.product(), &call.region)
            .map_err(|error| not_sent(error.message(Lang::En)))?;
        let nonce = nonce().map_err(not_sent)?;
        let credential = self.credentials.current(signed_at).await.map_err(|error| TransportFailure {
            sent: Sent::No,
            reason: TransportReason::Credentials,
            detail: error.message(Lang::En),
        })?;
        let request = sign_call(call, &endpoint.authority(), &credential, signed_at, &nonce, self.signature);
        self.redactor().know(&credential);
        let mut answer = match self.transport.send(&endpoint, &request).await {
            Ok(answer) => answer,
            Err(mut failure) => {
                self.redactor().clean_failure(&mut failure);
                return Err(failure);
            }
        };
        self.redactor().clean_reply(&mut answer);
        if answer.status >= 400
            && self.credentials.is_renewable()
            && reply::classify(call.operation, &answer)
                .is_err_and(|failure| failure.retry == RetryClass::RefreshCredentials)
        {
            self.credentials.forget(&credential).await;
        }
        Ok(answer)
    }
}

impl Caller for ApiCaller {
    async fn call(&self, call: ApiCall, signed_at: Time) -> Result<HttpReply, TransportFailure> {
        ApiCaller::call(self, &call, signed_at).await
    }
}

/// 32 hexadecimal digits that were never used before.
pub(crate) fn nonce() -> Result<String, String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
