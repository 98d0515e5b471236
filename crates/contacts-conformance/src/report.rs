//! The report of a run, printed in one line.

use serde::Serialize;

/// The results of a run. On success all but the first two are zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Scenarios of the table, each run with both clients.
    pub scenarios: usize,
    /// Faults, each run with both clients.
    pub faults: u64,
    /// Effects that were reported but are missing.
    pub lost: u64,
    /// Effects that happened twice.
    pub doubled: u64,
    /// False definite outcomes, and scenarios with a wrong outcome.
    pub wrong: u64,
    /// Operations that took longer than their deadline.
    pub hung: u64,
    /// Sockets that were open at the end but not at the start.
    pub leaked_sockets: u64,
    /// Scenarios and faults where the two clients differ.
    pub differences: u64,
}

impl Report {
    /// Returns `true` if the run found nothing.
    pub fn is_clean(&self) -> bool {
        let Self { lost, doubled, wrong, hung, leaked_sockets, differences, .. } = *self;
        [lost, doubled, wrong, hung, leaked_sockets, differences].iter().all(|count| *count == 0)
    }
}
