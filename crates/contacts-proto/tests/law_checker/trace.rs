//! What an exchange did, step by step.

use std::time::Duration;

use contacts_proto::{Action, Cause, Credentials, Error, Event, Failure, Now, Progress, Waiting};
use http::{Method, Request, Response};

use super::{
    case::Case,
    report::{Report, good_answer},
    script::{Beat, Outcome, Slept},
};

/// No exchange of these scripts needs so many; one that comes so far is taken to go on for ever.
const MOST_STEPS: usize = 1_500;

/// How often it is stepped after its end.
const AFTER_THE_END: usize = 3;

/// How many waits in a row are cut short at most: time passes, in the end.
const CUT_SHORT: u32 = 3;

pub(crate) struct Step {
    pub(crate) now: Duration,
    /// Whether the event follows from the action before.
    pub(crate) fits: bool,
    /// What came of the request that was under way, if one was.
    pub(crate) report: Option<Report>,
    pub(crate) did: Did,
    pub(crate) waiting: Option<Waiting>,
}

pub(crate) enum Did {
    Send {
        request: Box<Request<Vec<u8>>>,
        timeout: Duration,
    },
    Wait(Duration),
    /// Whether credentials were refused before.
    Renew {
        refused: bool,
    },
    Done(Result<String, Error>),
}

pub(crate) fn trace(case: &Case) -> Vec<Step> {
    record(case, |step, _| step)
}

/// The same in words, with all that the action says.
pub(crate) fn told(case: &Case) -> Vec<String> {
    record(case, |step, action| format!("{:?} {action} {:?}", step.now, step.waiting))
}

fn record<T>(case: &Case, mut keep: impl FnMut(Step, &str) -> T) -> Vec<T>
where
    T: Kept,
{
    let mut exchange = case.exchange();
    let mut kept = Vec::new();
    let mut now = case.setup.begin;
    let mut last = None;
    let (mut ended, mut cut_short) = (0, 0);
    for index in 0..MOST_STEPS {
        let beat = case.beat(index);
        let (happened, fits, report) = match &last {
            None => (Happened::Start, true, None),
            Some(did) => {
                let passed = passes(did, beat, &mut cut_short);
                now = now.saturating_add(passed);
                happens(did, beat)
            }
        };
        let time = Now { monotonic: now, unix: 1_795_000_000 };
        let action = happened.give(|event| exchange.step(event, time, beat.random));
        let words = if T::IN_WORDS { format!("{action:?}") } else { String::new() };
        let did = Did::from(action);
        ended += usize::from(matches!(did, Did::Done(_)));
        last = Some(did.again());
        let waiting = exchange.waiting();
        kept.push(keep(Step { now, fits, report, did, waiting }, &words));
        if ended > AFTER_THE_END {
            break;
        }
    }
    kept
}

/// What is made of a step. Words are dear, and not all need them.
pub(crate) trait Kept {
    const IN_WORDS: bool;
}

impl Kept for Step {
    const IN_WORDS: bool = false;
}

impl Kept for String {
    const IN_WORDS: bool = true;
}

/// How much time passes until the next event.
fn passes(did: &Did, beat: &Beat, cut_short: &mut u32) -> Duration {
    let Did::Wait(wait) = did else {
        *cut_short = 0;
        return beat.takes;
    };
    match beat.slept {
        Slept::Quarters(quarters) if *cut_short < CUT_SHORT => {
            *cut_short += 1;
            *wait / 4 * quarters
        }
        Slept::Longer => wait.saturating_add(beat.takes),
        Slept::Exactly | Slept::Quarters(_) => *wait,
    }
}

/// The event that this beat makes of the last action.
fn happens(did: &Did, beat: &Beat) -> (Happened, bool, Option<Report>) {
    let unfit = |choices: [Happened; 3], number: u64| {
        let [one, two, three] = choices;
        match number % 3 {
            0 => one,
            1 => two,
            _ => three,
        }
    };
    let stray = || Happened::of(&Outcome::Good(0), &Request::new(Vec::new()));
    let renewed = || Happened::Renewed(true);
    match (did, beat.unfit) {
        (Did::Send { .. }, Some(number)) => {
            (unfit([Happened::Waited, Happened::Start, renewed()], number), false, Some(Report::UNTOLD))
        }
        (Did::Send { request, .. }, None) => {
            (Happened::of(&beat.outcome, request), true, Some(Report::of(&beat.outcome, request)))
        }
        (Did::Wait(_), Some(number)) => (unfit([stray(), Happened::Start, renewed()], number), false, None),
        (Did::Wait(_), None) => (Happened::Waited, true, None),
        (Did::Renew { .. }, Some(number)) => {
            (unfit([stray(), Happened::Waited, Happened::Start], number), false, None)
        }
        (Did::Renew { .. }, None) => (Happened::Renewed(beat.granted), true, None),
        (Did::Done(_), number) => {
            (unfit([Happened::Waited, stray(), Happened::Start], number.unwrap_or_default()), false, None)
        }
    }
}

/// An event that holds what it speaks of.
enum Happened {
    Start,
    Waited,
    Answered(Response<Vec<u8>>),
    Failed(Failure),
    Renewed(bool),
}

impl Happened {
    fn of(outcome: &Outcome, request: &Request<Vec<u8>>) -> Self {
        let failed = |progress, cause: Cause| Self::Failed(Failure::new(progress, cause));
        match outcome {
            Outcome::Good(variant) => {
                let (status, body) = good_answer(request, *variant);
                Self::Answered(answer(status, &[], body.into_bytes()))
            }
            Outcome::Useless(body, hint) => Self::Answered(answer(200, &hint.headers, body.to_vec())),
            Outcome::Status(status, hint) => Self::Answered(answer(*status, &hint.headers, Vec::new())),
            Outcome::Cut(status, hint, cause) => failed(
                Progress::Answered(Box::new(answer(*status, &hint.headers, b"{\"val".to_vec()))),
                *cause,
            ),
            Outcome::NotSent(cause) => failed(Progress::NotSent, *cause),
            Outcome::MaybeSent(cause) => failed(Progress::MaybeSent, *cause),
        }
    }

    fn give<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self {
            Self::Start => take(Event::Start),
            Self::Waited => take(Event::Waited),
            Self::Answered(response) => {
                let (head, body) = response.into_parts();
                take(Event::Answered(Response::from_parts(head, &body)))
            }
            Self::Failed(failure) => take(Event::Failed(failure)),
            Self::Renewed(true) => take(Event::Renewed(Ok(Credentials::bearer("another-token").unwrap()))),
            Self::Renewed(false) => take(Event::Renewed(Err(std::sync::Arc::new(std::fmt::Error)))),
        }
    }
}

fn answer(status: u16, headers: &[(&'static str, String)], body: Vec<u8>) -> Response<Vec<u8>> {
    let builder = Response::builder().status(status);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, value)).body(body).unwrap()
}

impl From<Action<String>> for Did {
    fn from(action: Action<String>) -> Self {
        match action {
            Action::Send { request, timeout, .. } => Self::Send { request: Box::new(request), timeout },
            Action::Wait(wait) => Self::Wait(wait),
            Action::Renew { refused } => Self::Renew { refused: refused.is_some() },
            Action::Done(result) => Self::Done(result),
        }
    }
}

impl Did {
    fn again(&self) -> Self {
        match self {
            Self::Send { request, timeout } => Self::Send { request: request.clone(), timeout: *timeout },
            Self::Wait(wait) => Self::Wait(*wait),
            Self::Renew { refused } => Self::Renew { refused: *refused },
            Self::Done(result) => Self::Done(result.clone()),
        }
    }

    pub(crate) fn request(&self) -> Option<&Request<Vec<u8>>> {
        if let Self::Send { request, .. } = self { Some(request) } else { None }
    }

    pub(crate) fn is_post(&self) -> bool {
        self.request().is_some_and(|request| request.method() == Method::POST)
    }

    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}
