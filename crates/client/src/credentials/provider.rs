//! Credentials as a run needs them: the same until they end, and new ones before that.

use std::sync::Arc;
use std::time::Duration;

use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::credentials::{Credential, CredentialSource};
use consnap_core::{Error, ErrorKind, Time};
use tokio::sync::Mutex;

use super::fetch::Fetcher;
use super::nothing_found;

/// After an attempt to renew them, credentials that still hold are used so long before the next.
const REST: Duration = Duration::from_secs(10);

/// So long after their end, credentials that cannot be renewed are not even tried: before that this machine's clock may be
/// wrong, and the service decides.
const SKEW: Duration = Duration::from_secs(15 * 60);

/// What signs: credentials that never change, or a place that gives new ones.
pub struct Provider(Kind);

enum Kind {
    Fixed(Arc<Credential>),
    Renewed(Box<Renewed>),
}

/// A place that may give credentials.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) recipe: CredentialSource,
    /// Where the recipe was found, for messages.
    pub(super) place: String,
    /// Whether the next place is asked when there is nothing here: nobody has asked for this one.
    pub(super) optional: bool,
}

struct Renewed {
    /// In the order they are asked. The first that gives something is the only one from then on.
    candidates: Vec<Candidate>,
    /// Places that had nothing, for the message.
    tried: Vec<String>,
    fetcher: Fetcher,
    state: Mutex<Cached>,
}

#[derive(Default)]
struct Cached {
    current: Option<Arc<Credential>>,
    chosen: Option<usize>,
    rests_until: Option<Time>,
}

impl From<Credential> for Provider {
    fn from(credential: Credential) -> Self {
        Self(Kind::Fixed(Arc::new(credential)))
    }
}

impl Provider {
    pub(super) fn renewed(candidates: Vec<Candidate>, tried: Vec<String>, fetcher: Fetcher) -> Self {
        Self(Kind::Renewed(Box::new(Renewed { candidates, tried, fetcher, state: Mutex::default() })))
    }

    /// The credentials to sign with at a time, as the service counts it. Three minutes before their end new ones are asked
    /// for; while that fails, those at hand are used to their very end.
    ///
    /// # Errors
    ///
    /// None at hand that still hold, and none to be had.
    pub async fn current(&self, now: Time) -> Result<Arc<Credential>, Error> {
        match &self.0 {
            Kind::Fixed(credential) => match credential.expires_at {
                Some(end) if now.since(end) > SKEW => {
                    Err(Error::new(ErrorKind::Credential, &calls::CREDENTIALS_EXPIRED)
                        .with("source", credential.source.clone())
                        .with("expired_at", end.to_string()))
                }
                _ => Ok(Arc::clone(credential)),
            },
            Kind::Renewed(renewed) => renewed.current(now).await,
        }
    }

    /// The service says that these credentials have ended: they are not used again.
    pub async fn forget(&self, ended: &Credential) {
        if let Kind::Renewed(renewed) = &self.0 {
            let mut state = renewed.state.lock().await;
            // A call that left earlier may come back after newer ones were fetched.
            if state.current.as_deref().is_some_and(|current| current.access_key_id == ended.access_key_id) {
                state.current = None;
                state.rests_until = None;
            }
        }
    }

    /// Whether new credentials can be had when these end.
    pub fn is_renewable(&self) -> bool {
        matches!(self.0, Kind::Renewed(_))
    }
}

impl Renewed {
    async fn current(&self, now: Time) -> Result<Arc<Credential>, Error> {
        // Held while fetching: calls side by side need one new credential, not one each.
        let mut state = self.state.lock().await;
        let holds = |credential: &Credential| credential.expires_at.is_none_or(|end| end > now);
        if let Some(current) = &state.current
            && (!current.is_ending(now) || state.rests_until.is_some_and(|until| now < until) && holds(current))
        {
            return Ok(Arc::clone(current));
        }
        let fetched = self.fetch(&mut state, now).await;
        state.rests_until = Some(now.plus(REST));
        match (fetched, &state.current) {
            (Ok(new), _) => {
                let new = Arc::new(new);
                state.current = Some(Arc::clone(&new));
                Ok(new)
            }
            (Err(_), Some(current)) if holds(current) => Ok(Arc::clone(current)),
            (Err(error), _) => Err(error),
        }
    }

    async fn fetch(&self, state: &mut Cached, now: Time) -> Result<Credential, Error> {
        if let Some(candidate) = state.chosen.and_then(|chosen| self.candidates.get(chosen)) {
            return self.fetcher.fetch(&candidate.recipe, &candidate.place, now).await;
        }
        let mut tried = self.tried.clone();
        for (position, candidate) in self.candidates.iter().enumerate() {
            match self.fetcher.fetch(&candidate.recipe, &candidate.place, now).await {
                Ok(credential) => {
                    state.chosen = Some(position);
                    return Ok(credential);
                }
                Err(error) if candidate.optional && is_absence(&error) => {
                    tried.push(self.fetcher.asked(&candidate.recipe, &candidate.place));
                }
                Err(error) => return Err(error),
            }
        }
        Err(nothing_found(&tried))
    }
}

/// Whether a place said that it has nothing, rather than that what it has cannot be used.
fn is_absence(error: &Error) -> bool {
    [&calls::METADATA_WITHOUT_ROLE, &calls::METADATA_OTHER_ROLE, &calls::METADATA_NOT_ANSWERING].contains(&error.row)
}

/// Shows no secret.
impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Fixed(credential) => f.debug_tuple("Provider").field(credential).finish(),
            Kind::Renewed(renewed) => f.debug_tuple("Provider").field(&renewed.candidates).finish(),
        }
    }
}
