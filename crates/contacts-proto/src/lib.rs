//! The sans-IO core of a client of the Contacts API of Jira Service Management operations: it builds requests, reads answers and
//! takes every decision in between, and does no IO.
//!
//! A contact is one way to reach a person who is on call. This crate is for programs that bring their own HTTP client or runtime,
//! and for tests of what a client would do. It opens no connection, reads no clock and starts no timer: a script takes
//! `contacts-ureq` (blocking), a service on tokio `contacts-hyper` (async), which are clients made of it and export all of it.
//!
//! There are two layers, each usable alone.
//!
//! # Operations
//!
//! An [`Operation`] makes one request and reads its answer.
//!
//! | endpoint | operation | gives |
//! | --- | --- | --- |
//! | `GET /v1/users/contacts` | [`ListContacts`] | a [`Page`] of [`Contact`]s |
//! | `POST /v1/users/contacts` | [`CreateContact`] | [`Confirmation`] |
//! | `GET /v1/users/contacts/{id}` | [`GetContact`] | [`Contact`] |
//! | `PATCH /v1/users/contacts/{id}` | [`UpdateContact`] | [`Confirmation`] |
//! | `DELETE /v1/users/contacts/{id}` | [`DeleteContact`] | nothing |
//! | `PATCH /v1/users/contacts/{id}/activate` | [`ActivateContact`] | [`Confirmation`] |
//! | `PATCH /v1/users/contacts/{id}/deactivate` | [`DeactivateContact`] | [`Confirmation`] |
//! | `GET /_edge/tenant_info` of the site itself | [`FindCloudId`] | [`CloudId`] |
//!
//! ```
//! use contacts_proto::{CloudId, ContactMethod, CreateContact, Credentials, Hint, Operation, Site};
//!
//! let credentials = Credentials::basic("ann@example.com", "token")?;
//! let site = Site::from_cloud_id(CloudId::new("35273b54-3f06-40d2-880f-dd28cf8daafa")?).base_url(&credentials)?;
//! let create = CreateContact::new(ContactMethod::Sms, "90-5555559999")?;
//!
//! let request = create.request(&site, &credentials);
//! assert_eq!(request.method(), "POST");
//! assert_eq!(request.uri().path(), "/jsm/ops/api/35273b54-3f06-40d2-880f-dd28cf8daafa/v1/users/contacts");
//! assert_eq!(request.headers()["content-type"], "application/json");
//! assert_eq!(request.body(), br#"{"method":"sms","to":"90-5555559999"}"#);
//!
//! let answer = br#"{"message":"Created","data":{"id":"735a619b-e420-4d46-ab5c-45523011aaaa"}}"#;
//! let answer = http::Response::builder().status(201).body(&answer[..])?;
//! assert_eq!(create.response(answer)?.id.as_str(), "735a619b-e420-4d46-ab5c-45523011aaaa");
//!
//! let answer = http::Response::builder().status(422).body(&br#"{"errors":[{"title":"Not this one"}]}"#[..])?;
//! let error = create.response(answer).unwrap_err();
//! assert_eq!(error.hint(), Some(Hint::ExistsOrTooMany));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Exchanges
//!
//! An [`Exchange`] is what a caller wants, however many requests it takes: [`Call`] is one operation with retries, deadlines and
//! refresh of credentials; [`Create`] and [`Update`] are the two operations that must not be repeated
//! blindly; [`List`] is a whole list, [`Pages`] goes through one; [`Ensure`] is a contact that
//! exists exactly once; [`Reconcile`] ends the doubt of a creation whose answer was lost. A loop around
//! [`step`](Exchange::step) drives them over any HTTP client and any clock. Here it is taken step by
//! step, by a program whose connection breaks:
//!
//! ```
//! use std::time::Duration;
//! use contacts_proto::{BaseUrl, ContactId, Credentials, GetContact, exchange::{Action, Call, Event, Exchange, Now, Session}, transport::{Delivery, TransportError, TransportErrorKind}};
//!
//! let site = BaseUrl::new("https://api.example.com/cloud")?;
//! let session = Session::new(site, Credentials::basic("ann@example.com", "token")?);
//! let mut call = Call::new(session, GetContact::new(ContactId::new("735a619b")?));
//! let now = |milliseconds| Now { monotonic: Duration::from_millis(milliseconds), unix: 1_795_000_000 };
//!
//! let Action::Send { request, timeout, .. } = call.step(Event::Start, now(0), 1) else { panic!("first it asks") };
//! assert_eq!(request.uri(), "https://api.example.com/cloud/v1/users/contacts/735a619b");
//! assert_eq!(timeout, Duration::from_secs(30));
//!
//! // The connection is closed before an answer comes. To read twice does no harm, after a short while.
//! let closed = TransportError::new(Delivery::Unknown, TransportErrorKind::Closed);
//! let Action::Wait(wait) = call.step(Event::Failed(closed), now(20), 2) else { panic!("then it waits") };
//! assert!(wait <= Duration::from_millis(100));
//! let Action::Send { .. } = call.step(Event::Waited, now(120), 3) else { panic!("and asks again") };
//!
//! let answer = br#"{"id":"735a619b","method":"sms","to":"90-5555559999","status":{"enabled":true}}"#;
//! let answer = http::Response::new(&answer[..]);
//! let Action::Done(Ok(contact)) = call.step(Event::Answered(answer), now(140), 4) else { panic!("now it knows") };
//! assert!(contact.is_enabled());
//! # Ok::<(), contacts_proto::Error>(())
//! ```
//!
//! The crate's folder `examples` has the loop on smol, over reqwest, through the command curl, and over a bare socket.
//!
//! # Pages to read
//!
//! The [`guide`] has pages on [failures](guide::failures) and what is known after them, on [endpoints](guide::endpoints), and for
//! those who [come from elsewhere](guide::migration).
//!
//! # Features
//!
//! `tracing`, off by default: `Spans`, an observer that records `tracing` spans, and never a secret. It takes the
//! crate `tracing`, without its own features. The two clients turn it on.

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

pub use endpoint::{BaseUrl, CloudId, Credentials, ProxyChoice, ProxyVariables, Site};
pub use error::{
    ApiError, Attempts, CredentialsError, Duplicate, Effect, Error, ErrorKind, FailedRequest, Hint,
    InvalidInput, InvalidResponse, OutcomeUnknown, PagingError, StopReason,
};
pub use exchange::{EnsureOutcome, Ensured, Receipt, Reconciled};
pub use model::{
    AccountId, Address, Confirmation, Contact, ContactId, ContactMethod, Page, Status, same_address,
};
pub use operation::*;
pub use redact::escape_controls;
pub use retry::{RetryBudget, RetryPolicy};
pub use transport::Limits;
