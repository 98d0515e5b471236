//! Whether what a client says is true of the state that the service is in.

use contacts_proto::{Contact, Effect, Error, How};
use contacts_sandbox::StoredContact;

use super::{
    Defect,
    case::{Case, Task},
    trial::{Claim, NEW, UPDATED, is_whole},
};

type Defects = Vec<(Defect, String)>;

/// What is wrong with a result, given what was there before and what is there now.
pub(super) fn audit(
    case: &Case,
    result: &Result<Claim, Error>,
    before: &[StoredContact],
    now: &[StoredContact],
) -> Defects {
    let mut defects = Defects::new();
    let target = match case.task {
        Task::Update | Task::Delete | Task::Deactivate => Some(0),
        Task::Activate => Some(1),
        _ => None,
    };
    for (number, contact) in before.iter().enumerate().filter(|(number, _)| Some(*number) != target) {
        if !now.contains(contact) {
            defects.push((Defect::Wrong, format!("contact {number}, which nobody asked about, has changed")));
        }
    }
    let new: Vec<_> = now.iter().filter(|contact| !before.iter().any(|old| old.id == contact.id)).collect();
    if let Task::Create | Task::Ensure = case.task {
        created(case, result, &new, &mut defects);
    } else {
        if !new.is_empty() {
            defects.push((Defect::Wrong, format!("{} contacts that nobody asked for", new.len())));
        }
        if let Some(target) = target {
            let was = &before[target];
            let is = now.iter().find(|contact| contact.id == was.id);
            changed(case.task, result, was, is, &mut defects);
        }
        read(case.task, result, before, &mut defects);
    }
    defects
}

/// A creation: `new` is what was not there before.
fn created(case: &Case, result: &Result<Claim, Error>, new: &[&StoredContact], defects: &mut Defects) {
    if new.iter().any(|contact| contact.method.as_str() != NEW.0.as_str() || contact.to != NEW.1) {
        defects.push((Defect::Wrong, format!("another contact than was asked for: {new:?}")));
    }
    let told = match result {
        Ok(Claim::Created(id)) => Some(id),
        Ok(Claim::Ensured(ensured)) => {
            if ensured.how == How::Existing && !case.doubles() {
                defects.push((Defect::Wrong, "it is said to have been there before".to_owned()));
            }
            Some(&ensured.contact.id)
        }
        _ => None,
    };
    if told.is_some_and(|id| !new.iter().any(|contact| contact.id == id.as_str())) {
        defects.push((Defect::Lost, format!("{result:?}, and there is {new:?}")));
    }
    if new.len() > 1 && !case.doubles() {
        defects.push((Defect::Doubled, format!("{result:?}, and there is {new:?}")));
    }
    if let Err(error) = result {
        no_effect(error, new.is_empty(), defects);
        if matches!(error, Error::Duplicate(_)) && new.len() < 2 {
            defects.push((Defect::Wrong, format!("{error}, and there is {new:?}")));
        }
    }
}

/// A change of a contact that `was` one way and `is` another, or is gone.
fn changed(
    task: Task,
    result: &Result<Claim, Error>,
    was: &StoredContact,
    is: Option<&StoredContact>,
    defects: &mut Defects,
) {
    let wanted = match task {
        Task::Delete => None,
        Task::Update => Some(StoredContact { to: UPDATED.to_owned(), ..was.clone() }),
        Task::Activate => Some(StoredContact { enabled: true, ..was.clone() }),
        _ => Some(StoredContact { enabled: false, ..was.clone() }),
    };
    let is_done = is == wanted.as_ref();
    if !is_done && is != Some(was) {
        defects
            .push((Defect::Wrong, format!("the contact is neither as it was nor as it should be: {is:?}")));
    }
    match result {
        Ok(_) if !is_done => defects.push((Defect::Lost, format!("{result:?}, and there is {is:?}"))),
        Ok(_) => {}
        Err(error) => no_effect(error, !is_done, defects),
    }
}

/// Something that was only read.
fn read(task: Task, result: &Result<Claim, Error>, before: &[StoredContact], defects: &mut Defects) {
    let is_right = match result {
        Ok(Claim::Got(contact)) => is_like(contact, &before[0]),
        Ok(Claim::Listed(contacts)) => is_whole(contacts, before),
        Ok(Claim::Ensured(ensured)) => ensured.how == How::Existing && is_like(&ensured.contact, &before[0]),
        _ => true,
    };
    if !is_right {
        defects.push((Defect::Wrong, format!("{task:?}: {result:?}")));
    }
}

/// An error that says that there was no effect, while there is one.
fn no_effect(error: &Error, is_unchanged: bool, defects: &mut Defects) {
    if error.effect() == Effect::None && !is_unchanged {
        defects.push((Defect::Wrong, format!("{error}: without effect, it says, and there is one")));
    }
}

/// Whether a contact is the one that the service keeps.
pub(super) fn is_like(contact: &Contact, stored: &StoredContact) -> bool {
    contact.id.as_str() == stored.id
        && contact.method.as_str() == stored.method.as_str()
        && contact.to == stored.to
        && contact.is_enabled() == stored.enabled
}
