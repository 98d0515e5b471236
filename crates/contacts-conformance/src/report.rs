//! The one line that a run ends with.

use serde::Serialize;

/// What a run has found. All but the first two are zero when all is well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Scenarios of the table, each run through both clients.
    pub scenarios: usize,
    /// Faults, each injected into both clients.
    pub faults: u64,
    /// Effects that were reported and are not there.
    pub lost: u64,
    /// Effects that are there twice.
    pub doubled: u64,
    /// Definite outcomes that are not true, and scenarios that did not end as they must.
    pub wrong: u64,
    /// Operations that went on for longer than their deadline.
    pub hung: u64,
    /// Sockets that were open at the end and not at the start.
    pub leaked_sockets: u64,
    /// Scenarios and faults in which the two clients differ.
    pub differences: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        let Self { lost, doubled, wrong, hung, leaked_sockets, differences, .. } = *self;
        [lost, doubled, wrong, hung, leaked_sockets, differences].iter().all(|count| *count == 0)
    }
}
