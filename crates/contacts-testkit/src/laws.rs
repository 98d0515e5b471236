//! The laws of exchanges. Each law checks the trace of an exchange.

mod ending;
mod reporting;
mod sending;
mod waiting;

pub use self::{ending::*, reporting::*, sending::*, waiting::*};
use crate::{
    findings::{Violation, ViolationKind},
    job::ExchangeKind,
    trace::{CallTrace, Trace},
};

/// `Ok`, or a description of the violation.
pub type Verdict = Result<(), String>;

/// A law. Its name states the rule.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    name: &'static str,
    kind: ViolationKind,
    /// Checks the trace of an exchange.
    pub check: fn(&Trace) -> Verdict,
}

macro_rules! laws {
    ($($kind:ident $check:ident,)*) => {
        &[$(Law { name: stringify!($check), kind: ViolationKind::$kind, check: $check }),*]
    };
}

/// The laws of all exchanges.
pub const FOR_ALL_KINDS: &[Law] = laws![
    Wrong an_exchange_ends_within_a_bounded_number_of_steps,
    Wrong done_stays_done,
    Late nothing_but_done_after_the_deadline,
    Wrong at_most_one_request_is_in_flight,
    Wrong no_create_is_sent_again_while_its_outcome_is_unknown,
    Wrong no_request_gets_more_time_than_the_attempt_timeout,
    Wrong nothing_is_sent_before_the_requested_delay_has_passed,
    Wrong an_interrupted_wait_is_continued_to_its_end,
    Wrong an_error_reports_no_effect_only_if_there_was_none,
];

/// Further laws for exchanges of a known kind.
pub const FOR_KNOWN_KINDS: &[Law] = laws![
    Wrong an_operation_is_sent_at_most_as_often_as_the_policy_allows,
    Wrong a_permanent_failure_is_not_retried,
    Wrong credentials_are_refreshed_at_most_once_per_call_and_never_if_fixed,
    Wrong refreshed_credentials_are_used_from_then_on,
    Wrong a_requested_wait_is_the_delay_plus_at_most_a_tenth_or_the_backoff,
    Wrong a_wait_without_a_requested_delay_is_a_backoff_with_full_jitter,
    Wrong a_scan_for_a_create_waits_for_the_consistency_delay,
    Wrong every_wait_reports_the_right_reason,
    Wrong an_error_reports_a_possible_effect_only_if_there_may_be_one,
    Wrong an_error_reports_the_attempts_that_were_made,
];

/// Checks all laws that apply to this trace.
pub fn check(trace: &Trace, violations: &mut Vec<Violation>) {
    let known: &[Law] = if trace.info.kind == ExchangeKind::Other { &[] } else { FOR_KNOWN_KINDS };
    for law in FOR_ALL_KINDS.iter().chain(known) {
        if let Err(how) = (law.check)(trace) {
            violations
                .push(Violation::new(law.kind, format!("{}: {how}", law.name.replace('_', " "))));
        }
    }
}

fn broken_if(broken: bool, how: impl FnOnce() -> String) -> Verdict {
    if broken { Err(how()) } else { Ok(()) }
}

fn each<T>(items: impl IntoIterator<Item = T>, check: impl FnMut(T) -> Verdict) -> Verdict {
    items.into_iter().try_for_each(check)
}

fn each_call(trace: &Trace, check: impl Fn(&CallTrace<'_>) -> Verdict) -> Verdict {
    each(trace.calls(), |call| check(&call))
}
