//! Contacts as they are to be, against contacts as they are: what is to be changed, in which order, and what is to be known
//! beforehand.
//!
//! A contact is one way to reach a person who is on call. This crate is for programs that keep a person's contacts as a file says,
//! or as anything else says that can be put as a list of [`Desired`]. It is pure: it reads no file, sends nothing and starts no timer.
//! What the service has is read, and what is to be changed is sent, by a client: `contacts-ureq` (blocking), `contacts-hyper`
//! (async), or a loop around the exchanges of `contacts-proto`. One contact that is to exist needs no plan: that is
//! [`Ensure`](contacts_proto::exchange::Ensure).
//!
//! [`read`] takes the text of a file and gives [`Desired`] contacts, or all of its [`Diagnostic`]s with their places. [`Plan::new`]
//! compares them with the contacts that the service has. [`Apply`] gives the changes one by one as exchanges of
//! `contacts-proto`, which any of its clients runs; it can be interrupted and done again. [`write()`] is the way back: the
//! contacts of a user as the text of a file. The commands `contacts plan` and `contacts apply` of `contacts-cli` are made of these.
//!
//! ```
//! use contacts_plan::{Desired, Format, Options, Plan, read, write};
//! use contacts_proto::Contact;
//!
//! // What the service has …
//! let actual: Vec<Contact> = serde_json::from_str(
//!     r#"[{"id":"e1","method":"email","to":"ann@example.com","status":{"enabled":true}},
//!         {"id":"s1","method":"sms","to":"90-555-555-5555","status":{"enabled":true}}]"#,
//! )?;
//! // … is what a file of it says.
//! let desired: Vec<Desired> = actual.iter().map(Desired::from).collect();
//! let text = write(&desired, Format::Yaml);
//! assert_eq!(text, "- email: ann@example.com\n  id: e1\n- sms: \"90-555-555-5555\"\n  id: s1\n");
//! assert!(Plan::new(&read(&text, Format::Yaml).unwrap(), &actual, Options::default())?.is_empty());
//!
//! // Somebody changes the file.
//! let text = "\
//! - email: ann@example.org
//!   id: e1
//! - sms: 90-5555559999      # quotes are not needed
//!   id: s1
//! - voice: 90-5555559999
//! ";
//! let desired = read(text, Format::Yaml).unwrap();
//! let plan = Plan::new(&desired, &actual, Options::default())?;
//! assert_eq!(
//!     plan.to_string(),
//!     "+ sms 90-5555559999 (in place of s1)\n\
//!      + voice 90-5555559999\n\
//!      ~ email ann@example.com -> ann@example.org\n\
//!      - sms 90-555-555-5555 (replaced)\n"
//! );
//! assert_eq!(plan.warnings().len(), 3, "two numbers must be verified, and there are new rules of notification");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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

mod apply;
mod change;
#[cfg(test)]
mod collisions;
pub mod csv;
mod desired;
mod diagnostic;
mod doubles;
mod enabled;
mod error;
mod file;
mod limit;
mod matching;
mod options;
mod plan;
mod position;
mod warning;

pub use apply::{Apply, Done, NotDisabled, Outcome, Skipped, Step};
pub use change::Change;
pub use desired::Desired;
pub use diagnostic::Diagnostic;
pub use enabled::takes_last_enabled;
pub use error::{PlanError, PlanErrorKind};
pub use file::{Format, looks_like_csv, read, spreadsheet_cell, write};
pub use options::Options;
pub use plan::Plan;
pub use position::Position;
pub use warning::Warning;
