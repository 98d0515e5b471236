//! Walks the tree of schedules.

use contacts_testkit::faults::Fault;

use crate::subject::RunResult;

/// A run in progress. Its faults are chosen one by one, and a clone can meet other ones.
pub(crate) trait Branch: Clone {
    /// Continues to the next request whose fault is not chosen. Returns the result if the run ends
    /// before.
    fn advance(&mut self) -> Option<RunResult>;

    /// Chooses the fault of the next request.
    fn choose(&mut self, fault: Fault);

    /// Lets all further requests succeed.
    fn close(&mut self);
}

/// Walks the tree of schedules. Runs that begin with the same faults share this beginning: at each
/// request, the run is cloned, and each clone meets another fault.
pub(crate) struct Walk {
    length: usize,
    schedule: Vec<Fault>,
    pub(crate) schedules: u64,
    pub(crate) exchanges: u64,
    pub(crate) shared: u64,
}

impl Walk {
    /// A walk over all schedules up to this length.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, schedule: Vec::new(), schedules: 0, exchanges: 0, shared: 0 }
    }

    /// Runs all schedules that begin with the faults of this branch.
    pub(crate) fn visit(
        &mut self,
        mut branch: impl Branch,
        found: &mut impl FnMut(&[Fault], &RunResult),
    ) {
        if let Some(result) = branch.advance() {
            self.add(&result, found);
            // The run ended, so more faults make no difference.
            self.schedules += below(self.length - self.schedule.len());
            return;
        }
        if self.schedule.len() == self.length {
            return self.end(branch, found);
        }
        self.end(branch.clone(), found);
        for fault in Fault::in_schedules() {
            let mut next = branch.clone();
            next.choose(fault);
            self.schedule.push(fault);
            self.visit(next, found);
            self.schedule.pop();
        }
    }

    /// Ends a branch without further faults.
    fn end(&mut self, mut branch: impl Branch, found: &mut impl FnMut(&[Fault], &RunResult)) {
        branch.close();
        if let Some(result) = branch.advance() {
            self.add(&result, found);
        }
    }

    fn add(&mut self, result: &RunResult, found: &mut impl FnMut(&[Fault], &RunResult)) {
        self.schedules += 1;
        self.exchanges += result.exchanges;
        self.shared += result.shared;
        found(&self.schedule, result);
    }
}

/// Number of schedules that extend a given one by up to `more` faults.
fn below(more: usize) -> u64 {
    (0..more).fold(0, |sum, _| (sum + 1) * Fault::IN_SCHEDULES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_schedules_are_counted() {
        assert_eq!([0, 1, 2, 3].map(below), [0, 12, 156, 1884]);
    }
}
