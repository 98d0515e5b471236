//! What an error response means for an operation: its kind and its hint, from what was understood and not from the status alone.

use http::StatusCode;
use url::Url;

use super::{ErrorKind, Hint, body::ErrorBody};
use crate::{Operation, Site, transport::RetryClass};

/// The service's word for a token without the scope, or at the wrong base URL.
const SCOPE_REFUSAL: &str = "scope does not match";

/// The service's code for an account without Operations.
const NO_OPERATIONS: &str = "40301";

/// Who or what an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A contact, whose id is in the path.
    Contact,
    /// The user whose credentials are sent.
    Caller,
    /// Another user, whose account id is in the query.
    User,
    /// The site itself.
    Site,
}

/// The facts of an operation that decide what an error response means.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(super) operation: &'static str,
    pub(super) writes: bool,
    pub(super) scopes: &'static [&'static str],
    subject: Subject,
    /// The usual reason of a 409 or 422.
    pub(crate) rejection: Option<Hint>,
}

impl Asked {
    pub(crate) fn of<O: Operation>(subject: Subject) -> Self {
        let (operation, writes, scopes) = (O::NAME, O::IDEMPOTENCY.writes(), O::SCOPES);
        Self { operation, writes, scopes, subject, rejection: None }
    }
}

/// What an error response means. Exit codes, retries and predicates follow from the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) kind: ErrorKind,
    pub(super) hint: Option<Hint>,
}

impl Meaning {
    /// Decides what a response to this operation means. Only a JSON object counts as said by the service itself; of a contact only a
    /// 404 in the service's own shape speaks.
    pub(super) fn of(about: &Asked, status: StatusCode, said: &ErrorBody, location: Option<&str>) -> Self {
        match status.as_u16() {
            300..=399 => redirected(about, status, location),
            401 | 403 if about.scopes.is_empty() => {
                // No credentials were sent: nothing is said of any.
                Self::new(ErrorKind::Rejected, said.is_markup.then_some(Hint::NotTheService))
            }
            401 if said.is_markup => Self::of_a_stranger(said),
            401 if said.speaks_of(SCOPE_REFUSAL) => {
                Self::new(ErrorKind::Unauthorized, Hint::MissingScope(about.scopes))
            }
            // The gateway's own 401 has no body.
            401 => Self::new(ErrorKind::Unauthorized, Hint::CheckCredentials),
            402 | 403 | 410 if !said.is_object => Self::of_a_stranger(said),
            402 => Self::new(ErrorKind::Forbidden, Hint::PlanLimit),
            403 => Self::new(ErrorKind::Forbidden, forbidden(about, said)),
            404 => not_found(about, said),
            407 => Self::new(ErrorKind::Rejected, Hint::ProxyCredentials),
            409 | 422 if said.is_markup => Self::of_a_stranger(said),
            409 | 422 => Self::new(ErrorKind::Rejected, rejection(about, said)),
            410 => Self::new(ErrorKind::Rejected, said.has_word(&["api"]).then_some(Hint::ApiRemoved)),
            429 => Self::new(ErrorKind::RateLimited, None),
            other => {
                let is_open = matches!(other, 408 | 421 | 425)
                    || (other >= 500 && RetryClass::of(status) == RetryClass::Ambiguous);
                let kind = if is_open { ErrorKind::Unavailable } else { ErrorKind::Rejected };
                Self::new(kind, said.is_markup.then_some(Hint::NotTheService))
            }
        }
    }

    fn new(kind: ErrorKind, hint: impl Into<Option<Hint>>) -> Self {
        Self { kind, hint: hint.into() }
    }

    /// A proxy, a firewall, a log-in page: the service's own answers are JSON objects. Nobody is named by an empty body.
    fn of_a_stranger(said: &ErrorBody) -> Self {
        Self::new(ErrorKind::InvalidResponse, (!said.is_empty).then_some(Hint::NotTheService))
    }
}

fn redirected(about: &Asked, status: StatusCode, location: Option<&str>) -> Meaning {
    let renamed = location.filter(|_| about.subject == Subject::Site).and_then(new_name);
    let hint = match (renamed, status.as_u16()) {
        (Some(host), _) => Hint::SiteRenamed(host),
        (None, 300..=303 | 305 | 307 | 308) => Hint::Redirected,
        // No request of ours has such an answer.
        _ => Hint::NotTheService,
    };
    Meaning::new(ErrorKind::InvalidResponse, hint)
}

/// The host of a renamed site, which redirects the look-up of its cloud id to the same path of its new name.
fn new_name(location: &str) -> Option<String> {
    let url = Url::parse(location).ok().filter(|url| url.path() == "/_edge/tenant_info")?;
    let site = Site::new(&format!("{}://{}", url.scheme(), url.host_str()?)).ok()?;
    site.host().map(str::to_owned)
}

fn forbidden(about: &Asked, said: &ErrorBody) -> Hint {
    if said.code() == Some(NO_OPERATIONS) {
        Hint::NoOperations
    } else if said.speaks_of(SCOPE_REFUSAL) {
        Hint::MissingScope(about.scopes)
    } else if said.speaks_of("ip address") || said.has_word(&["allowlist", "allowlisting", "whitelist"]) {
        Hint::IpAllowlist
    } else if about.subject == Subject::User {
        Hint::OnlyAdministrators
    } else {
        Hint::NotAllowed
    }
}

/// The service has a 404 for a contact, for a user and for a site, and gateways have one for a path that nobody serves.
fn not_found(about: &Asked, said: &ErrorBody) -> Meaning {
    let rejected = |hint| Meaning::new(ErrorKind::Rejected, hint);
    match about.subject {
        Subject::Site => rejected(Some(Hint::NoSuchSite)),
        _ if !said.is_object && said.is_empty => Meaning::new(ErrorKind::InvalidResponse, Hint::WrongSite),
        _ if !said.is_object => Meaning::of_a_stranger(said),
        _ if said.is_of_a_gateway || said.has_word(&["tenant", "site", "cloud", "cloudid"]) => {
            rejected(Some(Hint::WrongSite))
        }
        _ if said.has_word(&["user", "account"]) && !said.speaks_of_a_contact() => {
            rejected(Some(Hint::NoSuchUser))
        }
        Subject::Contact if said.is_listed || said.speaks_of_a_contact() => {
            Meaning::new(ErrorKind::NotFound, Hint::NoSuchContact)
        }
        Subject::User if said.is_listed || said.has_own_code => rejected(Some(Hint::NoSuchUser)),
        Subject::Caller | Subject::User if !said.is_listed && !said.has_own_code => {
            rejected(Some(Hint::WrongSite))
        }
        // Something is not there, and nobody says what.
        _ => rejected(None),
    }
}

/// What a 409 or 422 means: the service says which of several things it is, or the operation's usual reasons are all there is.
fn rejection(about: &Asked, said: &ErrorBody) -> Option<Hint> {
    let usual = about.rejection.clone()?;
    let exists = said.has_word(&["already", "exists", "duplicate", "duplicated"]);
    match usual {
        Hint::ExistsOrTooMany | Hint::OnlyEmailCanBeUpdated if exists => Some(Hint::AlreadyExists),
        Hint::ExistsOrTooMany
            if said.has_word(&["valid", "invalid", "format", "length", "size", "empty"]) =>
        {
            Some(Hint::CheckAddress)
        }
        Hint::ExistsOrTooMany
            if said.has_word(&["limit", "maximum", "many", "most", "exceeded", "exceeds"]) =>
        {
            Some(Hint::TooManyContacts)
        }
        usual => Some(usual),
    }
}
