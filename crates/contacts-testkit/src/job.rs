//! The jobs of a client, and the exchange for each. A new operation is added here.

use std::ops::ControlFlow;

use contacts_proto::{
    AccountId, ActivateContact, CloudId, Confirmation, Contact, ContactId, ContactMethod,
    CreateContact, DeactivateContact, DeleteContact, EnsureOutcome, Ensured, FindCloudId,
    GetContact, ListContacts, Page, Receipt, Reconciled, UpdateContact,
    exchange::{
        Action, Call, Create, Ensure, Event, Exchange, Fork, List, Now, Reconcile, Session, Update,
        WaitReason,
    },
};

/// A job of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Read one page of the list.
    Page,
    /// Read all contacts.
    List,
    /// Read all contacts of another user.
    ListOf(AccountId),
    /// Read one contact.
    Get(ContactId),
    /// Create a contact.
    Create(CreateContact),
    /// Change the address of a contact.
    Update(ContactId, String),
    /// Delete a contact.
    Delete(ContactId),
    /// Activate a contact.
    Activate(ContactId),
    /// Deactivate a contact.
    Deactivate(ContactId),
    /// Ensure that a contact exists once.
    Ensure(CreateContact),
    /// The result of reconciling a receipt.
    Reconcile(Receipt),
    /// Look up the cloud id of a site.
    FindCloudId,
}

/// The value of a successful exchange.
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
    /// The result of reconciling a receipt.
    Reconciled(Reconciled),
    /// The cloud id.
    Found(CloudId),
}

/// The kind of an exchange: decides which laws apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeKind {
    /// One operation with its retries.
    Call,
    /// An update, which reads the contact before it repeats.
    Update,
    /// One operation without credentials.
    Anonymous,
    /// The pages of a list.
    List,
    /// A scan, at most two create requests, and scans after each.
    Ensure,
    /// One or two scans.
    Reconcile,
    /// Any other exchange. Only the laws of all exchanges apply.
    Other,
}

/// An exchange of any kind.
pub type BoxedExchange = Box<dyn JobExchange>;

/// The exchange of a job. A simulation can fork it.
pub trait JobExchange: Exchange<Output = Outcome> {
    /// Returns a copy in the same state.
    fn fork_boxed(&self) -> BoxedExchange;
}

impl<E: Exchange<Output = Outcome> + Fork + 'static> JobExchange for E {
    fn fork_boxed(&self) -> BoxedExchange {
        Box::new(self.fork())
    }
}

impl Clone for BoxedExchange {
    fn clone(&self) -> Self {
        (**self).fork_boxed()
    }
}

/// Starts a job: [`Job::begin`], or one of the [`mutants`](crate::mutants).
pub type Begin = fn(&Job, Session) -> BoxedExchange;

impl Job {
    /// The exchange of `contacts-proto` for this job.
    ///
    /// # Panics
    /// If the address of an update is invalid.
    pub fn begin(&self, session: Session) -> BoxedExchange {
        match self.clone() {
            Self::Page => boxed(Call::new(session, ListContacts::all())),
            Self::List => boxed(List::new(session, ListContacts::all())),
            Self::ListOf(account) => {
                boxed(List::new(session, ListContacts::all().account(account)))
            }
            Self::Get(id) => boxed(Call::new(session, GetContact::new(id))),
            Self::Create(create) => boxed(Create::new(session, create)),
            Self::Update(id, to) => {
                let update = UpdateContact::new(id, to).expect("addresses in jobs are plain");
                boxed(Update::new(session, update))
            }
            Self::Delete(id) => boxed(Call::new(session, DeleteContact::new(id))),
            Self::Activate(id) => boxed(Call::new(session, ActivateContact::new(id))),
            Self::Deactivate(id) => boxed(Call::new(session, DeactivateContact::new(id))),
            Self::Ensure(create) => boxed(Ensure::new(session, create)),
            Self::Reconcile(receipt) => boxed(Reconcile::new(session, receipt)),
            Self::FindCloudId => boxed(Call::new(session, FindCloudId)),
        }
    }

    /// One job of each kind. Its contacts occur in the responses of a
    /// [`Script`](crate::script::Script).
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

    /// Returns the kind of its exchange.
    pub fn kind(&self) -> ExchangeKind {
        match self {
            Self::Update(..) => ExchangeKind::Update,
            Self::FindCloudId => ExchangeKind::Anonymous,
            Self::List | Self::ListOf(_) => ExchangeKind::List,
            Self::Ensure(_) => ExchangeKind::Ensure,
            Self::Reconcile(_) => ExchangeKind::Reconcile,
            Self::Page | Self::Get(_) | Self::Create(_) | Self::Delete(_) => ExchangeKind::Call,
            Self::Activate(_) | Self::Deactivate(_) => ExchangeKind::Call,
        }
    }

    /// Returns `true` if the job only reads.
    pub fn is_read_only(&self) -> bool {
        matches!(
            self,
            Self::Page
                | Self::List
                | Self::ListOf(_)
                | Self::Get(_)
                | Self::Reconcile(_)
                | Self::FindCloudId
        )
    }

    /// Returns the existing contact that the job is about.
    pub fn target(&self) -> Option<&ContactId> {
        match self {
            Self::Get(id) | Self::Update(id, _) | Self::Delete(id) => Some(id),
            Self::Activate(id) | Self::Deactivate(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the contact that the job creates.
    pub fn wanted(&self) -> Option<&CreateContact> {
        if let Self::Create(create) | Self::Ensure(create) = self { Some(create) } else { None }
    }
}

impl ExchangeKind {
    /// Returns `true` for a single operation.
    pub fn is_one_call(self) -> bool {
        matches!(self, Self::Call | Self::Update | Self::Anonymous)
    }
}

/// Boxes an exchange and converts its value to an [`Outcome`].
pub fn boxed<E>(exchange: E) -> BoxedExchange
where
    E: Fork + 'static,
    Outcome: From<E::Output>,
{
    Box::new(IntoOutcome(exchange))
}

struct IntoOutcome<E>(E);

impl<E: Exchange> Exchange for IntoOutcome<E>
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

impl<E: Fork> Fork for IntoOutcome<E>
where
    Outcome: From<E::Output>,
{
    fn fork(&self) -> Self {
        Self(self.0.fork())
    }
}

impl From<Page> for Outcome {
    fn from(page: Page) -> Self {
        Self::Listed(page.items)
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
    fn from(reconciled: Reconciled) -> Self {
        Self::Reconciled(reconciled)
    }
}

impl From<CloudId> for Outcome {
    fn from(id: CloudId) -> Self {
        Self::Found(id)
    }
}
