//! Async client of the Contacts API in Jira Service Management Operations, on hyper, tokio and
//! rustls.
//!
//! A contact is one way to reach a person who is on call. Use this crate on tokio. One
//! connection pool can serve clients of many users.
//!
//! ```
//! use contacts_hyper::{BaseUrl, Client, ContactMethod, Credentials};
//! # use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = Sandbox::start()?;
//! # let (base_url, token) = (sandbox.base_url(), DEMO_TOKEN);
//! let client = Client::new(BaseUrl::new(&base_url)?, Credentials::basic("demo@example.com", token)?);
//! let ensured = client.ensure(ContactMethod::Voice, "90-5555559999").await?;
//! let mut contacts = client.list();
//! while let Some(contact) = contacts.next().await {
//!     let contact = contact?;
//!     println!("{} {} {}", contact.method, contact.to, contact.is_enabled());
//! }
//! client.delete(&ensured.contact.id).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # How to
//!
//! ```no_run
//! # use std::time::Duration;
//! # use contacts_hyper::{AccountId, Client, Contact, ContactId, ContactMethod, CreateContact, Credentials, RetryPolicy, Site};
//! use futures_util::TryStreamExt;
//!
//! # async fn new_token() -> Result<String, std::io::Error> { Ok(String::new()) }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # let (id, account) = (ContactId::new("735a619b")?, AccountId::new("712020:0a1b2c3d")?);
//! // Connect by a site's name, or from environment variables.
//! let client = Client::for_site("acme", Credentials::basic("ann@example.com", "token")?)?;
//! let client = Client::from_env()?;
//!
//! // Get a contact.
//! let contact: Contact = client.get(&id).await?;
//!
//! // List all contacts of the user. List another user's contacts, but skip the first 40.
//! let contacts: Vec<_> = client.list().try_collect().await?;
//! let others: Vec<_> = client.list().account(account).offset(40).try_collect().await?;
//!
//! // Loop over contacts; the next page is requested when the loop needs it.
//! let mut contacts = client.list();
//! while let Some(contact) = contacts.next().await { println!("{}", contact?.to) }
//!
//! // Create a contact, or create it only if it is missing.
//! let created = client.create(ContactMethod::Sms, "90-5555559999").await?;
//! let ensured = client.ensure(ContactMethod::Sms, "90-5555559999").await?;
//!
//! // Deactivate a contact.
//! client.deactivate(&id).await?;
//!
//! // Store a receipt first, so that you can check the outcome after a crash.
//! let create = CreateContact::new(ContactMethod::Voice, "90-5555559999")?;
//! std::fs::write("create.receipt", client.receipt(&create).to_string())?;
//! client.send(&create).await?; // after a crash: client.reconcile(&std::fs::read_to_string("create.receipt")?.parse()?)
//!
//! // Limit time and attempts. Without `attempt_timeout`, one slow attempt can use all the time until the deadline.
//! let retry = RetryPolicy::default().max_attempts(2).deadline(Duration::from_secs(10));
//! let retry = retry.attempt_timeout(Duration::from_secs(4));
//! let limited = Client::builder(Site::new("acme")?).credentials(Credentials::bearer("token")?).retry(retry).build();
//! let quick = client.with_timeout(Duration::from_secs(3));
//!
//! // Use tokens that expire.
//! let oauth = client.with_credentials_provider(async || Ok(Credentials::bearer(new_token().await?)?));
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An [`Error`] says what happened. [`Error::effect`] says whether the request may have taken
//! effect. [`Error::hint`] says what to do. After [`Error::OutcomeUnknown`], do not create the
//! contact again. First call [`reconcile`](Client::reconcile) with the error's receipt: it checks
//! whether the contact exists. The [guide] has a page on [failures and receipts](guide::failures).
//!
//! A script can print all of it:
//!
//! ```no_run
//! # use contacts_hyper::{Effect, Error};
//! fn report(error: &Error) {
//!     eprintln!("error: {error}");
//!     if let Some(source) = std::error::Error::source(error) {
//!         eprintln!("cause: {source}");
//!     }
//!     if let Some(hint) = error.hint() {
//!         eprintln!("hint: {hint}");
//!     }
//!     if error.effect() == Effect::Possible {
//!         eprintln!("note: the operation may have taken effect");
//!     }
//!     if let Some(receipt) = error.receipt() {
//!         eprintln!("receipt: {receipt}");
//!     }
//! }
//! ```
//!
//! # Cancel safety
//!
//! Dropping a future closes the connection of its current request. [`Contacts::next`] is the
//! exception: its request continues. If you drop a create, the contact may still be created: store
//! a [receipt](Client::receipt) first, or use [`ensure`](Client::ensure), which is safe to repeat.
//!
//! # Network
//!
//! - TLS: rustls with Mozilla's root certificates. [`ClientBuilder`] adds or replaces roots and
//!   sets a client certificate.
//! - Proxies: none, unless [`ClientBuilder::proxy`], [`ClientBuilder::proxy_from_env`] or
//!   [`Client::from_env`] sets one.
//! - The client follows no redirects and requests no compression.
//! - Layers: [`ClientBuilder::build_with`] puts a `tower` layer around the transport.
//! - Tracing: each call records `tracing` spans of the target `contacts`, without secrets. See
//!   [`exchange::Spans`].
//!
//! # Features
//!
//! - `ring` (on): the TLS provider is ring.
//! - `aws-lc-rs` (off): the TLS provider is AWS-LC. With both features, the client uses ring.
//! - `http2` (off): HTTP/2 with servers that offer it by ALPN. This is faster for many concurrent
//!   requests, and slower for single ones.
//! - `platform-verifier` (off): `ClientBuilder::platform_roots` trusts the root certificates of the
//!   operating system.
//!
//! If your program has a default `CryptoProvider` of rustls 0.23, the client uses that one, whatever
//! the features are. Install it with `CryptoProvider::install_default` before you create a builder
//! or a client. Without a provider,
//! requests to `https` fail with [`Error::Transport`] and are not sent.
//!
//! # Other crates
//!
//! `contacts-ureq` is the same client for blocking programs. `contacts-proto` is for any other
//! runtime or HTTP client. All items of `contacts-proto` are exported here too.

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
mod list;
mod proxy;
mod send;
mod service;
mod tcp;
mod tls;

#[doc(no_inline)]
pub use contacts_proto::*;

pub use self::{
    body::{Cancelled, RequestBody},
    builder::ClientBuilder,
    client::Client,
    credentials::CredentialsProvider,
    list::Contacts,
    service::{FreshConnection, HttpService, Transport},
};
