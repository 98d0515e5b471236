//! Arguments of the command.

use clap::{Args, Parser, Subcommand};
use contacts_testkit::faults::Fault;

use crate::subject::{PolicyChoice, Subject};

/// Run clients of the Contacts API over a simulated, failing network
///
/// The last line of standard output is JSON, except for `replay`. Violations go to standard error,
/// each with the command that replays it. Exit codes: 0 no violation, 1 violations, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "contacts-sim", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub(crate) mode: Mode,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// Run every schedule of faults up to a length, for each operation and `ensure`
    Exhaustive {
        /// Maximum length of a schedule
        #[arg(long, value_parser = clap::value_parser!(u8).range(..=12))]
        length: u8,
        /// Seed of the simulated times and other choices
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Run many clients at once with random faults
    Random {
        #[command(flatten)]
        arguments: RandomArgs,
    },
    /// Compare naive retries, our create and our `ensure` when responses are lost
    Compare {
        /// Number of schedules
        #[arg(long)]
        schedules: u64,
        /// Seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Run every schedule of faults for plans that are applied, interrupted, and applied again
    Plan {
        /// Maximum length of a schedule
        #[arg(long, value_parser = clap::value_parser!(u8).range(..=12))]
        length: u8,
        /// Seed of the simulated times and other choices
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Replay one case step by step: an operation with a schedule, or a random run
    Replay(Replay),
}

/// Alias: clap would read a bare `Vec` as several arguments.
type Schedule = Vec<Fault>;

#[derive(Debug, Args)]
pub(crate) struct RandomArgs {
    /// Total number of steps of all exchanges
    #[arg(long)]
    pub(crate) steps: u64,
    /// Seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of users, each with a client; the first of several is an administrator
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) clients: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Operation to run
    #[arg(long, value_enum, conflicts_with = "steps", required_unless_present = "steps")]
    pub(crate) operation: Option<Subject>,
    /// Faults, separated by commas: the n-th request meets the n-th fault
    #[arg(long, value_parser = Fault::schedule, default_value = "", conflicts_with = "steps")]
    pub(crate) schedule: Schedule,
    /// Retry policy
    #[arg(long, value_enum, default_value = "default", conflicts_with = "steps")]
    pub(crate) policy: PolicyChoice,
    /// Apply the faults to create requests only
    #[arg(long, conflicts_with = "steps")]
    pub(crate) creates_only: bool,
    /// Seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Random run: number of steps
    #[arg(long)]
    pub(crate) steps: Option<u64>,
    /// Random run: number of clients
    #[arg(long, default_value_t = 16, requires = "steps")]
    pub(crate) clients: u16,
    /// Random run: the only client to show
    #[arg(long, requires = "steps")]
    pub(crate) client: Option<usize>,
}
