//! The loop that drives an exchange, in simulated time, and writes down what it did.

use std::{sync::Arc, time::Duration};

use contacts_proto::{
    Credentials, Error,
    exchange::{Action, Event, Exchange, Now},
};
use http::Request;

use crate::{
    reply::Reply,
    trace::{About, Did, Failed, Report, Sent, Step, Trace},
};

/// The moment of the Unix epoch at which simulated clocks stand at zero.
pub const EPOCH: Duration = Duration::from_secs(1_795_000_000);

/// An exchange that has taken so many steps is taken to go on for ever.
const MOST_STEPS: usize = 1_500;

/// The surroundings of an exchange: they carry out each action, and say what happens next, and
/// when.
pub trait Surroundings {
    /// Sends a request.
    fn send(&mut self, request: Request<Vec<u8>>, timeout: Duration, now: Duration) -> (Duration, Happened);

    /// Lets time pass.
    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, Happened) {
        (now.saturating_add(wait), Happened::Waited)
    }

    /// Asks the source of credentials.
    fn refresh(&mut self, timeout: Duration, now: Duration) -> (Duration, Happened) {
        let _ = timeout;
        (now, Happened::Renewed(None))
    }

    /// The number that the exchange is given at a step.
    fn random(&mut self) -> u64 {
        0
    }

    /// The event after the end of an exchange that has had so many of them.
    fn after_the_end(&mut self, times: usize) -> Option<Happened> {
        (times == 0).then_some(Happened::Waited)
    }
}

/// An event that owns what it speaks of.
#[derive(Debug, Clone)]
pub enum Happened {
    /// It begins.
    Start,
    /// Time has passed.
    Waited,
    /// A request has a reply.
    Replied(Box<Reply>),
    /// The source of credentials gave this token, or none.
    Renewed(Option<String>),
}

/// Progress of an exchange.
#[derive(Debug)]
pub enum Progress<T> {
    /// It goes on at this time.
    Until(Duration),
    /// It has ended.
    Done(Result<T, Error>),
    /// It does not seem to end.
    Endless,
}

/// One exchange on its way.
#[derive(Debug)]
pub struct Run<E: ?Sized> {
    exchange: Box<E>,
    next: Happened,
    /// The record of its steps.
    pub trace: Trace,
}

impl<E: Exchange + ?Sized> Run<E> {
    /// An exchange that begins.
    pub fn new(exchange: Box<E>, about: About) -> Self {
        Self { exchange, next: Happened::Start, trace: Trace::new(about) }
    }

    /// Drives an exchange to its end, while time passes: its result, or nothing if it does not seem
    /// to have one.
    pub fn to_end(
        &mut self,
        world: &mut impl Surroundings,
        now: &mut Duration,
    ) -> Option<Result<E::Output, Error>> {
        loop {
            match self.resume(world, *now) {
                Progress::Until(time) => *now = time,
                Progress::Done(result) => return Some(result),
                Progress::Endless => return None,
            }
        }
    }

    /// Tells the exchange what has happened by now, and carries out what it says.
    pub fn resume(&mut self, world: &mut impl Surroundings, now: Duration) -> Progress<E::Output> {
        let happened = std::mem::replace(&mut self.next, Happened::Start);
        let action = self.step(happened, now, world.random());
        if self.trace.steps.len() > MOST_STEPS {
            return Progress::Endless;
        }
        let (time, next) = match action {
            Action::Send { request, timeout, .. } => world.send(request, timeout, now),
            Action::Wait(wait) => world.wait(wait, now),
            Action::Refresh { timeout, .. } => world.refresh(timeout, now),
            Action::Done(result) => {
                let mut times = 0;
                while let Some(happened) = world.after_the_end(times) {
                    let _ = self.step(happened, now, 0);
                    times += 1;
                }
                return Progress::Done(result);
            }
        };
        self.next = next;
        Progress::Until(time)
    }

    fn step(&mut self, happened: Happened, now: Duration, random: u64) -> Action<E::Output> {
        let last = self.trace.steps.last().map(|step| &step.did);
        let fits = matches!(
            (last, &happened),
            (None, Happened::Start)
                | (Some(Did::Send(_)), Happened::Replied(_))
                | (Some(Did::Wait(_)), Happened::Waited)
                | (Some(Did::Renew { .. }), Happened::Renewed(_))
        );
        let report = match (last, &happened) {
            (Some(Did::Send(_)), Happened::Replied(reply)) => Some(self.trace.report(reply)),
            (Some(Did::Send(_)), _) => Some(Report::UNTOLD),
            _ => None,
        };
        let refreshed = match &happened {
            Happened::Renewed(Some(token)) if fits => Some(token.clone()),
            _ => None,
        };
        let time = Now { monotonic: now, unix: EPOCH.saturating_add(now).as_secs() };
        let action = happened.give(|event| self.exchange.step(event, time, random));
        let did = match &action {
            Action::Send { request, timeout, .. } => Did::Send(Sent::of(request, *timeout)),
            Action::Wait(wait) => Did::Wait(*wait),
            Action::Refresh { refused, timeout } => {
                Did::Renew { refused: refused.is_some(), timeout: *timeout }
            }
            Action::Done(result) => Did::Done(result.as_ref().map(|_| ()).map_err(Failed::of)),
        };
        let waiting = self.exchange.wait_reason();
        self.trace.steps.push(Step { now, random, fits, report, refreshed, did, waiting });
        action
    }
}

impl Happened {
    /// A reply.
    pub fn replied(reply: Reply) -> Self {
        Self::Replied(Box::new(reply))
    }

    fn give<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self {
            Self::Start => take(Event::Start),
            Self::Waited => take(Event::Waited),
            Self::Replied(reply) => reply.give(take),
            Self::Renewed(Some(token)) => {
                take(Event::Refreshed(Ok(Credentials::bearer(token).expect("tokens of tests are plain"))))
            }
            Self::Renewed(None) => take(Event::Refreshed(Err(Arc::new(std::fmt::Error)))),
        }
    }
}
