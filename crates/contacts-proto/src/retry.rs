//! When an operation is repeated: by which numbers, how long after, and how often for all exchanges of a client.

mod backoff;
mod budget;
mod class;
mod policy;
mod server_delay;

pub(crate) use self::{
    backoff::{backoff, patience},
    server_delay::asked_for,
};
pub use self::{budget::RetryBudget, class::RetryClass, policy::RetryPolicy};
