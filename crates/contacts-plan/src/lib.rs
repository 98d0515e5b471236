//! Compares a user's contacts with a file of desired contacts, and plans the changes in a safe
//! order.
//!
//! Use this crate if a file, or another source, defines the on-call contacts of a user.
//! It does no IO: you read the file, and a client runs the requests.
//!
//! ```
//! use contacts_plan::{Format, Options, Plan, read};
//! use contacts_proto::Contact;
//!
//! let actual: Vec<Contact> = serde_json::from_str(
//!     r#"[{"id":"e1","method":"email","to":"ann@example.com","status":{"enabled":true}}]"#,
//! )?;
//! let file = "- email: ann@example.org\n  id: e1\n- voice: 90-5555559999\n";
//! let desired = read(file, Format::Yaml).expect("the file is valid");
//! let plan = Plan::new(&desired, &actual, Options::default())?;
//! assert_eq!(
//!     plan.to_string(),
//!     "+ voice 90-5555559999\n~ email ann@example.com -> ann@example.org\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Steps
//! 1. [`read`] parses the text of a file into [`Desired`] contacts, or reports every [`Diagnostic`]
//!    with its position. [`write()`] does the reverse, for an export.
//! 2. [`Plan::new`] compares them with the contacts that the service lists. The plan holds the
//!    changes in order and the [`Warning`]s about them.
//! 3. [`Apply`] turns each change into an exchange of `contacts-proto`. `contacts-ureq` (blocking),
//!    `contacts-hyper` (async) or your own loop runs it. You can stop at any point and apply the
//!    same file again.
//!
//! The commands `contacts export`, `contacts plan` and `contacts apply` use this crate. To create
//! one contact only if it is missing, use [`Ensure`](contacts_proto::exchange::Ensure) instead.
//!
//! # Files
//! A file is YAML, JSON or CSV; [`Format`] describes each. [`csv::Rows`] reads any CSV table, and
//! gives the line and column of each cell.

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
pub mod csv;
mod desired;
mod diagnostic;
mod duplicates;
mod enabled;
mod error;
mod file;
mod limit;
mod matching;
mod options;
mod plan;
mod position;
#[cfg(test)]
mod strategies;
mod warning;

pub use apply::{Apply, Done, NotDisabled, Outcome, Skipped, Step};
pub use change::Change;
pub use desired::Desired;
pub use diagnostic::Diagnostic;
pub use enabled::may_remove_last_enabled;
pub use error::{PlanError, PlanErrorKind};
pub use file::{Format, looks_like_csv, read, spreadsheet_cell, write};
pub use options::Options;
pub use plan::Plan;
pub use position::Position;
pub use warning::Warning;
