//! Parts for programs that drive exchanges with their own HTTP library.
//!
//! | part | purpose |
//! | --- | --- |
//! | [`SendGate`] | ensures that a cancelled request can no longer arrive |
//! | [`BodyBuf`] | collects the body of a response up to its limit |
//! | [`Refresh`] | shares one refresh of credentials between all callers |
//! | [`TransportError`] | reports how far a request came and why it failed |
//! | [`connect`] | orders the addresses of a host |

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
