//! The operations as values, so that a table can name them.

use std::fmt::Debug;

use contacts_proto::{
    ActivateContact, ContactId, ContactMethod, CreateContact, DeactivateContact, DeleteContact, FindCloudId,
    GetContact, ListContacts, UpdateContact,
};

use crate::Answer;

/// An operation, with the arguments that it has in all scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET /v1/users/contacts`
    List,
    /// `POST /v1/users/contacts`
    Create,
    /// `GET /v1/users/contacts/{id}`
    Get,
    /// `PATCH /v1/users/contacts/{id}`
    Update,
    /// `DELETE /v1/users/contacts/{id}`
    Delete,
    /// `PATCH /v1/users/contacts/{id}/activate`
    Activate,
    /// `PATCH /v1/users/contacts/{id}/deactivate`
    Deactivate,
    /// `GET /_edge/tenant_info`
    FindCloudId,
}

/// The contact that is got, changed and deleted.
const ID: &str = "299003c3-8221-4a9f-b63d-2370c4caaaaa";

/// What can be done with any operation.
pub(crate) trait Visitor {
    type Output;

    fn visit<O>(self, operation: &O) -> Self::Output
    where
        O: contacts_proto::Operation<Output: Debug>;
}

impl Operation {
    /// The seven.
    pub const SEVEN: [Self; 7] =
        [Self::List, Self::Create, Self::Get, Self::Update, Self::Delete, Self::Activate, Self::Deactivate];

    /// Does something with the operation itself.
    pub(crate) fn with<V: Visitor>(self, visitor: V) -> V::Output {
        let id = || ContactId::new(ID).expect("this is an id");
        match self {
            Self::List => visitor.visit(&ListContacts::all()),
            Self::Create => {
                let create = CreateContact::new(ContactMethod::Email, "bob@example.com");
                visitor.visit(&create.expect("this is an address"))
            }
            Self::Get => visitor.visit(&GetContact::new(id())),
            Self::Update => {
                let update = UpdateContact::new(id(), "carol@example.com");
                visitor.visit(&update.expect("this is an address"))
            }
            Self::Delete => visitor.visit(&DeleteContact::new(id())),
            Self::Activate => visitor.visit(&ActivateContact::new(id())),
            Self::Deactivate => visitor.visit(&DeactivateContact::new(id())),
            Self::FindCloudId => visitor.visit(&FindCloudId),
        }
    }

    /// What the service answers when all is well.
    pub fn success(self) -> Answer {
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
            Self::FindCloudId => Answer::json(200, r#"{"cloudId":"35273b54-3f06-40d2-880f-dd28cf8daafa"}"#),
        }
    }
}
