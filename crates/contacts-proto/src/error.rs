//! What can go wrong, and what is known of it.

mod body;
mod duplicate;
mod failed;
mod hint;
mod indeterminate;
mod invalid;
mod kind;
mod meaning;
mod paging;
mod refusal;
mod renewal;
mod trail;
mod unexpected;

use std::{borrow::Cow, fmt, time::Duration};

use http::StatusCode;

#[cfg(feature = "tracing")]
pub(crate) use self::body::request_id;
pub(crate) use self::{
    body::compression,
    meaning::{Asked, Subject},
    unexpected::LONGEST_BODY,
};
pub use self::{
    duplicate::Duplicate,
    failed::Failed,
    hint::Hint,
    indeterminate::Indeterminate,
    invalid::Invalid,
    kind::ErrorKind,
    paging::Paging,
    refusal::Refusal,
    renewal::Renewal,
    trail::{Effect, GaveUp, Trail},
    unexpected::Unexpected,
};
use crate::{Credentials, Ticket};

/// Everything that can go wrong between a caller and the service.
///
/// An error tells what happened (`Display`), what is known about the effect ([`effect`](Self::effect)), and where one is known,
/// what to do ([`hint`](Self::hint)). It never shows a secret of the credentials that were used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// An argument cannot be used. Nothing was sent.
    Invalid(Invalid),
    /// The service, or something before it, answered with a status that is no success.
    Refused(Box<Refusal>),
    /// The status says success and the rest of the answer does not.
    Unexpected(Box<Unexpected>),
    /// There was no whole answer.
    Failed(Box<Failed>),
    /// A contact may have been created: nobody can say until somebody looks.
    Indeterminate(Box<Indeterminate>),
    /// A contact that was to exist once exists several times.
    Duplicate(Box<Duplicate>),
    /// The pages of a list do not lead through it.
    Paging(Paging),
    /// The source of credentials had none to give.
    Renewal(Box<Renewal>),
}

impl Error {
    /// An argument that cannot be used: `what` names it, `why` is the rest of the sentence. Neither may repeat a secret.
    pub fn invalid(what: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(Invalid { what: what.into(), why: why.into() })
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::InvalidInput,
            Self::Refused(refusal) => refusal.kind(),
            Self::Unexpected(_) | Self::Paging(_) => ErrorKind::UnexpectedAnswer,
            Self::Failed(failed) => failed.kind(),
            Self::Indeterminate(_) => ErrorKind::Indeterminate,
            Self::Duplicate(_) => ErrorKind::Duplicate,
            Self::Renewal(renewal) => renewal.kind(),
        }
    }

    /// What is known about the effect of the operation.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Indeterminate(_) | Self::Duplicate(_) => Effect::Possible,
            _ => self.trail().map_or(Effect::None, |trail| trail.effect),
        }
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refusal) => Some(refusal.status()),
            Self::Unexpected(unexpected) => Some(unexpected.status()),
            Self::Failed(failed) => failed.failure.status(),
            Self::Indeterminate(doubt) => doubt.cause().status(),
            _ => None,
        }
    }

    /// The body of the answer, as far as it was read, without the secrets of the credentials that were used. It is not made
    /// fit for a terminal: see [`printable`](crate::printable).
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::Refused(refusal) => Some(refusal.body()),
            Self::Unexpected(unexpected) => Some(unexpected.body()),
            Self::Failed(failed) => Some(failed.failure.answer()?.body()),
            Self::Indeterminate(doubt) => doubt.cause().body(),
            _ => None,
        }
    }

    /// The service's error code, where the body has one.
    pub fn code(&self) -> Option<&str> {
        self.refusal().and_then(Refusal::code)
    }

    /// The id to tell the vendor's support, where the answer has one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.request_id(),
            Self::Unexpected(unexpected) => unexpected.request_id(),
            Self::Failed(failed) => failed.request_id.as_deref(),
            Self::Indeterminate(doubt) => doubt.cause().request_id(),
            _ => None,
        }
    }

    /// How long the service asks to be left alone: see [`Refusal::retry_after`].
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal().and_then(Refusal::retry_after)
    }

    /// What to do, where one is known.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            Self::Unexpected(unexpected) => unexpected.hint(),
            Self::Failed(failed) => failed.hint(),
            // Where a redirect or a stranger has answered, that is what to mend first.
            Self::Indeterminate(doubt) => match (doubt.cause().hint(), doubt.cause().status()) {
                (Some(hint @ (Hint::Redirected | Hint::NotTheService)), Some(_)) => Some(hint),
                _ => Some(Hint::Resolve),
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

    /// What there is to [`resolve`](crate::Resolve), if a contact may have been created. Until then it must not be created again.
    pub fn ticket(&self) -> Option<&Ticket> {
        if let Self::Indeterminate(doubt) = self { Some(doubt.ticket()) } else { None }
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
    pub fn is_indeterminate(&self) -> bool {
        self.kind() == ErrorKind::Indeterminate
    }

    /// Whether the same may well succeed later, unchanged.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::TimedOut)
    }

    /// How many attempts were made and why no more.
    pub fn trail(&self) -> Option<&Trail> {
        match self {
            Self::Refused(refusal) => Some(&refusal.trail),
            Self::Unexpected(unexpected) => Some(&unexpected.trail),
            Self::Failed(failed) => Some(&failed.trail),
            Self::Renewal(renewal) => Some(&renewal.trail),
            Self::Indeterminate(doubt) => doubt.cause().trail(),
            _ => None,
        }
    }

    pub(crate) fn trail_mut(&mut self) -> Option<&mut Trail> {
        match self {
            Self::Refused(refusal) => Some(&mut refusal.trail),
            Self::Unexpected(unexpected) => Some(&mut unexpected.trail),
            Self::Failed(failed) => Some(&mut failed.trail),
            Self::Renewal(renewal) => Some(&mut renewal.trail),
            _ => None,
        }
    }

    /// The same error, of a request with these credentials: without their secrets, which a server may have echoed in the body of a
    /// success, and with the hint for their kind.
    pub(crate) fn of(mut self, credentials: &Credentials) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.sent_with(credentials);
        }
        if let Self::Unexpected(unexpected) = &mut self {
            unexpected.redact(credentials);
        }
        self
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Indeterminate(doubt) => doubt.cause().refusal(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unexpected(unexpected) => unexpected.fmt(f),
            Self::Failed(failed) => failed.fmt(f),
            Self::Indeterminate(doubt) => doubt.fmt(f),
            Self::Duplicate(duplicate) => duplicate.fmt(f),
            Self::Paging(paging) => paging.fmt(f),
            Self::Renewal(renewal) => renewal.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(failed) => failed.failure.source(),
            Self::Indeterminate(doubt) => Some(doubt.cause()),
            Self::Renewal(renewal) => Some(&*renewal.source),
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
