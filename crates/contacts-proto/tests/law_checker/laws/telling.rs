//! What is said of the effect.

use contacts_proto::{Effect, Error};
use http::Method;

use super::{Verdict, broken_if};
use crate::law_checker::{
    case::Case,
    report::Known,
    subject::Subject,
    trace::{Did, trace},
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
