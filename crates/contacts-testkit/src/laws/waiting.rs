//! How long an exchange waits, and why.

use std::time::Duration;

use contacts_proto::exchange::WaitReason;
use http::StatusCode;

use super::{Verdict, broken_if, each, each_call};
use crate::trace::{CallTrace, Did, Report, Trace};

const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// Nothing is sent before a hint has passed.
pub fn nothing_is_sent_before_a_hint_has_passed(trace: &Trace) -> Verdict {
    let mut earliest = Duration::ZERO;
    each(&trace.steps, |step| {
        // A 401 asks for other credentials, and not for patience.
        if let Some(Report { hint: Some(hint), .. }) = step.report.filter(|report| !report.is_unauthorized())
        {
            earliest = earliest.max(step.now.saturating_add(hint));
        }
        broken_if(step.did.sent().is_some() && step.now < earliest, || {
            format!("sent {:?} too early", earliest - step.now)
        })
    })
}

/// A wait after a hint is the hint and a tenth more at most, or the back-off if that is longer.
pub fn a_wait_after_a_hint_is_the_hint_and_a_tenth_more_or_the_backoff(trace: &Trace) -> Verdict {
    let policy = &trace.about.policy;
    each_call(trace, |call| {
        each(call.waits(), |(index, report, wait)| {
            let Some(hint) = report.hint else { return Ok(()) };
            broken_if(hint > policy.max_retry_after, || format!("{hint:?} are too long to wait"))?;
            let least = match call.settles(report) {
                true => policy.consistency_delay,
                false => backoff(call, index, report),
            };
            let most = hint + (hint / 10).max(Duration::from_millis(500));
            broken_if(wait < hint.max(least) || wait >= most.max(least + Duration::from_nanos(1)), || {
                format!("a wait of {wait:?}; {hint:?} were asked for, and {least:?} is the least")
            })
        })
    })
}

/// A wait without a hint is a back-off with full jitter.
pub fn a_wait_without_a_hint_is_a_backoff_with_full_jitter(trace: &Trace) -> Verdict {
    each_call(trace, |call| {
        each(call.waits(), |(index, report, wait)| {
            if report.hint.is_some() || call.settles(report) {
                return Ok(());
            }
            let most = max_backoff(call, index, report);
            broken_if(wait >= most, || format!("a wait of {wait:?}; less than {most:?} is the rule"))
        })
    })
}

/// A creation in doubt is given its time to show.
pub fn a_creation_is_given_its_time_to_show(trace: &Trace) -> Verdict {
    let consistency_delay = trace.about.policy.consistency_delay;
    each_call(trace, |call| {
        let settling = call.waits().filter(|(_, report, _)| call.settles(report) && report.hint.is_none());
        each(settling, |(_, _, wait)| {
            broken_if(wait != consistency_delay, || {
                format!("{wait:?}, and {consistency_delay:?} is the rule")
            })
        })
    })
}

/// A wait that is cut short is waited to its end.
pub fn a_wait_that_is_cut_short_is_waited_to_its_end(trace: &Trace) -> Verdict {
    each(trace.steps.windows(2), |pair| {
        let Did::Wait(wait) = pair[0].did else { return Ok(()) };
        let until = pair[0].now.saturating_add(wait);
        match &pair[1].did {
            _ if pair[1].now >= until => Ok(()),
            Did::Wait(rest) if pair[1].now.saturating_add(*rest) == until => Ok(()),
            _ => Err(format!("at {:?}, and {until:?} was to be waited for", pair[1].now)),
        }
    })
}

/// An exchange that waits says why.
pub fn waiting_says_why(trace: &Trace) -> Verdict {
    each(&trace.steps, |step| {
        let waits = matches!(step.did, Did::Wait(_));
        broken_if(waits != step.waiting.is_some(), || format!("it says {:?}", step.waiting))
    })?;
    each(trace.steps.windows(2), |pair| {
        let goes_on = pair[0].waiting.is_some() && pair[1].waiting.is_some();
        broken_if(goes_on && pair[0].waiting != pair[1].waiting, || "another reason for the same wait".into())
    })?;
    let policy = &trace.about.policy;
    each_call(trace, |call| {
        each(call.waits(), |(index, report, _)| {
            let settles = call.settles(report);
            let consistency_delay = if settles { policy.consistency_delay } else { Duration::ZERO };
            let expected = match report.hint {
                Some(hint) if settles && hint >= consistency_delay => WaitReason::RetryAfter,
                _ if settles => WaitReason::Consistency,
                Some(hint) if hint >= max_backoff(call, index, report) => WaitReason::RetryAfter,
                // The longer of the two gives the reason, and how much is added to a hint is left
                // to chance.
                Some(hint) if hint >= backoff(call, index, report) => WaitReason::RetryAfter,
                Some(_) => return Ok(()),
                None => WaitReason::Backoff,
            };
            let said = call.steps[index].waiting;
            broken_if(said != Some(expected), || format!("it says {said:?} for {expected:?}"))
        })
    })
}

fn max_backoff(call: &CallTrace<'_>, index: usize, report: &Report) -> Duration {
    let is_throttled = report.status == Some(StatusCode::TOO_MANY_REQUESTS);
    let base = Duration::from_millis(if is_throttled { 1_000 } else { 100 });
    LONGEST_BACKOFF.min(base.saturating_mul(2_u32.saturating_pow(call.failures(index) - 1)))
}

/// The part of the longest back-off that the random number of this step chooses.
fn backoff(call: &CallTrace<'_>, index: usize, report: &Report) -> Duration {
    let longest = max_backoff(call, index, report).as_nanos();
    let nanos = (longest * u128::from(call.steps[index].random)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
