//! What is said of the effect.

use contacts_proto::{Effect, ErrorKind};
use http::Method;

use super::{Verdict, broken_if};
use crate::{
    job::Shape,
    reply::Known,
    trace::{Did, Failed, Trace},
};

/// An error without effect means that no request had one.
pub fn no_effect_is_said_only_if_there_was_none(trace: &Trace) -> Verdict {
    ended_with(trace, |error, doubt| {
        broken_if(doubt && error.effect == Effect::None, || format!("an effect is possible: {error:?}"))
    })
}

/// An error with a possible effect means that a request may have had one.
pub fn a_possible_effect_is_said_only_if_there_may_be_one(trace: &Trace) -> Verdict {
    ended_with(trace, |error, doubt| {
        // It speaks of an earlier creation.
        let of_another = trace.about.shape == Shape::Reconcile && error.kind == ErrorKind::Duplicate;
        broken_if(!doubt && !of_another && error.effect == Effect::Possible, || {
            format!("no effect is possible: {error:?}")
        })
    })
}

/// The attempts that an error tells are those that were made. An update and the look before it are
/// one; a request that is sent once more since credentials were refused is not counted.
pub fn the_attempts_that_are_told_are_those_that_were_made(trace: &Trace) -> Verdict {
    if !trace.about.shape.is_one_call() {
        return Ok(());
    }
    let mut made = 0;
    let mut before: Option<&Did> = None;
    for step in &trace.steps {
        match (&step.did, before) {
            (Did::Done(Err(error)), _) => {
                return broken_if(error.attempts.is_some_and(|told| told != made), || {
                    format!("{made} were made: {error:?}")
                });
            }
            (Did::Done(Ok(())), _) => return Ok(()),
            (Did::Send(_), Some(Did::Renew { refused: true, .. })) => {}
            (Did::Send(_), Some(Did::Send(_))) if trace.about.shape == Shape::Update => {}
            (Did::Send(_), _) => made += 1,
            _ => {}
        }
        before = Some(&step.did);
    }
    Ok(())
}

fn ended_with(trace: &Trace, check: impl Fn(&Failed, bool) -> Verdict) -> Verdict {
    let mut doubt = false;
    let mut writes = false;
    for step in &trace.steps {
        doubt |= writes && step.report.is_some_and(|report| report.known == Known::Ambiguous);
        writes = step.did.sent().is_some_and(|sent| sent.method != Method::GET);
        if let Did::Done(result) = &step.did {
            return result.as_ref().map_or_else(|error| check(error, doubt), |()| Ok(()));
        }
    }
    Ok(())
}
