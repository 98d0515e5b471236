//! Prints requests and waits to standard error.

use std::{io::IsTerminal, time::Duration};

use contacts_ureq::{
    CreateContact,
    exchange::{Action, Event, Exchange, Now, Observer, Session, WaitReason},
};

use crate::{
    config::flags::GlobalArgs,
    io::{self, interrupt, trace},
};

/// The events to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verbosity {
    /// Each request and response.
    pub(crate) requests: bool,
    /// Long waits.
    pub(crate) waits: bool,
}

impl Verbosity {
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        // With JSON output, standard error contains only the JSON error.
        let is_json = args.output.is_json();
        let waits = !args.quiet && std::io::stderr().is_terminal();
        Self { requests: args.verbose && !is_json, waits: waits && !is_json }
    }
}

/// Minimum length of a long wait.
const LONG: Duration = Duration::from_secs(1);

/// Prints the events of an exchange.
pub(crate) struct Trace<'a> {
    verbosity: Verbosity,
    creating: Option<(&'a CreateContact, &'a Session)>,
    sent: Duration,
}

impl<'a> Trace<'a> {
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, creating: None, sent: Duration::ZERO }
    }

    /// Makes an interrupt print a receipt for this contact while its create request is in flight.
    pub(crate) fn creating(self, create: &'a CreateContact, session: &'a Session) -> Self {
        Self { creating: Some((create, session)), ..self }
    }

    fn trace_event(&self, event: &Event<'_>, now: Now) {
        let took = now.monotonic.saturating_sub(self.sent).as_millis();
        match event {
            Event::Answered(response) => {
                trace(format_args!("< {} in {took} ms", response.status()));
            }
            Event::Failed(failure) => trace(format_args!("< {failure}, after {took} ms")),
            Event::Refreshed(Ok(_)) => trace(format_args!("credentials refreshed")),
            _ => {}
        }
    }

    fn trace_action<T>(&mut self, action: &Action<T>, waiting: Option<WaitReason>, now: Now) {
        let Verbosity { requests, waits } = self.verbosity;
        match action {
            Action::Send { request, .. } => {
                self.sent = now.monotonic;
                if requests {
                    trace(format_args!("> {} {}", request.method(), request.uri()));
                }
            }
            Action::Wait(wait) if requests || (waits && *wait >= LONG) => {
                io::trace_wait(format_args!("waiting {} {}", shown(*wait), why(waiting)), requests);
            }
            _ => {}
        }
    }
}

impl Observer for Trace<'_> {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        if self.verbosity.requests {
            self.trace_event(event, now);
        }
        if matches!(event, Event::Waited) {
            io::end_wait();
        }
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        // Before it prints anything: the reader of that line may interrupt at once.
        if let Some((create, session)) = self.creating {
            let receipt =
                exchange.is_create_in_flight().then(|| create.receipt(now.unix).of(session));
            interrupt::set_receipt(receipt);
        }
        self.trace_action(action, exchange.wait_reason(), now);
    }
}

fn why(waiting: Option<WaitReason>) -> &'static str {
    match waiting {
        Some(WaitReason::RetryAfter) => "as the service requested",
        Some(WaitReason::Consistency) => "for the contact to appear",
        _ => "before the next attempt",
    }
}

/// Seconds with one decimal, rounded up.
fn shown(wait: Duration) -> String {
    let tenths = wait.as_millis().div_ceil(100);
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        rest => format!("{}.{rest} s", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_shown_to_the_tenth_of_a_second() {
        for (millis, expected) in
            [(1, "0.1 s"), (1000, "1 s"), (1001, "1.1 s"), (4_000, "4 s"), (61_950, "62 s")]
        {
            assert_eq!(shown(Duration::from_millis(millis)), expected);
        }
    }
}
