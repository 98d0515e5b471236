//! Integration tests, as one program.

mod apply_laws;
mod apply_outcomes;
mod file;
mod file_laws;
mod last_enabled;
mod plan;
mod plan_laws;
mod support;
