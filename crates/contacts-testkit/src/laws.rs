//! The laws of exchanges. Each looks at what an exchange did, and says what is wrong with it.

mod ending;
mod reporting;
mod sending;
mod waiting;

pub use self::{ending::*, reporting::*, sending::*, waiting::*};
use crate::{
    findings::{Harm, Violation},
    job::Shape,
    trace::{CallTrace, Trace},
};

/// Nothing, or what is wrong.
pub type Verdict = Result<(), String>;

/// A law: its name says what it demands.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    name: &'static str,
    harm: Harm,
    /// Looks at what an exchange did.
    pub judge: fn(&Trace) -> Verdict,
}

macro_rules! laws {
    ($($harm:ident $judge:ident,)*) => {
        &[$(Law { name: stringify!($judge), harm: Harm::$harm, judge: $judge }),*]
    };
}

/// The laws of every exchange.
pub const OF_ALL: &[Law] = laws![
    Wrong it_ends_within_a_bounded_number_of_steps,
    Wrong done_stays_done,
    Late nothing_but_done_after_the_deadline,
    Wrong one_request_is_in_flight_at_most,
    Wrong no_creation_is_sent_twice_in_doubt,
    Wrong no_request_is_given_more_than_its_time,
    Wrong nothing_is_sent_before_a_hint_has_passed,
    Wrong a_wait_that_is_cut_short_is_waited_to_its_end,
    Wrong no_effect_is_said_only_if_there_was_none,
];

/// The laws of those of which it is known what they consist of.
pub const OF_KNOWN_SHAPES: &[Law] = laws![
    Wrong an_operation_is_sent_as_often_as_the_policy_allows,
    Wrong what_is_permanent_is_not_sent_again,
    Wrong credentials_are_renewed_once_a_call_and_only_where_they_can_be,
    Wrong renewed_credentials_are_used_from_then_on,
    Wrong a_wait_after_a_hint_is_the_hint_and_a_tenth_more_or_the_backoff,
    Wrong a_wait_without_a_hint_is_a_backoff_with_full_jitter,
    Wrong a_creation_is_given_its_time_to_show,
    Wrong waiting_says_why,
    Wrong a_possible_effect_is_said_only_if_there_may_be_one,
    Wrong the_attempts_that_are_told_are_those_that_were_made,
];

/// Holds what an exchange did against all laws that are known to hold for it.
pub fn judge(trace: &Trace, violations: &mut Vec<Violation>) {
    let known: &[Law] = if trace.about.shape == Shape::Other { &[] } else { OF_KNOWN_SHAPES };
    for law in OF_ALL.iter().chain(known) {
        if let Err(how) = (law.judge)(trace) {
            violations.push(Violation::new(law.harm, format!("{}: {how}", law.name.replace('_', " "))));
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
