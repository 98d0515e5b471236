//! Retries: their settings, the waits between attempts, and the budget of a client. Also the number
//! of exchanges at the same time.

mod aimd;
mod backoff;
mod budget;
mod class;
mod policy;
mod server_delay;
mod throttle;

pub(crate) use self::{
    aimd::Aimd,
    backoff::{backoff, patience},
    server_delay::server_delay,
    throttle::Throttle,
};
pub use self::{budget::RetryBudget, class::RetryClass, policy::RetryPolicy};
