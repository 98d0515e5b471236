//! The loop that drives an exchange in simulated time and records its steps.

use std::{rc::Rc, sync::Arc, time::Duration};

use contacts_proto::{
    Credentials, Error,
    exchange::{Action, Event, Exchange, Fork, Now},
};
use http::{Method, Request};

use crate::{
    job::JobExchange,
    reply::Reply,
    trace::{ExchangeInfo, RecordedAction, RecordedError, Report, SentRequest, Step, Trace},
};

/// Unix time that a simulated clock at zero stands for.
pub const EPOCH: Duration = Duration::from_secs(1_795_000_000);

/// Maximum number of steps. A longer exchange counts as endless.
const MAX_STEPS: usize = 1_500;

/// Simulated IO: performs the actions of an exchange. Each method returns the next event and its
/// time.
pub trait SimulatedIo {
    /// Sends a request.
    fn send(
        &mut self,
        request: Request<Vec<u8>>,
        timeout: Duration,
        now: Duration,
    ) -> (Duration, OwnedEvent);

    /// Returns `true` to hold a request with this method back, until the exchange is resumed.
    fn holds(&self, method: &Method) -> bool {
        let _ = method;
        false
    }

    /// Waits.
    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, OwnedEvent) {
        (now.saturating_add(wait), OwnedEvent::Waited)
    }

    /// Requests credentials from the provider.
    fn refresh(&mut self, timeout: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let _ = timeout;
        (now, OwnedEvent::Refreshed(None))
    }

    /// Returns the random number of the next step.
    fn random(&mut self) -> u64 {
        0
    }

    /// Returns the next event after the end, or `None` to stop. `times` counts the events so far.
    fn after_the_end(&mut self, times: usize) -> Option<OwnedEvent> {
        (times == 0).then_some(OwnedEvent::Waited)
    }
}

/// An [`Event`] that owns its data.
#[derive(Debug, Clone)]
pub enum OwnedEvent {
    /// The exchange begins.
    Start,
    /// The wait is over.
    Waited,
    /// The result of a request.
    Replied(Box<Reply>),
    /// The provider returned this token, or an error.
    Refreshed(Option<String>),
}

/// Progress of an exchange.
#[derive(Debug)]
pub enum Progress<T> {
    /// Resume at this time.
    Until(Duration),
    /// A request is held back. Resume to send it.
    Held,
    /// The exchange has ended.
    Done(Result<T, Error>),
    /// The exchange took too many steps.
    Endless,
}

/// A running exchange.
#[derive(Debug)]
pub struct Run<E: ?Sized> {
    exchange: Box<E>,
    next: OwnedEvent,
    /// The request that is held back, and its timeout.
    held: Option<(Request<Vec<u8>>, Duration)>,
    /// The record of its steps.
    pub trace: Trace,
}

impl<E: Exchange + ?Sized> Run<E> {
    /// Starts an exchange.
    pub fn new(exchange: Box<E>, info: ExchangeInfo) -> Self {
        Self { exchange, next: OwnedEvent::Start, held: None, trace: Trace::new(info) }
    }

    /// Drives the exchange to its end and advances `now`. Returns `None` if it does not end.
    pub fn to_end(
        &mut self,
        world: &mut impl SimulatedIo,
        now: &mut Duration,
    ) -> Option<Result<E::Output, Error>> {
        loop {
            match self.resume(world, *now) {
                Progress::Until(time) => *now = time,
                Progress::Held => {}
                Progress::Done(result) => return Some(result),
                Progress::Endless => return None,
            }
        }
    }

    /// Performs one step and its action.
    pub fn resume(&mut self, world: &mut impl SimulatedIo, now: Duration) -> Progress<E::Output> {
        if let Some((request, timeout)) = self.held.take() {
            let (time, next) = world.send(request, timeout, now);
            self.next = next;
            return Progress::Until(time);
        }
        let event = std::mem::replace(&mut self.next, OwnedEvent::Start);
        let action = self.step(event, now, world.random());
        if self.trace.steps.len() > MAX_STEPS {
            return Progress::Endless;
        }
        let (time, next) = match action {
            Action::Send { request, timeout, .. } if world.holds(request.method()) => {
                self.held = Some((request, timeout));
                return Progress::Held;
            }
            Action::Send { request, timeout, .. } => world.send(request, timeout, now),
            Action::Wait(wait) => world.wait(wait, now),
            Action::Refresh { timeout, .. } => world.refresh(timeout, now),
            Action::Done(result) => {
                let mut times = 0;
                while let Some(event) = world.after_the_end(times) {
                    let _ = self.step(event, now, 0);
                    times += 1;
                }
                return Progress::Done(result);
            }
        };
        self.next = next;
        Progress::Until(time)
    }

    fn step(&mut self, event: OwnedEvent, now: Duration, random: u64) -> Action<E::Output> {
        let last = self.trace.steps.last().map(|step| &step.action);
        let is_expected = matches!(
            (last, &event),
            (None, OwnedEvent::Start)
                | (Some(RecordedAction::Send(_)), OwnedEvent::Replied(_))
                | (Some(RecordedAction::Wait(_)), OwnedEvent::Waited)
                | (Some(RecordedAction::Refresh { .. }), OwnedEvent::Refreshed(_))
        );
        let report = match (last, &event) {
            (Some(RecordedAction::Send(_)), OwnedEvent::Replied(reply)) => {
                Some(self.trace.report(reply))
            }
            (Some(RecordedAction::Send(_)), _) => Some(Report::UNKNOWN),
            _ => None,
        };
        let refreshed = match &event {
            OwnedEvent::Refreshed(Some(token)) if is_expected => Some(token.clone()),
            _ => None,
        };
        let time = Now { monotonic: now, unix: EPOCH.saturating_add(now).as_secs() };
        let action = event.with_event(|event| self.exchange.step(event, time, random));
        let recorded = match &action {
            Action::Send { request, timeout, .. } => {
                RecordedAction::Send(Rc::new(SentRequest::of(request, *timeout)))
            }
            Action::Wait(wait) => RecordedAction::Wait(*wait),
            Action::Refresh { refused, timeout } => {
                RecordedAction::Refresh { refused: refused.is_some(), timeout: *timeout }
            }
            Action::Done(result) => {
                RecordedAction::Done(result.as_ref().map(|_| ()).map_err(RecordedError::of))
            }
        };
        let waiting = self.exchange.wait_reason();
        self.trace.steps.push(Step {
            now,
            random,
            is_expected,
            report,
            refreshed,
            action: recorded,
            waiting,
        });
        action
    }
}

impl<E: Fork> Clone for Run<E> {
    fn clone(&self) -> Self {
        self.with_exchange(Box::new(self.exchange.fork()))
    }
}

impl Clone for Run<dyn JobExchange> {
    fn clone(&self) -> Self {
        self.with_exchange(self.exchange.clone())
    }
}

impl<E: ?Sized> Run<E> {
    fn with_exchange(&self, exchange: Box<E>) -> Self {
        let (next, held, trace) = (self.next.clone(), self.held.clone(), self.trace.clone());
        Self { exchange, next, held, trace }
    }
}

impl OwnedEvent {
    /// The result of a request.
    pub fn replied(reply: Reply) -> Self {
        Self::Replied(Box::new(reply))
    }

    fn with_event<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self {
            Self::Start => take(Event::Start),
            Self::Waited => take(Event::Waited),
            Self::Replied(reply) => reply.with_event(take),
            Self::Refreshed(Some(token)) => take(Event::Refreshed(Ok(
                Credentials::bearer(token).expect("tokens of tests are plain")
            ))),
            Self::Refreshed(None) => take(Event::Refreshed(Err(Arc::new(std::fmt::Error)))),
        }
    }
}
