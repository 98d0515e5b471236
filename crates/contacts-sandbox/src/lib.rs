//! A sandbox for the Contacts API in Jira Service Management Operations. Test a client without a
//! site and without a network.
//!
//! Use it in tests of programs that manage on-call contacts, and to try out a client by hand. It
//! also serves schedules, who is on call, and the names of users ([`Schedule`], [`Operation`]).
//!
//! ```
//! use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Operation, Sandbox};
//! use contacts_ureq::{BaseUrl, Client, ContactMethod, Credentials};
//!
//! let sandbox = Sandbox::start()?;
//! let base_url = BaseUrl::new(&sandbox.base_url())?;
//! let client = Client::new(base_url, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?);
//!
//! client.ensure(ContactMethod::Voice, "90-5555559999")?;
//! client.ensure(ContactMethod::Voice, "+90 555 555 99 99")?;
//! assert_eq!(sandbox.contacts(DEMO_EMAIL).len(), 3);
//! assert_eq!(sandbox.requests(Operation::Create).len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In a test
//! - [`Sandbox::start`] listens on a free loopback port, so that tests can run in parallel. The
//!   server stops when the [`Sandbox`] is dropped.
//! - The sandbox starts with the users and schedules of [`Service::demo`]. The demo user is an
//!   administrator with an e-mail and an SMS contact. [`Sandbox::add_user`] and
//!   [`Sandbox::add_contact`] add more.
//! - Give your program [`Sandbox::base_url`] with an API token, or [`Sandbox::oauth_base_url`] with
//!   an OAuth token.
//! - Check the result with [`Sandbox::contacts`], the requests of an operation with
//!   [`Sandbox::requests`], and all requests that change something with [`Sandbox::writes`].
//!
//! Programs in other languages use the command `contacts sandbox`, and its HTTP endpoints with the
//! path prefix `/_sandbox/`; see [`Sandbox`].
//!
//! # Faults
//! [`Sandbox::arm`] makes a request fail: the next one, or those that a [`FaultRule`] selects.
//! Async programs use the same sandbox, because it runs in its own thread:
//!
//! ```
//! use contacts_hyper::{BaseUrl, Client, ContactMethod, Credentials, ErrorKind};
//! use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, User, When};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start()?;
//! sandbox.add_user(User::new("ann@example.com", "anns-token"));
//! let base_url = BaseUrl::new(&sandbox.base_url())?;
//! let client = Client::new(base_url, Credentials::basic("ann@example.com", "anns-token")?);
//!
//! // The service creates the contact, then the connection is reset before the response.
//! sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create).times(1));
//! let error = client.create(ContactMethod::Email, "ann@example.com").await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
//! assert_eq!(sandbox.contacts("ann@example.com").len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Without a socket
//! A [`Service`] handles a request as a function call. It has no clock: the time is an argument.
//!
//! ```
//! use std::time::Duration;
//! use contacts_proto::{BaseUrl, ContactId, Credentials, DeleteContact, Operation};
//! use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Service};
//!
//! let mut service = Service::demo();
//! let account = service.users().next().expect("the demo user is the first").account_id.clone();
//! let id = ContactId::new(&service.contacts(&account)[0].id)?;
//!
//! let base_url = BaseUrl::new("https://api.example.com/jsm/ops/api/sandbox")?;
//! let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?;
//! let (head, body) = DeleteContact::new(id).request(&base_url, &credentials).into_parts();
//! let request = http::Request::from_parts(head, body.as_slice());
//! assert_eq!(service.handle(request, Duration::from_secs(1_800_000_000)).status(), 204);
//! assert_eq!(service.contacts(&account).len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Compared with the real service
//! These are the same as in the real service: statuses, success and error bodies, limits, pages,
//! and the rule that phone numbers must be verified. For some undocumented cases, a setting of
//! [`Behaviour`] selects one of the possible behaviours. Other undocumented cases get the most
//! likely response: 403 if a user who is not an administrator lists another user's contacts, and
//! 422 for a body that is not JSON. For any other response, use [`Fault::Status`].
//!
//! Use made-up tokens only. The sandbox does not encrypt tokens, neither in memory nor in the state
//! file.

mod behaviour;
mod clock;
mod contact;
mod error;
mod faults;
mod operation;
mod schedule;
mod server;
mod service;
mod shared;
mod splitmix;
mod state;
mod user;

pub use behaviour::{
    Base, Behaviour, DeactivatingUnverified, DeleteResponse, Duplicates, EndOfList, ErrorShape,
    Limits, MissingJiraScope, NewPhones, NextChildren, NextLink, NoOneNode, NoValue,
    OAuthAtDirectBase, OverLimit, SizeOutOfRange,
};
pub use contact::{ContactMethod, StoredContact};
pub use error::Error;
pub use faults::{
    DuplicateResponse, End, Fault, FaultPlan, FaultRule, Hint, Occurrence, Part, When, fault_help,
};
pub use operation::Operation;
pub use schedule::{Escalation, Forwarding, Participant, Rotation, RotationType, Schedule, Team};
pub use server::{RecordedRequest, Sandbox, SandboxBuilder};
pub use service::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Service};
pub use state::State;
pub use user::{Plan, Scopes, User};
