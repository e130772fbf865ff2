//! Fetches temporary credentials: metadata service, STS, URI, program.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use consnap_core::base::http::{HttpReply, HttpRequest, TransportFailure};
use consnap_core::catalog::api_errors::RetryClass;
use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::api::endpoint::{Endpoint, Network};
use consnap_core::ecs::credentials::source::{AssumeRole, Login, OidcRole};
use consnap_core::ecs::credentials::{Credential, CredentialSource, cli_profile, issued, sts};
use consnap_core::ecs::sign::{SignatureVersion, percent_encode, sign_call};
use consnap_core::{Error, ErrorKind, Lang, Time, ecs::reply};

use super::{external, read, unreadable};
use crate::caller::nonce;
use crate::metadata::{Metadata, plain_request};
use crate::transport::{HttpTransport, TransportOptions};

/// How places on the network are reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The user's own endpoint. When it is on this machine, a simulator answers there for STS and the metadata service
    /// too, and nothing else is asked.
    pub endpoint: Option<String>,
    /// The network to the service.
    pub network: Network,
    /// How calls are made.
    pub transport: TransportOptions,
}

/// The largest reply with credentials taken, in bytes; real ones have 2 KB.
const REPLY_LIMIT: usize = 64 << 10;
/// Patience with the metadata service, as the SDKs have it: it answers within milliseconds, or it is not there.
const METADATA_PATIENCE: Duration = Duration::from_secs(1);
/// Patience with a credentials URI, as the SDKs have it.
const URI_PATIENCE: Duration = Duration::from_secs(10);
const METADATA_ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// Fetches what a recipe says.
#[derive(Clone, Debug)]
pub(super) struct Fetcher {
    reach: Reach,
    /// Whether the metadata service may be asked without a token.
    metadata_v1: bool,
    /// Whether programs are run.
    external: bool,
}

type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Credential, Error>> + Send + 'a>>;

impl Fetcher {
    pub(super) fn new(reach: Reach, metadata_v1: bool, external: bool) -> Self {
        Self { reach, metadata_v1, external }
    }

    /// Credentials as a recipe says. `place` is where the recipe was found, `now` the service's time as well as it is known.
    pub(super) fn fetch<'a>(&'a self, recipe: &'a CredentialSource, place: &'a str, now: Time) -> Fetched<'a> {
        // A role may build on another recipe.
        Box::pin(async move {
            let source = recipe.describe(place);
            match recipe {
                CredentialSource::Given(credential) => Ok(credential.clone()),
                CredentialSource::Login(login) => stored(login)?.at(now),
                CredentialSource::Role(assume) => {
                    let base = self.fetch(&assume.base, place, now).await?;
                    self.role(assume, &base, &source, now).await
                }
                CredentialSource::Oidc(oidc) => self.oidc(oidc, &source, now).await,
                CredentialSource::Metadata { role_name } => self.metadata(role_name.as_deref(), &source).await,
                CredentialSource::Uri { uri } => self.uri(uri.expose(), place, &source).await,
                CredentialSource::External { .. } if !self.external => {
                    Err(Error::new(ErrorKind::Credential, &calls::EXTERNAL_DISABLED).with("source", place))
                }
                CredentialSource::External { command } => external::run(command, place, &source).await,
            }
        })
    }

    async fn role(&self, assume: &AssumeRole, base: &Credential, source: &str, now: Time) -> Result<Credential, Error> {
        let endpoint = sts::endpoint(&assume.sts, self.reach.network, self.reach.endpoint.as_deref())?;
        let call = sts::assume_role(&assume.role, assume.sts.region.as_deref().unwrap_or_default());
        let mut signed_at = now;
        for attempt in 1.. {
            let request =
                sign_call(&call, &endpoint.authority(), base, signed_at, &random()?, SignatureVersion::default());
            let answer = self.send(&endpoint, &request, None).await?;
            match reply::classify(call.operation, &answer) {
                Ok(body) => return issued::parse(body, source),
                Err(failure) if attempt == 1 && failure.retry == RetryClass::SignAgain => {
                    let theirs = answer.header("date").and_then(Time::parse_http_date);
                    signed_at = theirs.unwrap_or(now);
                }
                Err(failure) => return Err(failure.to_error()),
            }
        }
        Err(Error::new(ErrorKind::Credential, &calls::CREDENTIALS_NOT_RENEWED).with("detail", source))
    }

    async fn oidc(&self, oidc: &OidcRole, source: &str, now: Time) -> Result<Credential, Error> {
        let endpoint = sts::endpoint(&oidc.sts, self.reach.network, self.reach.endpoint.as_deref())?;
        let file = Path::new(&oidc.token_file);
        let token = read(file)?.ok_or_else(|| unreadable(file, "it does not exist"))?;
        let request = sts::assume_role_with_oidc(oidc, token.trim(), &endpoint.authority(), now, &random()?);
        let answer = self.send(&endpoint, &request, None).await?;
        let operation = consnap_core::ecs::api::Operation::AssumeRoleWithOidc;
        let body = reply::classify(operation, &answer).map_err(|failure| failure.to_error())?;
        issued::parse(body, source)
    }

    async fn metadata(&self, role_name: Option<&str>, source: &str) -> Result<Credential, Error> {
        let silent =
            |detail: String| Error::new(ErrorKind::Credential, &calls::METADATA_NOT_ANSWERING).with("detail", detail);
        let without_role = || Error::new(ErrorKind::Credential, &calls::METADATA_WITHOUT_ROLE);
        let metadata = Metadata::open(self.metadata_endpoint()?, self.metadata_v1, METADATA_PATIENCE);
        let metadata = metadata.await.map_err(silent)?;
        let role = if let Some(role) = role_name {
            role.to_owned()
        } else {
            let answer = metadata.get(METADATA_ROLES).await.map_err(silent)?;
            match answer.status {
                200 => {}
                404 => return Err(without_role()),
                status => return Err(silent(format!("HTTP {status} to the question for the role"))),
            }
            let listed = String::from_utf8_lossy(&answer.body).lines().next().unwrap_or_default().trim().to_owned();
            if listed.is_empty() {
                return Err(without_role());
            }
            listed
        };
        let path = format!("{METADATA_ROLES}{}", percent_encode(&role));
        let answer = metadata.get(&path).await.map_err(silent)?;
        match answer.status {
            200 => issued::parse(&answer.body, source),
            404 => Err(Error::new(ErrorKind::Credential, &calls::METADATA_OTHER_ROLE).with("role", role)),
            status => Err(silent(format!("HTTP {status} to the question for credentials"))),
        }
    }

    async fn uri(&self, uri: &str, place: &str, source: &str) -> Result<Credential, Error> {
        let failed = |detail: String| {
            Error::new(ErrorKind::Credential, &calls::URI_FAILED).with("source", place).with("detail", detail)
        };
        // The URI may hold a token: no message repeats it.
        let (scheme, rest) = uri.split_once("://").ok_or_else(|| failed("it has no scheme".to_owned()))?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let endpoint = Endpoint::parse(&format!("{scheme}://{authority}")).map_err(|error| {
            failed(if error.kind == ErrorKind::Rejected {
                error.message(Lang::En)
            } else {
                "its host cannot be read".to_owned()
            })
        })?;
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = if path.is_empty() { "/" } else { path };
        let request = plain_request("GET", path, query, &endpoint);
        let answer = self.try_send(&endpoint, &request, Some(URI_PATIENCE)).await?;
        let answer = answer.map_err(|failure| failed(failure.detail))?;
        if answer.status != 200 {
            return Err(failed(format!("HTTP {}", answer.status)));
        }
        issued::parse(&answer.body, source)
    }

    /// The place of a recipe that is asked over the network, for the list of places that had nothing.
    pub(super) fn asked(&self, recipe: &CredentialSource, place: &str) -> String {
        match (recipe, self.metadata_endpoint()) {
            (CredentialSource::Metadata { .. }, Ok(endpoint)) => format!("`{}`", endpoint.authority()),
            _ => place.to_owned(),
        }
    }

    /// The metadata service; with an endpoint on this machine, that one.
    fn metadata_endpoint(&self) -> Result<Endpoint, Error> {
        let given = self.reach.endpoint.as_deref().map(Endpoint::parse).transpose()?;
        Ok(given.filter(Endpoint::is_loopback).unwrap_or_else(Endpoint::metadata))
    }

    async fn send(
        &self,
        endpoint: &Endpoint,
        request: &HttpRequest,
        patience: Option<Duration>,
    ) -> Result<HttpReply, Error> {
        self.try_send(endpoint, request, patience).await?.map_err(|failure| reply::transport(&failure).to_error())
    }

    /// Sends with a client of its own: credentials are fetched once an hour, and often from another runtime than the calls.
    async fn try_send(
        &self,
        endpoint: &Endpoint,
        request: &HttpRequest,
        patience: Option<Duration>,
    ) -> Result<Result<HttpReply, TransportFailure>, Error> {
        let mut options = TransportOptions { body_limit: REPLY_LIMIT, ..self.reach.transport.clone() };
        if let Some(patience) = patience {
            (options.connect_timeout, options.read_timeout, options.total_timeout) =
                (patience, patience, patience.saturating_mul(2));
        }
        Ok(HttpTransport::new(options)?.send(endpoint, request).await)
    }
}

/// The login as the CLI has it in its file now: it renews it there. While the file cannot be read, what it held counts.
fn stored(login: &Login) -> Result<Login, Error> {
    let Ok(Some(text)) = read(Path::new(&login.file)) else { return Ok(login.clone()) };
    match cli_profile::parse(&text, &login.file, Some(&login.profile))?.recipe {
        Some(CredentialSource::Login(fresh)) => Ok(fresh),
        _ => Ok(login.clone()),
    }
}

fn random() -> Result<String, Error> {
    nonce().map_err(|detail| Error::new(ErrorKind::Credential, &calls::CREDENTIALS_NOT_RENEWED).with("detail", detail))
}
