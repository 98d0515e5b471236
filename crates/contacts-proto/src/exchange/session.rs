//! What all exchanges of a client have in common.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Request, header};

use super::Now;
use crate::{BaseUrl, Credentials, Operation, RetryBudget, RetryPolicy};

/// Where a client's exchanges go, as whom, and by which policy. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Session {
    shared: Arc<Shared>,
    credentials: Credentials,
    refresh: RefreshState,
    /// No exchange goes on after this moment of the monotonic clock.
    until: Option<Duration>,
}

#[derive(Debug, Clone)]
struct Shared {
    site: BaseUrl,
    policy: RetryPolicy,
    budget: RetryBudget,
    user_agent: Option<HeaderValue>,
}

/// Whether other credentials can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefreshState {
    /// No: a 401 is the end.
    Impossible,
    /// Yes, once a call when they are refused.
    Possible,
    /// Yes, and there are none yet.
    Needed,
}

impl Session {
    /// With the default policy and a budget of its own.
    pub fn new(site: BaseUrl, credentials: Credentials) -> Self {
        let shared =
            Shared { site, policy: RetryPolicy::default(), budget: RetryBudget::default(), user_agent: None };
        Self { shared: Arc::new(shared), credentials, refresh: RefreshState::Impossible, until: None }
    }

    /// The same session by another policy; clones that were made before keep theirs.
    #[must_use]
    pub fn with_policy(mut self, policy: RetryPolicy) -> Self {
        Arc::make_mut(&mut self.shared).policy = policy;
        self
    }

    /// The same session at another base URL.
    #[must_use]
    pub fn with_base_url(mut self, base_url: BaseUrl) -> Self {
        Arc::make_mut(&mut self.shared).site = base_url;
        self
    }

    /// Another `user-agent` than [`USER_AGENT`](crate::USER_AGENT).
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: HeaderValue) -> Self {
        Arc::make_mut(&mut self.shared).user_agent = Some(user_agent);
        self
    }

    /// Another user of the same site, with fixed credentials; policy and budget stay shared.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self { credentials, refresh: RefreshState::Impossible, ..self.clone() }
    }

    /// Another user of the same site, whose credentials come from a source: an exchange asks for them by
    /// [`Action::Refresh`](crate::exchange::Action::Refresh), at its start if none are `known`, and once when the service refuses them.
    #[must_use]
    pub fn with_refreshable(&self, known: Option<Credentials>) -> Self {
        let refresh = if known.is_some() { RefreshState::Possible } else { RefreshState::Needed };
        let credentials = known.unwrap_or_else(Credentials::none);
        Self { credentials, refresh, ..self.clone() }
    }

    /// All exchanges that are begun with it end by this moment of the adapter's [monotonic clock](crate::exchange::Now::monotonic), however much time the policy
    /// gives each of them.
    #[must_use]
    pub fn with_deadline(self, moment: Duration) -> Self {
        Self { until: Some(self.until.map_or(moment, |until| until.min(moment))), ..self }
    }

    /// Where requests go.
    pub fn site(&self) -> &BaseUrl {
        &self.shared.site
    }

    /// Who is asking.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The numbers of retries and waiting.
    pub fn policy(&self) -> &RetryPolicy {
        &self.shared.policy
    }

    /// What is left for retries.
    pub fn budget(&self) -> &RetryBudget {
        &self.shared.budget
    }

    /// The request of an operation in this session, as it goes on the wire.
    pub fn request(&self, operation: &impl Operation) -> Request<Vec<u8>> {
        let mut request = operation.request(&self.shared.site, &self.credentials);
        if let Some(user_agent) = &self.shared.user_agent {
            request.headers_mut().insert(header::USER_AGENT, user_agent.clone());
        }
        request
    }

    /// The session of an exchange that begins now and makes others: all of them end by its deadline.
    pub(super) fn begun(&self, now: Now) -> Self {
        self.clone().with_deadline(self.deadline(now))
    }

    /// When an exchange that begins now must have ended.
    pub(super) fn deadline(&self, now: Now) -> Duration {
        let deadline = now.monotonic.saturating_add(self.shared.policy.deadline);
        self.until.map_or(deadline, |until| until.min(deadline))
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
