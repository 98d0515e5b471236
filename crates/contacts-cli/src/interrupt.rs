//! Ctrl-C: in the middle of a creation it leaves a doubt, and the doubt a ticket; in the middle of several changes it is told what came
//! of those before, and how far they are.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use contacts_ureq::{Ticket, printable};

use crate::{
    args::Form,
    failure::{Failure, exit},
};

/// What there is to say if the process ends now.
static LEFT: Mutex<Left> = Mutex::new(Left { doubt: None, under_way: None });

struct Left {
    doubt: Option<Ticket>,
    under_way: Option<UnderWay>,
}

/// One of several changes, while it is made.
pub(crate) struct UnderWay {
    /// How many were made before, as `1 of 3 changes`.
    pub(crate) made: String,
    pub(crate) change: String,
    /// How to go on.
    pub(crate) hint: Option<&'static str>,
    /// What is known already and was not written yet: the results, and the failures.
    pub(crate) results: Vec<u8>,
    pub(crate) failures: Vec<Failure>,
}

/// What is told of the first interrupt, in place of an end.
static LISTENER: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// From now on the first interrupt is told to this, which sees to the end; the next one ends the process at once.
pub(crate) fn tells(listener: impl FnOnce() + Send + 'static) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
}

/// From now on an interrupt leaves this ticket, or none.
pub(crate) fn leaves(ticket: Option<Ticket>) {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).doubt = ticket;
}

/// From now on an interrupt tells this of several changes, or nothing.
pub(crate) fn tells_of(change: Option<UnderWay>) {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).under_way = change;
}

/// Sees to it that an interrupt (or a request to terminate) ends the process with the right words and the right exit code.
pub(crate) fn watch(form: Form, quiet: bool) {
    let handler = move || {
        if let Some(listener) = LISTENER.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return listener();
        }
        // The lock is kept: what is told here is the last word.
        let left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        std::process::exit(left.tell(form, quiet).into());
    };
    // Without a handler an interrupt still ends the process, though without a word.
    let _ = ctrlc::set_handler(handler);
}

impl Left {
    /// Tells everything. Gives back the exit code: that of a doubt, if there is one.
    fn tell(&self, form: Form, quiet: bool) -> u8 {
        let mut failures = Vec::new();
        if let Some(under_way) = &self.under_way {
            let mut stdout = io::stdout().lock();
            // Where nobody reads them, there is standard error for the failures all the same.
            let _ = stdout.write_all(&under_way.results).and_then(|()| stdout.flush());
            failures.extend(under_way.failures.iter().cloned());
        }
        failures.extend(self.failure());
        for failure in &failures {
            failure.report(form, quiet);
        }
        let is_doubt = failures.iter().any(|failure| failure.exit() == exit::UNKNOWN);
        if is_doubt { exit::UNKNOWN } else { exit::INTERRUPTED }
    }

    fn failure(&self) -> Option<Failure> {
        match (&self.doubt, &self.under_way) {
            (Some(ticket), under_way) => {
                let before = under_way.as_ref().map(|it| format!("; before it {} were made", it.made));
                let (method, to) = (printable(ticket.method().as_str()), printable(ticket.to()));
                let message = format!(
                    "interrupted: the {method} contact {to} may have been created, and may not{}",
                    before.unwrap_or_default()
                );
                let failure = Failure::interrupted_in_doubt(message, ticket);
                // The ticket stays at the end, where it is easily taken from.
                let go_on = under_way.as_ref().and_then(|it| it.hint).zip(failure.hint());
                let hint = go_on.map(|(go_on, resolve)| format!("{go_on}; or, {resolve}"));
                Some(hint.into_iter().fold(failure, Failure::with_hint))
            }
            (None, Some(UnderWay { made, change, hint, .. })) => {
                let failure = Failure::interrupted(format!(
                    "interrupted: {made} were made, and how far the next one came is not known: {}",
                    printable(change)
                ));
                Some(hint.iter().fold(failure, |failure, hint| failure.with_hint(*hint)))
            }
            (None, None) => None,
        }
    }
}
