//! What can go wrong, and what is known of it.

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
    invalid_response::LONGEST_BODY,
    meaning::{Asked, Subject},
};
use crate::{Credentials, Receipt};

/// Everything that can go wrong between a caller and the service.
///
/// An error tells what happened (`Display`), what is known about the effect ([`effect`](Self::effect)), and where one is known,
/// what to do ([`hint`](Self::hint)). It never shows a secret of the credentials that were used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// An argument cannot be used. Nothing was sent.
    InvalidInput(InvalidInput),
    /// The service, or something before it, answered with a status that is no success.
    Api(Box<ApiError>),
    /// The status says success and the rest of the answer does not.
    InvalidResponse(Box<InvalidResponse>),
    /// There was no whole answer.
    Transport(Box<FailedRequest>),
    /// A contact may have been created: nobody can say until somebody looks.
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// A contact that was to exist once exists several times.
    Duplicate(Box<Duplicate>),
    /// The pages of a list do not lead through it.
    Paging(PagingError),
    /// The source of credentials had none to give.
    Credentials(Box<CredentialsError>),
}

impl Error {
    /// An argument that cannot be used: `what` names it, `why` is the rest of the sentence. Neither may repeat a secret.
    pub fn invalid(what: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidInput(InvalidInput { what: what.into(), why: why.into() })
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidInput(_) => ErrorKind::InvalidInput,
            Self::Api(refusal) => refusal.kind(),
            Self::InvalidResponse(_) | Self::Paging(_) => ErrorKind::InvalidResponse,
            Self::Transport(failed) => failed.kind(),
            Self::OutcomeUnknown(_) => ErrorKind::OutcomeUnknown,
            Self::Duplicate(_) => ErrorKind::Duplicate,
            Self::Credentials(refresh) => refresh.kind(),
        }
    }

    /// What is known about the effect of the operation.
    pub fn effect(&self) -> Effect {
        match self {
            Self::OutcomeUnknown(_) | Self::Duplicate(_) => Effect::Possible,
            _ => self.attempts().map_or(Effect::None, |attempts| attempts.effect),
        }
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(refusal) => Some(refusal.status()),
            Self::InvalidResponse(unexpected) => Some(unexpected.status()),
            Self::Transport(failed) => failed.error.status(),
            Self::OutcomeUnknown(doubt) => doubt.cause().status(),
            _ => None,
        }
    }

    /// The body of the answer, as far as it was read, without the secrets of the credentials that were used. It is not made
    /// fit for a terminal: see [`escape_controls`](crate::escape_controls).
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::Api(refusal) => Some(refusal.body()),
            Self::InvalidResponse(unexpected) => Some(unexpected.body()),
            Self::Transport(failed) => Some(failed.error.answer()?.body()),
            Self::OutcomeUnknown(doubt) => doubt.cause().body(),
            _ => None,
        }
    }

    /// The service's error code, where the body has one.
    pub fn code(&self) -> Option<&str> {
        self.refusal().and_then(ApiError::code)
    }

    /// The id to tell the vendor's support, where the answer has one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(refusal) => refusal.request_id(),
            Self::InvalidResponse(unexpected) => unexpected.request_id(),
            Self::Transport(failed) => failed.request_id.as_deref(),
            Self::OutcomeUnknown(doubt) => doubt.cause().request_id(),
            _ => None,
        }
    }

    /// How long the service asks to be left alone: see [`ApiError::retry_after`].
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal().and_then(ApiError::retry_after)
    }

    /// What to do, where one is known.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Api(refusal) => refusal.hint(),
            Self::InvalidResponse(unexpected) => unexpected.hint(),
            Self::Transport(failed) => failed.hint(),
            // Where a redirect or a stranger has answered, that is what to mend first.
            Self::OutcomeUnknown(doubt) => match (doubt.cause().hint(), doubt.cause().status()) {
                (Some(hint @ (Hint::Redirected | Hint::NotTheService)), Some(_)) => Some(hint),
                _ => Some(Hint::Reconcile),
            },
            Self::Duplicate(_) => Some(Hint::DeleteAllButOne),
            _ => None,
        }
    }

    /// Whether an argument cannot be used; nothing was sent.
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
    }

    /// Whether the credentials were not accepted: unknown, expired, without the scope.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Unauthorized
    }

    /// Whether the person is known and not allowed to do this.
    pub fn is_forbidden(&self) -> bool {
        self.kind() == ErrorKind::Forbidden
    }

    /// Returns `true` if the service itself says that the contact does not exist: a 404 in the service's own shape that does not
    /// speak of a user or a site. A gateway's 404, a page, and a 410 never mean that.
    pub fn is_no_such_contact(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// What there is to [`resolve`](crate::exchange::Reconcile), if a contact may have been created. Until then it must not be created again.
    pub fn receipt(&self) -> Option<&Receipt> {
        if let Self::OutcomeUnknown(doubt) = self { Some(doubt.receipt()) } else { None }
    }

    /// Whether the service asks to be left alone for a while.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Whether there was no answer in time.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::TimedOut
    }

    /// Whether a contact may have been created.
    pub fn is_outcome_unknown(&self) -> bool {
        self.kind() == ErrorKind::OutcomeUnknown
    }

    /// Whether the same may well succeed later, unchanged.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::TimedOut)
    }

    /// How many attempts were made and why no more.
    pub fn attempts(&self) -> Option<&Attempts> {
        match self {
            Self::Api(refusal) => Some(&refusal.attempts),
            Self::InvalidResponse(unexpected) => Some(&unexpected.attempts),
            Self::Transport(failed) => Some(&failed.attempts),
            Self::Credentials(refresh) => Some(&refresh.attempts),
            Self::OutcomeUnknown(doubt) => doubt.cause().attempts(),
            _ => None,
        }
    }

    pub(crate) fn attempts_mut(&mut self) -> Option<&mut Attempts> {
        match self {
            Self::Api(refusal) => Some(&mut refusal.attempts),
            Self::InvalidResponse(unexpected) => Some(&mut unexpected.attempts),
            Self::Transport(failed) => Some(&mut failed.attempts),
            Self::Credentials(refresh) => Some(&mut refresh.attempts),
            _ => None,
        }
    }

    /// The same error, of a request with these credentials: without their secrets, which a server may have echoed in the body of a
    /// success, and with the hint for their kind.
    pub(crate) fn of(mut self, credentials: &Credentials) -> Self {
        if let Self::Api(refusal) = &mut self {
            refusal.sent_with(credentials);
        }
        if let Self::InvalidResponse(unexpected) = &mut self {
            unexpected.redact(credentials);
        }
        self
    }

    fn refusal(&self) -> Option<&ApiError> {
        match self {
            Self::Api(refusal) => Some(refusal),
            Self::OutcomeUnknown(doubt) => doubt.cause().refusal(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInput(invalid) => invalid.fmt(f),
            Self::Api(refusal) => refusal.fmt(f),
            Self::InvalidResponse(unexpected) => unexpected.fmt(f),
            Self::Transport(failed) => failed.fmt(f),
            Self::OutcomeUnknown(doubt) => doubt.fmt(f),
            Self::Duplicate(duplicate) => duplicate.fmt(f),
            Self::Paging(paging) => paging.fmt(f),
            Self::Credentials(refresh) => refresh.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(failed) => failed.error.source(),
            Self::OutcomeUnknown(doubt) => Some(doubt.cause()),
            Self::Credentials(refresh) => Some(&*refresh.source),
            _ => None,
        }
    }
}

/// A status with its reason, if it has one that is known.
pub(crate) struct Reasoned(pub(crate) StatusCode);

impl fmt::Display for Reasoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        self.0.canonical_reason().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}
