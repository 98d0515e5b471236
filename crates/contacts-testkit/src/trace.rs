//! What an exchange did, step by step: all that the laws look at.

use std::{cell::OnceCell, ops::Range, time::Duration};

use contacts_proto::{
    Credentials, Effect, Error, ErrorKind, RetryPolicy,
    exchange::{Session, WaitReason},
};
use http::{HeaderValue, Method, Request, StatusCode, Uri, header::AUTHORIZATION};

use crate::{
    job::Shape,
    reply::{Known, Reply},
};

/// Record of an exchange.
#[derive(Debug)]
pub struct Trace {
    /// The facts about the exchange.
    pub about: About,
    /// Its steps, those after its end included.
    pub steps: Vec<Step>,
    /// It was broken off, and need not have ended.
    pub is_broken_off: bool,
    calls: OnceCell<Vec<Range<usize>>>,
}

/// The facts about an exchange before it begins.
#[derive(Debug, Clone)]
pub struct About {
    /// Its parts.
    pub shape: Shape,
    /// The policy that it must keep.
    pub policy: RetryPolicy,
    /// Its source of credentials.
    pub access: Access,
    /// The moment from which on nothing is done.
    pub end: Duration,
}

/// Source of a client's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It has some, and no others.
    Fixed,
    /// It has some, and can refresh them.
    Renewable,
    /// It has none yet.
    Needed,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// When.
    pub now: Duration,
    /// The number that it was given.
    pub random: u64,
    /// The event follows from the action before.
    pub fits: bool,
    /// The outcome of the request that was under way, if one was.
    pub report: Option<Report>,
    /// The token that was given, if it was asked for.
    pub refreshed: Option<String>,
    /// The action.
    pub did: Did,
    /// The reason that it gave for a wait.
    pub waiting: Option<WaitReason>,
}

/// An action.
#[derive(Debug)]
pub enum Did {
    /// It sends a request.
    Send(Sent),
    /// It waits.
    Wait(Duration),
    /// It asks for credentials.
    Renew {
        /// Others were refused.
        refused: bool,
        /// The time limit.
        timeout: Duration,
    },
    /// It ends.
    Done(Result<(), Failed>),
}

/// The part of an error that the laws look at.
#[derive(Debug, Clone, Copy)]
pub struct Failed {
    /// Its kind.
    pub kind: ErrorKind,
    /// The effect that it tells of.
    pub effect: Effect,
    /// The attempts that it tells of.
    pub attempts: Option<u32>,
}

/// The part of a request that the laws look at.
#[derive(Debug)]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// The target.
    pub uri: Uri,
    /// Its credentials.
    pub authorization: Option<HeaderValue>,
    /// The time limit.
    pub timeout: Duration,
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Its effect, as far as that is known.
    pub known: Known,
    /// The status, if one came.
    pub status: Option<StatusCode>,
    /// The time that an answer asks the client to wait, unless it is a success.
    pub hint: Option<Duration>,
    /// It is the last page of a list. Looked at only after a creation.
    pub ends_list: bool,
}

impl Trace {
    pub(crate) fn new(about: About) -> Self {
        Self { about, steps: Vec::with_capacity(8), is_broken_off: false, calls: OnceCell::new() }
    }

    /// Reads a reply to the last request.
    pub(crate) fn report(&self, reply: &Reply) -> Report {
        let created = self.steps.iter().any(|step| step.did.is_post());
        Report {
            known: reply.known(),
            status: reply.status(),
            hint: reply.hint.filter(|_| !reply.status().is_some_and(|status| status.is_success())),
            // A body is dear to read.
            ends_list: created
                && !self.steps.last().is_some_and(|step| step.did.is_post())
                && reply.ends_a_list(),
        }
    }

    /// The requests that were sent.
    pub fn requests(&self) -> usize {
        self.steps.iter().filter(|step| step.did.sent().is_some()).count()
    }

    /// The steps up to the end, and with it.
    pub fn until_done(&self) -> &[Step] {
        let end = self.steps.iter().position(|step| step.did.is_done());
        end.map_or(&self.steps[..], |end| &self.steps[..=end])
    }

    /// The calls that it is made of, in their order: an operation with its retries, the looks of an
    /// update among them. What comes before the first request is in none.
    pub(crate) fn calls(&self) -> impl Iterator<Item = CallTrace<'_>> {
        let calls = self.calls.get_or_init(|| self.find_calls());
        calls.iter().map(|range| CallTrace {
            shape: self.about.shape,
            steps: &self.steps[range.clone()],
            next: self.steps.get(range.end),
        })
    }

    fn find_calls(&self) -> Vec<Range<usize>> {
        let mut starts = Vec::new();
        let mut last: Option<(&Sent, Option<Report>)> = None;
        for (index, step) in self.steps.iter().enumerate() {
            if let Some((_, report)) = &mut last {
                *report = step.report.or(*report);
            }
            let Some(sent) = step.did.sent() else { continue };
            let goes_on = last.is_some_and(|(before, report)| {
                let is_same = before.method == sent.method && before.uri == sent.uri;
                self.about.shape.is_one_call()
                    || is_same && report.is_some_and(|report| report.known != Known::Success)
            });
            if !goes_on {
                starts.push(index);
            }
            last = Some((sent, None));
        }
        let ends = starts.iter().skip(1).copied().chain([self.steps.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }
}

impl About {
    /// An exchange that begins now in this session.
    pub fn new(shape: Shape, session: &Session, access: Access, now: Duration) -> Self {
        let policy = session.policy().clone();
        Self { shape, access, end: now.saturating_add(policy.deadline), policy }
    }
}

impl Access {
    /// A session that gets its credentials so.
    pub fn session(self, session: &Session, known: Credentials) -> Session {
        match self {
            Self::Fixed => session.with_credentials(known),
            Self::Renewable => session.with_refreshable(Some(known)),
            Self::Needed => session.with_refreshable(None),
        }
    }
}

impl Did {
    /// The request, if one is sent.
    pub fn sent(&self) -> Option<&Sent> {
        if let Self::Send(sent) = self { Some(sent) } else { None }
    }

    /// Returns `true` if a creation is sent.
    pub fn is_post(&self) -> bool {
        self.sent().is_some_and(|sent| sent.method == Method::POST)
    }

    /// Returns `true` at the end.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl Failed {
    pub(crate) fn of(error: &Error) -> Self {
        let attempts = error.attempts().map(|attempts| attempts.count);
        Self { kind: error.kind(), effect: error.effect(), attempts }
    }
}

impl Sent {
    pub(crate) fn of(request: &Request<Vec<u8>>, timeout: Duration) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            authorization: request.headers().get(AUTHORIZATION).cloned(),
            timeout,
        }
    }
}

impl Report {
    /// An event that says nothing of the request.
    pub(crate) const UNTOLD: Self =
        Self { known: Known::Ambiguous, status: None, hint: None, ends_list: false };

    /// Returns `true` if other credentials are wanted.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED)
    }
}

/// The requests of one call.
pub(crate) struct CallTrace<'a> {
    shape: Shape,
    /// From the step that sent its first request to the one before the first request of the next
    /// call.
    pub(crate) steps: &'a [Step],
    /// The step after them: it may be what is made of the last report.
    next: Option<&'a Step>,
}

impl CallTrace<'_> {
    /// Requests of the operation itself, without the looks of an update.
    pub(crate) fn attempts(&self) -> usize {
        let looks = |sent: &&Sent| self.shape == Shape::Update && sent.method == Method::GET;
        self.steps.iter().filter_map(|step| step.did.sent()).filter(|sent| !looks(sent)).count()
    }

    /// Counts the provider of refused credentials before this step of it.
    pub(crate) fn provider(&self, until: usize) -> usize {
        let provider = |step: &&Step| matches!(step.did, Did::Renew { refused: true, .. });
        self.steps[..until].iter().filter(provider).count()
    }

    /// The outcomes of its requests: the step, the report, and what was made of it.
    pub(crate) fn reports(&self) -> impl Iterator<Item = (usize, &Report, &Did)> {
        // The first step sends, and its report is of the call before.
        let steps = self.steps.iter().chain(self.next).enumerate().skip(1);
        steps.filter_map(|(index, step)| Some((index, step.report.as_ref()?, &step.did)))
    }

    /// Counts the requests that had failed up to this step and with it. A refresh makes up for its
    /// own.
    pub(crate) fn failures(&self, until: usize) -> u32 {
        let failures = self.reports().filter(|(index, report, _)| {
            *index <= until && report.known != Known::Success && !report.is_unauthorized()
        });
        u32::try_from(failures.count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn is_creation(&self) -> bool {
        self.steps.first().is_some_and(|step| step.did.is_post())
    }

    /// Each step that begins to wait: its place, the report that it follows, and how long it is.
    pub(crate) fn waits(&self) -> impl Iterator<Item = (usize, &Report, Duration)> {
        self.reports().filter_map(|(index, report, did)| match did {
            Did::Wait(wait) => Some((index, report, *wait)),
            _ => None,
        })
    }

    /// Returns `true` if a wait after this report lets a creation show, and is not one before a
    /// retry.
    pub(crate) fn settles(&self, report: &Report) -> bool {
        match self.shape {
            Shape::Reconcile => report.known == Known::Success,
            Shape::Ensure if self.is_creation() => report.known == Known::Ambiguous,
            Shape::Ensure => report.known == Known::Success,
            _ => false,
        }
    }
}
