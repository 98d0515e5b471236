//! The trace of an exchange: its steps, as far as the laws need them.

use std::{cell::OnceCell, ops::Range, rc::Rc, time::Duration};

use contacts_proto::{
    Credentials, Effect, Error, ErrorKind, RetryPolicy,
    exchange::{Session, WaitReason},
};
use http::{HeaderValue, Method, Request, StatusCode, Uri, header::AUTHORIZATION};

use crate::{
    job::ExchangeKind,
    reply::{Reply, ReplyClass},
};

/// Number of steps that most exchanges take.
const FEW_STEPS: usize = 8;

/// The trace of an exchange.
#[derive(Debug)]
pub struct Trace {
    /// Facts about the exchange.
    pub info: ExchangeInfo,
    /// All steps, including those after the end.
    pub steps: Vec<Step>,
    /// The exchange was interrupted, so it may lack an end.
    pub is_interrupted: bool,
    calls: OnceCell<Vec<Range<usize>>>,
}

/// Facts about an exchange before it begins.
#[derive(Debug, Clone)]
pub struct ExchangeInfo {
    /// Its kind.
    pub kind: ExchangeKind,
    /// Its policy.
    pub policy: RetryPolicy,
    /// Its source of credentials.
    pub access: Access,
    /// The deadline.
    pub end: Duration,
}

/// Source of a client's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Fixed credentials.
    Fixed,
    /// Credentials that can be refreshed.
    Refreshable,
    /// No credentials yet; a provider has them.
    Missing,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Time of the step.
    pub now: Duration,
    /// Random number of the step.
    pub random: u64,
    /// `true` if the event follows from the previous action.
    pub is_expected: bool,
    /// Result of the request in flight, if there was one.
    pub report: Option<Report>,
    /// Token of a successful refresh.
    pub refreshed: Option<String>,
    /// The action.
    pub action: RecordedAction,
    /// The reported reason of a wait.
    pub waiting: Option<WaitReason>,
}

/// An action.
#[derive(Debug, Clone)]
pub enum RecordedAction {
    /// Sends a request. Clones of a trace share it.
    Send(Rc<SentRequest>),
    /// Waits.
    Wait(Duration),
    /// Requests credentials.
    Refresh {
        /// `true` if the service rejected the previous ones.
        refused: bool,
        /// The time limit.
        timeout: Duration,
    },
    /// Ends.
    Done(Result<(), RecordedError>),
}

/// The part of an error that the laws need.
#[derive(Debug, Clone, Copy)]
pub struct RecordedError {
    /// Its kind.
    pub kind: ErrorKind,
    /// The reported effect.
    pub effect: Effect,
    /// The reported number of attempts.
    pub attempts: Option<u32>,
}

/// The part of a request that the laws need.
#[derive(Debug, Clone)]
pub struct SentRequest {
    /// The method.
    pub method: Method,
    /// The target.
    pub uri: Uri,
    /// Its credentials.
    pub authorization: Option<HeaderValue>,
    /// The time limit.
    pub timeout: Duration,
}

/// The result of a request.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Its class.
    pub class: ReplyClass,
    /// The status, if there is a response.
    pub status: Option<StatusCode>,
    /// The requested delay, unless the response is a success.
    pub hint: Option<Duration>,
    /// `true` for the last page of a list. Computed only after a create.
    pub is_last_page: bool,
}

impl Clone for Trace {
    fn clone(&self) -> Self {
        // Room for further steps: most clones continue.
        let mut steps = Vec::with_capacity(self.steps.len() + FEW_STEPS);
        steps.extend_from_slice(&self.steps);
        let (info, is_interrupted) = (self.info.clone(), self.is_interrupted);
        Self { info, steps, is_interrupted, calls: OnceCell::new() }
    }
}

impl Trace {
    pub(crate) fn new(info: ExchangeInfo) -> Self {
        let steps = Vec::with_capacity(FEW_STEPS);
        Self { info, steps, is_interrupted: false, calls: OnceCell::new() }
    }

    /// Summarizes the result of the last request.
    pub(crate) fn report(&self, reply: &Reply) -> Report {
        let created = self.steps.iter().any(|step| step.action.is_post());
        Report {
            class: reply.class(),
            status: reply.status(),
            hint: reply.hint.filter(|_| !reply.status().is_some_and(|status| status.is_success())),
            // Parsing a body is slow, so only if needed.
            is_last_page: created
                && !self.steps.last().is_some_and(|step| step.action.is_post())
                && reply.is_last_page(),
        }
    }

    /// Returns the number of requests sent.
    pub fn requests(&self) -> usize {
        self.steps.iter().filter(|step| step.action.sent().is_some()).count()
    }

    /// Returns the steps up to and including the end.
    pub fn until_done(&self) -> &[Step] {
        let end = self.steps.iter().position(|step| step.action.is_done());
        end.map_or(&self.steps[..], |end| &self.steps[..=end])
    }

    /// Splits the trace into calls, in order. A call is an operation with its retries, and the
    /// reads of an update. Steps before the first request belong to no call.
    pub(crate) fn calls(&self) -> impl Iterator<Item = CallTrace<'_>> {
        let calls = self.calls.get_or_init(|| self.find_calls());
        calls.iter().map(|range| CallTrace {
            kind: self.info.kind,
            steps: &self.steps[range.clone()],
            next: self.steps.get(range.end),
        })
    }

    fn find_calls(&self) -> Vec<Range<usize>> {
        let mut starts = Vec::new();
        let mut last: Option<(&SentRequest, Option<Report>)> = None;
        for (index, step) in self.steps.iter().enumerate() {
            if let Some((_, report)) = &mut last {
                *report = step.report.or(*report);
            }
            let Some(sent) = step.action.sent() else { continue };
            let goes_on = last.is_some_and(|(before, report)| {
                self.info.kind.is_one_call()
                    || report.is_some_and(|report| report.class != ReplyClass::Success)
                        && before.method == sent.method
                        && before.uri == sent.uri
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

impl ExchangeInfo {
    /// An exchange that begins now in this session.
    pub fn new(kind: ExchangeKind, session: &Session, access: Access, now: Duration) -> Self {
        let policy = session.policy().clone();
        Self { kind, access, end: now.saturating_add(policy.deadline), policy }
    }
}

impl Access {
    /// Returns a session with this source of credentials.
    pub fn session(self, session: &Session, known: Credentials) -> Session {
        match self {
            Self::Fixed => session.with_credentials(known),
            Self::Refreshable => session.with_refreshable(Some(known)),
            Self::Missing => session.with_refreshable(None),
        }
    }
}

impl RecordedAction {
    /// Returns the request, if this action sends one.
    pub fn sent(&self) -> Option<&SentRequest> {
        if let Self::Send(sent) = self { Some(sent) } else { None }
    }

    /// Returns `true` if it sends a create request.
    pub fn is_post(&self) -> bool {
        self.sent().is_some_and(|sent| sent.method == Method::POST)
    }

    /// Returns `true` if this action ends the exchange.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl RecordedError {
    pub(crate) fn of(error: &Error) -> Self {
        let attempts = error.attempts().map(|attempts| attempts.count);
        Self { kind: error.kind(), effect: error.effect(), attempts }
    }
}

impl SentRequest {
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
    /// An event without a result.
    pub(crate) const UNKNOWN: Self =
        Self { class: ReplyClass::Ambiguous, status: None, hint: None, is_last_page: false };

    /// Returns `true` for a 401.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED)
    }
}

/// A step that starts a wait.
pub(crate) struct WaitTrace<'a> {
    pub(crate) index: usize,
    /// The result before the wait.
    pub(crate) report: &'a Report,
    pub(crate) duration: Duration,
    /// Number of failed requests of the call so far. A 401 does not count: a refresh follows.
    pub(crate) failures: u32,
}

/// One call.
pub(crate) struct CallTrace<'a> {
    kind: ExchangeKind,
    /// From its first request to the step before the first request of the next call.
    pub(crate) steps: &'a [Step],
    /// The next step; it may react to the last result of this call.
    next: Option<&'a Step>,
}

impl CallTrace<'_> {
    /// Returns the number of attempts. Reads before an update do not count.
    pub(crate) fn attempts(&self) -> usize {
        let looks =
            |sent: &&SentRequest| self.kind == ExchangeKind::Update && sent.method == Method::GET;
        self.steps.iter().filter_map(|step| step.action.sent()).filter(|sent| !looks(sent)).count()
    }

    /// Counts the refreshes after a 401 before this step.
    pub(crate) fn refreshes(&self, until: usize) -> usize {
        let refreshes =
            |step: &&Step| matches!(step.action, RecordedAction::Refresh { refused: true, .. });
        self.steps[..until].iter().filter(refreshes).count()
    }

    /// Returns the results of its requests: step index, report, next action.
    pub(crate) fn reports(&self) -> impl Iterator<Item = (usize, &Report, &RecordedAction)> {
        // The report of the first step belongs to the previous call.
        let steps = self.steps.iter().chain(self.next).enumerate().skip(1);
        steps.filter_map(|(index, step)| Some((index, step.report.as_ref()?, &step.action)))
    }

    pub(crate) fn is_create(&self) -> bool {
        self.steps.first().is_some_and(|step| step.action.is_post())
    }

    /// Returns each step that starts a wait.
    pub(crate) fn waits(&self) -> impl Iterator<Item = WaitTrace<'_>> {
        let mut failures = 0;
        self.reports().filter_map(move |(index, report, action)| {
            let failed = report.class != ReplyClass::Success && !report.is_unauthorized();
            failures += u32::from(failed);
            let RecordedAction::Wait(duration) = *action else { return None };
            Some(WaitTrace { index, report, duration, failures })
        })
    }

    /// Returns `true` if a wait after this report is a consistency delay, not a retry wait.
    pub(crate) fn awaits_consistency(&self, report: &Report) -> bool {
        match self.kind {
            ExchangeKind::Reconcile => report.class == ReplyClass::Success,
            ExchangeKind::Ensure if self.is_create() => report.class == ReplyClass::Ambiguous,
            ExchangeKind::Ensure => report.class == ReplyClass::Success,
            _ => false,
        }
    }
}
