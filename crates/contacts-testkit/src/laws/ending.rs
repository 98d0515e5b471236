//! An exchange ends in time and stays ended.

use contacts_proto::ErrorKind;

use super::{Verdict, broken_if, each};
use crate::{
    job::ExchangeKind,
    trace::{RecordedAction, RecordedError, Trace},
};

/// An exchange ends within a bounded number of steps.
pub fn an_exchange_ends_within_a_bounded_number_of_steps(trace: &Trace) -> Verdict {
    let policy = &trace.info.policy;
    let pages = policy.limits.pages;
    let calls = match trace.info.kind {
        ExchangeKind::List => pages,
        ExchangeKind::Reconcile => 2 * pages,
        ExchangeKind::Ensure | ExchangeKind::Other => 5 * pages + 2,
        ExchangeKind::Call | ExchangeKind::Update | ExchangeKind::Anonymous => 1,
    };
    // Per attempt: a request, a read, and a wait with at most three interruptions. Also the refresh
    // and the consistency delays.
    let most = calls * (policy.max_attempts.max(1) * 6 + 4) + 4 * 4;
    let steps = trace.until_done();
    let is_done = trace.is_interrupted || steps.last().is_some_and(|step| step.action.is_done());
    broken_if(!is_done || steps.len() > usize::try_from(most).unwrap_or(usize::MAX), || {
        format!("{} steps; the maximum is {most}", steps.len())
    })
}

/// An exchange does nothing after its end.
pub fn done_stays_done(trace: &Trace) -> Verdict {
    let after = &trace.steps[trace.until_done().len()..];
    each(after, |step| match &step.action {
        RecordedAction::Done(Err(RecordedError { kind: ErrorKind::InvalidInput, .. })) => Ok(()),
        action => Err(format!("{action:?} after the end")),
    })
}

/// After the deadline an exchange only ends.
pub fn nothing_but_done_after_the_deadline(trace: &Trace) -> Verdict {
    let end = trace.info.end;
    each(&trace.steps, |step| {
        let until = match &step.action {
            RecordedAction::Done(_) => return Ok(()),
            RecordedAction::Refresh { timeout, .. } => step.now.saturating_add(*timeout),
            RecordedAction::Wait(wait) => step.now.saturating_add(*wait),
            RecordedAction::Send(sent) => step.now.saturating_add(sent.timeout),
        };
        broken_if(step.now >= end || until > end, || {
            format!("an action at {:?} lasts until {until:?}; the deadline is {end:?}", step.now)
        })
    })
}
