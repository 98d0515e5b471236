//! The laws of exchanges, for every exchange and any script of events.

use crate::law_checker::{
    breaks, laws,
    storm::{self, Trouble},
    subject::Subject,
};
use proptest::{collection::vec, prelude::Strategy, sample::select, test_runner::TestRunner};

/// Scripts for each law and exchange; those that have most to decide get most of them.
fn cases(subject: Subject) -> u32 {
    match subject {
        Subject::Ensure => 800,
        Subject::Update | Subject::Create => 250,
        _ => 120,
    }
}

fn holds(law: laws::Law) {
    for subject in Subject::ALL {
        if let Err(how) = breaks(law, subject, cases(subject)) {
            panic!("{subject:?} breaks the law: {how}");
        }
    }
}

macro_rules! laws {
    ($($law:ident)*) => { $(
        #[test]
        fn $law() {
            holds(laws::$law);
        }
    )* };
}

laws! {
    it_ends_within_a_bounded_number_of_steps
    one_request_is_in_flight_at_most
    nothing_is_sent_before_a_hint_has_passed
    no_creation_is_sent_twice_in_doubt
    done_stays_done
    nothing_but_done_after_the_deadline
    no_request_is_given_more_than_its_time
    the_same_arguments_give_the_same_action
    a_wait_after_a_hint_is_the_hint_and_a_tenth_more_or_the_backoff
    a_wait_without_a_hint_is_a_backoff_with_full_jitter
    a_creation_is_given_its_time_to_show
    a_wait_that_is_cut_short_is_waited_to_its_end
    an_operation_is_sent_as_often_as_the_policy_allows
    credentials_are_renewed_once_a_call_and_only_where_they_can_be
    renewed_credentials_are_used_from_then_on
    what_is_permanent_is_not_sent_again
    no_effect_is_said_only_if_there_was_none
    a_possible_effect_is_said_only_if_there_may_be_one
    the_attempts_that_are_told_are_those_that_were_made
    waiting_says_why
}

/// What a bucket of 500 tokens pays for.
const RETRIES: usize = 500 / 14;
const RETRIES_AFTER_A_THROTTLE: usize = 500 / 5;

#[test]
fn a_retry_storm_adds_at_most_the_bucket() {
    let status = select(&[500, 502, 503, 504, 408, 425, 421, 302][..]).prop_map(Trouble::Status);
    let failure = select(&[Trouble::NotSent, Trouble::MaybeSent][..]);
    let troubles = vec(proptest::prop_oneof![status, failure], 1..5);
    let storm = (vec(select(&Subject::ALL[..]), 1..80), troubles);
    let checked = TestRunner::default().run(&storm, |(subjects, troubles)| {
        let requests = storm::requests(&storm::session(), &subjects, &troubles);
        proptest::prop_assert!(requests <= subjects.len() + RETRIES, "{requests}");
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn a_storm_of_throttles_adds_at_most_the_bucket() {
    let checked = TestRunner::default().run(&vec(select(&Subject::ALL[..]), 1..80), |subjects| {
        let requests = storm::requests(&storm::session(), &subjects, &[Trouble::Status(429)]);
        proptest::prop_assert!(requests <= subjects.len() + RETRIES_AFTER_A_THROTTLE, "{requests}");
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn a_storm_is_given_the_whole_bucket_and_no_more() {
    let many = [Subject::Get; 60];
    assert_eq!(storm::requests(&storm::session(), &many, &[Trouble::Status(503)]), 60 + RETRIES);
    assert_eq!(
        storm::requests(&storm::session(), &many, &[Trouble::Status(429)]),
        60 + RETRIES_AFTER_A_THROTTLE
    );
}

#[test]
fn the_bucket_fills_again_by_clean_successes_and_by_nothing_else() {
    let session = storm::session();
    storm::requests(&session, &[Subject::Get; 60], &[Trouble::Status(503)]);
    assert_eq!(session.budget().left(), 10);
    let failing = |expected: usize| {
        assert_eq!(storm::requests(&session, &[Subject::Get], &[Trouble::Status(503)]), expected);
    };
    failing(1);
    for _ in 0..3 {
        storm::succeed(&session);
    }
    failing(1);
    storm::succeed(&session);
    failing(2);
    assert_eq!(session.budget().left(), 0);
    for _ in 0..600 {
        storm::succeed(&session);
    }
    assert_eq!(session.budget().left(), 500);
}
