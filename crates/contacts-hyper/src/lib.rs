//! Async client of the Contacts API of Jira Service Management operations, on hyper, tokio and rustls.
//!
//! A contact is one way to reach a person who is on call. This crate is for services that hold many users' credentials and share
//! one pool of connections. Its futures are polled on a tokio runtime whose IO and time are enabled, and panic elsewhere: for
//! another runtime or HTTP client there is `contacts-proto`, and for a script, which may block its thread, `contacts-ureq`. What is
//! sent, retried, waited for and believed is decided in `contacts-proto`, all of which is exported here too.
//!
//! ```
//! use contacts_hyper::{BaseUrl, Client, ContactMethod, Credentials, EnsureOutcome, ListContacts};
//! use contacts_sandbox::{Sandbox, User};
//! use futures_util::TryStreamExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start()?;
//! sandbox.add_user(User::new("ann@example.com", "anns-token"));
//! sandbox.add_user(User::new("bob@example.com", "bobs-token"));
//!
//! // Here the site is a sandbox. That of a real site is made by `Site::base_url`.
//! let client = Client::new(BaseUrl::new(&sandbox.base_url())?, Credentials::none());
//! let ann = client.with_credentials(Credentials::basic("ann@example.com", "anns-token")?);
//! let bob = client.with_credentials(Credentials::basic("bob@example.com", "bobs-token")?);
//!
//! // A contact that is there once, however often this is run.
//! let ensured = ann.ensure(ContactMethod::Email, "ann@example.com").await?;
//! assert_eq!(ensured.outcome, EnsureOutcome::Created);
//!
//! // All contacts, as a stream; a page is asked for when its first contact is.
//! for (user, count) in [(&ann, 1), (&bob, 0)] {
//!     let contacts: Vec<_> = user.contacts(ListContacts::all()).try_collect().await?;
//!     assert_eq!(contacts.len(), count);
//! }
//!
//! // An error tells what happened, what is known of the effect, and what to do.
//! let error = client.contacts(ListContacts::all()).try_collect::<Vec<_>>().await.unwrap_err();
//! assert!(error.is_unauthorized());
//! # Ok(())
//! # }
//! ```
//!
//! All futures can be dropped at any await: the connection of a request that is under way is closed with it. What a dropped
//! creation may have done is not known; [`CreateContact::receipt`] gives a receipt for it beforehand.
//!
//! Redirects are not followed, no compression is asked for, and no proxy is taken from the environment unless
//! [`ClientBuilder::proxy_from_env`] is called. The certificates that are trusted are those of Mozilla's list, which is built in, unless the
//! builder is given others. Spans of `tracing` of the target `contacts` tell what is done, and never a secret: [`Spans`].
//!
//! # Features
//!
//! `http2`, off by default: HTTP/2 with servers that offer it by ALPN. It takes the crate `h2`. Many requests at a time cost less work
//! then, one at a time more.
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

mod body;
mod builder;
mod client;
mod connector;
mod credentials;
mod error;
mod proxy;
mod send;
mod service;
mod tcp;

#[doc(no_inline)]
pub use contacts_proto::*;

pub use self::{
    body::{GivenUp, RequestBody},
    builder::ClientBuilder,
    client::Client,
    credentials::CredentialsProvider,
    service::{FreshConnection, HttpService, Transport},
};
