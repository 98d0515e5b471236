//! What is said of the effect.

use contacts_proto::{Effect, Error};
use http::Method;

use super::{Verdict, broken_if};
use crate::law_checker::{
    case::Case,
    report::Known,
    subject::Subject,
    trace::{Did, Step, trace},
};

pub(crate) fn no_effect_is_said_only_if_there_was_none(case: &Case) -> Verdict {
    ended_with(case, |error, doubt| {
        broken_if(doubt && error.effect() == Effect::None, || format!("an effect is possible: {error:?}"))
    })
}

pub(crate) fn a_possible_effect_is_said_only_if_there_may_be_one(case: &Case) -> Verdict {
    ended_with(case, |error, doubt| {
        // It speaks of an earlier creation.
        let of_another = case.subject == Subject::Resolve && matches!(error, Error::Duplicate(_));
        broken_if(!doubt && !of_another && error.effect() == Effect::Possible, || {
            format!("no effect is possible: {error:?}")
        })
    })
}

/// Not counted are an update after a look, which belong together, and what is sent once more since credentials were refused.
pub(crate) fn the_attempts_that_are_told_are_those_that_were_made(case: &Case) -> Verdict {
    if !case.subject.is_one_call() {
        return Ok(());
    }
    let (mut made, mut before) = (0, None);
    for Step { did, .. } in trace(case) {
        match (&did, &before) {
            (Did::Done(Err(error)), _) => {
                let told = error.trail().map(|trail| trail.attempts);
                return broken_if(told.is_some_and(|told| told != made), || {
                    format!("{made} were made: {error:?}")
                });
            }
            (Did::Done(Ok(_)), _) => return Ok(()),
            (Did::Send { .. }, Some(Did::Renew { refused: true, .. })) => {}
            (Did::Send { .. }, Some(Did::Send { .. })) if case.subject == Subject::Update => {}
            (Did::Send { .. }, _) => made += 1,
            _ => {}
        }
        before = Some(did);
    }
    Ok(())
}

fn ended_with(case: &Case, check: impl Fn(&Error, bool) -> Verdict) -> Verdict {
    let mut doubt = false;
    let mut writes = false;
    for step in trace(case) {
        doubt |= writes && step.report.is_some_and(|report| report.known == Known::Ambiguous);
        writes = step.did.request().is_some_and(|request| request.method() != Method::GET);
        if let Did::Done(result) = &step.did {
            return result.as_ref().map_or_else(|error| check(error, doubt), |_| Ok(()));
        }
    }
    Ok(())
}
