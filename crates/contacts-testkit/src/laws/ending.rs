//! An exchange ends, in time, and stays at its end.

use contacts_proto::ErrorKind;

use super::{Verdict, broken_if, each};
use crate::{
    job::Shape,
    trace::{Did, Failed, Trace},
};

/// An exchange ends within a bounded number of steps.
pub fn it_ends_within_a_bounded_number_of_steps(trace: &Trace) -> Verdict {
    let policy = &trace.about.policy;
    let pages = policy.limits.pages;
    let calls = match trace.about.shape {
        Shape::List => pages,
        Shape::Reconcile => 2 * pages,
        Shape::Ensure | Shape::Other => 5 * pages + 2,
        Shape::Call | Shape::Update | Shape::Anonymous => 1,
    };
    // A request and a look, and a wait that is cut short three times at most; provider; the waits
    // for a creation to show.
    let most = calls * (policy.max_attempts.max(1) * 6 + 4) + 4 * 4;
    let steps = trace.until_done();
    let is_done = trace.is_broken_off || steps.last().is_some_and(|step| step.did.is_done());
    broken_if(!is_done || steps.len() > usize::try_from(most).unwrap_or(usize::MAX), || {
        format!("{} steps, {most} are enough", steps.len())
    })
}

/// After its end an exchange does nothing.
pub fn done_stays_done(trace: &Trace) -> Verdict {
    let after = &trace.steps[trace.until_done().len()..];
    each(after, |step| match &step.did {
        Did::Done(Err(Failed { kind: ErrorKind::InvalidInput, .. })) => Ok(()),
        did => Err(format!("{did:?} after the end")),
    })
}

/// After the deadline an exchange does nothing but end.
pub fn nothing_but_done_after_the_deadline(trace: &Trace) -> Verdict {
    let end = trace.about.end;
    each(&trace.steps, |step| {
        let until = match &step.did {
            Did::Done(_) => return Ok(()),
            Did::Renew { timeout, .. } => step.now.saturating_add(*timeout),
            Did::Wait(wait) => step.now.saturating_add(*wait),
            Did::Send(sent) => step.now.saturating_add(sent.timeout),
        };
        broken_if(step.now >= end || until > end, || {
            format!("at {:?} something that lasts to {until:?}; the end is at {end:?}", step.now)
        })
    })
}
