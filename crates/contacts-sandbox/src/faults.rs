//! Faults on demand: what can go wrong, when it does, and what that means for one request. All of it is pure; the
//! server does what the [`Script`] says.

mod armed;
mod fault;
mod help;
mod rule;
mod script;

pub(crate) use self::armed::Armed;
pub use self::fault::{End, Fault, Hint, Part, When, Which};
pub use self::help::fault_help;
pub(crate) use self::help::fault_kinds;
pub use self::rule::{FaultPlan, FaultRule, Occurrence};
pub(crate) use self::script::{Canned, Directive, Effect, Filling, Reply, Script};
