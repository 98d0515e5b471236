//! The laws of exchanges, for every exchange and every script of events.

use std::time::Duration;

use contacts_proto::{
    BaseUrl, Credentials,
    exchange::Session,
    transport::{Delivery, TransportErrorKind},
};
use contacts_testkit::{
    drive::{self, OwnedEvent, Run, SimulatedIo},
    job::{Job, Outcome},
    laws::{self, Verdict},
    reply::{Reply, response},
    script::Script,
    trace::{Access, ExchangeInfo},
};
use http::Request;
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    sample::select,
    test_runner::{Config, TestCaseError, TestRunner},
};

/// Number of scripts for each law and job. Complex jobs get more.
fn cases(job: &Job) -> u32 {
    match job {
        Job::Ensure(_) => 800,
        Job::Update(..) | Job::Create(_) => 250,
        _ => 120,
    }
}

/// Searches for the shortest script that breaks the law.
fn holds(demand: impl Fn(&Script) -> Verdict) {
    for job in Job::of_each_kind() {
        let config = Config { cases: cases(&job), failure_persistence: None, ..Config::default() };
        let numbers = (any::<u64>(), vec(any::<u64>(), 1..24));
        let script = numbers.prop_map(|(setup, beats)| Script::new(job.clone(), setup, &beats));
        let checked = TestRunner::new(config)
            .run(&script, |script| demand(&script).map_err(TestCaseError::fail));
        checked.unwrap_or_else(|broken| panic!("{job:?} breaks the law: {broken}"));
    }
}

macro_rules! laws {
    ($($law:ident)*) => { $(
        #[test]
        fn $law() {
            holds(|script| laws::$law(&script.play(Job::begin)));
        }
    )* };
}

laws! {
    an_exchange_ends_within_a_bounded_number_of_steps
    at_most_one_request_is_in_flight
    nothing_is_sent_before_the_requested_delay_has_passed
    no_create_is_sent_again_while_its_outcome_is_unknown
    done_stays_done
    nothing_but_done_after_the_deadline
    no_request_gets_more_time_than_the_attempt_timeout
    a_requested_wait_is_the_delay_plus_at_most_a_tenth_or_the_backoff
    a_wait_without_a_requested_delay_is_a_backoff_with_full_jitter
    a_scan_for_a_create_waits_for_the_consistency_delay
    an_interrupted_wait_is_continued_to_its_end
    an_operation_is_sent_at_most_as_often_as_the_policy_allows
    credentials_are_refreshed_at_most_once_per_call_and_never_if_fixed
    refreshed_credentials_are_used_from_then_on
    a_permanent_failure_is_not_retried
    an_error_reports_no_effect_only_if_there_was_none
    an_error_reports_a_possible_effect_only_if_there_may_be_one
    an_error_reports_the_attempts_that_were_made
    every_wait_reports_the_right_reason
}

#[test]
fn the_same_arguments_give_the_same_action() {
    holds(|script| {
        let (one, other) = (script.play_recorded(Job::begin), script.play_recorded(Job::begin));
        if one == other { Ok(()) } else { Err(format!("{one:#?}\nand then\n{other:#?}")) }
    });
}

/// How a service fails.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    Status(u16),
    NotSent,
    MaybeSent,
}

/// A service that responds with these troubles in turn.
struct Troubled<'a> {
    troubles: &'a [Trouble],
    requests: usize,
}

impl SimulatedIo for Troubled<'_> {
    fn send(&mut self, _: Request<Vec<u8>>, _: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let trouble = self.troubles[self.requests % self.troubles.len()];
        self.requests += 1;
        let reply = match trouble {
            Trouble::Status(status) => Reply::untrusted(response(status, "")),
            Trouble::NotSent => Reply::failed(Delivery::NotSent, TransportErrorKind::Connect),
            Trouble::MaybeSent => Reply::failed(Delivery::Unknown, TransportErrorKind::Closed),
        };
        (now, OwnedEvent::replied(reply))
    }
}

fn session() -> Session {
    let site = BaseUrl::new("https://api.example.com/cloud").unwrap();
    Session::new(site, Credentials::bearer("a-token").unwrap())
}

fn begin(
    job: &Job,
    session: &Session,
) -> Run<dyn contacts_proto::exchange::Exchange<Output = Outcome>> {
    let info = ExchangeInfo::new(job.kind(), session, Access::Fixed, Duration::ZERO);
    Run::new(job.begin(session.clone()), info)
}

/// Returns the number of requests of jobs that start together and meet only these troubles.
fn requests(session: &Session, jobs: &[Job], troubles: &[Trouble]) -> usize {
    let mut service = Troubled { troubles, requests: 0 };
    let mut running: Vec<_> = jobs.iter().map(|job| begin(job, session)).collect();
    for millis in 0.. {
        running.retain_mut(|run| {
            let progress = run.resume(&mut service, Duration::from_millis(millis));
            matches!(progress, drive::Progress::Until(_))
        });
        if running.is_empty() {
            break;
        }
    }
    service.requests
}

/// A call that succeeds at once.
fn succeed(session: &Session) {
    let delete = Job::Delete("a".parse().unwrap());
    let mut service = Troubled { troubles: &[Trouble::Status(204)], requests: 0 };
    let end = begin(&delete, session).to_end(&mut service, &mut Duration::ZERO.clone());
    assert!(matches!(end, Some(Ok(Outcome::Deleted))), "{end:?}");
}

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    vec(select(Job::of_each_kind().to_vec()), 1..80)
}

/// Retries that a budget of 500 tokens allows.
const RETRIES: usize = 500 / 14;
const RETRIES_AFTER_429: usize = 500 / 5;

#[test]
fn a_retry_storm_adds_at_most_the_bucket() {
    let status = select(&[500, 502, 503, 504, 408, 425, 421, 302][..]).prop_map(Trouble::Status);
    let failure = select(&[Trouble::NotSent, Trouble::MaybeSent][..]);
    let troubles = vec(proptest::prop_oneof![status, failure], 1..5);
    let checked = TestRunner::default().run(&(jobs(), troubles), |(jobs, troubles)| {
        let requests = requests(&session(), &jobs, &troubles);
        proptest::prop_assert!(requests <= jobs.len() + RETRIES, "{requests}");
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn a_storm_of_429s_adds_at_most_the_budget() {
    let checked = TestRunner::default().run(&jobs(), |jobs| {
        let requests = requests(&session(), &jobs, &[Trouble::Status(429)]);
        proptest::prop_assert!(requests <= jobs.len() + RETRIES_AFTER_429, "{requests}");
        Ok(())
    });
    checked.unwrap();
}

fn get() -> Job {
    Job::Get("a".parse().unwrap())
}

#[test]
fn a_storm_can_use_the_whole_budget() {
    let many = vec![get(); 60];
    assert_eq!(requests(&session(), &many, &[Trouble::Status(503)]), 60 + RETRIES);
    assert_eq!(requests(&session(), &many, &[Trouble::Status(429)]), 60 + RETRIES_AFTER_429);
}

#[test]
fn only_successes_at_the_first_attempt_refill_the_budget() {
    let session = session();
    requests(&session, &vec![get(); 60], &[Trouble::Status(503)]);
    assert_eq!(session.budget().left(), 10);
    let failing = |expected: usize| {
        assert_eq!(requests(&session, &[get()], &[Trouble::Status(503)]), expected);
    };
    failing(1);
    for _ in 0..3 {
        succeed(&session);
    }
    failing(1);
    succeed(&session);
    failing(2);
    assert_eq!(session.budget().left(), 0);
    for _ in 0..600 {
        succeed(&session);
    }
    assert_eq!(session.budget().left(), 500);
}
