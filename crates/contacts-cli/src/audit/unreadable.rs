//! Users whose contacts could not be read, in one sentence.

use crate::{failure::Failure, output::counted};

/// Of so many users several could not be read, in one sentence; and what to do, where that is the same for all of them.
pub(crate) fn several(failures: &[&Failure], users: usize) -> Failure {
    let message = format!("{} of {} could not be read", failures.len(), counted(users, "user"));
    let failure = Failure::several(failures, message);
    match failures.first().and_then(|first| first.hint()) {
        Some(hint) if failures.iter().all(|other| other.hint() == Some(hint)) => failure.with_hint(hint),
        _ => failure,
    }
}
