//! What all exchanges of a client share.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{HeaderValue, Request, header};

use super::{Call, Now};
use crate::{
    Api, BaseUrl, CloudId, Credentials, Endpoint, Error, FindCloudId, Operation, RetryBudget,
    RetryPolicy, Site, retry::Throttle,
};

/// Endpoint, user and retry policy of a client's exchanges. Cloning is cheap.
///
/// After a 429, all exchanges of a session and its clones pause until the exchange that got it may
/// retry.
///
/// If the endpoint is a [`Site`] with an unknown cloud id, the first exchange looks it up. All
/// clones share the result.
#[derive(Debug, Clone)]
pub struct Session {
    shared: Arc<Shared>,
    credentials: Credentials,
    refresh: RefreshState,
    throttle: Throttle,
    /// End of all exchanges, on the monotonic clock.
    deadline: Option<Duration>,
}

/// State that all clones of a session share: the retry budget, and the pause after a 429. See
/// [`Session::shared`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedState {
    tokens: u32,
    /// End of the pause.
    pause: Duration,
}

#[derive(Debug, Clone)]
struct Shared {
    target: Target,
    policy: RetryPolicy,
    budget: RetryBudget,
    user_agent: Option<HeaderValue>,
}

#[derive(Debug, Clone)]
enum Target {
    BaseUrl(BaseUrl),
    Site { site: Site, found: Arc<OnceLock<BaseUrls>>, host_header: bool },
}

/// Base URLs of a site whose cloud id is known.
#[derive(Debug)]
struct BaseUrls {
    api_token: BaseUrl,
    oauth: BaseUrl,
}

/// Conditions for a call to the credentials provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefreshState {
    /// The credentials are fixed: a 401 ends the call.
    Impossible,
    /// After a 401, a call asks the provider once.
    Possible,
    /// The provider has not been asked yet.
    Needed,
}

impl Session {
    /// Creates a session with the default policy and a retry budget of its own.
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        let shared = Shared {
            target: Target::new(endpoint.into()),
            policy: RetryPolicy::default(),
            budget: RetryBudget::default(),
            user_agent: None,
        };
        Self {
            shared: Arc::new(shared),
            credentials,
            refresh: RefreshState::Impossible,
            throttle: Throttle::default(),
            deadline: None,
        }
    }

    /// Replaces the policy. Earlier clones keep theirs.
    #[must_use]
    pub fn with_policy(mut self, policy: RetryPolicy) -> Self {
        Arc::make_mut(&mut self.shared).policy = policy;
        self
    }

    /// Replaces the endpoint. Earlier clones keep theirs.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        Arc::make_mut(&mut self.shared).target = Target::new(endpoint.into());
        self
    }

    /// Adds a `host` header to each request: see [`BaseUrl::with_host_header`].
    #[must_use]
    pub fn with_host_header(mut self) -> Self {
        let target = &mut Arc::make_mut(&mut self.shared).target;
        *target = match target {
            Target::BaseUrl(base_url) => Target::BaseUrl(base_url.clone().with_host_header()),
            Target::Site { site, .. } => Target::site(site.clone(), true),
        };
        self
    }

    /// Replaces the `user-agent`, which is [`USER_AGENT`](crate::USER_AGENT) by default.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: HeaderValue) -> Self {
        Arc::make_mut(&mut self.shared).user_agent = Some(user_agent);
        self
    }

    /// Returns a session of another user at the same endpoint. Policy and budget stay shared. The
    /// pause after a 429 is not shared.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let throttle = Throttle::default();
        Self { credentials, refresh: RefreshState::Impossible, throttle, ..self.clone() }
    }

    /// Returns a session of another user whose credentials come from a provider.
    ///
    /// An exchange asks for credentials by [`Action::Refresh`](super::Action::Refresh): at its
    /// start if `known` is `None`, and once if the service answers 401.
    #[must_use]
    pub fn with_refreshable(&self, known: Option<Credentials>) -> Self {
        let refresh = if known.is_some() { RefreshState::Possible } else { RefreshState::Needed };
        let credentials = known.unwrap_or_else(Credentials::none);
        Self { credentials, refresh, throttle: Throttle::default(), ..self.clone() }
    }

    /// Sets a deadline for all exchanges of this session, on the driver's [monotonic
    /// clock](Now::monotonic). If several deadlines apply, the earliest counts.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(self.deadline.map_or(deadline, |before| before.min(deadline))),
            ..self
        }
    }

    /// Limits the time of each exchange: [`RetryPolicy::deadline`]. Earlier clones keep theirs.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.shared).policy.deadline = timeout;
        self
    }

    /// Returns the base URL for the session's credentials.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the cloud id of the site has not been looked up yet.
    pub fn base_url(&self) -> Result<&BaseUrl, Error> {
        match &self.shared.target {
            Target::BaseUrl(base_url) => Ok(base_url),
            Target::Site { found, .. } => {
                let urls = found
                    .get()
                    .ok_or_else(|| Error::invalid("site", "has no known cloud id yet"))?;
                Ok(if self.credentials.is_bearer() { &urls.oauth } else { &urls.api_token })
            }
        }
    }

    /// Returns the site, if the endpoint is one.
    pub fn site(&self) -> Option<&Site> {
        match &self.shared.target {
            Target::BaseUrl(_) => None,
            Target::Site { site, .. } => Some(site),
        }
    }

    /// Returns the current credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the retry policy.
    pub fn policy(&self) -> &RetryPolicy {
        &self.shared.policy
    }

    /// Returns the retry budget, which all exchanges of a client share.
    pub fn budget(&self) -> &RetryBudget {
        &self.shared.budget
    }

    /// Returns the state that all clones share, for a simulation that later
    /// [restores](Self::restore_shared) it.
    pub fn shared(&self) -> SharedState {
        SharedState { tokens: self.budget().left(), pause: self.throttle.end() }
    }

    /// Sets the state that all clones share, as it was at an earlier moment. For simulations that
    /// [`Fork`](super::Fork) exchanges.
    pub fn restore_shared(&self, state: SharedState) {
        self.budget().set(state.tokens);
        self.throttle.set(state.pause);
    }

    pub(super) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Builds the complete HTTP request of an operation.
    ///
    /// # Errors
    /// See [`base_url`](Self::base_url). Also [`Error::InvalidInput`] for an operation of the Jira
    /// platform if the base URL [does not show the cloud id](BaseUrl::jira).
    pub fn request<O: Operation>(&self, operation: &O) -> Result<Request<Vec<u8>>, Error> {
        let base_url = self.base_url()?;
        let mut request = match O::API {
            Api::Operations => operation.request(base_url, &self.credentials),
            Api::Jira => operation.request(&jira(base_url)?, &self.credentials),
        };
        if let Some(user_agent) = &self.shared.user_agent {
            request.headers_mut().insert(header::USER_AGENT, user_agent.clone());
        }
        Ok(request)
    }

    /// Returns the session that an exchange gives to its inner exchanges. They share its deadline,
    /// which begins now.
    pub(super) fn begun(&self, now: Now) -> Self {
        self.clone().with_deadline(self.deadline(now))
    }

    /// Returns the end of an exchange that begins now.
    pub(super) fn deadline(&self, now: Now) -> Duration {
        let deadline = now.monotonic.saturating_add(self.shared.policy.deadline);
        self.deadline.map_or(deadline, |before| before.min(deadline))
    }

    /// Returns the exchange that looks the cloud id up, if it is unknown. It sends no credentials.
    pub(super) fn lookup(&self, now: Now) -> Option<Call<FindCloudId>> {
        let Target::Site { site, found, host_header } = &self.shared.target else { return None };
        let own = site.lookup().filter(|_| found.get().is_none())?.clone();
        let mut session = self.begun(now).with_credentials(Credentials::none()).with_endpoint(own);
        if *host_header {
            session = session.with_host_header();
        }
        Some(Call::new(session, FindCloudId))
    }

    /// Keeps the cloud id of the site for all clones.
    pub(super) fn keep(&self, cloud_id: CloudId) {
        if let Target::Site { site, found, host_header } = &self.shared.target {
            let site = site.clone().with_cloud_id(cloud_id);
            if let Some(urls) = BaseUrls::of(&site, *host_header) {
                // Of two concurrent look-ups, the first one counts.
                found.get_or_init(|| urls);
            }
        }
    }

    pub(super) fn is_refreshable(&self) -> bool {
        self.refresh != RefreshState::Impossible
    }

    pub(super) fn needs_credentials(&self) -> bool {
        self.refresh == RefreshState::Needed
    }

    pub(super) fn refresh(&mut self, credentials: Credentials) {
        self.credentials = credentials;
        self.refresh = RefreshState::Possible;
    }
}

/// Returns the base URL of the Jira platform.
fn jira(base_url: &BaseUrl) -> Result<BaseUrl, Error> {
    base_url.jira().ok_or_else(|| {
        Error::invalid(
            "base URL",
            "does not show the cloud id, which requests to the Jira platform need; use a site, or a \
             base URL such as https://api.atlassian.com/jsm/ops/api/{cloudId}",
        )
    })
}

impl Target {
    fn new(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::BaseUrl(base_url) => Self::BaseUrl(base_url),
            Endpoint::Site(site) => Self::site(site, false),
        }
    }

    fn site(site: Site, host_header: bool) -> Self {
        let found = BaseUrls::of(&site, host_header).map_or_else(OnceLock::new, OnceLock::from);
        Self::Site { site, found: Arc::new(found), host_header }
    }
}

impl BaseUrls {
    fn of(site: &Site, host_header: bool) -> Option<Self> {
        let (api_token, oauth) = site.base_urls()?;
        Some(if host_header {
            Self { api_token: api_token.with_host_header(), oauth: oauth.with_host_header() }
        } else {
            Self { api_token, oauth }
        })
    }
}
