//! The laws checked: each of them notices the exchanges that break it. (The audit is checked in
//! `contacts-sim`, which has a service.)

use contacts_testkit::{
    job::{Begin, Job},
    laws::{self, Verdict},
    mutants,
    random::Random,
    script::Script,
    trace::Trace,
};

type Law = fn(&Trace) -> Verdict;

/// The jobs that mutants are made of.
const PAGE: usize = 0;
const CREATE: usize = 1;
const GET: usize = 2;
const UPDATE: usize = 3;
const ACTIVATE: usize = 5;
const ENSURE: usize = 9;
const RESOLVE: usize = 10;

/// Returns `true` if one of many scripts, always the same, breaks what is demanded of it.
fn breaks(job: usize, demand: impl Fn(&Script) -> Verdict) -> bool {
    let job = Job::of_each_kind()[job].clone();
    let mut random = Random::new(1);
    (0..1_000).any(|_| demand(&Script::any(job.clone(), &mut random)).is_err())
}

#[track_caller]
fn caught(mutant: Begin, job: usize, by: Law) {
    assert!(breaks(job, |script| by(&script.play(mutant))), "the law does not notice");
    assert!(!breaks(job, |script| by(&script.play(Job::begin))), "the law is broken without the mutant, too");
}

macro_rules! caught {
    ($($name:ident: $mutant:ident $(, $jobs:expr => $law:ident)+;)*) => { $(
        #[test]
        fn $name() {
            $($jobs.into_iter().for_each(|job| caught(mutants::$mutant, job, laws::$law));)+
        }
    )* };
}

caught! {
    a_creation_that_is_sent_again_after_a_5xx_is_caught: creates_again,
        [CREATE, ENSURE] => no_creation_is_sent_twice_in_doubt;
    a_hint_that_is_ignored_by_a_millisecond_is_caught: ignores_a_millisecond,
        [GET, ENSURE] => nothing_is_sent_before_a_hint_has_passed,
        [GET] => a_wait_after_a_hint_is_the_hint_and_a_tenth_more_or_the_backoff;
    a_deadline_that_is_looked_at_only_after_sleeping_is_caught: oversleeps_the_deadline,
        [GET] => nothing_but_done_after_the_deadline;
    a_request_after_the_end_is_caught: goes_on_after_the_end,
        [GET] => done_stays_done;
    two_requests_without_a_report_between_are_caught: sends_two_at_once,
        [GET] => one_request_is_in_flight_at_most;
    an_exchange_without_an_end_is_caught: never_fails,
        [GET] => it_ends_within_a_bounded_number_of_steps;
    an_attempt_too_many_is_caught: attempts_once_more,
        [PAGE, UPDATE] => an_operation_is_sent_as_often_as_the_policy_allows;
    an_attempt_that_is_not_counted_is_caught: attempts_in_secret,
        [GET, CREATE] => the_attempts_that_are_told_are_those_that_were_made;
    a_second_renewal_is_caught: renews_twice,
        [GET] => credentials_are_renewed_once_a_call_and_only_where_they_can_be;
    credentials_that_are_renewed_and_not_used_are_caught: forgets_renewed_credentials,
        [GET, ENSURE] => renewed_credentials_are_used_from_then_on;
    a_404_that_is_taken_for_a_503_is_caught: hopes_after_a_404,
        [GET] => what_is_permanent_is_not_sent_again;
    a_lost_answer_that_is_taken_for_a_request_that_never_left_is_caught: takes_lost_for_unsent,
        [CREATE] => no_creation_is_sent_twice_in_doubt,
        [ACTIVATE] => no_effect_is_said_only_if_there_was_none;
    a_doubt_without_a_reason_is_caught: takes_unsent_for_lost,
        [ACTIVATE] => a_possible_effect_is_said_only_if_there_may_be_one;
    a_wait_that_ends_when_it_is_cut_short_is_caught: wakes_early,
        [GET] => a_wait_that_is_cut_short_is_waited_to_its_end;
    a_backoff_that_is_too_long_is_caught: backs_off_too_long,
        [GET] => a_wait_without_a_hint_is_a_backoff_with_full_jitter;
    a_look_that_comes_too_early_is_caught: looks_too_early,
        [ENSURE, RESOLVE] => a_creation_is_given_its_time_to_show;
    a_request_with_too_much_time_is_caught: gives_too_much_time,
        [GET] => no_request_is_given_more_than_its_time;
    a_wait_without_a_reason_is_caught: waits_without_a_reason,
        [GET] => waiting_says_why;
}

#[test]
fn a_hidden_clock_is_caught() {
    let same = |begin| {
        move |script: &Script| {
            let is_same = script.play_told(begin) == script.play_told(begin);
            is_same.then_some(()).ok_or_else(String::new)
        }
    };
    assert!(breaks(GET, same(mutants::has_a_hidden_clock)));
    assert!(!breaks(GET, same(Job::begin)));
}
