//! Every exchange, each with the same arguments always.

use std::fmt;

use contacts_proto::{
    Action, ActivateContact, AllContacts, Call, ContactId, ContactMethod, Create, CreateContact,
    DeactivateContact, DeleteContact, Ensure, Event, Exchange, FindCloudId, GetContact, ListContacts, Now,
    Resolve, Session, Update, UpdateContact, Waiting,
};

/// An exchange whose output is only looked at by people.
pub(crate) type Any = Box<dyn Exchange<Output = String>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    List,
    Create,
    Get,
    Update,
    Delete,
    Activate,
    Deactivate,
    FindCloudId,
    AllContacts,
    Ensure,
    Resolve,
}

impl Subject {
    pub(crate) const ALL: [Self; 11] = [
        Self::List,
        Self::Create,
        Self::Get,
        Self::Update,
        Self::Delete,
        Self::Activate,
        Self::Deactivate,
        Self::FindCloudId,
        Self::AllContacts,
        Self::Ensure,
        Self::Resolve,
    ];

    pub(crate) fn exchange(self, session: Session) -> Any {
        let id = || ContactId::new("a").unwrap();
        let create = || CreateContact::new(ContactMethod::Sms, "1-555-0100").unwrap();
        match self {
            Self::List => shown(Call::new(session, ListContacts::all())),
            Self::Create => shown(Create::new(session, create())),
            Self::Get => shown(Call::new(session, GetContact::new(id()))),
            Self::Update => shown(Update::new(session, UpdateContact::new(id(), "new@example.com").unwrap())),
            Self::Delete => shown(Call::new(session, DeleteContact::new(id()))),
            Self::Activate => shown(Call::new(session, ActivateContact::new(id()))),
            Self::Deactivate => shown(Call::new(session, DeactivateContact::new(id()))),
            Self::FindCloudId => shown(Call::new(session, FindCloudId)),
            Self::AllContacts => shown(AllContacts::new(session, ListContacts::all())),
            Self::Ensure => shown(Ensure::new(session, create())),
            Self::Resolve => shown(Resolve::new(session, create().ticket(0))),
        }
    }

    pub(crate) fn is_one_call(self) -> bool {
        !matches!(self, Self::AllContacts | Self::Ensure | Self::Resolve)
    }
}

struct Shown<E>(E);

fn shown<E: Exchange<Output: fmt::Debug> + 'static>(exchange: E) -> Any {
    Box::new(Shown(exchange))
}

impl<E: Exchange<Output: fmt::Debug>> Exchange for Shown<E> {
    type Output = String;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<String> {
        match self.0.step(event, now, random) {
            Action::Send { request, timeout, fresh_connection, body } => {
                Action::Send { request, timeout, fresh_connection, body }
            }
            Action::Wait(duration) => Action::Wait(duration),
            Action::Renew { refused, timeout } => Action::Renew { refused, timeout },
            Action::Done(result) => Action::Done(result.map(|output| format!("{output:?}"))),
        }
    }

    fn waiting(&self) -> Option<Waiting> {
        self.0.waiting()
    }
}
