//! What the programs here have in common.
#![allow(dead_code, reason = "no program uses all of it")]

pub(crate) mod body;
pub(crate) mod cause;
pub(crate) mod clock;
pub(crate) mod event;
pub(crate) mod head;
pub(crate) mod setup;

pub(crate) use self::{body::Body, cause::failure, clock::Clock, event::told, setup::session};

/// What comes of a request.
pub(crate) type Answer = Result<http::Response<Vec<u8>>, contacts_proto::transport::TransportError>;
