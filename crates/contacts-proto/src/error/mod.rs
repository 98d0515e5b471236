//! What can go wrong, and what is known of it.

mod duplicate;
mod hint;
mod indeterminate;
mod refusal;
mod trail;
mod unexpected;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::StatusCode;

pub use self::{
    duplicate::Duplicate,
    hint::Hint,
    indeterminate::Indeterminate,
    refusal::Refusal,
    trail::{Effect, GaveUp, Trail},
    unexpected::Unexpected,
};
pub(crate) use self::{refusal::request_id, unexpected::LONGEST_BODY};
use crate::{Cause, Credentials, Failure};

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

/// An argument that cannot be used. It names the argument and does not repeat it: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    what: Cow<'static, str>,
    why: Cow<'static, str>,
}

/// A [`Failure`] with the operation it met.
#[derive(Clone)]
pub struct Failed {
    operation: &'static str,
    failure: Failure,
    request_id: Option<String>,
    pub(crate) trail: Trail,
}

/// The source of credentials had none to give.
#[derive(Debug, Clone)]
pub struct Renewal {
    pub(crate) source: Arc<dyn std::error::Error + Send + Sync>,
    pub(crate) trail: Trail,
}

/// How the pages of a list fail to lead through it. Contacts given before it are right; there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// The link to the next page has no offset to go on from.
    Unreadable,
    /// The link leads to where the list has been.
    NotForward {
        /// The offset of the page that has the link.
        offset: u32,
        /// Where it leads.
        next: u32,
    },
    /// A page had no contact that was not seen before, and a link to another page.
    NothingNew {
        /// The offset of that page.
        offset: u32,
    },
    /// There are more pages than the limit.
    TooManyPages(u32),
    /// There are more contacts than the limit.
    TooManyContacts(u32),
}

/// What kind of thing went wrong: for an exit code, a metric, a decision of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument cannot be used.
    InvalidInput,
    /// 401: the credentials are unknown, expired, or lack a scope; or there were none to be had.
    Unauthorized,
    /// 402, 403: known, and not allowed.
    Forbidden,
    /// 404, 410: no such contact, or no such site.
    NotFound,
    /// Another refusal that will not change by itself, such as 422.
    Rejected,
    /// 429.
    RateLimited,
    /// The service cannot answer now, or cannot be reached: 408, 425, 5xx, no connection.
    Unavailable,
    /// No answer in time.
    TimedOut,
    /// The server's certificate is not one to trust.
    Certificate,
    /// An answer that is not what the operation expects.
    UnexpectedAnswer,
    /// A contact may have been created.
    Indeterminate,
    /// A contact exists several times.
    Duplicate,
}

impl ErrorKind {
    /// A word for logs and machines: `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Certificate => "certificate",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::Indeterminate => "indeterminate",
            Self::Duplicate => "duplicate",
        }
    }
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
            Self::Failed(failed) => match failed.failure.cause() {
                Cause::TimedOut => ErrorKind::TimedOut,
                Cause::Certificate => ErrorKind::Certificate,
                Cause::Malformed | Cause::TooLarge => ErrorKind::UnexpectedAnswer,
                _ => ErrorKind::Unavailable,
            },
            Self::Indeterminate(_) => ErrorKind::Indeterminate,
            Self::Duplicate(_) => ErrorKind::Duplicate,
            Self::Renewal(_) => ErrorKind::Unauthorized,
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

    /// How long the service asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal().and_then(Refusal::retry_after)
    }

    /// What to do, where one is known.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            Self::Unexpected(unexpected) => unexpected.hint(),
            Self::Failed(failed) => Hint::for_failure(&failed.failure),
            Self::Indeterminate(_) => Some(Hint::Resolve),
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

    /// Whether there is no such contact (or no such site).
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether the service itself says that there is no such contact, and not a proxy, nor whoever answers at a wrong base URL.
    pub fn is_no_such_contact(&self) -> bool {
        self.is_not_found() && !matches!(self.hint(), Some(Hint::WrongSite | Hint::NotTheService))
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

    /// The same error without the secrets of these credentials, which a server may have echoed in the body of a success.
    pub(crate) fn without(mut self, credentials: &Credentials) -> Self {
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

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {}", self.what, self.why)
    }
}

impl Failed {
    /// The answer in the failure has no secret in it any more.
    pub(crate) fn new(operation: &'static str, failure: Failure, trail: Trail) -> Self {
        let request_id = failure.answer().and_then(|answer| request_id(answer.headers()));
        Self { operation, failure, request_id, trail }
    }
}

/// Of the answer, if there was the beginning of one, the status and the request id alone: a body as numbers helps nobody.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("operation", &self.operation)
            .field("cause", &self.failure.cause())
            .field("status", &self.failure.status())
            .field("request_id", &self.request_id)
            .field("source", &self.failure.source())
            .field("trail", &self.trail)
            .finish()
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, failure, request_id, trail } = self;
        write!(f, "could not {operation}: ")?;
        if let Some(status) = failure.status() {
            write!(f, "{}, and ", Reasoned(status))?;
        }
        write!(f, "{failure}{trail}")?;
        if let Some(id) = request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

/// A status with its reason, if it has one that is known.
struct Reasoned(StatusCode);

impl fmt::Display for Reasoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        self.0.canonical_reason().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no credentials could be had from their source{}", self.trail)
    }
}

impl fmt::Display for Paging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not list all contacts: ")?;
        match self {
            Self::Unreadable => f.write_str("the link to the next page has no offset that can be read"),
            Self::NotForward { offset, next } => {
                write!(f, "the page at offset {offset} leads to offset {next}, which is not forward")
            }
            Self::NothingNew { offset } => {
                write!(f, "the page at offset {offset} has nothing new and says that there is more")
            }
            Self::TooManyPages(limit) => write!(f, "there are more than {limit} pages"),
            Self::TooManyContacts(limit) => write!(f, "there are more than {limit} contacts"),
        }
    }
}
