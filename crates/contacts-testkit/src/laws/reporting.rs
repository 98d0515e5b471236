//! The effect and the attempts that an error reports.

use contacts_proto::{Effect, ErrorKind};
use http::Method;

use super::{Verdict, broken_if};
use crate::{
    job::ExchangeKind,
    reply::ReplyClass,
    trace::{RecordedAction, RecordedError, Trace},
};

/// If an error reports no effect, no request had one.
pub fn an_error_reports_no_effect_only_if_there_was_none(trace: &Trace) -> Verdict {
    ended_with(trace, |error, unknown| {
        broken_if(unknown && error.effect == Effect::None, || {
            format!("an effect is possible: {error:?}")
        })
    })
}

/// If an error reports a possible effect, a request may have had one.
pub fn an_error_reports_a_possible_effect_only_if_there_may_be_one(trace: &Trace) -> Verdict {
    ended_with(trace, |error, unknown| {
        // This error is about an earlier create.
        let of_another =
            trace.info.kind == ExchangeKind::Reconcile && error.kind == ErrorKind::Duplicate;
        broken_if(!unknown && !of_another && error.effect == Effect::Possible, || {
            format!("no effect is possible: {error:?}")
        })
    })
}

/// An error reports the number of attempts made. An update and the read before it count as one. A
/// request that is repeated with refreshed credentials does not count.
pub fn an_error_reports_the_attempts_that_were_made(trace: &Trace) -> Verdict {
    if !trace.info.kind.is_one_call() {
        return Ok(());
    }
    let mut made = 0;
    let mut before: Option<&RecordedAction> = None;
    for step in &trace.steps {
        match (&step.action, before) {
            (RecordedAction::Done(Err(error)), _) => {
                return broken_if(error.attempts.is_some_and(|reported| reported != made), || {
                    format!("{made} attempts were made: {error:?}")
                });
            }
            (RecordedAction::Done(Ok(())), _) => return Ok(()),
            (RecordedAction::Send(_), Some(RecordedAction::Refresh { refused: true, .. })) => {}
            (RecordedAction::Send(_), Some(RecordedAction::Send(_)))
                if trace.info.kind == ExchangeKind::Update => {}
            (RecordedAction::Send(_), _) => made += 1,
            _ => {}
        }
        before = Some(&step.action);
    }
    Ok(())
}

fn ended_with(trace: &Trace, check: impl Fn(&RecordedError, bool) -> Verdict) -> Verdict {
    let mut unknown = false;
    let mut writes = false;
    for step in &trace.steps {
        unknown |=
            writes && step.report.is_some_and(|report| report.class == ReplyClass::Ambiguous);
        writes = step.action.sent().is_some_and(|sent| sent.method != Method::GET);
        if let RecordedAction::Done(result) = &step.action {
            return result.as_ref().map_or_else(|error| check(error, unknown), |()| Ok(()));
        }
    }
    Ok(())
}
