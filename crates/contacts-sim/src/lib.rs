//! Runs the exchanges of `contacts-proto` against the `Service` of `contacts-sandbox` over the
//! simulated network of `contacts-testkit`, by the million.
//!
//! No sockets, no threads, no real time. Everything follows from one 64-bit seed, so each failure
//! can be replayed step by step. After each exchange, the simulator compares its outcome with the
//! state of the service.

pub mod args;
pub mod command;
pub mod compare;
pub mod exhaustive;
pub mod naive;
pub mod planned;
pub mod random;
pub mod subject;
pub mod task;
pub mod user;
mod walk;
pub mod world_config;
