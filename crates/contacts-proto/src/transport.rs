//! For those who drive an exchange: how a request failed, the order of connects, and the limits of an answer.

pub mod connect;
mod failure;
mod limits;

pub use self::{
    failure::{Cause, Failure, Progress},
    limits::{BodyLimits, Limits, Timeouts},
};
