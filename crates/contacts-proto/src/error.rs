//! Errors: what failed, why, and whether the operation may have taken effect.

mod api_error;
mod attempts;
mod body;
mod credentials_error;
mod duplicate;
mod failed_request;
mod hint;
mod invalid_input;
mod invalid_response;
mod kind;
mod meaning;
mod outcome_unknown;
mod paging;

use std::{borrow::Cow, fmt, time::Duration};

use http::StatusCode;

#[cfg(feature = "tracing")]
pub(crate) use self::body::request_id;
pub use self::{
    api_error::ApiError,
    attempts::{Attempts, Effect, StopReason},
    credentials_error::CredentialsError,
    duplicate::Duplicate,
    failed_request::FailedRequest,
    hint::Hint,
    invalid_input::InvalidInput,
    invalid_response::InvalidResponse,
    kind::ErrorKind,
    outcome_unknown::OutcomeUnknown,
    paging::PagingError,
};
pub(crate) use self::{
    body::compression,
    invalid_response::MAX_BODY,
    meaning::{OperationFacts, Subject},
};
use crate::{Credentials, Receipt};

/// An error of this client.
///
/// `Display` says what failed and why. [`effect`](Self::effect) says whether the operation may have
/// taken effect. [`hint`](Self::hint) says what to do, if that is known. No error shows a secret
/// of the credentials.
///
/// ```
/// use contacts_proto::{ContactMethod, CreateContact, Hint, Operation};
///
/// let create = CreateContact::new(ContactMethod::Sms, "90-5555559999")?;
/// let response = http::Response::builder().status(422);
/// let response = response.body(&br#"{"errors":[{"title":"to is not valid"}]}"#[..]).unwrap();
///
/// let error = create.response(response).unwrap_err();
/// let message = "could not create the contact: 422 Unprocessable Entity: to is not valid";
/// assert_eq!(error.to_string(), message);
/// assert_eq!(error.hint(), Some(Hint::CheckAddress));
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// An argument cannot be used. Nothing was sent.
    InvalidInput(InvalidInput),
    /// The service, or a proxy before it, responded with a status other than 2xx.
    Api(Box<ApiError>),
    /// The status is 2xx, but the operation cannot use the response.
    InvalidResponse(Box<InvalidResponse>),
    /// The response is missing or not complete.
    Transport(Box<FailedRequest>),
    /// It is unknown whether a contact was created.
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// A contact exists several times.
    Duplicate(Box<Duplicate>),
    /// A list cannot be read to its end.
    Paging(PagingError),
    /// The credentials provider failed.
    Credentials(Box<CredentialsError>),
}

impl Error {
    /// Creates an error about an argument: `the {what} {why}`. Neither part may repeat a secret.
    pub fn invalid(what: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidInput(InvalidInput { what: what.into(), why: why.into() })
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidInput(_) => ErrorKind::InvalidInput,
            Self::Api(error) => error.kind(),
            Self::InvalidResponse(_) | Self::Paging(_) => ErrorKind::InvalidResponse,
            Self::Transport(error) => error.kind(),
            Self::OutcomeUnknown(_) => ErrorKind::OutcomeUnknown,
            Self::Duplicate(_) => ErrorKind::Duplicate,
            Self::Credentials(error) => error.kind(),
        }
    }

    /// Returns whether the operation may have taken effect.
    pub fn effect(&self) -> Effect {
        match self {
            Self::OutcomeUnknown(_) | Self::Duplicate(_) => Effect::Possible,
            _ => self.attempts().map_or(Effect::None, |attempts| attempts.effect),
        }
    }

    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status()),
            Self::InvalidResponse(error) => Some(error.status()),
            Self::Transport(failed) => failed.error.status(),
            Self::OutcomeUnknown(unknown) => unknown.cause().status(),
            _ => None,
        }
    }

    /// Returns the body of the response as far as it was read, without the secrets of the
    /// credentials.
    ///
    /// Call [`escape_controls`](crate::escape_controls) before you print it.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::Api(error) => Some(error.body()),
            Self::InvalidResponse(error) => Some(error.body()),
            Self::Transport(failed) => Some(failed.error.response()?.body()),
            Self::OutcomeUnknown(unknown) => unknown.cause().body(),
            _ => None,
        }
    }

    /// Returns the service's error code, if the body has one.
    pub fn code(&self) -> Option<&str> {
        self.api_error().and_then(ApiError::code)
    }

    /// Returns the request id for the vendor's support, if the response has one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::InvalidResponse(error) => error.request_id(),
            Self::Transport(failed) => failed.request_id.as_deref(),
            Self::OutcomeUnknown(unknown) => unknown.cause().request_id(),
            _ => None,
        }
    }

    /// Returns the server-requested retry delay. See [`ApiError::retry_after`].
    pub fn retry_after(&self) -> Option<Duration> {
        self.api_error().and_then(ApiError::retry_after)
    }

    /// Returns the likely cause and what to do, if known.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Api(error) => error.hint(),
            Self::InvalidResponse(error) => error.hint(),
            Self::Transport(failed) => failed.hint(),
            // A wrong base URL or a login page comes first: with it, reconciling would fail too.
            Self::OutcomeUnknown(unknown) => match (unknown.cause(), unknown.cause().hint()) {
                // The head of a broken response is the service's own.
                (Self::Transport(_), _) => Some(Hint::Reconcile),
                (_, Some(hint @ (Hint::Redirected | Hint::NotTheService))) => Some(hint),
                _ => Some(Hint::Reconcile),
            },
            Self::Duplicate(_) => Some(Hint::DeleteAllButOne),
            _ => None,
        }
    }

    /// Returns `true` if an argument cannot be used. Nothing was sent.
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
    }

    /// Returns `true` if the credentials are wrong, expired, or lack a scope.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Unauthorized
    }

    /// Returns `true` if the credentials are valid but the account is not allowed to do this.
    pub fn is_forbidden(&self) -> bool {
        self.kind() == ErrorKind::Forbidden
    }

    /// Returns `true` if the service itself says that the contact does not exist.
    ///
    /// The response is a 404 with the service's own error body, and the body is not about a user or
    /// a site. A gateway's 404, an HTML page and a 410 do not count.
    pub fn is_no_such_contact(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Returns the receipt of a create request whose outcome is unknown.
    ///
    /// Run [`Reconcile`](crate::exchange::Reconcile) with it before you create the contact again.
    pub fn receipt(&self) -> Option<&Receipt> {
        if let Self::OutcomeUnknown(unknown) = self { Some(unknown.receipt()) } else { None }
    }

    /// Returns `true` if the service limits the rate of requests (429).
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Returns `true` if no response came in time.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::TimedOut
    }

    /// Returns `true` if it is unknown whether a contact was created.
    pub fn is_outcome_unknown(&self) -> bool {
        self.kind() == ErrorKind::OutcomeUnknown
    }

    /// Returns `true` for `RateLimited`, `Unavailable` and `TimedOut`: the same request may succeed
    /// later. Check [`effect`](Self::effect) before you repeat it.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::TimedOut)
    }

    /// Returns the number of attempts and why they ended. `None` for `InvalidInput`, `Paging` and
    /// `Duplicate`.
    pub fn attempts(&self) -> Option<&Attempts> {
        match self {
            Self::Api(error) => Some(&error.attempts),
            Self::InvalidResponse(error) => Some(&error.attempts),
            Self::Transport(failed) => Some(&failed.attempts),
            Self::Credentials(error) => Some(&error.attempts),
            Self::OutcomeUnknown(unknown) => unknown.cause().attempts(),
            _ => None,
        }
    }

    pub(crate) fn attempts_mut(&mut self) -> Option<&mut Attempts> {
        match self {
            Self::Api(error) => Some(&mut error.attempts),
            Self::InvalidResponse(error) => Some(&mut error.attempts),
            Self::Transport(failed) => Some(&mut failed.attempts),
            Self::Credentials(error) => Some(&mut error.attempts),
            _ => None,
        }
    }

    /// Removes the secrets of these credentials from the error, because a server may have echoed
    /// them. Sets the hint that fits the kind of credentials.
    pub(crate) fn of(mut self, credentials: &Credentials) -> Self {
        if let Self::Api(error) = &mut self {
            error.sent_with(credentials);
        }
        if let Self::InvalidResponse(error) = &mut self {
            error.redact(credentials);
        }
        self
    }

    fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            Self::OutcomeUnknown(unknown) => unknown.cause().api_error(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInput(error) => error.fmt(f),
            Self::Api(error) => error.fmt(f),
            Self::InvalidResponse(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::OutcomeUnknown(error) => error.fmt(f),
            Self::Duplicate(error) => error.fmt(f),
            Self::Paging(error) => error.fmt(f),
            Self::Credentials(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    /// Skips the inner error, because `Display` shows it, and returns the source of the inner
    /// error.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let shown: &dyn std::error::Error = match self {
            Self::InvalidInput(error) => error,
            Self::Api(error) => &**error,
            Self::InvalidResponse(error) => &**error,
            Self::Transport(error) => &**error,
            Self::OutcomeUnknown(error) => &**error,
            Self::Duplicate(error) => &**error,
            Self::Paging(error) => error,
            Self::Credentials(error) => &**error,
        };
        shown.source()
    }
}

/// A status with its reason phrase, if it has one: `404 Not Found`.
pub(crate) struct StatusText(pub(crate) StatusCode);

impl fmt::Display for StatusText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        self.0.canonical_reason().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as StdError, io, sync::Arc};

    use super::*;
    use crate::{
        ContactMethod, CreateContact,
        transport::{Delivery, TransportError, TransportErrorKind, connect::NoAddress},
    };

    /// Compiles only if the type is an error that callers can box and send.
    const fn is_an_error<E: StdError + Send + Sync + 'static>() {}

    const _: () = {
        is_an_error::<ApiError>();
        is_an_error::<CredentialsError>();
        is_an_error::<Duplicate>();
        is_an_error::<Error>();
        is_an_error::<FailedRequest>();
        is_an_error::<InvalidInput>();
        is_an_error::<InvalidResponse>();
        is_an_error::<NoAddress>();
        is_an_error::<OutcomeUnknown>();
        is_an_error::<PagingError>();
        is_an_error::<TransportError>();
    };

    #[test]
    fn the_cause_is_the_source_and_not_repeated_in_the_message() {
        let cause = || io::Error::from(io::ErrorKind::ConnectionReset);
        let closed =
            TransportError::new(Delivery::Unknown, TransportErrorKind::Closed).with_source(cause());
        let attempts = Attempts::first(Effect::Possible);
        let failed = || FailedRequest::new("create the contact", closed.clone(), attempts);
        let create = CreateContact::new(ContactMethod::Voice, "90-5555559999").unwrap();
        let failed_error = || Error::Transport(Box::new(failed()));
        let unknown = OutcomeUnknown::new(create.receipt(0), failed_error());
        let credentials = CredentialsError { source: Arc::new(cause()), attempts };
        let errors: [Box<dyn StdError>; 6] = [
            Box::new(closed.clone()),
            Box::new(failed()),
            Box::new(failed_error()),
            Box::new(credentials.clone()),
            Box::new(Error::Credentials(Box::new(credentials))),
            Box::new(unknown.clone()),
        ];
        for error in errors {
            let source = error.source().expect("there is a cause").to_string();
            assert!(!error.to_string().contains(&source), "{error}: {source}");
        }
        assert_eq!(
            unknown.to_string(),
            "it is unknown whether the voice contact 90-5555559999 was created \
             (the connection closed before the response was complete)"
        );
        let source = Error::OutcomeUnknown(Box::new(unknown)).source().unwrap().to_string();
        assert_eq!(source, cause().to_string());
    }

    #[test]
    fn hints_are_imperatives_without_a_full_stop() {
        let hints = [
            Hint::MissingScope(&["read:x", "write:x"]),
            Hint::CheckCredentials,
            Hint::CheckApiToken,
            Hint::CheckAccessToken,
            Hint::SiteRenamed("acme-new.atlassian.net".into()),
            Hint::ExistsOrTooMany,
            Hint::Reconcile,
        ];
        for hint in hints.map(|hint| hint.to_string()) {
            assert!(hint.starts_with(char::is_lowercase) && !hint.ends_with('.'), "{hint}");
        }
    }
}
