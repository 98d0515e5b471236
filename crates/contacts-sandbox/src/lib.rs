//! A stand-in for the Contacts API of Jira Service Management operations, to try a client against without a site and without
//! a network.
//!
//! A contact is one way to reach a person who is on call. This crate is for tests of programs that have to do with contacts, and for
//! trying out. It is as strict as the real service: statuses and bodies of success and of refusal, limits a user, numbers that must
//! be verified, pages. What is not known of the real one, and what a client could do wrong for it, is a switch of [`Behaviour`].
//! Else the likeliest answer is given: 403 to who lists another user's contacts and is no administrator, 422 to a body that is no
//! JSON. Any other one is a [`Fault::Status`].
//!
//! It is no server for anything else: it listens on loopback alone, and keeps its users' tokens as they are. It is no client: those
//! are `contacts-ureq` (blocking), `contacts-hyper` (async), and `contacts-proto`, which does no IO.
//!
//! [`Service`] is pure: a request in, a response out. [`Sandbox`] puts it behind a socket, with [`Fault`]s on demand and a journal
//! of what was asked.
//!
//! # In a test
//!
//! [`Sandbox::start`] is all that a test needs. It listens on a free port, so that tests run beside each other, and stops when it is
//! dropped. The demo user has an e-mail and an SMS contact, and is an administrator for whom there are two others to look at, as
//! [`Service::demo`] tells; [`Sandbox::add_user`] and [`Sandbox::add_contact`] add more. What is to be tested is given
//! [`Sandbox::base_url`] in place of the service's URL, or [`Sandbox::oauth_base_url`] if it has an OAuth token:
//!
//! ```
//! use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Operation, Sandbox};
//! use contacts_ureq::{BaseUrl, Client, ContactMethod, Credentials, Error};
//!
//! /// What is to be tested.
//! fn reach_by_call(client: &Client, number: &str) -> Result<(), Error> {
//!     client.ensure(ContactMethod::Voice, number).map(drop)
//! }
//!
//! let sandbox = Sandbox::start()?;
//! let site = BaseUrl::new(&sandbox.base_url())?;
//! let client = Client::new(site, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?);
//! reach_by_call(&client, "90-5555559999")?;
//! reach_by_call(&client, "+90 555 555 99 99")?;
//!
//! // It is there once, …
//! let contacts = sandbox.contacts(DEMO_EMAIL);
//! assert_eq!(contacts.len(), 3);
//! assert_eq!((contacts[2].method.as_str(), contacts[2].verified), ("voice", false));
//! // … was asked for once, and nothing else was changed.
//! assert_eq!(sandbox.requests(Operation::Create)[0].body, r#"{"method":"voice","to":"90-5555559999"}"#);
//! assert_eq!(sandbox.writes().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Sandbox::arm`] lets something go wrong: the next time, or as a [`FaultRule`] says. So it is tested what a program does when
//! it cannot know whether a contact was created. In an async program the sandbox is the same, since it has a thread of its own:
//!
//! ```
//! use contacts_hyper::{BaseUrl, Client, ContactMethod, CreateContact, Credentials, ErrorKind};
//! use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, User, When};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start()?;
//! sandbox.add_user(User::new("ann@example.com", "anns-token"));
//! let site = BaseUrl::new(&sandbox.base_url())?;
//! let client = Client::new(site, Credentials::basic("ann@example.com", "anns-token")?);
//!
//! // The contact is created, and the connection ends before the answer.
//! sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create).times(1));
//! let create = CreateContact::new(ContactMethod::Email, "ann@example.com")?;
//! let error = client.send(&create).await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
//! assert_eq!(sandbox.contacts("ann@example.com").len(), 1);
//! assert_eq!(sandbox.requests(Operation::Create).len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! A program in another language is given the address of a sandbox that runs by itself: the command `contacts sandbox`. What is
//! done here by methods is done there below `/_sandbox/`, as [`Sandbox`] tells.
//!
//! # Without a socket
//!
//! A [`Service`] answers a request as a function does. It has no clock: the time is an argument, and a test that needs a day
//! to pass lets it.
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
//! let site = BaseUrl::new("https://api.example.com/jsm/ops/api/sandbox")?;
//! let request = DeleteContact::new(id).request(&site, &Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?);
//! let (head, body) = request.into_parts();
//! let request = http::Request::from_parts(head, body.as_slice());
//! assert_eq!(service.handle(request, Duration::from_secs(1_800_000_000)).status(), 204);
//! assert_eq!(service.contacts(&account).len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod behaviour;
mod clock;
mod contact;
mod error;
mod faults;
mod operation;
mod server;
mod service;
mod splitmix;
mod state;
mod user;

pub use behaviour::{
    Base, Behaviour, DeactivatingUnverified, DeleteAnswer, Duplicates, EndOfList, Limits, NewPhones,
    NextLink, OAuthAtDirectBase, OverLimit, RefusalShape, SizeOutOfRange,
};
pub use contact::{ContactMethod, StoredContact};
pub use error::Error;
pub use faults::{End, Fault, FaultPlan, FaultRule, Hint, Occurrence, Part, When, Which, fault_help};
pub use operation::Operation;
pub use server::{Builder, Recorded, Sandbox};
pub use service::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Service};
pub use state::State;
pub use user::{Plan, Scopes, User};
