//! What must hold whatever happens, written once: the loop that drives exchanges over a scripted network, the faults, the laws, and
//! the audit of the service's state.
//!
//! There are no sockets, no threads and no real time in it. All that is drawn follows from a seed, so that whatever goes wrong can be
//! seen again.
//!
//! - [`job`]: what a client wants, and the exchange that gets it
//! - [`drive`]: the loop, in simulated time; a [`trace`] is what it writes down
//! - [`reply`]: what a client learns of a request, and what follows from it
//! - [`script`]: a world in which anything happens
//! - [`laws`]: what an exchange must do, step by step
//! - [`mutants`]: exchanges that break a law each
//! - [`findings`]: what was broken, and how often

pub mod drive;
pub mod findings;
pub mod hints;
pub mod job;
pub mod laws;
pub mod mutants;
pub mod random;
pub mod reply;
pub mod script;
pub mod trace;
