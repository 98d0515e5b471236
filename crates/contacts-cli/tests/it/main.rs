//! The tests of this crate, as one program.
#![allow(
    clippy::incompatible_msrv,
    reason = "rcgen, which makes certificates here, needs newer Rust too"
)]

mod apply;
mod apply_disabled;
mod apply_killed;
mod apply_meanwhile;
mod apply_terminal;
mod audit;
mod audit_browser;
mod audit_metrics;
mod audit_on_call;
mod audit_page;
mod audit_resume;
mod audit_reused;
mod audit_rules;
mod audit_terminal;
mod audit_unreadable;
mod bad_input;
mod config;
mod doctor;
mod doctor_proxy;
mod doctor_report;
mod doctor_tls;
mod export;
mod export_terminal;
mod file_errors;
mod foreign_server;
mod interrupt;
mod login_terminal;
mod meanings;
mod network;
mod nobody_reads;
mod non_utf8;
mod operations;
mod outcome_unknown;
mod pages;
mod paging;
mod plan;
mod readme;
mod sandbox;
mod secrets;
mod secrets_in_settings;
mod service_errors;
mod settings;
mod settings_of_machines;
mod several_ids;
mod site;
#[cfg(target_os = "linux")]
mod snapshots;
mod spreadsheets;
mod story;
mod support;
mod terminal;
mod token_astray;
mod token_command;
mod waiting;
mod wire;
