//! Sans-IO core of a client of the Contacts API in Jira Service Management Operations.
//!
//! A contact is one way to reach a person who is on call. This crate builds requests, reads
//! responses, and decides about retries and waits. Use it if you have an HTTP client or a runtime of
//! your own. Other programs use `contacts-ureq` (blocking) or `contacts-hyper` (async, tokio), which
//! are built on it.
//!
//! ```
//! use contacts_proto::{BaseUrl, ContactMethod, CreateContact, Credentials, Operation};
//!
//! let base_url = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/35273b54-3f06-40d2-880f-dd28cf8daafa")?;
//! let create = CreateContact::new(ContactMethod::Sms, "90-5555559999")?;
//! let request = create.request(&base_url, &Credentials::basic("ann@example.com", "token")?);
//! assert_eq!(request.method(), "POST");
//! assert_eq!(request.body(), br#"{"method":"sms","to":"90-5555559999"}"#);
//!
//! let body = br#"{"message":"Created","data":{"id":"735a619b-e420-4d46-ab5c-45523011aaaa"}}"#;
//! let response = http::Response::builder().status(201).body(&body[..])?;
//! assert_eq!(create.response(response)?.id.as_str(), "735a619b-e420-4d46-ab5c-45523011aaaa");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Operations
//!
//! An [`Operation`] builds one request and reads its response.
//!
//! | request | operation | output |
//! | --- | --- | --- |
//! | `GET /v1/users/contacts` | [`ListContacts`] | [`Page`] of [`Contact`]s |
//! | `POST /v1/users/contacts` | [`CreateContact`] | [`Confirmation`] |
//! | `GET /v1/users/contacts/{id}` | [`GetContact`] | [`Contact`] |
//! | `PATCH /v1/users/contacts/{id}` | [`UpdateContact`] | [`Confirmation`] |
//! | `DELETE /v1/users/contacts/{id}` | [`DeleteContact`] | `()` |
//! | `PATCH /v1/users/contacts/{id}/activate` | [`ActivateContact`] | [`Confirmation`] |
//! | `PATCH /v1/users/contacts/{id}/deactivate` | [`DeactivateContact`] | [`Confirmation`] |
//! | `GET /_edge/tenant_info` of the site | [`FindCloudId`] | [`CloudId`] |
//!
//! Other operations are read-only. [`ListSchedules`], [`ListRotations`], [`GetOnCalls`] and
//! [`GetNextOnCalls`] read who is on call. [`BulkGetUsers`] and [`FindUsers`] read users of the Jira
//! platform.
//!
//! # Exchanges
//!
//! An [`Exchange`](exchange::Exchange) does a whole task. It handles retries, deadlines, pages and
//! lost responses, without IO. Your loop sends its requests and reports the responses to it; see
//! the module [`exchange`]. The folder `examples` of this crate has this loop for smol, reqwest,
//! the command curl, a plain socket, and `fetch` in WebAssembly.
//!
//! # Guide
//!
//! The [`guide`] has pages on [failures and receipts](guide::failures),
//! [endpoints](guide::endpoints), [embedding](guide::embedding) in another runtime, and
//! [migration](guide::migration) from Opsgenie and from curl.
//!
//! # Features
//!
//! - `tracing` (off): `exchange::Spans`, an observer that records `tracing` spans without secrets.
//!   Both clients turn it on.

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

mod endpoint;
mod error;
pub mod exchange;
pub mod guide;
mod model;
mod operation;
mod redact;
mod retry;
pub mod transport;

pub use endpoint::{
    BaseUrl, CloudId, Credentials, Endpoint, Environment, ProxyChoice, ProxyVariables, Site,
};
pub use error::{
    ApiError, Attempts, CredentialsError, Duplicate, Effect, Error, ErrorKind, FailedRequest, Hint,
    InvalidInput, InvalidResponse, OutcomeUnknown, PagingError, StopReason,
};
pub use exchange::{
    ConcurrencyLimit, ConcurrencyPermit, EnsureOutcome, Ensured, Receipt, Reconciled,
};
pub use model::{
    AccountId, Address, Confirmation, Contact, ContactId, ContactMethod, JiraUser, OnCalls, Page,
    Participant, ParticipantKind, Rotation, RotationId, Schedule, ScheduleId, Status, Unopened,
    UnopenedReason, same_address,
};
pub use operation::*;
pub use redact::escape_controls;
pub use retry::{RetryBudget, RetryPolicy};
pub use transport::Limits;
