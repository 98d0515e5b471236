//! The configuration of one world of the random mode.

use std::time::Duration;

use contacts_proto::RetryPolicy;
use contacts_sandbox::{Behaviour, Duplicates, OAuthAtDirectBase, Service};
use contacts_testkit::{behaviour, job::Begin, random::Random};

/// The configuration of one world.
#[derive(Debug, Clone)]
pub struct WorldConfig {
    /// The seed.
    pub seed: u64,
    /// The behaviour of the service. It allows duplicates, unless it rejects them by itself.
    pub behaviour: Behaviour,
    /// This many of 64 requests meet a fault.
    pub faults: u64,
    /// Starts the exchange of a job.
    pub begin: Begin,
}

impl WorldConfig {
    /// Generates the configuration of a seed.
    pub fn of(seed: u64, begin: Begin) -> Self {
        let mut random = Random::new(seed ^ 0x5e77);
        let behaviour = Behaviour {
            duplicates: *random.pick(&[
                Duplicates::Allowed,
                Duplicates::Allowed,
                Duplicates::Unprocessable,
                Duplicates::Conflict,
            ]),
            // Refreshed tokens are OAuth tokens, and go to the same base URL.
            oauth_at_direct_base: OAuthAtDirectBase::Accepted,
            ..behaviour::random_behaviour(&mut random)
        };
        let faults = *random.pick(&[2, 8, 16, 32, 48]);
        Self { seed, behaviour, faults, begin }
    }

    /// Creates the service, without users.
    pub fn service(&self) -> Service {
        Service::new(self.behaviour.clone())
    }
}

/// Generates a client's policy. Half of the clients have the default one.
pub fn policy(random: &mut Random) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    if random.one_in(2) {
        return policy;
    }
    policy.max_attempts = *random.pick(&[1, 2, 4, 8]);
    policy.deadline = Duration::from_secs(*random.pick(&[1, 4, 7, 12, 20, 60, 600]));
    policy.attempt_timeout = Duration::from_millis(*random.pick(&[50, 150, 3_000, 30_000]));
    policy.consistency_delay = Duration::from_secs(*random.pick(&[1, 5]));
    policy.max_retry_after = Duration::from_secs(*random.pick(&[2, 60, 7200]));
    policy
}
