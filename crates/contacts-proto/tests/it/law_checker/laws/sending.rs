//! What is sent, and how often.

use http::Method;

use super::{Verdict, broken_if, each, each_call};
use crate::law_checker::{
    case::{Case, Source},
    event::RENEWED,
    report::Known,
    subject::Subject,
    trace::{Did, Step, trace},
};

pub(crate) fn one_request_is_in_flight_at_most(case: &Case) -> Verdict {
    each(trace(case).windows(2), |pair| {
        let both = pair[0].did.request().is_some() && pair[1].did.request().is_some();
        broken_if(both && !pair[1].fits, || "a request while another one is under way".into())
    })
}

pub(crate) fn no_creation_is_sent_twice_in_doubt(case: &Case) -> Verdict {
    let mut doubt = false;
    let mut in_flight: Option<bool> = None;
    each(trace(case), |step| {
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
        in_flight = step.did.request().map(|request| request.method() == Method::POST);
        Ok(())
    })
}

pub(crate) fn no_request_is_given_more_than_its_time(case: &Case) -> Verdict {
    let most = case.setup.policy().attempt_timeout;
    each(trace(case), |step| match step.did {
        Did::Send { timeout, .. } => {
            broken_if(timeout > most || timeout.is_zero(), || format!("{timeout:?}"))
        }
        _ => Ok(()),
    })
}

pub(crate) fn an_operation_is_sent_as_often_as_the_policy_allows(case: &Case) -> Verdict {
    let attempts = usize::try_from(case.setup.attempts.max(1)).unwrap();
    each_call(case, |call| {
        let most = attempts + call.renewals(call.steps.len()).min(1);
        broken_if(call.attempts() > most, || format!("{} times, {most} are allowed", call.attempts()))
    })
}

pub(crate) fn what_is_permanent_is_not_sent_again(case: &Case) -> Verdict {
    each_call(case, |call| {
        each(call.reports(), |(index, report, did)| {
            let may_renew = case.setup.credentials != Source::Fixed && call.renewals(index) == 0;
            let end = match report.known {
                Known::Permanent => true,
                // Where a redirect leads, the same request leads again.
                _ if report.status.is_some_and(|status| (300..400).contains(&status)) => true,
                _ => report.is_unauthorized() && !may_renew,
            };
            let again = call.steps[index..].iter().any(|step| step.did.request().is_some());
            // What a refused creation means is decided by another look.
            let looks = case.subject == Subject::Ensure && call.is_creation();
            broken_if(end && (again || !looks && !did.is_done()), || {
                format!("{:?} is not the end", report.status)
            })
        })
    })
}

pub(crate) fn credentials_are_renewed_once_a_call_and_only_where_they_can_be(case: &Case) -> Verdict {
    let steps = trace(case);
    let renews = |step: &Step| matches!(step.did, Did::Renew { .. });
    if case.setup.credentials == Source::Fixed {
        return broken_if(steps.iter().any(renews), || "fixed credentials are renewed".into());
    }
    let first = |step: &Step| matches!(step.did, Did::Renew { refused: false, .. });
    let needed = case.setup.credentials == Source::Needed;
    let begun = steps.iter().skip(usize::from(needed)).any(first);
    broken_if(begun, || "credentials are asked for as if there had been none".into())?;
    each_call(case, |call| {
        let renewals = call.renewals(call.steps.len());
        broken_if(renewals > 1, || format!("{renewals} renewals in one call"))
    })
}

pub(crate) fn renewed_credentials_are_used_from_then_on(case: &Case) -> Verdict {
    let mut renewed = false;
    each(trace(case), |step| {
        renewed |= step.renewed;
        let Some(request) = step.did.request().filter(|_| case.subject != Subject::FindCloudId) else {
            return Ok(());
        };
        let sent = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let new = sent == Some(&format!("Bearer {RENEWED}"));
        broken_if(sent.is_none() || new != renewed, || format!("sent with {sent:?}"))
    })
}
