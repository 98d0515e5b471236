//! The tests of this crate, as one program.

mod answers;
mod broken_answer;
mod concurrency;
mod create_in_flight;
mod dependencies;
mod ensure;
mod exchange_laws;
mod exchange_table;
mod model;
mod mutations;
mod numbers;
mod on_calls;
mod paging;
mod reconcile;
mod requests;
mod secrets;
mod serialization;
mod site;
mod support;
mod throttle;
