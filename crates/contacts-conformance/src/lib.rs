//! One table of scenarios that both clients must pass, against a scripted server.
//!
//! For bytes on the wire there is one right result, and both adapters must report it. A
//! [`Scenario`] states what a server does, what the client sends, and what an adapter must report.
//! `contacts-proto` alone computes the outcome that follows from this report. The outcome of the
//! real client must be equal to it. [`table`] has all scenarios.
//!
//! [`corpus`] has responses that no service should send, each with its outcome and the reason for
//! it.
//!
//! [`faults`] runs random faults through both clients against the sandbox, and audits its state
//! after each case.

pub mod certificates;
pub mod corpus;
pub mod driver;
pub mod faults;
mod operation;
mod outcome;
mod parallel;
mod problem;
mod reference;
mod report;
mod run;
mod scenario;
mod sockets;
pub mod table;
pub mod wire;

pub use contacts_sandbox::Operation;

pub use self::{
    operation::{ALL_OPERATIONS, Sample},
    outcome::Outcome,
    problem::{Problem, ProblemKind},
    reference::{Answer, AttemptReport, reference},
    report::Report,
    run::{run, run_all, run_all_by, run_with},
    scenario::{ClientStep, Expected, Route, Scenario, Seen, Setting},
    sockets::open_sockets,
};
