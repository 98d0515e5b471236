//! The tests of this crate, as one program.
#![allow(clippy::duplicate_mod, reason = "each example includes the shared module")]

mod both_clients;
mod client_certificate;
mod clients;
mod corpus;
mod faults;
#[cfg(feature = "http2")]
mod http2;
mod not_sent;
mod other_runtimes;
mod proxies;
mod readme;
mod runtimes;
mod supply_chain;
mod table;
mod tls_provider;
mod tracing;
