//! Shared parts of the examples.
#![allow(dead_code, reason = "each example uses a part")]

pub(crate) mod body;
pub(crate) mod cause;
pub(crate) mod clock;
pub(crate) mod event;
pub(crate) mod head;
pub(crate) mod setup;

pub(crate) use self::{body::Body, cause::failure, clock::Clock, event::event_of, setup::session};

/// Result of a request.
pub(crate) type Answer = Result<http::Response<Vec<u8>>, contacts_proto::transport::TransportError>;
