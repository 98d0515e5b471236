//! What an exchange did, step by step.

use std::time::Duration;

use contacts_proto::{Action, Error, Now, Waiting};
use http::{Method, Request};

use super::{
    case::Case,
    event::{Happened, happens, passes},
    report::Report,
};

/// No exchange of these scripts needs so many; one that comes so far is taken to go on for ever.
const MOST_STEPS: usize = 1_500;

/// How often it is stepped after its end.
const AFTER_THE_END: usize = 3;

pub(crate) struct Step {
    pub(crate) now: Duration,
    pub(crate) random: u64,
    /// Whether the event follows from the action before.
    pub(crate) fits: bool,
    /// What came of the request that was under way, if one was.
    pub(crate) report: Option<Report>,
    /// Whether other credentials were given that had been asked for.
    pub(crate) renewed: bool,
    pub(crate) did: Did,
    pub(crate) waiting: Option<Waiting>,
}

pub(crate) enum Did {
    Send {
        request: Box<Request<Vec<u8>>>,
        timeout: Duration,
    },
    Wait(Duration),
    Renew {
        /// Whether credentials were refused before.
        refused: bool,
        timeout: Duration,
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
        let renewed = fits && matches!(happened, Happened::Renewed(true));
        let action = happened.give(|event| exchange.step(event, time, beat.random));
        let words = if T::IN_WORDS { format!("{action:?}") } else { String::new() };
        let did = Did::from(action);
        ended += usize::from(matches!(did, Did::Done(_)));
        last = Some(did.again());
        let waiting = exchange.waiting();
        kept.push(keep(Step { now, random: beat.random, fits, report, renewed, did, waiting }, &words));
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

impl From<Action<String>> for Did {
    fn from(action: Action<String>) -> Self {
        match action {
            Action::Send { request, timeout, .. } => Self::Send { request: Box::new(request), timeout },
            Action::Wait(wait) => Self::Wait(wait),
            Action::Renew { refused, timeout } => Self::Renew { refused: refused.is_some(), timeout },
            Action::Done(result) => Self::Done(result),
        }
    }
}

impl Did {
    fn again(&self) -> Self {
        match self {
            Self::Send { request, timeout } => Self::Send { request: request.clone(), timeout: *timeout },
            Self::Wait(wait) => Self::Wait(*wait),
            Self::Renew { refused, timeout } => Self::Renew { refused: *refused, timeout: *timeout },
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
