//! Ctrl-C: in the middle of a creation it leaves a doubt, and the doubt a ticket.

use std::sync::{Mutex, PoisonError};

use contacts_ureq::{Ticket, printable};

use crate::{
    args::Form,
    failure::{Failure, exit},
};

/// What is in doubt if the process ends now.
static DOUBT: Mutex<Option<Ticket>> = Mutex::new(None);

/// What is told of the first interrupt, in place of an end.
static LISTENER: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// From now on the first interrupt is told to this, which sees to the end; the next one ends the process at once.
pub(crate) fn tells(listener: impl FnOnce() + Send + 'static) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
}

/// From now on an interrupt leaves this ticket, or none.
pub(crate) fn leaves(ticket: Option<Ticket>) {
    *DOUBT.lock().unwrap_or_else(PoisonError::into_inner) = ticket;
}

/// Sees to it that an interrupt (or a request to terminate) ends the process with the right words and the right exit code.
pub(crate) fn watch(form: Form) {
    let handler = move || {
        if let Some(listener) = LISTENER.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return listener();
        }
        // The lock is kept: what is told here is the last word.
        let doubt = DOUBT.lock().unwrap_or_else(PoisonError::into_inner);
        let code = doubt.as_ref().map_or(exit::INTERRUPTED, |ticket| {
            let failure = in_doubt(ticket);
            failure.report(form, false);
            failure.exit()
        });
        std::process::exit(code.into());
    };
    // Without a handler an interrupt still ends the process, though without a word.
    let _ = ctrlc::set_handler(handler);
}

fn in_doubt(ticket: &Ticket) -> Failure {
    let (method, to) = (printable(ticket.method().as_str()), printable(ticket.to()));
    let message = format!("interrupted: the {method} contact {to} may have been created, and may not");
    Failure::interrupted_in_doubt(message, ticket)
}
