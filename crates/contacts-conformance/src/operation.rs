//! The operations as values, for use in a table.

use contacts_proto::{
    ActivateContact, ContactId, ContactMethod, CreateContact, DeactivateContact, DeleteContact,
    FindCloudId, GetContact, ListContacts, UpdateContact,
};
use contacts_sandbox::Operation;

use crate::{Answer, corpus::Value};

/// The operations of the Contacts API.
pub const ALL_OPERATIONS: &[Operation] = &[
    Operation::List,
    Operation::Create,
    Operation::Get,
    Operation::Update,
    Operation::Delete,
    Operation::Activate,
    Operation::Deactivate,
];

/// The contact that requests read, change and delete.
pub(crate) const ID: &str = "299003c3-8221-4a9f-b63d-2370c4caaaaa";

/// A function over any operation.
pub(crate) trait Visitor {
    type Output;

    fn visit<O>(self, operation: &O) -> Self::Output
    where
        O: contacts_proto::exchange::ToExchange<Output: Value>;
}

/// Calls the visitor with an operation and the arguments of all scenarios.
pub(crate) fn with<V: Visitor>(operation: Operation, visitor: V) -> V::Output {
    let id = || ContactId::new(ID).expect("the id is valid");
    match operation {
        Operation::List => visitor.visit(&ListContacts::all()),
        Operation::Create => {
            let create = CreateContact::new(ContactMethod::Email, "bob@example.com");
            visitor.visit(&create.expect("the address is valid"))
        }
        Operation::Get => visitor.visit(&GetContact::new(id())),
        Operation::Update => {
            let update = UpdateContact::new(id(), "carol@example.com");
            visitor.visit(&update.expect("the address is valid"))
        }
        Operation::Delete => visitor.visit(&DeleteContact::new(id())),
        Operation::Activate => visitor.visit(&ActivateContact::new(id())),
        Operation::Deactivate => visitor.visit(&DeactivateContact::new(id())),
        Operation::TenantInfo => visitor.visit(&FindCloudId),
        other => panic!("the table has no scenario for {other:?}"),
    }
}

/// Sample data of an operation.
pub trait Sample {
    /// Returns the service's response on success.
    fn success(self) -> Answer;
}

impl Sample for Operation {
    fn success(self) -> Answer {
        let done = |status, message: &str| {
            Answer::json(status, &format!(r#"{{"message":"{message}","data":{{"id":"{ID}"}}}}"#))
        };
        match self {
            Self::List => Answer::json(
                200,
                r#"{"values":[{"id":"a","method":"email","to":"ann@example.com","status":{"enabled":true},"applyOrder":0}]}"#,
            ),
            Self::Create => done(201, "Created"),
            Self::Get => Answer::json(
                200,
                &format!(
                    r#"{{"id":"{ID}","method":"email","to":"ann@example.com","status":{{"enabled":true}}}}"#
                ),
            ),
            Self::Update => done(200, "Updated"),
            Self::Delete => Answer::new(204, ""),
            Self::Activate => done(200, "Activated"),
            Self::Deactivate => done(200, "Deactivated"),
            Self::TenantInfo => {
                Answer::json(200, r#"{"cloudId":"35273b54-3f06-40d2-880f-dd28cf8daafa"}"#)
            }
            other => panic!("the table has no scenario for {other:?}"),
        }
    }
}
