//! One operation with each of several contacts.

use contacts_ureq::{ContactId, Error};

use crate::{
    error::{Failure, is_for_all},
    io::interrupt::{self, UnderWay},
    output::{Change, Output},
};

/// Does one thing with each of several contacts. What fails with one does not keep the others from it, unless it would fail
/// with them too.
pub(super) fn each(
    output: Output,
    ids: &[ContactId],
    change: impl Fn(&ContactId) -> Result<Change, Error>,
) -> Result<(), Vec<Failure>> {
    let several = ids.len() > 1;
    let (mut changes, mut failures) = (Vec::new(), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        interrupt::tells_of(several.then(|| UnderWay {
            made: format!("{} of {} changes", changes.len(), ids.len()),
            change: id.to_string(),
            hint: None,
            results: output.changes_so_far(&changes),
            failures: failures.clone(),
        }));
        match change(id) {
            Ok(change) => changes.push(change),
            Err(error) => {
                let is_last = is_for_all(&error);
                let untried = if is_last { ids.len() - place - 1 } else { 0 };
                let failure = Failure::from(error);
                failures.push(if several { failure.about(&without_trying(id, untried)) } else { failure });
                if is_last {
                    break;
                }
            }
        }
    }
    interrupt::owes(&failures);
    if (several || !changes.is_empty())
        && let Err(failure) = output.changes(&changes, several)
    {
        failures.push(failure);
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// A contact with which something failed, and how many of those behind it were left for that reason.
fn without_trying(id: &ContactId, others: usize) -> String {
    match others {
        0 => id.to_string(),
        1 => format!("{id} (the one after it was not tried)"),
        others => format!("{id} (the {others} after it were not tried)"),
    }
}
