//! The tests of this crate, as one program.

mod inspector;
mod inspector_browser;
mod kit;
mod own_program;
mod server;
mod service;
