//! Placeholder.

mod behaviour;
mod clock;
mod contact;
mod error;
mod faults;
mod operation;
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
pub use service::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Service};
pub use state::State;
pub use user::{Plan, Scopes, User};
