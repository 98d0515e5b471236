//! What all clients of a simulation share.

use std::time::Duration;

use contacts_sandbox::Service;

use crate::trace::Trace;

/// The moment of the Unix epoch at which the simulated clock stands at zero.
pub const EPOCH: Duration = Duration::from_secs(1_795_000_000);

/// The one service, and the record of what happens.
#[derive(Debug)]
pub struct World {
    /// The service. It protects no client: what is created twice is there twice.
    pub service: Service,
    /// What happens.
    pub trace: Trace,
    /// How often an exchange was asked what to do.
    pub steps: u64,
}

impl World {
    /// A world with this service, and no record.
    pub fn new(service: Service) -> Self {
        Self { service, trace: Trace::default(), steps: 0 }
    }
}
