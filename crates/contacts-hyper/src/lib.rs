//! Async client of the Contacts API of Jira Service Management operations, on hyper, tokio and rustls.
//!
//! A contact is one way to reach a person who is on call. This crate is for services that hold many users' credentials and share
//! one pool of connections; what is sent, retried, waited for and believed is decided in `contacts-proto`, all of which is
//! exported here too.
//!
//! ```no_run
//! use contacts_hyper::{Client, CloudId, Credentials, ListContacts, Site};
//! use futures_util::TryStreamExt;
//!
//! # async fn example() -> Result<(), contacts_hyper::Error> {
//! let site = Site::from_cloud_id(&CloudId::new("35273b54-3f06-40d2-880f-dd28cf8daafa")?);
//! let client = Client::new(site, Credentials::none());
//! for (address, token) in [("ann@example.com", "her token"), ("bob@example.com", "his token")] {
//!     let user = client.with_credentials(Credentials::basic(address, token)?);
//!     let contacts: Vec<_> = user.contacts(ListContacts::all()).try_collect().await?;
//!     println!("{address}: {} contacts", contacts.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! All futures can be dropped at any await: the connection of a request that is under way is closed with it. What a dropped
//! creation may have done is not known; [`CreateContact::ticket`] gives a ticket for it beforehand.
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
mod connector;
mod source;
mod transport;
mod watch;

#[doc(no_inline)]
pub use contacts_proto::*;

pub use self::{
    builder::Builder,
    client::Client,
    source::CredentialsSource,
    transport::{FreshConnection, HttpService, Transport},
};
