//! The tests of this crate, as one program.

mod broken;
mod checker;
mod command;
mod modes;
