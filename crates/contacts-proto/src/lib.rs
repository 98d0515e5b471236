//! The sans-IO core of a client of the Contacts API of Jira Service Management operations: it builds requests, reads answers and
//! takes every decision in between, and does no IO.
//!
//! A contact is one way to reach a person who is on call. This crate is for programs that bring their own HTTP client; the crates
//! `contacts-ureq` (blocking) and `contacts-hyper` (async) are the clients made of it.
//!
//! There are two layers, each usable alone:
//!
//! - **Operations** make one request and read its answer. They implement [`Operation`].
//!
//!   | endpoint | operation | gives |
//!   | --- | --- | --- |
//!   | `GET /v1/users/contacts` | [`ListContacts`] | a [`Page`] of [`Contact`]s |
//!   | `POST /v1/users/contacts` | [`CreateContact`] | [`Confirmation`] |
//!   | `GET /v1/users/contacts/{id}` | [`GetContact`] | [`Contact`] |
//!   | `PATCH /v1/users/contacts/{id}` | [`UpdateContact`] | [`Confirmation`] |
//!   | `DELETE /v1/users/contacts/{id}` | [`DeleteContact`] | nothing |
//!   | `PATCH /v1/users/contacts/{id}/activate` | [`ActivateContact`] | [`Confirmation`] |
//!   | `PATCH /v1/users/contacts/{id}/deactivate` | [`DeactivateContact`] | [`Confirmation`] |
//!   | `GET /_edge/tenant_info` of the site itself | [`FindCloudId`] | [`CloudId`] |
//!
//! - **Exchanges** are what a caller wants, however many requests it takes: [`Call`] is one operation with retries, deadlines and
//!   renewal of credentials; [`AllContacts`] is a whole list, [`Pages`] goes through one; [`Ensure`] is a contact that exists
//!   exactly once; [`Resolve`] ends the doubt of a creation whose answer was lost. They implement [`Exchange`], and a loop
//!   around `step` drives them over any HTTP client and any clock.
//!
//! The [`guide`] has pages on [failures](guide::failures) and what is known after them, on [endpoints](guide::endpoints), and for
//! those who [come from elsewhere](guide::migration).

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unwrap_used
    )
)]

mod address;
mod answer;
mod class;
mod confirmation;
mod contact;
mod credentials;
mod error;
mod exchange;
pub mod guide;
mod id;
mod method;
mod object;
mod operation;
mod operations;
mod page;
mod request;
mod segment;
mod site;
mod text;
mod wait;

pub use address::same_address;
pub use class::Class;
pub use confirmation::Confirmation;
pub use contact::{Contact, Status};
pub use credentials::Credentials;
pub use error::{
    Duplicate, Effect, Error, ErrorKind, Failed, GaveUp, Hint, Indeterminate, Invalid, Paging, Refusal,
    Renewal, Trail, Unexpected,
};
#[cfg(feature = "tracing")]
pub use exchange::Traced;
pub use exchange::{
    Action, AllContacts, BodyLimits, Budget, Call, Cause, Ensure, Ensured, Event, Exchange, Failure, How,
    Limits, Now, Pages, Policy, Progress, Resolve, Resolved, Session, Ticket, Waiting,
};
pub use id::{AccountId, CloudId, ContactId};
pub use method::ContactMethod;
pub use operation::{About, Operation, Recovery};
pub use operations::{
    ActivateContact, CreateContact, DeactivateContact, DeleteContact, FindCloudId, GetContact, ListContacts,
    UpdateContact,
};
pub use page::Page;
pub use request::USER_AGENT;
pub use site::Site;
pub use text::printable;
