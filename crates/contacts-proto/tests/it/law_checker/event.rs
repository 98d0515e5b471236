//! The event that comes of an action, as the script has it.

use std::time::Duration;

use contacts_proto::{Cause, Credentials, Event, Failure, Progress};
use http::{Request, Response};

use super::{
    report::{Report, good_answer},
    script::{Beat, Outcome, Slept},
    trace::Did,
};

/// How many waits in a row are cut short at most: time passes, in the end.
const CUT_SHORT: u32 = 3;

/// The token that a source of credentials gives.
pub(crate) const RENEWED: &str = "another-token";

/// How much time passes until the next event.
pub(crate) fn passes(did: &Did, beat: &Beat, cut_short: &mut u32) -> Duration {
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
pub(crate) fn happens(did: &Did, beat: &Beat) -> (Happened, bool, Option<Report>) {
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
pub(crate) enum Happened {
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

    pub(crate) fn give<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self {
            Self::Start => take(Event::Start),
            Self::Waited => take(Event::Waited),
            Self::Answered(response) => {
                let (head, body) = response.into_parts();
                take(Event::Answered(Response::from_parts(head, &body)))
            }
            Self::Failed(failure) => take(Event::Failed(failure)),
            Self::Renewed(true) => take(Event::Renewed(Ok(Credentials::bearer(RENEWED).unwrap()))),
            Self::Renewed(false) => take(Event::Renewed(Err(std::sync::Arc::new(std::fmt::Error)))),
        }
    }
}

fn answer(status: u16, headers: &[(&'static str, String)], body: Vec<u8>) -> Response<Vec<u8>> {
    let builder = Response::builder().status(status);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, value)).body(body).unwrap()
}
