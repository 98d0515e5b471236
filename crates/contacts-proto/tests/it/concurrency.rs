//! The number of exchanges at the same time, against simulated services on a virtual clock.

use std::{cmp::Reverse, collections::BinaryHeap, iter, time::Duration};

use contacts_proto::{
    BaseUrl, ConcurrencyLimit, ConcurrencyPermit, Credentials, ListContacts, Page,
    exchange::{Action, Call, Event, Exchange, Now, Observer, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::Response;
use proptest::prelude::*;

const MAX: usize = 128;

/// The answer of a simulated service.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Status(u16),
    TimedOut,
}

/// A service: takes the time of a request, and returns the time of the answer.
trait Service: FnMut(Duration) -> (Duration, Answer) {}

impl<F: FnMut(Duration) -> (Duration, Answer)> Service for F {}

/// A service that works on `capacity` requests at the same time. The others wait in a queue.
fn with_capacity(
    capacity: usize,
    mut time: impl FnMut() -> Duration,
) -> impl FnMut(Duration) -> (Duration, Answer) {
    let mut free: BinaryHeap<_> = (0..capacity).map(|_| Reverse(Duration::ZERO)).collect();
    move |now| {
        let Reverse(begin) = free.pop().unwrap();
        let end = begin.max(now) + time();
        free.push(Reverse(end));
        (end, Answer::Status(200))
    }
}

/// A service that answers after this time, whatever the load.
fn after(time: Duration) -> impl FnMut(Duration) -> (Duration, Answer) {
    move |now| (now + time, Answer::Status(200))
}

/// Random times around a median, as services have them: a log-normal distribution.
fn varying(median: Duration, seed: u64) -> impl FnMut() -> Duration {
    let mut random = fastrand::Rng::with_seed(seed);
    move || {
        // The sum of 12 uniform numbers is close to a normal distribution.
        let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        median.mul_f64((0.5 * normal).exp())
    }
}

/// A program that always has another exchange to run.
struct Program {
    limit: ConcurrencyLimit,
    exchange: Call<ListContacts>,
    send: Action<Page>,
    now: Duration,
    running: Vec<Option<Running>>,
    ends: BinaryHeap<Reverse<(Duration, usize)>>,
}

struct Running {
    permit: ConcurrencyPermit,
    answer: Answer,
}

/// What a run has shown.
#[derive(Debug)]
struct Seen {
    took: Duration,
    least: usize,
    most: usize,
    /// Average number of exchanges in flight.
    in_flight: f64,
    answers: usize,
}

impl Seen {
    /// Answers in the time that a service needs for one.
    fn in_use(&self, time: Duration) -> f64 {
        self.answers as f64 * time.as_secs_f64() / self.took.as_secs_f64()
    }
}

impl Program {
    fn new(limit: ConcurrencyLimit) -> Self {
        Self {
            limit,
            exchange: call(),
            send: send(),
            now: Duration::ZERO,
            running: Vec::new(),
            ends: BinaryHeap::new(),
        }
    }

    fn start(&mut self, service: &mut impl Service) {
        while let Some(mut permit) = self.limit.try_acquire() {
            permit.action(&self.exchange, &self.send, at(self.now));
            let (end, answer) = service(self.now);
            let place = self.running.iter().position(Option::is_none).unwrap_or_else(|| {
                self.running.push(None);
                self.running.len() - 1
            });
            self.running[place] = Some(Running { permit, answer });
            self.ends.push(Reverse((end, place)));
        }
    }

    /// Runs until this many exchanges have ended.
    fn run(&mut self, answers: usize, service: &mut impl Service) -> Seen {
        let begun = self.now;
        let (mut least, mut most, mut in_flight) = (usize::MAX, 0, 0.0);
        for _ in 0..answers {
            self.start(service);
            let running = self.ends.len();
            let Reverse((end, place)) = self.ends.pop().unwrap();
            in_flight += running as f64 * (end - self.now).as_secs_f64();
            self.now = end;
            let Running { mut permit, answer } = self.running[place].take().unwrap();
            tell(&mut permit, answer, end);
            drop(permit);
            (least, most) = (least.min(self.limit.current()), most.max(self.limit.current()));
        }
        let took = self.now - begun;
        let in_flight = in_flight / took.as_secs_f64();
        Seen { took, least, most, in_flight, answers }
    }
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: 0 }
}

fn session() -> Session {
    Session::new(BaseUrl::new("https://a.example").unwrap(), Credentials::bearer("token").unwrap())
}

fn call() -> Call<ListContacts> {
    Call::new(session(), ListContacts::all())
}

fn send() -> Action<Page> {
    call().step(Event::Start, at(Duration::ZERO), 0)
}

fn tell(permit: &mut ConcurrencyPermit, answer: Answer, now: Duration) {
    let event = match answer {
        Answer::Status(status) => {
            Event::Answered(Response::builder().status(status).body(&b""[..]).unwrap())
        }
        Answer::TimedOut => {
            Event::Failed(TransportError::new(Delivery::Unknown, TransportErrorKind::TimedOut))
        }
    };
    permit.event(&event, at(now));
}

fn times() -> impl Strategy<Value = Duration> {
    (20_u64..1_000).prop_map(Duration::from_millis)
}

fn overloads() -> impl Strategy<Value = Answer> {
    prop_oneof![
        prop::sample::select(vec![429, 503, 504]).prop_map(Answer::Status),
        Just(Answer::TimedOut),
    ]
}

/// A program whose limit has reached its maximum, because the service answers in this time.
fn at_its_maximum(time: Duration) -> Program {
    let mut program = Program::new(ConcurrencyLimit::up_to(MAX));
    program.run(2_000, &mut after(time));
    assert_eq!(program.limit.current(), MAX);
    program
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_limit_is_never_under_1_nor_over_the_maximum(
        max in 0_usize..200,
        seed: u64,
    ) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut any = |now| {
            let time = Duration::from_millis(random.u64(0..1_000));
            let answer = match random.u8(0..20) {
                0 => Answer::Status(429),
                1 => Answer::TimedOut,
                2 => Answer::Status(500),
                _ => Answer::Status(200),
            };
            (now + time, answer)
        };
        let mut program = Program::new(ConcurrencyLimit::up_to(max));
        let seen = program.run(500, &mut any);
        prop_assert!(seen.least >= 1 && seen.most <= max.max(1), "{seen:?}");
        let mut fixed = Program::new(ConcurrencyLimit::fixed(max));
        let seen = fixed.run(500, &mut any);
        prop_assert_eq!((seen.least, seen.most), (max.max(1), max.max(1)));
    }

    #[test]
    fn while_answers_stay_quick_the_limit_rises_to_its_maximum(time in times(), max in 1_usize..=MAX) {
        let mut program = Program::new(ConcurrencyLimit::up_to(max));
        let start = program.limit.current();
        prop_assert!(start <= 4, "it starts low");
        let seen = program.run(600, &mut after(time));
        prop_assert_eq!(program.limit.current(), max);
        prop_assert!(seen.least >= start, "{:?}", seen);
        // With the maximum from the start, it would take this time.
        let best = time.mul_f64(600.0 / max as f64);
        prop_assert!(seen.took <= best + 12 * time, "{:?}", seen);
    }

    #[test]
    fn overload_halves_the_limit_and_a_burst_of_it_counts_once(time in times(), overload in overloads()) {
        let mut program = at_its_maximum(time);
        let mut sent = 0;
        let mut burst = |now| {
            sent += 1;
            (now + time, if sent <= MAX { overload } else { Answer::Status(200) })
        };
        // The answers to the requests in flight are still good.
        program.run(2 * MAX, &mut burst);
        prop_assert_eq!(program.limit.current(), MAX / 2);
    }

    #[test]
    fn a_capacity_is_used_and_not_much_more(capacity in 1_usize..=100, time in times(), seed: u64) {
        for is_varying in [false, true] {
            let mut random = varying(time, seed);
            let mut service = with_capacity(capacity, || if is_varying { random() } else { time });
            let mut program = Program::new(ConcurrencyLimit::up_to(MAX));
            program.run(1_000, &mut service);
            let seen = program.run(4_000, &mut service);
            // The average of this distribution is 1.13 times its median.
            let used = seen.in_use(time) * if is_varying { 1.13 } else { 1.0 };
            prop_assert!(used >= 0.6 * capacity as f64, "{used} {seen:?}");
            prop_assert!(seen.in_flight <= 2.2 * capacity as f64 + 5.0, "{seen:?}");
        }
    }

    #[test]
    fn answers_of_varying_latency_do_not_keep_it_low(time in times(), seed: u64) {
        let mut time_of = varying(time, seed);
        let mut service = |now| (now + time_of(), Answer::Status(200));
        let mut program = Program::new(ConcurrencyLimit::up_to(MAX));
        program.run(2_000, &mut service);
        let seen = program.run(8_000, &mut service);
        prop_assert!(seen.in_flight >= 0.7 * MAX as f64, "{:?}", seen);
    }

    #[test]
    fn short_stalls_do_not_keep_it_low(time in 50_u64..200, seed: u64) {
        let took = |limit| {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut stall = Duration::ZERO..Duration::ZERO;
            let time = Duration::from_millis(time);
            // Once a second or so, the service answers nothing for as long as an answer takes.
            let mut service = |now: Duration| {
                while stall.end < now {
                    let begin = stall.end + Duration::from_secs(1).mul_f64(0.5 + random.f64());
                    stall = begin..begin + time;
                }
                let end = now + time;
                (if end > stall.start { end + time } else { end }, Answer::Status(200))
            };
            let mut program = Program::new(limit);
            program.run(2_000, &mut service);
            program.run(10_000, &mut service).took
        };
        let (found, fixed) =
            (took(ConcurrencyLimit::up_to(MAX)), took(ConcurrencyLimit::fixed(MAX)));
        prop_assert!(found <= fixed.mul_f64(1.25), "{:?} {:?}", found, fixed);
    }

    #[test]
    fn it_recovers_after_overload(time in times(), overload in overloads(), count in 1_usize..2_000) {
        let mut program = at_its_maximum(time);
        // The answers to the requests in flight are still good.
        program.run(MAX + count, &mut |now| (now + time, overload));
        let least = program.limit.current();
        prop_assert!(least <= MAX / 2);
        let seen = program.run(4_000, &mut after(time));
        prop_assert!(seen.most == MAX, "{:?}", seen);
    }

    #[test]
    fn it_recovers_after_slow_answers(time in times(), factor in 2_u32..50, count in 1_usize..2_000) {
        let mut program = at_its_maximum(time);
        program.run(count, &mut after(factor * time));
        program.run(4_000, &mut after(time));
        prop_assert_eq!(program.limit.current(), MAX);
    }

    #[test]
    fn it_follows_a_path_that_became_slower_for_good(time in times(), factor in 2_u32..50) {
        let mut program = at_its_maximum(time);
        program.run(5_000, &mut after(factor * time));
        prop_assert_eq!(program.limit.current(), MAX);
    }

    #[test]
    fn it_follows_a_capacity_that_became_smaller(
        capacity in 10_usize..=100,
        time in times(),
        part in 2_usize..=5,
    ) {
        let mut program = Program::new(ConcurrencyLimit::up_to(MAX));
        program.run(2_000, &mut with_capacity(capacity, || time));
        let mut smaller = with_capacity(capacity / part, || time);
        program.run(3_000, &mut smaller);
        let seen = program.run(3_000, &mut smaller);
        prop_assert!(seen.in_flight <= 2.2 * (capacity / part) as f64 + 5.0, "{:?}", seen);
    }

    #[test]
    fn one_slow_answer_among_quick_ones_changes_nothing(time in times(), factor in 10_u32..1_000, nth in 0_usize..600) {
        let mut program = Program::new(ConcurrencyLimit::up_to(MAX));
        let mut number = 0;
        let mut service = |now| {
            number += 1;
            (now + if number == nth { factor * time } else { time }, Answer::Status(200))
        };
        let mut before = program.limit.current();
        for _ in 0..800 {
            program.run(1, &mut service);
            prop_assert!(program.limit.current() >= before);
            before = program.limit.current();
        }
        prop_assert_eq!(before, MAX);
    }

    #[test]
    fn as_many_permits_are_renewed_as_the_limit_allows(overloads in 0_u32..6) {
        let limit = ConcurrencyLimit::up_to(MAX);
        let (send, exchange) = (send(), call());
        let mut permits: Vec<_> = iter::from_fn(|| limit.try_acquire()).collect();
        for number in 0..overloads {
            let sent = Duration::from_secs(1) * number;
            permits[0].action(&exchange, &send, at(sent));
            tell(&mut permits[0], Answer::Status(429), sent);
        }
        let renewed: Vec<_> = permits.into_iter().filter_map(ConcurrencyPermit::renew).collect();
        prop_assert_eq!(renewed.len(), limit.current());
        prop_assert!(limit.try_acquire().is_none());
    }

    #[test]
    fn a_program_with_few_exchanges_does_not_raise_the_limit(time in times()) {
        let limit = ConcurrencyLimit::up_to(MAX);
        let (send, exchange) = (send(), call());
        for number in 0..200 {
            let mut permits: Vec<_> = (0..3).map(|_| limit.try_acquire().unwrap()).collect();
            for permit in &mut permits {
                permit.action(&exchange, &send, at(time * number));
                tell(permit, Answer::Status(200), time * (number + 1));
            }
        }
        prop_assert_eq!(limit.current(), 4);
    }
}

#[test]
fn errors_that_say_nothing_about_the_load_change_nothing() {
    for answer in [Answer::Status(500), Answer::Status(502)] {
        let mut program = at_its_maximum(Duration::from_millis(100));
        program.run(1_000, &mut |now| (now, answer));
        assert_eq!(program.limit.current(), MAX);
        let seen = program.run(1_000, &mut after(Duration::from_millis(100)));
        assert_eq!(seen.least, MAX, "they are not quick answers");
    }
}

#[test]
fn a_permit_watches_a_whole_exchange_with_its_retries() {
    let limit = ConcurrencyLimit::up_to(MAX);
    let mut permit = limit.try_acquire().unwrap();
    let mut call = call();
    let action = call.observed_step(&mut permit, Event::Start, at(Duration::ZERO), 0);
    assert!(matches!(action, Action::Send { .. }));
    let response = Response::builder().status(429).body(&b""[..]).unwrap();
    let action =
        call.observed_step(&mut permit, Event::Answered(response), at(Duration::from_secs(1)), 0);
    assert!(matches!(action, Action::Wait(_)));
    assert_eq!(limit.current(), 2);
}
