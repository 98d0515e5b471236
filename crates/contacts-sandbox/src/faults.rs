//! Fault injection: faults, the rules that select requests, and the effect on one request. All of
//! it is pure; the server follows the [`Handling`].

mod armed;
mod fault;
mod handling;
mod help;
mod rule;

pub(crate) use self::armed::Armed;
pub use self::fault::{DuplicateResponse, End, Fault, Hint, Part, When};
pub(crate) use self::handling::{
    Effect, Handling, Replacement, ReplacementBody, Reply, WireAction,
};
pub use self::help::fault_help;
pub(crate) use self::help::fault_kinds;
pub use self::rule::{FaultPlan, FaultRule, Occurrence};
