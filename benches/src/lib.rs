//! What is measured: pieces of work by name, each done as often as one says, by this project's crates and by what they are
//! compared with. The binaries measure it: `work` time, memory and (under callgrind) instructions, `allocations` allocations;
//! `table` has them run and puts the figures beside their targets.

pub mod by_hand;
mod core;
pub mod fixture;
mod peers;
pub mod server;

use std::hint::black_box;

pub use server::Addresses;

/// Where and how wide a piece of work is done; the core's needs neither.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The canned-answer server.
    pub server: Option<Addresses>,
    /// How many requests are under way at a time.
    pub concurrency: u64,
}

impl Setup {
    fn server(&self) -> &Addresses {
        self.server.as_ref().expect("work over a network takes --server")
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

    /// Makes all that is made beforehand; over a network, the connections too.
    pub fn prepare(&self, setup: &Setup) -> Run {
        (self.prepare)(setup)
    }
}

/// All work that needs no network.
pub fn pure() -> Vec<Work> {
    core::all()
}

/// All work there is.
pub fn all() -> Vec<Work> {
    core::all().into_iter().chain(peers::all()).collect()
}

/// The work of this name.
pub fn find(name: &str) -> Option<Work> {
    all().into_iter().find(|work| work.name == name)
}
