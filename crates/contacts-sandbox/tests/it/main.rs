//! Integration tests, as one program.

mod client;
mod inspector;
mod inspector_browser;
mod own_program;
mod schedules;
mod server;
mod service;
mod test_helpers;
