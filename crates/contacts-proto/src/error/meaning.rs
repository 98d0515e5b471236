//! The meaning of an error response: its kind and its hint, from the whole response.

use http::StatusCode;
use url::Url;

use super::{ErrorKind, Hint, body::ErrorBody};
use crate::{Operation, Site, transport::RetryClass};

/// The service's message for a token that lacks the scope or is at the wrong base URL.
const SCOPE_REFUSAL: &str = "scope does not match";

/// The service's code for an account without Operations.
const NO_OPERATIONS: &str = "40301";

/// The thing that a 404 says is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A contact: its id is in the path.
    Contact,
    /// The user that the credentials belong to.
    Caller,
    /// Another user: the account id is in the query.
    User,
    /// A schedule: its id is in the path.
    Schedule,
    /// Users of the Jira platform, which has scopes and permissions of its own.
    JiraUser,
    /// The site itself.
    Site,
}

/// Facts about an operation that decide the meaning of an error response.
#[derive(Debug, Clone)]
pub(crate) struct OperationFacts {
    pub(super) name: &'static str,
    pub(super) writes: bool,
    pub(super) scopes: &'static [&'static str],
    subject: Subject,
    /// Usual reason of a 409 or 422.
    pub(crate) rejection: Option<Hint>,
}

impl OperationFacts {
    pub(crate) fn of<O: Operation>(subject: Subject) -> Self {
        let (name, writes, scopes) = (O::NAME, O::IDEMPOTENCY.writes(), O::SCOPES);
        Self { name, writes, scopes, subject, rejection: None }
    }
}

/// Meaning of an error response. Exit codes and predicates follow from the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) kind: ErrorKind,
    pub(super) hint: Option<Hint>,
}

impl Meaning {
    /// Decides the meaning of a response. Only a JSON object counts as a response of the service
    /// itself. Only a 404 in the service's own shape says that a contact does not exist.
    pub(super) fn of(
        operation: &OperationFacts,
        status: StatusCode,
        body: &ErrorBody,
        location: Option<&str>,
    ) -> Self {
        match status.as_u16() {
            // These statuses cannot answer a request of this client.
            ..=199 => Self::new(ErrorKind::InvalidResponse, None),
            300..=399 => redirected(operation, status, location),
            401 | 403 if operation.scopes.is_empty() => {
                // No credentials were sent, so the status is not about credentials.
                Self::new(ErrorKind::Rejected, body.is_markup.then_some(Hint::NotTheService))
            }
            401 if body.is_markup => Self::not_from_service(body),
            401 if body.has_phrase(SCOPE_REFUSAL) => {
                Self::new(ErrorKind::Unauthorized, missing_scope(operation))
            }
            // The gateway's own 401 has no body.
            401 => Self::new(ErrorKind::Unauthorized, Hint::CheckCredentials),
            402 | 403 | 410 if !body.is_object => Self::not_from_service(body),
            402 => Self::new(ErrorKind::Forbidden, Hint::PlanLimit),
            403 => Self::new(ErrorKind::Forbidden, forbidden(operation, body)),
            404 => not_found(operation, body),
            407 => Self::new(ErrorKind::Rejected, Hint::ProxyCredentials),
            409 | 422 if body.is_markup => Self::not_from_service(body),
            409 | 422 => Self::new(ErrorKind::Rejected, rejection(operation, body)),
            410 => {
                Self::new(ErrorKind::Rejected, body.has_word(&["api"]).then_some(Hint::ApiRemoved))
            }
            429 => Self::new(ErrorKind::RateLimited, None),
            other => {
                let is_open = matches!(other, 408 | 421 | 425)
                    || (other >= 500 && RetryClass::of(status) == RetryClass::Ambiguous);
                let kind = if is_open { ErrorKind::Unavailable } else { ErrorKind::Rejected };
                Self::new(kind, body.is_markup.then_some(Hint::NotTheService))
            }
        }
    }

    fn new(kind: ErrorKind, hint: impl Into<Option<Hint>>) -> Self {
        Self { kind, hint: hint.into() }
    }

    /// A response of a proxy, a firewall or a login page. An empty or truncated body does not prove
    /// that, so it gets no hint.
    fn not_from_service(body: &ErrorBody) -> Self {
        let is_unknown = body.is_empty || body.is_truncated;
        Self::new(ErrorKind::InvalidResponse, (!is_unknown).then_some(Hint::NotTheService))
    }
}

fn redirected(operation: &OperationFacts, status: StatusCode, location: Option<&str>) -> Meaning {
    let renamed = location.filter(|_| operation.subject == Subject::Site).and_then(new_name);
    let hint = match (renamed, status.as_u16()) {
        (Some(host), _) => Hint::SiteRenamed(host),
        (None, 300..=303 | 305 | 307 | 308) => Hint::Redirected,
        // These statuses cannot answer a request of this client.
        _ => Hint::NotTheService,
    };
    Meaning::new(ErrorKind::InvalidResponse, hint)
}

/// Returns the new host of a renamed site. A renamed site redirects the look-up of the cloud id to
/// the same path on its new host.
fn new_name(location: &str) -> Option<String> {
    let url = Url::parse(location).ok().filter(|url| url.path() == "/_edge/tenant_info")?;
    let site = Site::new(&format!("{}://{}", url.scheme(), url.host_str()?)).ok()?;
    site.host().map(str::to_owned)
}

fn forbidden(operation: &OperationFacts, body: &ErrorBody) -> Hint {
    if body.code() == Some(NO_OPERATIONS) {
        Hint::NoOperations
    } else if body.has_phrase(SCOPE_REFUSAL) {
        missing_scope(operation)
    } else if body.has_phrase("ip address")
        || body.has_word(&["allowlist", "allowlisting", "whitelist"])
    {
        Hint::IpAllowlist
    } else {
        match operation.subject {
            Subject::User => Hint::OnlyAdministrators,
            Subject::Schedule => Hint::ScheduleNotVisible,
            Subject::JiraUser => Hint::NoJiraAccess(operation.scopes),
            _ => Hint::NotAllowed,
        }
    }
}

/// The Jira platform has one base URL for all credentials, so only the scope can be wrong there.
fn missing_scope(operation: &OperationFacts) -> Hint {
    match operation.subject {
        Subject::JiraUser => Hint::MissingJiraScope(operation.scopes),
        _ => Hint::MissingScope(operation.scopes),
    }
}

/// Tells apart the 404s: of a contact, a user, a site, and of gateways for an unknown path.
fn not_found(operation: &OperationFacts, body: &ErrorBody) -> Meaning {
    let rejected = |hint| Meaning::new(ErrorKind::Rejected, hint);
    match operation.subject {
        Subject::Site => rejected(Some(Hint::NoSuchSite)),
        _ if !body.is_object && body.is_empty => {
            Meaning::new(ErrorKind::InvalidResponse, Hint::WrongSite)
        }
        _ if !body.is_object => Meaning::not_from_service(body),
        Subject::Schedule if !body.is_from_gateway && body.has_word(&["schedule", "schedules"]) => {
            rejected(Some(Hint::NoSuchSchedule))
        }
        _ if body.is_from_gateway || body.has_word(&["tenant", "site", "cloud", "cloudid"]) => {
            rejected(Some(Hint::WrongSite))
        }
        _ if body.has_word(&["user", "account"]) && !body.mentions_contact() => {
            rejected(Some(Hint::NoSuchUser))
        }
        Subject::Contact if body.is_listed || body.mentions_contact() => {
            Meaning::new(ErrorKind::NotFound, Hint::NoSuchContact)
        }
        Subject::Schedule if body.is_listed => rejected(Some(Hint::NoSuchSchedule)),
        Subject::User if body.is_listed || body.has_own_code => rejected(Some(Hint::NoSuchUser)),
        Subject::Caller | Subject::User | Subject::JiraUser
            if !body.is_listed && !body.has_own_code =>
        {
            rejected(Some(Hint::WrongSite))
        }
        // The response does not say what is missing.
        _ => rejected(None),
    }
}

/// Reads the reason of a 409 or 422 out of the body. Without one, the operation's usual reason
/// counts.
fn rejection(operation: &OperationFacts, body: &ErrorBody) -> Option<Hint> {
    let usual = operation.rejection.clone()?;
    let is_invalid = body.has_word(&["invalid", "format", "length", "size", "empty"]);
    let is_limit = body.has_word(&["limit", "maximum", "many", "most", "exceeded", "exceeds"]);
    let exists = body.has_word(&["duplicate", "duplicated"])
        || ["already exist", "exists already", "already in use", "already_exist", "contact exists"]
            .iter()
            .any(|phrase| body.has_phrase(phrase));
    Some(match usual {
        Hint::ExistsOrTooMany | Hint::OnlyEmailCanBeUpdated if is_invalid => Hint::CheckAddress,
        Hint::ExistsOrTooMany if is_limit => Hint::TooManyContacts,
        Hint::ExistsOrTooMany | Hint::OnlyEmailCanBeUpdated if exists => Hint::AlreadyExists,
        Hint::ExistsOrTooMany | Hint::OnlyEmailCanBeUpdated if body.has_word(&["valid"]) => {
            Hint::CheckAddress
        }
        usual => usual,
    })
}
