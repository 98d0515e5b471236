//! The exchange of each operation.

use super::{Call, Create, Exchange, Session, Update};
use crate::{
    ActivateContact, CreateContact, DeactivateContact, DeleteContact, FindCloudId, GetContact, ListContacts,
    Operation, UpdateContact,
};

/// An operation, with the exchange that carries it out: [`Create`] and [`Update`] for these two, and [`Call`] for all others.
pub trait Carry: Operation {
    /// The exchange.
    type Exchange<'a>: Exchange<Output = Self::Output>
    where
        Self: 'a;

    /// Starts the operation in a session; the deadline begins with the first step.
    fn in_session(&self, session: Session) -> Self::Exchange<'_>;
}

impl Carry for CreateContact {
    type Exchange<'a> = Create;

    fn in_session(&self, session: Session) -> Create {
        Create::new(session, self.clone())
    }
}

impl Carry for UpdateContact {
    type Exchange<'a> = Update;

    fn in_session(&self, session: Session) -> Update {
        Update::new(session, self.clone())
    }
}

macro_rules! carried_by_call {
    ($($operation:ty),+ $(,)?) => {$(
        impl Carry for $operation {
            type Exchange<'a> = Call<&'a Self>;

            fn in_session(&self, session: Session) -> Call<&Self> {
                Call::new(session, self)
            }
        }
    )+};
}

carried_by_call!(ActivateContact, DeactivateContact, DeleteContact, FindCloudId, GetContact, ListContacts);
