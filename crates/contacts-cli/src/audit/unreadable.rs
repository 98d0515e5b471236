//! Users whose contacts could not be read: why, and what to do.

use contacts_ureq::Error;

use crate::{failure::Failure, output::counted};

/// Why a user could not be read.
pub(crate) fn unreadable(error: Error) -> Failure {
    let is_unknown = is_unknown_user(&error);
    let failure = Failure::from(error);
    if is_unknown { failure.with_hint("check the account id: no user of this site has it") } else { failure }
}

/// Of so many users several could not be read, in one sentence; and what to do, where that is the same for all of them.
pub(crate) fn several(failures: &[&Failure], users: usize) -> Failure {
    let message = format!("{} of {} could not be read", failures.len(), counted(users, "user"));
    let failure = Failure::several(failures, message);
    match failures.first().and_then(|first| first.hint()) {
        Some(hint) if failures.iter().all(|other| other.hint() == Some(hint)) => failure.with_hint(hint),
        _ => failure,
    }
}

/// Whether the service knows no such user: it has a code for that, and a wrong address has none.
pub(super) fn is_unknown_user(error: &Error) -> bool {
    error.is_not_found() && error.code().is_some()
}
