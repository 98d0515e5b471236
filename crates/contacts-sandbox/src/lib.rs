//! A stand-in for the Contacts API of Jira Service Management operations, to try a client against without a site and without
//! a network.
//!
//! It is as strict as the real service: statuses and bodies of success and of refusal, limits a user, numbers that must be
//! verified, pages. What is not known of the real one is a switch of [`Behaviour`]. It is no server for anything else: it
//! listens on loopback alone, and keeps its users' tokens as they are.
//!
//! [`Service`] is pure: a request in, a response out. [`Sandbox`] puts it behind a socket, with [`Fault`]s on demand and a journal
//! of what was asked.
//!
//! ```
//! use std::io::{Read, Write};
//! use contacts_sandbox::{Fault, Sandbox, When};
//!
//! let sandbox = Sandbox::start()?;
//! assert!(sandbox.base_url().ends_with("/jsm/ops/api/sandbox"));
//!
//! // A client of any kind asks …
//! let mut stream = std::net::TcpStream::connect(sandbox.address())?;
//! stream.write_all(b"GET /_edge/tenant_info HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(r#"{"cloudId":"sandbox"}"#));
//!
//! // … and a test looks at what it has asked, or lets something go wrong.
//! assert_eq!(sandbox.journal()[0].target, "/_edge/tenant_info");
//! sandbox.arm(Fault::Reset { when: When::After });
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
    Base, Behaviour, DeleteAnswer, Duplicates, EndOfList, Limits, NewPhones, NextLink, OverLimit,
    RefusalShape, SizeOutOfRange,
};
pub use contact::{ContactMethod, StoredContact};
pub use error::Error;
pub use faults::{End, Fault, FaultPlan, FaultRule, Hint, Occurrence, Part, When, Which, fault_help};
pub use operation::Operation;
pub use server::{Builder, Recorded, Sandbox};
pub use service::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Service};
pub use state::State;
pub use user::{Plan, Scopes, User};
