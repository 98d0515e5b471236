//! Runs one operation on each of several contacts.

use contacts_ureq::{ContactId, Error};

use crate::{
    error::{Failure, is_for_all},
    io::interrupt::{self, UnderWay},
    output::{Change, Output},
};

/// Runs one operation on each contact. Stops early after a failure that the other contacts would
/// have too.
pub(super) fn each(
    output: Output,
    ids: &[ContactId],
    change: impl Fn(&ContactId) -> Result<Change, Error>,
) -> Result<(), Vec<Failure>> {
    let several = ids.len() > 1;
    let (mut changes, mut failures) = (Vec::new(), Vec::new());
    for (index, id) in ids.iter().enumerate() {
        interrupt::set_change(several.then(|| UnderWay {
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
                let untried = if is_last { ids.len() - index - 1 } else { 0 };
                let failure = Failure::from(error);
                failures.push(if several {
                    failure.about(&without_trying(id, untried))
                } else {
                    failure
                });
                if is_last {
                    break;
                }
            }
        }
    }
    interrupt::set_failures(&failures);
    if several || !changes.is_empty() {
        failures.extend(output.changes(&changes, several).err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// The id of a failed contact, with the number of contacts that were not tried because of it.
fn without_trying(id: &ContactId, others: usize) -> String {
    match others {
        0 => id.to_string(),
        1 => format!("{id} (the one after it was not tried)"),
        others => format!("{id} (the {others} after it were not tried)"),
    }
}
