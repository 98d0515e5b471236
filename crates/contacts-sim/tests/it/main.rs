//! The tests of this crate, as one program.

mod checker;
mod command;
mod modes;
