//! The work to measure: named pieces of work by this project's crates and by the code they are
//! compared with. The binaries measure them: `work` time, memory and (with callgrind) instructions;
//! `allocations` allocations. `table` runs both and prints the figures with their targets.
//! `regressions` compares instructions with those of the last commit.

pub mod by_hand;
mod core;
pub mod fixture;
mod peers;
pub mod process;
pub mod server;

use std::hint::black_box;

pub use server::Addresses;

/// Setup of a piece of work. Work without a network needs none.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The server of canned responses.
    pub server: Option<Addresses>,
    /// Number of requests in flight.
    pub concurrency: u64,
}

impl Setup {
    fn server(&self) -> &Addresses {
        self.server.as_ref().expect("work over a network needs a SERVER argument")
    }
}

/// Does a piece of work this many times.
pub type Run = Box<dyn FnMut(u64)>;

/// A piece of work.
pub struct Work {
    /// `what/how`.
    pub name: String,
    prepare: Box<dyn Fn(&Setup) -> Run>,
}

impl Work {
    fn new(name: impl Into<String>, prepare: impl Fn(&Setup) -> Run + 'static) -> Self {
        Self { name: name.into(), prepare: Box::new(prepare) }
    }

    /// Work that needs no network.
    fn pure<T>(name: impl Into<String>, once: impl Fn() -> T + Clone + 'static) -> Self {
        Self::new(name, move |_| {
            let once = once.clone();
            Box::new(move |count| {
                for _ in 0..count {
                    black_box(once());
                }
            })
        })
    }

    /// Prepares the work, including connections.
    pub fn prepare(&self, setup: &Setup) -> Run {
        (self.prepare)(setup)
    }
}

/// All work that needs no network.
pub fn pure() -> Vec<Work> {
    core::all()
}

/// All work.
pub fn all() -> Vec<Work> {
    core::all().into_iter().chain(peers::all()).collect()
}

/// The work of this name.
pub fn find(name: &str) -> Option<Work> {
    all().into_iter().find(|work| work.name == name)
}
