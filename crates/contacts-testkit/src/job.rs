//! What a client wants, and the exchange that gets it. Everything here that names an operation is
//! in this file.

use std::ops::ControlFlow;

use contacts_proto::{
    AccountId, ActivateContact, CloudId, Confirmation, Contact, ContactId, ContactMethod, CreateContact,
    DeactivateContact, DeleteContact, EnsureOutcome, Ensured, FindCloudId, GetContact, ListContacts, Page,
    Receipt, Reconciled, UpdateContact,
    exchange::{
        Action, Call, Create, Ensure, Event, Exchange, List, Now, Reconcile, Session, Update, WaitReason,
    },
};

/// A job of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// One page of the list.
    Page,
    /// All contacts.
    List,
    /// All contacts of another user.
    ListOf(AccountId),
    /// One contact.
    Get(ContactId),
    /// A new contact.
    Create(CreateContact),
    /// Another address for a contact.
    Update(ContactId, String),
    /// A contact's end.
    Delete(ContactId),
    /// An enabled contact.
    Activate(ContactId),
    /// A disabled contact.
    Deactivate(ContactId),
    /// A contact that exists once.
    Ensure(CreateContact),
    /// The outcome of an interrupted creation.
    Reconcile(Receipt),
    /// The cloud id of a site.
    FindCloudId,
}

/// The value of an exchange that succeeded.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The contacts of a list.
    Listed(Vec<Contact>),
    /// The contact.
    Got(Contact),
    /// The id of a contact that was created or changed.
    Confirmed(ContactId),
    /// The contact is deleted.
    Deleted,
    /// The contact exists.
    Ensured(Contact, EnsureOutcome),
    /// The outcome of an interrupted creation.
    Reconciled(Reconciled),
    /// The cloud id.
    Found(CloudId),
}

/// The parts of an exchange, as far as the laws know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One operation with its retries.
    Call,
    /// An update, which looks before it repeats.
    Update,
    /// One operation without credentials.
    Anonymous,
    /// The pages of a list.
    List,
    /// A search, at most two creations, and searches after each.
    Ensure,
    /// One or two searches.
    Reconcile,
    /// Any other. Only the laws of every exchange are known to hold for it.
    Other,
}

/// An exchange of any kind.
pub type Client = Box<dyn Exchange<Output = Outcome>>;

/// Begins a job: [`Job::begin`], or one of the [`mutants`](crate::mutants).
pub type Begin = fn(&Job, Session) -> Client;

impl Job {
    /// The exchange of `contacts-proto` for this job.
    ///
    /// # Panics
    /// If an update is to an address that no contact can have.
    pub fn begin(&self, session: Session) -> Client {
        match self.clone() {
            Self::Page => client(Call::new(session, ListContacts::all())),
            Self::List => client(List::new(session, ListContacts::all())),
            Self::ListOf(account) => client(List::new(session, ListContacts::all().account(account))),
            Self::Get(id) => client(Call::new(session, GetContact::new(id))),
            Self::Create(create) => client(Create::new(session, create)),
            Self::Update(id, to) => {
                let update = UpdateContact::new(id, to).expect("addresses in jobs are plain");
                client(Update::new(session, update))
            }
            Self::Delete(id) => client(Call::new(session, DeleteContact::new(id))),
            Self::Activate(id) => client(Call::new(session, ActivateContact::new(id))),
            Self::Deactivate(id) => client(Call::new(session, DeactivateContact::new(id))),
            Self::Ensure(create) => client(Ensure::new(session, create)),
            Self::Reconcile(receipt) => client(Reconcile::new(session, receipt)),
            Self::FindCloudId => client(Call::new(session, FindCloudId)),
        }
    }

    /// One job of each kind, with the contacts that the answers of a
    /// [`Script`](crate::script::Script) speak of.
    ///
    /// # Panics
    /// Never: its arguments are valid.
    pub fn of_each_kind() -> [Self; 11] {
        let id = || ContactId::new("a").expect("an id");
        let create = || CreateContact::new(ContactMethod::Sms, "1-555-0100").expect("a number");
        [
            Self::Page,
            Self::Create(create()),
            Self::Get(id()),
            Self::Update(id(), "new@example.com".into()),
            Self::Delete(id()),
            Self::Activate(id()),
            Self::Deactivate(id()),
            Self::FindCloudId,
            Self::List,
            Self::Ensure(create()),
            Self::Reconcile(create().receipt(0)),
        ]
    }

    /// Its parts, as far as the laws know them.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Update(..) => Shape::Update,
            Self::FindCloudId => Shape::Anonymous,
            Self::List | Self::ListOf(_) => Shape::List,
            Self::Ensure(_) => Shape::Ensure,
            Self::Reconcile(_) => Shape::Reconcile,
            Self::Page | Self::Get(_) | Self::Create(_) | Self::Delete(_) => Shape::Call,
            Self::Activate(_) | Self::Deactivate(_) => Shape::Call,
        }
    }

    /// Returns `true` if it only reads.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::Page | Self::List | Self::ListOf(_) | Self::Get(_) | Self::Reconcile(_) | Self::FindCloudId
        )
    }

    /// The contact that it is about, if there is one already.
    pub fn target(&self) -> Option<&ContactId> {
        match self {
            Self::Get(id) | Self::Update(id, _) | Self::Delete(id) => Some(id),
            Self::Activate(id) | Self::Deactivate(id) => Some(id),
            _ => None,
        }
    }

    /// The contact that it creates.
    pub fn wanted(&self) -> Option<&CreateContact> {
        if let Self::Create(create) | Self::Ensure(create) = self { Some(create) } else { None }
    }
}

impl Shape {
    /// Returns `true` for a single operation.
    pub fn is_one_call(self) -> bool {
        matches!(self, Self::Call | Self::Update | Self::Anonymous)
    }
}

/// An exchange whose value is an [`Outcome`].
pub fn client<E>(exchange: E) -> Client
where
    E: Exchange + 'static,
    Outcome: From<E::Output>,
{
    Box::new(Told(exchange))
}

struct Told<E>(E);

impl<E: Exchange> Exchange for Told<E>
where
    Outcome: From<E::Output>,
{
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        match self.0.step(event, now, random).result() {
            ControlFlow::Break(action) => action,
            ControlFlow::Continue(result) => Action::Done(result.map(Outcome::from)),
        }
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        self.0.wait_reason()
    }

    fn is_create_in_flight(&self) -> bool {
        self.0.is_create_in_flight()
    }
}

impl From<Page> for Outcome {
    fn from(page: Page) -> Self {
        Self::Listed(page.contacts)
    }
}

impl From<Vec<Contact>> for Outcome {
    fn from(contacts: Vec<Contact>) -> Self {
        Self::Listed(contacts)
    }
}

impl From<Contact> for Outcome {
    fn from(contact: Contact) -> Self {
        Self::Got(contact)
    }
}

impl From<Confirmation> for Outcome {
    fn from(confirmation: Confirmation) -> Self {
        Self::Confirmed(confirmation.id)
    }
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Self::Deleted
    }
}

impl From<Ensured> for Outcome {
    fn from(ensured: Ensured) -> Self {
        Self::Ensured(ensured.contact, ensured.outcome)
    }
}

impl From<Reconciled> for Outcome {
    fn from(resolved: Reconciled) -> Self {
        Self::Reconciled(resolved)
    }
}

impl From<CloudId> for Outcome {
    fn from(id: CloudId) -> Self {
        Self::Found(id)
    }
}
