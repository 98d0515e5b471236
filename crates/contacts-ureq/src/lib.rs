//! Blocking client of the Contacts API of Jira Service Management operations, on ureq and rustls.
//!
//! A contact is one way to reach a person who is on call. This crate is for scripts and programs that may block a thread; what is
//! sent, retried, waited for and believed is decided in `contacts-proto`, all of which is exported here too.
//!
//! ```no_run
//! use contacts_ureq::{Client, CloudId, Credentials, ListContacts, Site};
//!
//! # fn main() -> Result<(), contacts_ureq::Error> {
//! let site = Site::from_cloud_id(&CloudId::new("35273b54-3f06-40d2-880f-dd28cf8daafa")?);
//! let client = Client::new(site, Credentials::basic("ann@example.com", "API token")?);
//! for contact in client.contacts(ListContacts::all()) {
//!     let contact = contact?;
//!     println!("{} {} {}", contact.method, contact.to, contact.is_enabled());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Redirects are not followed, no compression is asked for, and no proxy is taken from the environment.

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

mod attempt;
mod builder;
mod client;
mod contacts;
mod resolver;
mod source;
mod watch;

#[doc(no_inline)]
pub use contacts_proto::*;

pub use self::{builder::Builder, client::Client, contacts::Contacts, source::CredentialsSource};
