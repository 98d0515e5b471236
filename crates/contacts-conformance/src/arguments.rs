//! Arguments of the program.

use std::ops::Range;

use clap::Parser;

/// Run the table of scenarios through both clients, then random faults
///
/// The last line of output is a JSON report. Exit codes: 0 no problem, 1 problems, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "contacts-conformance", version)]
pub(crate) struct Arguments {
    /// Number of faults
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) faults: u64,
    /// Seed of the faults
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Index of the only fault to run, without the table
    #[arg(long, value_name = "I", conflicts_with = "faults")]
    pub(crate) index: Option<u64>,
}

impl Arguments {
    /// Returns the indices of the faults to run.
    pub(crate) fn indices(&self) -> Range<u64> {
        self.index.map_or(0..self.faults, |index| index..index.saturating_add(1))
    }
}
