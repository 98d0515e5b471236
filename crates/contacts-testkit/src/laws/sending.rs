//! The requests: which, and how often.

use http::Method;

use super::{Verdict, broken_if, each, each_call};
use crate::{
    job::ExchangeKind,
    reply::ReplyClass,
    trace::{Access, RecordedAction, Step, Trace},
};

/// At most one request is in flight.
pub fn at_most_one_request_is_in_flight(trace: &Trace) -> Verdict {
    each(trace.steps.windows(2), |pair| {
        let both = pair[0].action.sent().is_some() && pair[1].action.sent().is_some();
        broken_if(both && !pair[1].is_expected, || "a second request in flight".into())
    })
}

/// No create request is sent twice, unless the first was not processed or a scan finished between
/// them.
pub fn no_create_is_sent_again_while_its_outcome_is_unknown(trace: &Trace) -> Verdict {
    let mut unknown = false;
    let mut in_flight: Option<bool> = None;
    each(&trace.steps, |step| {
        if let (Some(report), Some(creates)) = (step.report, in_flight) {
            if creates {
                unknown = report.class != ReplyClass::NotProcessed;
            } else if report.is_last_page {
                unknown = false;
            }
        }
        broken_if(step.action.is_post() && unknown, || {
            format!(
                "a second create request at {:?} while the outcome of the first is unknown",
                step.now
            )
        })?;
        in_flight = step.action.sent().map(|sent| sent.method == Method::POST);
        Ok(())
    })
}

/// The timeout of a request is positive and at most the attempt timeout of the policy.
pub fn no_request_gets_more_time_than_the_attempt_timeout(trace: &Trace) -> Verdict {
    let most = trace.info.policy.attempt_timeout;
    each(trace.steps.iter().filter_map(|step| step.action.sent()), |sent| {
        broken_if(sent.timeout > most || sent.timeout.is_zero(), || format!("{:?}", sent.timeout))
    })
}

/// An operation is sent at most as often as the policy allows, plus once with refreshed
/// credentials.
pub fn an_operation_is_sent_at_most_as_often_as_the_policy_allows(trace: &Trace) -> Verdict {
    let attempts = usize::try_from(trace.info.policy.max_attempts.max(1)).unwrap_or(usize::MAX);
    each_call(trace, |call| {
        let most = attempts + call.refreshes(call.steps.len()).min(1);
        broken_if(call.attempts() > most, || {
            format!("sent {} times; {most} are allowed", call.attempts())
        })
    })
}

/// A permanent failure is not retried.
pub fn a_permanent_failure_is_not_retried(trace: &Trace) -> Verdict {
    each_call(trace, |call| {
        each(call.reports(), |(index, report, action)| {
            let may_renew = trace.info.access != Access::Fixed && call.refreshes(index) == 0;
            let end = match report.class {
                ReplyClass::Permanent => true,
                // A repeated request would get the same redirect.
                _ if report.status.is_some_and(|status| status.is_redirection()) => true,
                _ => report.is_unauthorized() && !may_renew,
            };
            let again = call.steps[index..].iter().any(|step| step.action.sent().is_some());
            // After a failed create request, `ensure` scans again.
            let looks = trace.info.kind == ExchangeKind::Ensure && call.is_create();
            broken_if(end && (again || !looks && !action.is_done()), || {
                format!("continues after {:?}", report.status)
            })
        })
    })
}

/// Credentials are refreshed at most once per call, and never if they are fixed.
pub fn credentials_are_refreshed_at_most_once_per_call_and_never_if_fixed(
    trace: &Trace,
) -> Verdict {
    let refreshes = |step: &Step| matches!(step.action, RecordedAction::Refresh { .. });
    if trace.info.access == Access::Fixed {
        return broken_if(trace.steps.iter().any(refreshes), || {
            "fixed credentials are refreshed".into()
        });
    }
    let first = |step: &Step| matches!(step.action, RecordedAction::Refresh { refused: false, .. });
    let needed = trace.info.access == Access::Missing;
    let begun = trace.steps.iter().skip(usize::from(needed)).any(first);
    broken_if(begun, || "asks for missing credentials, but has some".into())?;
    each_call(trace, |call| {
        let refreshes = call.refreshes(call.steps.len());
        broken_if(refreshes > 1, || format!("{refreshes} provider in one call"))
    })
}

/// Every request has credentials. After a refresh, these are the refreshed ones.
pub fn refreshed_credentials_are_used_from_then_on(trace: &Trace) -> Verdict {
    if trace.info.kind == ExchangeKind::Anonymous {
        return Ok(());
    }
    let mut refreshed = None;
    each(&trace.steps, |step| {
        refreshed = step.refreshed.as_deref().or(refreshed);
        let Some(sent) = step.action.sent() else { return Ok(()) };
        let value = sent.authorization.as_ref().and_then(|value| value.to_str().ok());
        let is_right = match refreshed {
            Some(token) => value.and_then(|value| value.strip_prefix("Bearer ")) == Some(token),
            None => value.is_some(),
        };
        broken_if(!is_right, || format!("sent with {value:?}"))
    })
}
