//! What must hold whatever happens, written once: the loop that drives exchanges over a scripted
//! network, the faults, the laws, and the audit of the service's state.
//!
//! There are no sockets, no threads and no real time in it. All that is drawn follows from a seed,
//! so that whatever goes wrong can be seen again.
//!
//! - [`job`]: what a client wants, and the exchange that gets it
//! - [`drive`]: the loop, in simulated time; a [`trace`] is what it writes down
//! - [`reply`]: what a client learns of a request, and what follows from it
//! - [`script`]: a world in which anything happens
//! - [`network`]: the way to a service, on which [`faults`] happen; a [`ledger`] is what it writes
//!   down
//! - [`laws`]: what an exchange must do, step by step
//! - [`audit`]: what it says must be true of what the service has
//! - [`mutants`]: exchanges that break a law each
//! - [`operations`]: what reading an answer must come to; [`mutation`] feeds them answers with
//!   something wrong in them
//! - [`findings`]: what was broken, and how often

pub mod audit;
pub mod behaviour;
pub mod drive;
pub mod faults;
pub mod findings;
pub mod hide_status;
pub mod hints;
pub mod job;
pub mod laws;
pub mod ledger;
pub mod log;
pub mod mutants;
pub mod mutation;
pub mod network;
pub mod operations;
pub mod random;
pub mod reply;
pub mod script;
pub mod trace;
