//! Blocking client of the Contacts API of Jira Service Management operations, on ureq and rustls.
//!
//! A contact is one way to reach a person who is on call. This crate is for scripts and programs that may block a thread. For a
//! service on tokio there is `contacts-hyper`, which has client certificates, HTTP/2 and `tower` layers too; for any other HTTP
//! client or runtime, `contacts-proto`. That one decides what is sent, retried, waited for and believed, and all of it is exported
//! here too.
//!
//! ```
//! use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
//! use contacts_ureq::{BaseUrl, Client, ContactId, ContactMethod, Credentials, DeactivateContact, EnsureOutcome, GetContact, ListContacts};
//!
//! // Here the site is a sandbox. That of a real site is made by `Site::base_url`.
//! let sandbox = Sandbox::start()?;
//! let site = BaseUrl::new(&sandbox.base_url())?;
//! let client = Client::new(site, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?);
//!
//! // A contact that is there once, however often this is run.
//! let ensured = client.ensure(ContactMethod::Email, "ann@example.com")?;
//! assert_eq!(ensured.outcome, EnsureOutcome::Created);
//!
//! // Any of the operations.
//! let confirmation = client.send(&DeactivateContact::new(ensured.contact.id))?;
//! assert_eq!(confirmation.message, "Deactivated");
//!
//! // All contacts; a page is asked for when its first contact is.
//! let mut enabled = Vec::new();
//! for contact in client.contacts(ListContacts::all()) {
//!     enabled.push(contact?.is_enabled());
//! }
//! assert_eq!(enabled, [true, true, false]);
//!
//! // An error tells what happened, what is known of the effect, and what to do.
//! let error = client.send(&GetContact::new(ContactId::new("nobody")?)).unwrap_err();
//! assert!(error.is_no_such_contact());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Redirects are not followed, no compression is asked for, and no proxy is taken from the environment unless
//! [`ClientBuilder::proxy_from_env`] is called. The certificates that are trusted are those of Mozilla's list, which is built in, unless the
//! builder is given others. Spans of `tracing` of the target `contacts` tell what is done, and never a secret: [`Spans`].
//!
//! # Features
//!
//! `platform-verifier`, off by default: `ClientBuilder::platform_roots`, to trust what the operating system trusts. It takes the crate
//! `rustls-platform-verifier`, and what that has for each system.

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

mod builder;
mod client;
mod connector;
mod contacts;
mod credentials;
mod error;
mod send;
mod tcp;

#[doc(no_inline)]
pub use contacts_proto::*;

pub use self::{
    builder::ClientBuilder, client::Client, contacts::Contacts, credentials::CredentialsProvider,
};
