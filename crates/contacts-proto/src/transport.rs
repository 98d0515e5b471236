//! For programs that drive an exchange over an HTTP library of their own.
//!
//! | part | purpose |
//! | --- | --- |
//! | [`SendGate`] | whether a request that was given up can still arrive |
//! | [`BodyBuf`] | the body of an answer, within its limit |
//! | [`Refresh`] | one refresh of credentials for all that need it |
//! | [`TransportError`] | how a request failed: what is known of it, and why |
//! | [`connect`] | the order in which the addresses of a host are tried |

mod body;
pub mod connect;
mod error;
mod gate;
mod limits;
mod refresh;

pub use self::{
    body::BodyBuf,
    error::{Delivery, TransportError, TransportErrorKind, error_chain},
    gate::SendGate,
    limits::{BodyLimits, Limits, Timeouts},
    refresh::{Refresh, RefreshError},
};
pub use crate::retry::RetryClass;
