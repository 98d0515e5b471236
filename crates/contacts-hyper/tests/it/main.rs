//! The tests of this crate, as one program.

mod client;
mod dropped;
mod many_users;
