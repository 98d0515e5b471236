//! What an exchange does, told on standard error while it does it.

use std::{
    fmt::Arguments,
    io::{IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anstyle::Style;
use contacts_ureq::{Action, CreateContact, Event, Exchange, Now, Observer, Session, Waiting, printable};
use indicatif::ProgressBar;

use crate::{args::HowArgs, interrupt};

/// How much is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verbosity {
    /// Each request.
    pub(crate) requests: bool,
    /// Long waits, to a person who waits too.
    pub(crate) waits: bool,
}

impl Verbosity {
    pub(crate) fn new(how: &HowArgs) -> Self {
        // Standard error has the error as JSON, and nothing beside it.
        let is_json = how.output.is_json();
        let waits = !how.quiet && std::io::stderr().is_terminal();
        Self { requests: how.verbose && !is_json, waits: waits && !is_json }
    }
}

/// Shorter waits are not worth a word.
const LONG: Duration = Duration::from_secs(1);

/// Writes what an exchange does to standard error.
pub(crate) struct Trace<'a> {
    verbosity: Verbosity,
    creating: Option<(&'a CreateContact, &'a Session)>,
    sent: Duration,
}

impl<'a> Trace<'a> {
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, creating: None, sent: Duration::ZERO }
    }

    /// While it is in doubt whether this contact was created, an interrupt leaves a ticket.
    pub(crate) fn creating(self, create: &'a CreateContact, session: &'a Session) -> Self {
        Self { creating: Some((create, session)), ..self }
    }

    fn tell_event(&self, event: &Event<'_>, now: Now) {
        let took = now.monotonic.saturating_sub(self.sent).as_millis();
        match event {
            Event::Answered(response) => tell(format_args!("< {} in {took} ms", response.status())),
            Event::Failed(failure) => tell(format_args!("< {failure}, after {took} ms")),
            Event::Renewed(Ok(_)) => tell(format_args!("other credentials are there")),
            _ => {}
        }
    }

    fn tell_action<T>(&mut self, action: &Action<T>, waiting: Option<Waiting>, now: Now) {
        let Verbosity { requests, waits } = self.verbosity;
        match action {
            Action::Send { request, .. } => {
                self.sent = now.monotonic;
                if requests {
                    tell(format_args!("> {} {}", request.method(), request.uri()));
                }
            }
            Action::Wait(wait) if requests || (waits && *wait >= LONG) => {
                tell_wait(format_args!("waiting {}, {}", shown(*wait), why(waiting)), requests);
            }
            _ => {}
        }
    }
}

impl Observer for Trace<'_> {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        if self.verbosity.requests {
            self.tell_event(event, now);
        }
        if matches!(event, Event::Waited) {
            wait_is_over();
        }
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        // Before anything is told: who reads it may interrupt at once.
        if let Some((create, session)) = self.creating {
            let doubt = exchange.is_in_doubt().then(|| create.ticket(now.unix).of(session));
            interrupt::leaves(doubt);
        }
        self.tell_action(action, exchange.waiting(), now);
    }
}

fn why(waiting: Option<Waiting>) -> &'static str {
    match waiting {
        Some(Waiting::Asked) => "the service asked for it",
        Some(Waiting::Settling) => "the contact may still appear",
        _ => "then trying again",
    }
}

/// To the tenth of a second, rounded up.
fn shown(wait: Duration) -> String {
    let tenths = wait.as_millis().div_ceil(100);
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        rest => format!("{}.{rest} s", tenths / 10),
    }
}

/// What stands on the last line of the terminal, and must not be written into.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// From now on this bar is on the terminal, or none.
pub(crate) fn beside(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

fn bar() -> Option<ProgressBar> {
    BAR.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Many exchanges may wait at a time: beside a bar the last of them speaks for all, unless everything is to be told.
fn tell_wait(text: Arguments<'_>, everything: bool) {
    match bar() {
        Some(bar) if !everything => bar.set_prefix(format!("; {text}")),
        _ => tell(text),
    }
}

/// Beside a bar, with the first of them: then it goes on.
fn wait_is_over() {
    if let Some(bar) = bar() {
        bar.set_prefix("");
    }
}

/// Whether notes and warnings are left out.
static SILENT: AtomicBool = AtomicBool::new(false);

/// Leaves out warnings with --quiet, and where standard error has JSON alone.
pub(crate) fn settle(how: &HowArgs) {
    SILENT.store(how.quiet || how.output.is_json(), Ordering::Relaxed);
}

/// Writes a warning to standard error.
pub(crate) fn warn(text: &str) {
    if !SILENT.load(Ordering::Relaxed) {
        tell(format_args!("warning: {text}"));
    }
}

/// Writes a line to standard error.
pub(crate) fn tell(text: Arguments<'_>) {
    let dim = Style::new().dimmed();
    let text = text.to_string();
    let tell = || {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(anstream::stderr(), "{dim}{}{dim:#}", printable(&text));
    };
    match bar() {
        Some(bar) => bar.suspend(tell),
        None => tell(),
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
