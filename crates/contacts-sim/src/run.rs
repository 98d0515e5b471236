//! One exchange, carried out: what an adapter does, in simulated time.

use std::{sync::Arc, time::Duration};

use contacts_proto::{Action, Credentials, Error, Event, Now};

use crate::{
    job::{Client, Outcome},
    network::Network,
    reply::Reply,
    violation::{Law, Violation},
    watch::Watch,
    world::{EPOCH, World},
};

/// One exchange on its way.
pub struct Run {
    exchange: Client,
    watch: Watch,
    next: Next,
}

/// What came of its last action.
enum Next {
    Start,
    Waited,
    Reply(Reply),
    Renewed(Option<Credentials>),
}

/// How far an exchange is.
#[derive(Debug)]
pub enum Progress {
    /// It goes on at this time.
    Until(Duration),
    /// It has ended.
    Done(Result<Outcome, Error>),
    /// It does not seem to end.
    Endless,
}

const LONGEST_RENEWAL: Duration = Duration::from_millis(500);
const LONGEST_OVERSLEEPING: Duration = Duration::from_millis(20);

impl Run {
    /// An exchange that must end by this time.
    pub fn new(exchange: Client, deadline: Duration) -> Self {
        Self { exchange, watch: Watch::new(deadline), next: Next::Start }
    }

    /// Tells the exchange what has happened by now, and carries out what it says.
    pub fn resume(
        &mut self,
        world: &mut World,
        network: &mut Network,
        now: Duration,
        violations: &mut Vec<Violation>,
    ) -> Progress {
        world.steps += 1;
        let mut body = Vec::new();
        let event = match std::mem::replace(&mut self.next, Next::Start) {
            Next::Start => Event::Start,
            Next::Waited => Event::Waited,
            Next::Reply(reply) => reply.event(&mut body),
            Next::Renewed(Some(credentials)) => Event::Renewed(Ok(credentials)),
            Next::Renewed(None) => Event::Renewed(Err(Arc::new(std::fmt::Error))),
        };
        let time = Now { monotonic: now, unix: (EPOCH + now).as_secs() };
        let action = self.exchange.step(event, time, network.random().draw());
        if !self.watch.acts(&action, now, violations) {
            return Progress::Endless;
        }
        match action {
            Action::Send { request, timeout, .. } => {
                let method = request.method().clone();
                world.trace.line(
                    now,
                    format_args!(
                        "sends {method} {} {} (time-out {timeout:?})",
                        request.uri().path(),
                        String::from_utf8_lossy(request.body())
                    ),
                );
                let (at, reply) = network.send(world, request, now, timeout);
                world.trace.line(at, format_args!("learns: {reply}"));
                self.watch.learns(&method, &reply, at);
                self.next = Next::Reply(reply);
                Progress::Until(at)
            }
            Action::Wait(time) => {
                world.trace.line(now, format_args!("waits {time:?}"));
                self.next = Next::Waited;
                let random = network.random();
                let more =
                    if random.one_in(2) { random.time_below(LONGEST_OVERSLEEPING) } else { Duration::ZERO };
                Progress::Until(now + time + more)
            }
            Action::Renew { timeout, .. } => {
                let credentials = network.renewed();
                let given = if credentials.is_some() { "gets" } else { "gets no" };
                world.trace.line(now, format_args!("asks for credentials, {given} others"));
                self.next = Next::Renewed(credentials);
                Progress::Until(now + network.random().time_below(LONGEST_RENEWAL).min(timeout))
            }
            Action::Done(result) => {
                match &result {
                    Ok(outcome) => world.trace.line(now, format_args!("ends with {outcome:?}")),
                    Err(error) => world.trace.line(now, format_args!("ends with an error: {error}")),
                }
                if !matches!(self.exchange.step(Event::Waited, time, 0), Action::Done(_)) {
                    violations.push(Violation::new(Law::Wrong, "goes on after its end"));
                }
                Progress::Done(result)
            }
        }
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("watch", &self.watch).finish_non_exhaustive()
    }
}
