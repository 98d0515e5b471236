//! What is so for all in one world of the random mode.

use std::time::Duration;

use contacts_proto::RetryPolicy;
use contacts_sandbox::{Behaviour, Duplicates, OAuthAtDirectBase, Service};
use contacts_testkit::{behaviour, job::Begin, random::Random};

/// What is so for all in one world: how the service behaves, and how bad the network is.
#[derive(Debug, Clone)]
pub struct Setting {
    /// What all follows from.
    pub seed: u64,
    /// How the service behaves. It never keeps a client from making too many contacts, unless it refuses duplicates.
    pub behaviour: Behaviour,
    /// How many of 64 requests meet a fault.
    pub faults: u64,
    /// How clients set about their jobs.
    pub begin: Begin,
}

impl Setting {
    /// The setting of a seed.
    pub fn of(seed: u64, begin: Begin) -> Self {
        let mut random = Random::new(seed ^ 0x5e77);
        let behaviour = Behaviour {
            duplicates: *random.pick(&[
                Duplicates::Allowed,
                Duplicates::Allowed,
                Duplicates::Unprocessable,
                Duplicates::Conflict,
            ]),
            // Renewed tokens are OAuth tokens, and go to the same base.
            oauth_at_direct_base: OAuthAtDirectBase::Accepted,
            ..behaviour::any_form(&mut random)
        };
        let faults = *random.pick(&[2, 8, 16, 32, 48]);
        Self { seed, behaviour, faults, begin }
    }

    /// The service, without users.
    pub fn service(&self) -> Service {
        Service::new(self.behaviour.clone())
    }
}

/// A client's policy: the default one more often than not.
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
