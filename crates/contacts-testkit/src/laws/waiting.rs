//! The waits of an exchange: how long, and the reason.

use std::time::Duration;

use contacts_proto::exchange::WaitReason;
use http::StatusCode;

use super::{Verdict, broken_if, each, each_call};
use crate::trace::{CallTrace, RecordedAction, Report, Trace, WaitTrace};

const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// Nothing is sent before the requested delay has passed.
pub fn nothing_is_sent_before_the_requested_delay_has_passed(trace: &Trace) -> Verdict {
    let mut earliest = Duration::ZERO;
    each(&trace.steps, |step| {
        // A 401 is answered by a refresh, so its delay does not count.
        if let Some(Report { hint: Some(hint), .. }) =
            step.report.filter(|report| !report.is_unauthorized())
        {
            earliest = earliest.max(step.now.saturating_add(hint));
        }
        broken_if(step.action.sent().is_some() && step.now < earliest, || {
            format!("sent {:?} too early", earliest - step.now)
        })
    })
}

/// A requested wait is the delay plus at most a tenth, or the back-off if it is longer.
pub fn a_requested_wait_is_the_delay_plus_at_most_a_tenth_or_the_backoff(trace: &Trace) -> Verdict {
    let policy = &trace.info.policy;
    each_call(trace, |call| {
        each(call.waits(), |wait| {
            let Some(hint) = wait.report.hint else { return Ok(()) };
            broken_if(hint > policy.max_retry_after, || {
                format!("waits although {hint:?} exceeds the maximum")
            })?;
            let least = match call.awaits_consistency(wait.report) {
                true => policy.consistency_delay,
                false => backoff(call, &wait),
            };
            let most = hint + (hint / 10).max(Duration::from_millis(500));
            let wait = wait.duration;
            broken_if(
                wait < hint.max(least) || wait >= most.max(least + Duration::from_nanos(1)),
                || format!("waited {wait:?}; requested {hint:?}, minimum {least:?}"),
            )
        })
    })
}

/// A wait without a requested delay is a back-off with full jitter.
pub fn a_wait_without_a_requested_delay_is_a_backoff_with_full_jitter(trace: &Trace) -> Verdict {
    each_call(trace, |call| {
        each(call.waits(), |wait| {
            if wait.report.hint.is_some() || call.awaits_consistency(wait.report) {
                return Ok(());
            }
            let (most, wait) = (max_backoff(&wait), wait.duration);
            broken_if(wait >= most, || format!("waited {wait:?}; must be less than {most:?}"))
        })
    })
}

/// A scan after an unknown create waits for the consistency delay.
pub fn a_scan_for_a_create_waits_for_the_consistency_delay(trace: &Trace) -> Verdict {
    let consistency_delay = trace.info.policy.consistency_delay;
    each_call(trace, |call| {
        let settling = call
            .waits()
            .filter(|wait| call.awaits_consistency(wait.report) && wait.report.hint.is_none());
        each(settling, |WaitTrace { duration, .. }| {
            broken_if(duration != consistency_delay, || {
                format!("waited {duration:?}; must be {consistency_delay:?}")
            })
        })
    })
}

/// An interrupted wait is continued to its end.
pub fn an_interrupted_wait_is_continued_to_its_end(trace: &Trace) -> Verdict {
    each(trace.steps.windows(2), |pair| {
        let RecordedAction::Wait(wait) = pair[0].action else { return Ok(()) };
        let until = pair[0].now.saturating_add(wait);
        match &pair[1].action {
            _ if pair[1].now >= until => Ok(()),
            RecordedAction::Wait(rest) if pair[1].now.saturating_add(*rest) == until => Ok(()),
            _ => Err(format!("continued at {:?} instead of {until:?}", pair[1].now)),
        }
    })
}

/// Every wait reports the right reason.
pub fn every_wait_reports_the_right_reason(trace: &Trace) -> Verdict {
    each(&trace.steps, |step| {
        let waits = matches!(step.action, RecordedAction::Wait(_));
        broken_if(waits != step.waiting.is_some(), || format!("wait reason {:?}", step.waiting))
    })?;
    each(trace.steps.windows(2), |pair| {
        let is_continued = pair[0].waiting.is_some() && pair[1].waiting.is_some();
        broken_if(is_continued && pair[0].waiting != pair[1].waiting, || {
            "the reason changed during a wait".into()
        })
    })?;
    let policy = &trace.info.policy;
    each_call(trace, |call| {
        each(call.waits(), |wait| {
            let awaits_consistency = call.awaits_consistency(wait.report);
            let consistency_delay =
                if awaits_consistency { policy.consistency_delay } else { Duration::ZERO };
            let expected = match wait.report.hint {
                Some(hint) if awaits_consistency && hint >= consistency_delay => {
                    WaitReason::RetryAfter
                }
                _ if awaits_consistency => WaitReason::Consistency,
                Some(hint) if hint >= max_backoff(&wait) => WaitReason::RetryAfter,
                // The longer wait gives the reason. The jitter on top of the delay is random.
                Some(hint) if hint >= backoff(call, &wait) => WaitReason::RetryAfter,
                Some(_) => return Ok(()),
                None => WaitReason::Backoff,
            };
            let reported = call.steps[wait.index].waiting;
            broken_if(reported != Some(expected), || {
                format!("reason {reported:?} instead of {expected:?}")
            })
        })
    })
}

fn max_backoff(wait: &WaitTrace<'_>) -> Duration {
    let is_throttled = wait.report.status == Some(StatusCode::TOO_MANY_REQUESTS);
    let base = Duration::from_millis(if is_throttled { 1_000 } else { 100 });
    LONGEST_BACKOFF.min(base.saturating_mul(2_u32.saturating_pow(wait.failures - 1)))
}

/// The back-off that the random number of this step selects.
fn backoff(call: &CallTrace<'_>, wait: &WaitTrace<'_>) -> Duration {
    let longest = max_backoff(wait).as_nanos();
    let nanos = (longest * u128::from(call.steps[wait.index].random)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
