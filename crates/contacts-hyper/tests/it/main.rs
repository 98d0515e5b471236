//! The tests of this crate, as one program.

mod client;
mod dropped;
mod given_up;
mod many_users;
