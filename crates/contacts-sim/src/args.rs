//! Arguments.

use clap::{Args, Parser, Subcommand};
use contacts_testkit::faults::Fault;

use crate::subject::{Numbers, Subject};

/// Clients of the Contacts API against a simulated service over a simulated, failing network.
///
/// The last line of standard output is JSON (but for `replay`); what goes wrong is told on standard error, with the command that
/// replays it. Exit code 0: nothing went wrong; 1: something did; 2: wrong usage.
#[derive(Debug, Parser)]
#[command(name = "contacts-sim", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub(crate) mode: Mode,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// Every schedule of faults up to a length, for each operation and `ensure`
    Exhaustive {
        /// The longest schedule
        #[arg(long, value_parser = clap::value_parser!(u8).range(..=12))]
        length: u8,
        /// What all times and the like follow from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Many clients at once, and whatever may happen
    Random {
        #[command(flatten)]
        scene: Scene,
    },
    /// What lost answers come to: by the usual rule, by our creation, by our `ensure`
    Compare {
        /// How many schedules
        #[arg(long)]
        schedules: u64,
        /// What all follows from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Every schedule of faults up to a length, for plans that are applied, broken off, and applied again
    Plan {
        /// The longest schedule
        #[arg(long, value_parser = clap::value_parser!(u8).range(..=12))]
        length: u8,
        /// What all times and the like follow from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// One case again, step by step: an operation under a schedule, or a random scene
    Replay(Replay),
}

/// One argument, which by its bare name would be taken for many.
type Schedule = Vec<Fault>;

#[derive(Debug, Args)]
pub(crate) struct Scene {
    /// How often an exchange is asked what to do, all together
    #[arg(long)]
    pub(crate) steps: u64,
    /// What all follows from
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Users, each with a client; the first of several is an administrator
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) clients: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// What is tried
    #[arg(long, value_enum, conflicts_with = "steps", required_unless_present = "steps")]
    pub(crate) operation: Option<Subject>,
    /// Faults with commas between them: the first request meets the first
    #[arg(long, value_parser = Fault::schedule, default_value = "", conflicts_with = "steps")]
    pub(crate) schedule: Schedule,
    /// The policy
    #[arg(long, value_enum, default_value = "default", conflicts_with = "steps")]
    pub(crate) policy: Numbers,
    /// The first creation meets the first fault, and all else goes well
    #[arg(long, conflicts_with = "steps")]
    pub(crate) creations: bool,
    /// What all follows from
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// A random scene: its steps
    #[arg(long)]
    pub(crate) steps: Option<u64>,
    /// A random scene: its clients
    #[arg(long, default_value_t = 16, requires = "steps")]
    pub(crate) clients: u16,
    /// A random scene: the one client that is shown
    #[arg(long, requires = "steps")]
    pub(crate) client: Option<usize>,
}
