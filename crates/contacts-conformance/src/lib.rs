//! One table of scenarios that the blocking client and the async one run alike, against a server that does what a script says.
//!
//! A question of bytes on the wire has one right answer, and both adapters have to give it. A [`Scenario`] says what a server
//! does, what is asked, and what an adapter must report of it; what follows from that report is worked out by `contacts-proto`
//! alone, and compared with what came of the real thing, word for word. [`table`] has them all.
//!
//! [`corpus`] has responses that no service should send, each with its outcome and the reason for it.
//!
//! [`faults`] is the other half: faults drawn by lot, through both clients, against the sandbox, whose state is audited after
//! each.

pub mod certificates;
mod complaint;
pub mod corpus;
pub mod driver;
pub mod faults;
mod operation;
mod outcome;
mod parallel;
mod reference;
mod report;
mod run;
mod scenario;
mod sockets;
pub mod table;
pub mod wire;

pub use contacts_sandbox::Operation;

pub use self::{
    complaint::{Complaint, ComplaintKind},
    operation::{ALL_OPERATIONS, Sample},
    outcome::Outcome,
    reference::{Answer, Told, reference},
    report::Report,
    run::{run, run_all, run_all_by, run_with},
    scenario::{Asked, Expected, Route, Scenario, Seen, Setting},
    sockets::open_sockets,
};
