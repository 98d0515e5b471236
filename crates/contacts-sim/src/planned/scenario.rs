//! Scenarios for plans.

use std::time::Duration;

use contacts_proto::RetryPolicy;

/// A contact: method, address, enabled.
pub(super) type Row = (&'static str, &'static str, bool);

/// The contacts before, a file, and the contacts after it is applied.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) before: &'static [Row],
    /// `{0}` stands for the id of the first contact.
    pub(super) file: &'static str,
    pub(super) prune: bool,
    /// `true` if the service shows which contacts are enabled.
    pub(super) shows_status: bool,
    pub(super) after: &'static [Row],
}

pub(super) const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "fresh",
        before: &[],
        file: "[{email: ann@example.com}, {sms: 90-555}, {voice: 90-555, enabled: false}]",
        prune: false,
        shows_status: true,
        after: &[
            ("email", "ann@example.com", true),
            ("sms", "90-555", true),
            ("voice", "90-555", false),
        ],
    },
    Scenario {
        name: "changed",
        before: &[
            ("email", "ann@example.com", true),
            ("sms", "90-1", true),
            ("voice", "90-1", true),
        ],
        file: "[{email: ann@example.org, id: {0}}, {sms: 90-2, id: {1}}, {email: b@example.com, enabled: false}]",
        prune: false,
        shows_status: true,
        after: &[
            ("email", "ann@example.org", true),
            ("sms", "90-2", true),
            ("voice", "90-1", true),
            ("email", "b@example.com", false),
        ],
    },
    Scenario {
        name: "switched",
        before: &[
            ("email", "ann@example.com", true),
            ("email", "b@example.com", false),
            ("mobile", "Phone", true),
        ],
        file: "[{email: b@example.com}, {mobile: Phone, enabled: false}]",
        prune: true,
        shows_status: true,
        after: &[("email", "b@example.com", true), ("mobile", "Phone", false)],
    },
    Scenario {
        name: "exchanged",
        before: &[("email", "old@example.com", true)],
        file: "[{email: new@example.com}]",
        prune: true,
        shows_status: true,
        after: &[("email", "new@example.com", true)],
    },
    // Only the first deleted contact is enabled, and the client cannot see that.
    Scenario {
        name: "hidden status",
        before: &[
            ("email", "old@example.com", true),
            ("email", "older@example.com", false),
            ("email", "kept@example.com", false),
        ],
        file: "[{email: new@example.com}, {email: kept@example.com, enabled: false}]",
        prune: true,
        shows_status: false,
        after: &[("email", "new@example.com", true), ("email", "kept@example.com", false)],
    },
];

/// The policy for applying a plan.
#[derive(Debug, Clone, Copy)]
pub(super) enum Retries {
    /// The default policy.
    Default,
    /// One attempt, and just enough time for the consistency delay of one unanswered create.
    /// Changes fail, and the later ones are still tried.
    Off,
}

impl Retries {
    pub(super) const ALL: [Self; 2] = [Self::Default, Self::Off];

    pub(super) fn policy(self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if let Self::Off = self {
            policy.max_attempts = 1;
            policy.deadline = Duration::from_secs(7);
        }
        policy
    }
}
