//! The seven operations.

use contacts_plan::takes_last_enabled;
use contacts_ureq::{
    ActivateContact, Call, Confirmation, Contact, ContactId, ContactMethod, Create, CreateContact,
    DeactivateContact, DeleteContact, Ensure, Error, GetContact, How, ListContacts, Pages, UpdateContact,
    printable,
};

use super::{Context, question};
use crate::{
    args::{ListArgs, OperationCommand},
    failure::{Failure, is_for_all},
    interrupt::{self, UnderWay},
    output::{Change, Reader, counted},
    service::Service,
};

pub(super) fn run(context: &Context<'_>, command: &OperationCommand) -> Result<(), Vec<Failure>> {
    use OperationCommand as Do;

    match command {
        Do::List(args) => list(context, args),
        Do::Get { id } => get(context, id),
        Do::Create { method, to, ensure } => create(context, method, to, *ensure),
        Do::Update { id, to } => update(context, id, to),
        Do::Activate { ids } => {
            return each(context, &context.connect()?, ids, |service, id| {
                service.send(&ActivateContact::new(id.clone())).map(Change::from)
            });
        }
        Do::Deactivate { ids, force } => {
            let mut service = context.connect()?;
            if !*force {
                confirm_deactivation(&mut service, ids)?;
            }
            return each(context, &service, ids, |service, id| {
                service.send(&DeactivateContact::new(id.clone())).map(Change::from)
            });
        }
        Do::Delete { ids, yes, force } => {
            if !*yes {
                question::can_be_asked("deleting")?;
            }
            let mut service = context.connect()?;
            if !(*yes && *force) {
                confirm_deletion(&mut service, ids, *yes, *force)?;
            }
            return each(context, &service, ids, |service, id| {
                service.send(&DeleteContact::new(id.clone()))?;
                Ok(Change { id: id.clone(), message: "Deleted".into() })
            });
        }
    }
    .map_err(Vec::from)
}

/// The first page that these arguments ask for.
pub(super) fn first_page(args: &ListArgs) -> Result<ListContacts, Error> {
    let size = match (args.size, args.limit) {
        (Some(size), _) => size,
        // A page has no use for more contacts than are wanted, unless some of them are left out.
        (None, Some(limit)) if !filters(args) => {
            u32::try_from(limit).unwrap_or(ListContacts::LARGEST_SIZE).clamp(1, ListContacts::LARGEST_SIZE)
        }
        (None, _) => ListContacts::LARGEST_SIZE,
    };
    let list = ListContacts::all().offset(args.offset.unwrap_or_default())?.size(size)?;
    Ok(match &args.account_id {
        Some(account) => list.of_account(account.clone()),
        None => list,
    })
}

fn filters(args: &ListArgs) -> bool {
    args.method.is_some() || args.enabled || args.disabled
}

fn is_wanted(args: &ListArgs, contact: &Contact) -> bool {
    args.method.as_ref().is_none_or(|method| *method == contact.method)
        && (!args.enabled || contact.is_enabled())
        && (!args.disabled || !contact.is_enabled())
}

fn list(context: &Context<'_>, args: &ListArgs) -> Result<(), Failure> {
    let first = first_page(args)?;
    let service = context.connect()?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut pages = Pages::new(first, service.session().policy().limits);
    let (mut contacts, mut written) = (Vec::new(), 0);
    while contacts.len() + written < limit
        && let Some(list) = pages.next_page()
    {
        let page = service.run(Call::new(service.session().clone(), list?))?;
        let wanted = pages.accept(page).into_iter().filter(|contact| is_wanted(args, contact));
        contacts.extend(wanted.take(limit - contacts.len() - written));
        if context.output.streams() {
            if context.output.contacts(&contacts)? == Reader::Gone {
                return Ok(());
            }
            written += contacts.len();
            contacts.clear();
        }
    }
    if context.output.streams() { Ok(()) } else { context.output.contacts(&contacts).map(drop) }
}

fn get(context: &Context<'_>, id: &ContactId) -> Result<(), Failure> {
    let contact = context.connect()?.send(&GetContact::new(id.clone()))?;
    context.output.contact(&contact)
}

fn create(context: &Context<'_>, method: &ContactMethod, to: &str, ensure: bool) -> Result<(), Failure> {
    let create = CreateContact::new(method.clone(), to)?;
    let service = context.connect()?;
    let session = service.session().clone();
    let change = if ensure {
        service.run_creating(Ensure::new(session, create.clone()), &create).map(|ensured| Change {
            id: ensured.contact.id,
            message: if ensured.how == How::Existing { "Exists" } else { "Created" }.into(),
        })
    } else {
        service.run_creating(Create::new(session, create.clone()), &create).map(Change::from)
    }?;
    context.output.changes(std::slice::from_ref(&change), false)?;
    if method.is_phone() && change.message == "Created" {
        context.note("a new number is used only once it is verified, by the code that is sent to it");
    }
    Ok(())
}

fn update(context: &Context<'_>, id: &ContactId, to: &str) -> Result<(), Failure> {
    let update = UpdateContact::new(id.clone(), to)?;
    let change = context.connect()?.send(&update)?.into();
    context.output.changes(&[change], false)
}

/// Does one thing with each of several contacts. What fails with one does not keep the others from it, unless it would fail
/// with them too.
fn each(
    context: &Context<'_>,
    service: &Service,
    ids: &[ContactId],
    change: impl Fn(&Service, &ContactId) -> Result<Change, Error>,
) -> Result<(), Vec<Failure>> {
    let several = ids.len() > 1;
    let (mut changes, mut failures) = (Vec::new(), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        interrupt::tells_of(several.then(|| UnderWay {
            made: format!("{} of {} changes", changes.len(), ids.len()),
            change: id.to_string(),
            hint: None,
            results: context.output.changes_so_far(&changes),
            failures: failures.clone(),
        }));
        match change(service, id) {
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
        && let Err(failure) = context.output.changes(&changes, several)
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

/// What there is to say if no enabled contact would be left.
const LAST: &str = "no enabled contact would be left, as far as is known, so that nobody would be notified";

fn is_last(kept_by: &str) -> Failure {
    Failure::usage(LAST).with_hint(format!("--force {kept_by} all the same"))
}

/// A 404 to the list says nothing of the contacts that the command names.
fn contacts_now(service: &Service) -> Result<Vec<Contact>, Failure> {
    service.contacts().map_err(|error| Failure::from(error).of_no_contact())
}

/// Asks if nobody may be notified afterwards.
fn confirm_deactivation(service: &mut Service, ids: &[ContactId]) -> Result<(), Failure> {
    if !takes_last_enabled(&contacts_now(service)?, ids) {
        return Ok(());
    }
    if !question::has_terminal() {
        return Err(is_last("deactivates"));
    }
    if !question::ask(&format!("{LAST}\nDeactivate {} all the same?", counted(ids.len(), "contact")))? {
        return Err(Failure::local("nothing was deactivated"));
    }
    service.restart();
    Ok(())
}

/// Shows what is to be deleted for good, and asks. `--yes` answers that question alone.
fn confirm_deletion(service: &mut Service, ids: &[ContactId], yes: bool, force: bool) -> Result<(), Failure> {
    let actual = contacts_now(service)?;
    let takes_last = takes_last_enabled(&actual, ids);
    if yes {
        return if takes_last && !force { Err(is_last("deletes")) } else { Ok(()) };
    }
    let mut text = String::new();
    for id in ids {
        let contact = actual.iter().find(|contact| contact.id == *id);
        // One that is not listed is told when it is deleted.
        let shown = contact.map(|Contact { method, to, .. }| format!("  {} {to}", method.as_str()));
        text.push_str(&format!("{id}{}\n", printable(&shown.unwrap_or_default())));
    }
    if takes_last {
        text.push_str(LAST);
        text.push('\n');
    }
    if !question::ask(&format!("{text}Delete {} for good?", counted(ids.len(), "contact")))? {
        return Err(Failure::local("nothing was deleted"));
    }
    service.restart();
    Ok(())
}

impl From<Confirmation> for Change {
    fn from(confirmation: Confirmation) -> Self {
        Self { id: confirmation.id, message: confirmation.message }
    }
}
