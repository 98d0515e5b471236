//! The operations of the service: their arguments, what they do, and the requests that `curl` shows.

mod several;

use clap::{
    Args, Subcommand,
    builder::{RangedU64ValueParser, StringValueParser, TypedValueParser},
};
use contacts_plan::may_remove_last_enabled;
use contacts_ureq::{
    AccountId, ActivateContact, Confirmation, Contact, ContactId, ContactMethod, CreateContact,
    DeactivateContact, DeleteContact, EnsureOutcome, Error, GetContact, ListContacts, UpdateContact,
    escape_controls,
    exchange::{Call, Create, Ensure, Pages, Session},
};
use http::Request;

use self::several::each;
use crate::{
    client::{Client, Context},
    error::{Failure, counted},
    io::{self, prompt},
    output::{Change, Reader},
    redact,
};

/// The operations on contacts.
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    /// List contacts, all pages of them
    #[command(
        after_help = "Examples:\n  contacts list --method sms --disabled\n  contacts list -o csv > contacts.csv\n  \
                            contacts list --account-id 712020:0a1b2c3d    as an administrator"
    )]
    List(ListArgs),

    /// Show one contact
    #[command(after_help = "Example:\n  contacts get 299003c3-8221-4a9f-b63d-2370c4caaaaa -o json")]
    Get {
        /// Its id
        #[arg(value_parser = redact::parse_argument::<ContactId>)]
        id: ContactId,
    },

    /// Create a contact
    ///
    /// It is never sent twice unless it is certain that the first request did nothing. If its answer is lost, a receipt is
    /// printed and the exit code is 7: `contacts reconcile` tells what became of it. With --ensure, it looks before and after
    /// instead, and can be repeated at will.
    #[command(
        after_help = "Examples:\n  contacts create sms 90-5555559999\n  contacts create --ensure email ann@example.com"
    )]
    Create {
        /// email, sms or voice
        #[arg(value_parser = created_method())]
        method: ContactMethod,
        /// The address or number, such as 90-5555559999
        #[arg(value_parser = redact::parse_argument::<String>)]
        to: String,
        /// See to it that the contact exists once: create it only where it is missing
        #[arg(long)]
        ensure: bool,
    },

    /// Give an e-mail contact another address
    #[command(
        after_help = "Example:\n  contacts update 299003c3-8221-4a9f-b63d-2370c4caaaaa ann@example.org"
    )]
    Update {
        /// Its id
        #[arg(value_parser = redact::parse_argument::<ContactId>)]
        id: ContactId,
        /// The new address
        #[arg(value_parser = redact::parse_argument::<String>)]
        to: String,
    },

    /// Let contacts be used again
    #[command(after_help = "Example:\n  contacts activate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Activate {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
    },

    /// Let contacts be used no more
    ///
    /// If no enabled contact would be left, it asks, or needs --force where there is no terminal.
    #[command(after_help = "Example:\n  contacts deactivate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Deactivate {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
        /// Leave no enabled contact, if need be
        #[arg(long)]
        force: bool,
    },

    /// Delete contacts
    ///
    /// Shows them, and asks. If no enabled contact would be left, --yes is not enough: it needs --force.
    #[command(after_help = "Examples:\n  contacts delete 299003c3-8221-4a9f-b63d-2370c4caaaaa\n  \
                            contacts list --method sms -o ndjson | jq -r .id | xargs contacts delete --yes")]
    Delete {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
        /// Leave no enabled contact, if need be
        #[arg(long)]
        force: bool,
    },
}

/// Which contacts.
#[derive(Debug, Default, Args)]
pub(crate) struct ListArgs {
    /// Leave out the first N contacts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    offset: Option<u32>,

    /// Ask for N contacts a page, 1 to 100 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(ListContacts::MAX_PAGE_SIZE)))]
    size: Option<u32>,

    /// Stop after N contacts, 1 or more
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,

    /// Another user's contacts, as an administrator
    #[arg(long, value_name = "ID", value_parser = redact::parse_argument::<AccountId>)]
    account_id: Option<AccountId>,

    /// Only contacts of this method: email, sms, voice, mobile
    #[arg(long, value_name = "METHOD", value_parser = method())]
    method: Option<ContactMethod>,

    /// Only contacts that are enabled
    #[arg(long, conflicts_with = "disabled")]
    enabled: bool,

    /// Only contacts that are not
    #[arg(long)]
    disabled: bool,
}

/// A method that the service has; a mistyped one would have no contacts, as if nobody could be reached.
fn method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match text.to_ascii_lowercase().as_str().into() {
        ContactMethod::Other(_) => Err("expected email, sms, voice or mobile"),
        method => Ok(method),
    })
}

/// A method that `create` takes: an app registers itself.
fn created_method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match text.to_ascii_lowercase().as_str().into() {
        ContactMethod::Mobile | ContactMethod::Other(_) => {
            Err("expected email, sms or voice; an app registers itself")
        }
        method => Ok(method),
    })
}

pub(crate) fn run(context: &Context<'_>, command: &OperationCommand) -> Result<(), Vec<Failure>> {
    use OperationCommand as Do;

    match command {
        Do::List(args) => list(context, args),
        Do::Get { id } => get(context, id),
        Do::Create { method, to, ensure } => create(context, method, to, *ensure),
        Do::Update { id, to } => update(context, id, to),
        Do::Activate { ids } => {
            let service = context.connect()?;
            return each(context.output, ids, |id| {
                service.send(&ActivateContact::new(id.clone())).map(Change::from)
            });
        }
        Do::Deactivate { ids, force } => {
            let mut service = context.connect()?;
            if !*force {
                confirm_deactivation(&mut service, ids)?;
            }
            return each(context.output, ids, |id| {
                service.send(&DeactivateContact::new(id.clone())).map(Change::from)
            });
        }
        Do::Delete { ids, yes, force } => {
            if !*yes {
                prompt::can_be_asked("deleting")?;
            }
            let mut service = context.connect()?;
            if !(*yes && *force) {
                confirm_deletion(&mut service, ids, *yes, *force)?;
            }
            return each(context.output, ids, |id| {
                service.send(&DeleteContact::new(id.clone()))?;
                Ok(Change { id: id.clone(), message: "Deleted".into() })
            });
        }
    }
    .map_err(Vec::from)
}

/// The requests of a command: one, or one for each id.
pub(crate) fn requests(
    command: &OperationCommand,
    session: &Session,
) -> Result<Vec<Request<Vec<u8>>>, Error> {
    use OperationCommand as Do;

    let each = |ids: &[ContactId], request: &dyn Fn(ContactId) -> Result<Request<Vec<u8>>, Error>| {
        ids.iter().cloned().map(request).collect()
    };
    match command {
        Do::List(args) => Ok(vec![session.request(&first_page(args)?)?]),
        Do::Get { id } => Ok(vec![session.request(&GetContact::new(id.clone()))?]),
        Do::Create { method, to, .. } => Ok(vec![session.request(&CreateContact::new(method.clone(), to)?)?]),
        Do::Update { id, to } => Ok(vec![session.request(&UpdateContact::new(id.clone(), to)?)?]),
        Do::Activate { ids } => each(ids, &|id| session.request(&ActivateContact::new(id))),
        Do::Deactivate { ids, .. } => each(ids, &|id| session.request(&DeactivateContact::new(id))),
        Do::Delete { ids, .. } => each(ids, &|id| session.request(&DeleteContact::new(id))),
    }
}

/// The first page that these arguments ask for.
fn first_page(args: &ListArgs) -> Result<ListContacts, Error> {
    let size = match (args.size, args.limit) {
        (Some(size), _) => size,
        // A page has no use for more contacts than are wanted, unless some of them are left out.
        (None, Some(limit)) if !filters(args) => {
            u32::try_from(limit).unwrap_or(ListContacts::MAX_PAGE_SIZE).clamp(1, ListContacts::MAX_PAGE_SIZE)
        }
        (None, _) => ListContacts::MAX_PAGE_SIZE,
    };
    let list = ListContacts::all().offset(args.offset.unwrap_or_default())?.page_size(size)?;
    Ok(match &args.account_id {
        Some(account) => list.account(account.clone()),
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
            message: if ensured.outcome == EnsureOutcome::AlreadyExisted { "Exists" } else { "Created" }
                .into(),
        })
    } else {
        service.run_creating(Create::new(session, create.clone()), &create).map(Change::from)
    }?;
    context.output.changes(std::slice::from_ref(&change), false)?;
    if method.is_phone() && change.message == "Created" {
        io::note("a new number is used only once it is verified, by the code that is sent to it");
    }
    Ok(())
}

fn update(context: &Context<'_>, id: &ContactId, to: &str) -> Result<(), Failure> {
    let update = UpdateContact::new(id.clone(), to)?;
    let change = context.connect()?.send(&update)?.into();
    context.output.changes(&[change], false)
}

/// What there is to say if no enabled contact would be left.
const LAST: &str = "no enabled contact would be left, as far as is known, so that nobody would be notified";

fn is_last(kept_by: &str) -> Failure {
    Failure::usage(LAST).with_hint(format!("--force {kept_by} all the same"))
}

/// A 404 to the list says nothing of the contacts that the command names.
fn contacts_now(service: &Client) -> Result<Vec<Contact>, Failure> {
    service.contacts().map_err(|error| Failure::from(error).of_no_contact())
}

/// Asks if nobody may be notified afterwards.
fn confirm_deactivation(service: &mut Client, ids: &[ContactId]) -> Result<(), Failure> {
    if !may_remove_last_enabled(&contacts_now(service)?, ids) {
        return Ok(());
    }
    if !prompt::has_terminal() {
        return Err(is_last("deactivates"));
    }
    if !prompt::ask(&format!("{LAST}\nDeactivate {} all the same?", counted(ids.len(), "contact")))? {
        return Err(Failure::local("nothing was deactivated"));
    }
    service.restart();
    Ok(())
}

/// Shows what is to be deleted for good, and asks. `--yes` answers that question alone.
fn confirm_deletion(service: &mut Client, ids: &[ContactId], yes: bool, force: bool) -> Result<(), Failure> {
    let actual = contacts_now(service)?;
    let takes_last = may_remove_last_enabled(&actual, ids);
    if yes {
        return if takes_last && !force { Err(is_last("deletes")) } else { Ok(()) };
    }
    let mut text = String::new();
    for id in ids {
        let contact = actual.iter().find(|contact| contact.id == *id);
        // One that is not listed is told when it is deleted.
        let shown = contact.map(|Contact { method, to, .. }| format!("  {} {to}", method.as_str()));
        text.push_str(&format!("{id}{}\n", escape_controls(&shown.unwrap_or_default())));
    }
    if takes_last {
        text.push_str(LAST);
        text.push('\n');
    }
    if !prompt::ask(&format!("{text}Delete {} for good?", counted(ids.len(), "contact")))? {
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
