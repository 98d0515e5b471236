//! What a client is after, and the exchange that is to get it.

use std::ops::ControlFlow;

use contacts_proto::{
    AccountId, Action, ActivateContact, AllContacts, Call, Confirmation, Contact, ContactId, Create,
    CreateContact, DeactivateContact, DeleteContact, Ensure, Ensured, Event, Exchange, GetContact, How,
    ListContacts, Now, Resolve, Resolved, Session, Ticket, Update, UpdateContact, Waiting,
};

/// What a client is after.
#[derive(Debug, Clone)]
pub enum Job {
    /// All contacts.
    List,
    /// All contacts of another user.
    ListOf(AccountId),
    /// One contact.
    Get(ContactId),
    /// A new contact.
    Create(CreateContact),
    /// A contact's other address.
    Update(ContactId, String),
    /// A contact's end.
    Delete(ContactId),
    /// A contact's use.
    Activate(ContactId),
    /// A contact's disuse.
    Deactivate(ContactId),
    /// A contact that exists once.
    Ensure(CreateContact),
    /// What became of a creation.
    Resolve(Ticket),
}

/// What an exchange says that it got.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// These are all contacts.
    Listed(Vec<Contact>),
    /// This is the contact.
    Got(Contact),
    /// The contact with this id was created or changed.
    Confirmed(ContactId),
    /// The contact is gone.
    Deleted,
    /// The contact exists.
    Ensured(Contact, How),
    /// This became of a creation.
    Resolved(Resolved),
    /// A change of a plan was made, or a part of it.
    Applied(contacts_plan::Outcome),
}

/// An exchange of any kind.
pub type Client = Box<dyn Exchange<Output = Outcome>>;

/// How a client sets about a job: [`Job::begin`], or in a test of the checker itself, something broken.
pub type Begin = fn(&Job, Session) -> Client;

impl Job {
    /// The exchange of `contacts-proto` for this job.
    ///
    /// # Panics
    /// If an update is to an address that no contact can have.
    pub fn begin(&self, session: Session) -> Client {
        match self.clone() {
            Self::List => client(AllContacts::new(session, ListContacts::all())),
            Self::ListOf(account) => {
                client(AllContacts::new(session, ListContacts::all().of_account(account)))
            }
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
            Self::Resolve(ticket) => client(Resolve::new(session, ticket)),
        }
    }

    /// The contact that it is about, if there is one already.
    pub fn target(&self) -> Option<&ContactId> {
        match self {
            Self::Get(id) | Self::Update(id, _) | Self::Delete(id) => Some(id),
            Self::Activate(id) | Self::Deactivate(id) => Some(id),
            Self::List | Self::ListOf(_) | Self::Create(_) | Self::Ensure(_) | Self::Resolve(_) => None,
        }
    }

    /// The contact that it is to create.
    pub fn wanted(&self) -> Option<&CreateContact> {
        if let Self::Create(create) | Self::Ensure(create) = self { Some(create) } else { None }
    }
}

/// An exchange as a client of the simulation.
pub fn client<E>(exchange: E) -> Client
where
    E: Exchange + 'static,
    Outcome: From<E::Output>,
{
    Box::new(Told(exchange))
}

/// An exchange whose result is told as an [`Outcome`].
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

    fn waiting(&self) -> Option<Waiting> {
        self.0.waiting()
    }

    fn is_in_doubt(&self) -> bool {
        self.0.is_in_doubt()
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
        Self::Ensured(ensured.contact, ensured.how)
    }
}

impl From<Resolved> for Outcome {
    fn from(resolved: Resolved) -> Self {
        Self::Resolved(resolved)
    }
}

impl From<contacts_plan::Outcome> for Outcome {
    fn from(outcome: contacts_plan::Outcome) -> Self {
        Self::Applied(outcome)
    }
}
