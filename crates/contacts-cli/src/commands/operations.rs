//! The operations of the service: arguments, execution, and the requests that `curl` prints.

mod several;

use clap::{
    Args, Subcommand,
    builder::{RangedU64ValueParser, StringValueParser, TypedValueParser},
};
use contacts_plan::may_remove_last_enabled;
use contacts_ureq::{
    AccountId, ActivateContact, Confirmation, Contact, ContactId, ContactMethod, CreateContact,
    DeactivateContact, DeleteContact, EnsureOutcome, Error, GetContact, ListContacts,
    UpdateContact, escape_controls,
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
    usage::long_help,
};

/// The operations on contacts.
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    /// List contacts
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArgs),

    /// Show a contact
    #[command(after_help = "Example:\n  contacts get 299003c3-8221-4a9f-b63d-2370c4caaaaa -o json")]
    Get {
        /// Contact id
        #[arg(value_parser = redact::parse_argument::<ContactId>)]
        id: ContactId,
    },

    /// Create a contact
    #[command(after_help = CREATE_EXAMPLES, after_long_help = long_help(CREATE_EXAMPLES, CREATE_DETAILS))]
    Create {
        /// Method: email, sms or voice
        #[arg(value_parser = created_method())]
        method: ContactMethod,
        /// E-mail address, or phone number such as 90-5555559999
        #[arg(value_parser = redact::parse_argument::<String>)]
        to: String,
        /// Create the contact only if it does not exist
        #[arg(long)]
        ensure: bool,
    },

    /// Change the address of an e-mail contact
    #[command(
        after_help = "Example:\n  contacts update 299003c3-8221-4a9f-b63d-2370c4caaaaa ann@example.org"
    )]
    Update {
        /// Contact id
        #[arg(value_parser = redact::parse_argument::<ContactId>)]
        id: ContactId,
        /// New e-mail address
        #[arg(value_parser = redact::parse_argument::<String>)]
        to: String,
    },

    /// Activate contacts
    #[command(after_help = "Example:\n  contacts activate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Activate {
        /// Contact ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
    },

    /// Deactivate contacts
    #[command(
        after_help = DEACTIVATE_EXAMPLES,
        after_long_help = long_help(DEACTIVATE_EXAMPLES, DEACTIVATE_DETAILS)
    )]
    Deactivate {
        /// Contact ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
        /// Deactivate even the last enabled contact
        #[arg(long)]
        force: bool,
    },

    /// Delete contacts
    #[command(after_help = DELETE_EXAMPLES, after_long_help = long_help(DELETE_EXAMPLES, DELETE_DETAILS))]
    Delete {
        /// Contact ids
        #[arg(required = true, value_name = "ID", value_parser = redact::parse_argument::<ContactId>)]
        ids: Vec<ContactId>,
        /// Delete without confirmation
        #[arg(short, long)]
        yes: bool,
        /// Delete even the last enabled contact
        #[arg(long)]
        force: bool,
    },
}

const LIST_EXAMPLES: &str = "\
Examples:
  contacts list --method sms --disabled
  contacts list -o csv > contacts.csv
  contacts list --account-id 712020:0a1b2c3d    as an administrator";

const CREATE_EXAMPLES: &str = "\
Examples:
  contacts create sms 90-5555559999
  contacts create --ensure email ann@example.com";

const CREATE_DETAILS: &str = "\
Details:
  `create` sends the request again only if the service certainly did not process
  the first one. If the outcome is unknown, `create` prints a receipt and exits
  with 7. Do not create the contact again before you run
  `contacts reconcile RECEIPT`.

  With --ensure, the command lists the contacts first. It creates the contact
  only if it is not in the list. If the outcome is unknown, it lists them again.
  You can repeat the command safely.";

const DEACTIVATE_EXAMPLES: &str = "\
Examples:
  contacts deactivate 299003c3-8221-4a9f-b63d-2370c4caaaaa
  contacts deactivate 299003c3-8221-4a9f-b63d-2370c4caaaaa --force";

const DEACTIVATE_DETAILS: &str = "\
Details:
  Asks for confirmation if no enabled contact would remain. Without a terminal,
  it needs --force.";

const DELETE_EXAMPLES: &str = "\
Examples:
  contacts delete 299003c3-8221-4a9f-b63d-2370c4caaaaa
  contacts list --method sms -o ndjson | jq -r .id | xargs contacts delete --yes";

const DELETE_DETAILS: &str = "\
Details:
  Shows the contacts and asks for confirmation. If no enabled contact would
  remain, --yes also needs --force.";

/// The contacts to list.
#[derive(Debug, Default, Args)]
pub(crate) struct ListArgs {
    /// Number of contacts to skip
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    offset: Option<u32>,

    /// Page size, 1 to 100 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(ListContacts::MAX_PAGE_SIZE)))]
    size: Option<u32>,

    /// Maximum number of contacts [default: all]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,

    /// Account id of another user, for administrators
    #[arg(long, value_name = "ID", value_parser = redact::parse_argument::<AccountId>)]
    account_id: Option<AccountId>,

    /// Contacts of one method: email, sms, voice or mobile
    #[arg(long, value_name = "METHOD", value_parser = method())]
    method: Option<ContactMethod>,

    /// Enabled contacts only
    #[arg(long, conflicts_with = "disabled")]
    enabled: bool,

    /// Disabled contacts only
    #[arg(long)]
    disabled: bool,
}

/// Parses a method that the service has. A mistyped method would match no contact.
fn method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match text.to_ascii_lowercase().as_str().into() {
        ContactMethod::Other(_) => Err("must be email, sms, voice or mobile"),
        method => Ok(method),
    })
}

/// Parses a method that `create` takes. A mobile app registers itself.
fn created_method() -> impl TypedValueParser<Value = ContactMethod> {
    StringValueParser::new().try_map(|text| match text.to_ascii_lowercase().as_str().into() {
        ContactMethod::Mobile | ContactMethod::Other(_) => {
            Err("must be email, sms or voice; a mobile app registers itself")
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

    let each = |ids: &[ContactId],
                request: &dyn Fn(ContactId) -> Result<Request<Vec<u8>>, Error>| {
        ids.iter().cloned().map(request).collect()
    };
    match command {
        Do::List(args) => Ok(vec![session.request(&first_page(args)?)?]),
        Do::Get { id } => Ok(vec![session.request(&GetContact::new(id.clone()))?]),
        Do::Create { method, to, .. } => {
            Ok(vec![session.request(&CreateContact::new(method.clone(), to)?)?])
        }
        Do::Update { id, to } => Ok(vec![session.request(&UpdateContact::new(id.clone(), to)?)?]),
        Do::Activate { ids } => each(ids, &|id| session.request(&ActivateContact::new(id))),
        Do::Deactivate { ids, .. } => each(ids, &|id| session.request(&DeactivateContact::new(id))),
        Do::Delete { ids, .. } => each(ids, &|id| session.request(&DeleteContact::new(id))),
    }
}

/// The request for the first page.
fn first_page(args: &ListArgs) -> Result<ListContacts, Error> {
    let size = match (args.size, args.limit) {
        (Some(size), _) => size,
        // Without a filter, a page needs at most `limit` contacts.
        (None, Some(limit)) if !filters(args) => u32::try_from(limit)
            .unwrap_or(ListContacts::MAX_PAGE_SIZE)
            .clamp(1, ListContacts::MAX_PAGE_SIZE),
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
    while contacts.len() + written < limit {
        let Some(list) = pages.next_page() else { break };
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

fn create(
    context: &Context<'_>,
    method: &ContactMethod,
    to: &str,
    ensure: bool,
) -> Result<(), Failure> {
    let create = CreateContact::new(method.clone(), to)?;
    let service = context.connect()?;
    let session = service.session().clone();
    let change = if ensure {
        service.run_creating(Ensure::new(session, create.clone()), &create).map(|ensured| Change {
            id: ensured.contact.id,
            message: if ensured.outcome == EnsureOutcome::AlreadyExisted {
                "Exists"
            } else {
                "Created"
            }
            .into(),
        })
    } else {
        service.run_creating(Create::new(session, create.clone()), &create).map(Change::from)
    }?;
    context.output.changes(std::slice::from_ref(&change), false)?;
    if method.is_phone() && change.message == "Created" {
        io::note(
            "verify the new number with the code that the service sends; until then it gets no notifications",
        );
    }
    Ok(())
}

fn update(context: &Context<'_>, id: &ContactId, to: &str) -> Result<(), Failure> {
    let update = UpdateContact::new(id.clone(), to)?;
    let change = context.connect()?.send(&update)?.into();
    context.output.changes(&[change], false)
}

const LAST: &str = "no enabled contact would remain, so this user would get no notifications";

/// The error if the last enabled contact needs `--force`. `done` is `deactivated` or `deleted`.
fn is_last(done: &str) -> Failure {
    Failure::usage(format!("nothing was {done}: {LAST}"))
        .with_hint("activate or create another contact first, or add --force")
}

/// The current contacts. A 404 here does not mean that a contact of the command is missing.
fn contacts_now(service: &Client) -> Result<Vec<Contact>, Failure> {
    service.contacts().map_err(|error| Failure::from(error).request_names_no_contact())
}

/// Asks for confirmation if no enabled contact would remain.
fn confirm_deactivation(service: &mut Client, ids: &[ContactId]) -> Result<(), Failure> {
    if !may_remove_last_enabled(&contacts_now(service)?, ids) {
        return Ok(());
    }
    if !prompt::has_terminal() {
        return Err(is_last("deactivated"));
    }
    if !prompt::ask(&format!("{LAST}\nDeactivate {} anyway?", counted(ids.len(), "contact")))? {
        return Err(Failure::local("nothing was deactivated"));
    }
    service.restart();
    Ok(())
}

/// Shows the contacts and asks for confirmation. `yes` confirms the deletion, but not of the last
/// enabled contact.
fn confirm_deletion(
    service: &mut Client,
    ids: &[ContactId],
    yes: bool,
    force: bool,
) -> Result<(), Failure> {
    let actual = contacts_now(service)?;
    let takes_last = may_remove_last_enabled(&actual, ids);
    if yes {
        return if takes_last && !force { Err(is_last("deleted")) } else { Ok(()) };
    }
    let mut text = String::new();
    for id in ids {
        let contact = actual.iter().find(|contact| contact.id == *id);
        // For an id that is not in the list, the deletion itself reports the error.
        let shown = contact.map(|Contact { method, to, .. }| format!("  {} {to}", method.as_str()));
        text.push_str(&format!("{id}{}\n", escape_controls(&shown.unwrap_or_default())));
    }
    if takes_last {
        text.push_str(LAST);
        text.push('\n');
    }
    if !prompt::ask(&format!("{text}Delete {} permanently?", counted(ids.len(), "contact")))? {
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
