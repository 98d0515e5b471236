//! The exchange of each operation.

use super::{Call, Create, Exchange, Session, Update};
use crate::{
    ActivateContact, BulkGetUsers, CreateContact, DeactivateContact, DeleteContact, FindCloudId,
    FindUsers, GetContact, GetNextOnCalls, GetOnCalls, ListContacts, ListRotations, ListSchedules,
    Operation, UpdateContact,
};

/// Chooses the exchange of an operation: [`Create`], [`Update`], or [`Call`] for all others.
pub trait ToExchange: Operation {
    /// The exchange of this operation.
    type Exchange<'a>: Exchange<Output = Self::Output>
    where
        Self: 'a;

    /// Creates the exchange in a session. The deadline starts with its first step.
    fn exchange(&self, session: Session) -> Self::Exchange<'_>;
}

impl ToExchange for CreateContact {
    type Exchange<'a> = Create;

    fn exchange(&self, session: Session) -> Create {
        Create::new(session, self.clone())
    }
}

impl ToExchange for UpdateContact {
    type Exchange<'a> = Update;

    fn exchange(&self, session: Session) -> Update {
        Update::new(session, self.clone())
    }
}

macro_rules! run_by_call {
    ($($operation:ty),+ $(,)?) => {$(
        impl ToExchange for $operation {
            type Exchange<'a> = Call<&'a Self>;

            fn exchange(&self, session: Session) -> Call<&Self> {
                Call::new(session, self)
            }
        }
    )+};
}

run_by_call!(
    ActivateContact,
    BulkGetUsers,
    DeactivateContact,
    DeleteContact,
    FindCloudId,
    FindUsers,
    GetContact,
    GetNextOnCalls,
    GetOnCalls,
    ListContacts,
    ListRotations,
    ListSchedules,
);
