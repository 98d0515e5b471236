//! Every law detects the mutants that break it. (`contacts-sim` tests the audit, because it has a
//! service.)

use contacts_testkit::{
    job::{Begin, Job},
    laws::{self, Verdict},
    mutants,
    random::Random,
    script::Script,
    trace::Trace,
};

type Law = fn(&Trace) -> Verdict;

/// Indices of the jobs.
const PAGE: usize = 0;
const CREATE: usize = 1;
const GET: usize = 2;
const UPDATE: usize = 3;
const ACTIVATE: usize = 5;
const ENSURE: usize = 9;
const RECONCILE: usize = 10;

/// Returns `true` if one of 1,000 fixed scripts breaks a law.
fn breaks(job: usize, law: impl Fn(&Script) -> Verdict) -> bool {
    let job = Job::of_each_kind()[job].clone();
    let mut random = Random::new(1);
    (0..1_000).any(|_| law(&Script::any(job.clone(), &mut random)).is_err())
}

#[track_caller]
fn assert_detects(mutant: Begin, job: usize, by: Law) {
    assert!(breaks(job, |script| by(&script.play(mutant))), "the law does not detect the mutant");
    assert!(
        !breaks(job, |script| by(&script.play(Job::begin))),
        "the law is broken without the mutant"
    );
}

macro_rules! detects {
    ($($name:ident: $mutant:ident $(, $jobs:expr => $law:ident)+;)*) => { $(
        #[test]
        fn $name() {
            $($jobs.into_iter().for_each(|job| assert_detects(mutants::$mutant, job, laws::$law));)+
        }
    )* };
}

detects! {
    a_create_that_is_repeated_after_a_5xx_is_detected: repeats_a_create_after_a_5xx,
        [CREATE, ENSURE] => no_create_is_sent_again_while_its_outcome_is_unknown;
    a_wait_that_is_a_millisecond_too_short_is_detected: waits_a_millisecond_too_little,
        [GET, ENSURE] => nothing_is_sent_before_the_requested_delay_has_passed,
        [GET] => a_requested_wait_is_the_delay_plus_at_most_a_tenth_or_the_backoff;
    a_deadline_that_is_checked_only_after_sleeping_is_detected: checks_the_deadline_only_after_sleeping,
        [GET] => nothing_but_done_after_the_deadline;
    a_request_after_the_end_is_detected: sends_after_the_end,
        [GET] => done_stays_done;
    two_requests_in_flight_are_detected: sends_two_at_once,
        [GET] => at_most_one_request_is_in_flight;
    an_exchange_without_an_end_is_detected: never_ends,
        [GET] => an_exchange_ends_within_a_bounded_number_of_steps;
    one_attempt_too_many_is_detected: makes_one_attempt_too_many,
        [PAGE, UPDATE] => an_operation_is_sent_at_most_as_often_as_the_policy_allows;
    an_uncounted_attempt_is_detected: makes_uncounted_attempts,
        [GET, CREATE] => an_error_reports_the_attempts_that_were_made;
    a_second_refresh_is_detected: refreshes_twice,
        [GET] => credentials_are_refreshed_at_most_once_per_call_and_never_if_fixed;
    refreshed_credentials_that_are_not_used_are_detected: ignores_refreshed_credentials,
        [GET, ENSURE] => refreshed_credentials_are_used_from_then_on;
    a_404_that_is_treated_as_a_503_is_detected: retries_after_a_404,
        [GET] => a_permanent_failure_is_not_retried;
    a_lost_response_that_is_treated_as_not_sent_is_detected: treats_lost_as_not_sent,
        [CREATE] => no_create_is_sent_again_while_its_outcome_is_unknown,
        [ACTIVATE] => an_error_reports_no_effect_only_if_there_was_none;
    a_possible_effect_without_a_reason_is_detected: treats_not_sent_as_lost,
        [ACTIVATE] => an_error_reports_a_possible_effect_only_if_there_may_be_one;
    a_wait_that_ends_early_is_detected: ends_a_wait_early,
        [GET] => an_interrupted_wait_is_continued_to_its_end;
    a_backoff_that_is_too_long_is_detected: backs_off_too_long,
        [GET] => a_wait_without_a_requested_delay_is_a_backoff_with_full_jitter;
    a_scan_that_is_too_early_is_detected: scans_too_early,
        [ENSURE, RECONCILE] => a_scan_for_a_create_waits_for_the_consistency_delay;
    a_request_with_too_much_time_is_detected: exceeds_the_attempt_timeout,
        [GET] => no_request_gets_more_time_than_the_attempt_timeout;
    a_wait_without_a_reason_is_detected: waits_without_a_reason,
        [GET] => every_wait_reports_the_right_reason;
}

#[test]
fn a_hidden_clock_is_detected() {
    let same = |begin| {
        move |script: &Script| {
            let is_same = script.play_recorded(begin) == script.play_recorded(begin);
            is_same.then_some(()).ok_or_else(String::new)
        }
    };
    assert!(breaks(GET, same(mutants::has_a_hidden_clock)));
    assert!(!breaks(GET, same(Job::begin)));
}
