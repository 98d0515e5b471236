//! Shared test code: drives exchanges over a scripted network, injects faults, checks the laws of
//! exchanges, and audits the state of the service.
//!
//! No sockets, no threads, no real time. Every random value follows from a seed, so each failure
//! can be reproduced.
//!
//! - [`job`]: a client's task, and the exchange that performs it
//! - [`drive`]: the loop that drives an exchange in simulated time; it records a [`trace`]
//! - [`reply`]: the result of one request, and its class
//! - [`script`]: a scripted network: anything can happen
//! - [`network`]: the network to a sandbox service; it injects [`faults`] and keeps a
//!   [`network_record`]
//! - [`laws`]: the rules that every exchange must keep, checked step by step
//! - [`audit`]: compares the outcome of an exchange with the state of the service
//! - [`mutants`]: exchanges that break one law each
//! - [`operations`]: the rules for reading a response; [`mutation`] applies them to mutated
//!   responses
//! - [`findings`]: violations, and their counts

pub mod audit;
pub mod behaviour;
pub mod drive;
pub mod faults;
pub mod findings;
pub mod hidden_status;
pub mod job;
pub mod laws;
pub mod log;
pub mod mutants;
pub mod mutation;
pub mod network;
pub mod network_record;
pub mod operations;
pub mod random;
pub mod reply;
pub mod retry_hint;
pub mod script;
pub mod trace;
