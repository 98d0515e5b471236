//! What is sent, and how often.

use http::Method;

use super::{Verdict, broken_if, each, each_call};
use crate::{
    job::Shape,
    reply::Known,
    trace::{Access, Did, Step, Trace},
};

/// One request is in flight at most.
pub fn one_request_is_in_flight_at_most(trace: &Trace) -> Verdict {
    each(trace.steps.windows(2), |pair| {
        let both = pair[0].did.sent().is_some() && pair[1].did.sent().is_some();
        broken_if(both && !pair[1].fits, || "a request while another one is under way".into())
    })
}

/// No creation is sent twice without *not processed* or a finished scan between.
pub fn no_creation_is_sent_twice_in_doubt(trace: &Trace) -> Verdict {
    let mut doubt = false;
    let mut in_flight: Option<bool> = None;
    each(&trace.steps, |step| {
        if let (Some(report), Some(creates)) = (step.report, in_flight) {
            if creates {
                doubt = report.known != Known::NotProcessed;
            } else if report.ends_list {
                doubt = false;
            }
        }
        broken_if(step.did.is_post() && doubt, || {
            format!("a second creation at {:?}, and the first one is in doubt", step.now)
        })?;
        in_flight = step.did.sent().map(|sent| sent.method == Method::POST);
        Ok(())
    })
}

/// A request is given some time, and no more than the policy has for it.
pub fn no_request_is_given_more_than_its_time(trace: &Trace) -> Verdict {
    let most = trace.about.policy.attempt_timeout;
    each(trace.steps.iter().filter_map(|step| step.did.sent()), |sent| {
        broken_if(sent.timeout > most || sent.timeout.is_zero(), || format!("{:?}", sent.timeout))
    })
}

/// An operation is sent as often as the policy allows, and once more with refreshed credentials.
pub fn an_operation_is_sent_as_often_as_the_policy_allows(trace: &Trace) -> Verdict {
    let attempts = usize::try_from(trace.about.policy.max_attempts.max(1)).unwrap_or(usize::MAX);
    each_call(trace, |call| {
        let most = attempts + call.provider(call.steps.len()).min(1);
        broken_if(call.attempts() > most, || format!("{} times, {most} are allowed", call.attempts()))
    })
}

/// A permanent failure ends an exchange.
pub fn what_is_permanent_is_not_sent_again(trace: &Trace) -> Verdict {
    each_call(trace, |call| {
        each(call.reports(), |(index, report, did)| {
            let may_renew = trace.about.access != Access::Fixed && call.provider(index) == 0;
            let end = match report.known {
                Known::Permanent => true,
                // A redirect leads to the same place again.
                _ if report.status.is_some_and(|status| status.is_redirection()) => true,
                _ => report.is_unauthorized() && !may_renew,
            };
            let again = call.steps[index..].iter().any(|step| step.did.sent().is_some());
            // The meaning of a refused creation is decided by another look.
            let looks = trace.about.shape == Shape::Ensure && call.is_creation();
            broken_if(end && (again || !looks && !did.is_done()), || {
                format!("{:?} is not the end", report.status)
            })
        })
    })
}

/// Credentials are refreshed once a call at most, and only where they can be.
pub fn credentials_are_renewed_once_a_call_and_only_where_they_can_be(trace: &Trace) -> Verdict {
    let refreshes = |step: &Step| matches!(step.did, Did::Renew { .. });
    if trace.about.access == Access::Fixed {
        return broken_if(trace.steps.iter().any(refreshes), || "fixed credentials are refreshed".into());
    }
    let first = |step: &Step| matches!(step.did, Did::Renew { refused: false, .. });
    let needed = trace.about.access == Access::Needed;
    let begun = trace.steps.iter().skip(usize::from(needed)).any(first);
    broken_if(begun, || "credentials are asked for as if there had been none".into())?;
    each_call(trace, |call| {
        let provider = call.provider(call.steps.len());
        broken_if(provider > 1, || format!("{provider} provider in one call"))
    })
}

/// Every request has credentials, and the refreshed ones from then on.
pub fn renewed_credentials_are_used_from_then_on(trace: &Trace) -> Verdict {
    if trace.about.shape == Shape::Anonymous {
        return Ok(());
    }
    let mut refreshed = None;
    each(&trace.steps, |step| {
        refreshed = step.refreshed.as_deref().or(refreshed);
        let Some(sent) = step.did.sent() else { return Ok(()) };
        let value = sent.authorization.as_ref().and_then(|value| value.to_str().ok());
        let is_right = match refreshed {
            Some(token) => value.and_then(|value| value.strip_prefix("Bearer ")) == Some(token),
            None => value.is_some(),
        };
        broken_if(!is_right, || format!("sent with {value:?}"))
    })
}
