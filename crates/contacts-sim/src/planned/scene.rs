//! What plans are made of.

use std::time::Duration;

use contacts_proto::RetryPolicy;

/// A contact: method, address, and whether it is enabled.
pub(super) type Row = (&'static str, &'static str, bool);

/// What a user has, a file, and what the user is to have.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) before: &'static [Row],
    /// `{0}` stands for the id of the first contact.
    pub(super) file: &'static str,
    pub(super) prune: bool,
    /// Whether the service says which contacts are enabled.
    pub(super) told: bool,
    pub(super) after: &'static [Row],
}

pub(super) const SCENES: [Scene; 5] = [
    Scene {
        name: "fresh",
        before: &[],
        file: "[{email: ann@example.com}, {sms: 90-555}, {voice: 90-555, enabled: false}]",
        prune: false,
        told: true,
        after: &[("email", "ann@example.com", true), ("sms", "90-555", true), ("voice", "90-555", false)],
    },
    Scene {
        name: "changed",
        before: &[("email", "ann@example.com", true), ("sms", "90-1", true), ("voice", "90-1", true)],
        file: "[{email: ann@example.org, id: {0}}, {sms: 90-2, id: {1}}, {email: b@example.com, enabled: false}]",
        prune: false,
        told: true,
        after: &[
            ("email", "ann@example.org", true),
            ("sms", "90-2", true),
            ("voice", "90-1", true),
            ("email", "b@example.com", false),
        ],
    },
    Scene {
        name: "switched",
        before: &[
            ("email", "ann@example.com", true),
            ("email", "b@example.com", false),
            ("mobile", "Phone", true),
        ],
        file: "[{email: b@example.com}, {mobile: Phone, enabled: false}]",
        prune: true,
        told: true,
        after: &[("email", "b@example.com", true), ("mobile", "Phone", false)],
    },
    Scene {
        name: "exchanged",
        before: &[("email", "old@example.com", true)],
        file: "[{email: new@example.com}]",
        prune: true,
        told: true,
        after: &[("email", "new@example.com", true)],
    },
    // Of those that are deleted only the first one is enabled, and nobody knows.
    Scene {
        name: "untold",
        before: &[
            ("email", "old@example.com", true),
            ("email", "older@example.com", false),
            ("email", "kept@example.com", false),
        ],
        file: "[{email: new@example.com}, {email: kept@example.com, enabled: false}]",
        prune: true,
        told: false,
        after: &[("email", "new@example.com", true), ("email", "kept@example.com", false)],
    },
];

/// By which policy a plan is applied.
#[derive(Debug, Clone, Copy)]
pub(super) enum Haste {
    /// The default one.
    None,
    /// One attempt, and just time enough for an unanswered creation to consistency_delay: changes fail, and what comes after is tried.
    Much,
}

impl Haste {
    pub(super) const ALL: [Self; 2] = [Self::None, Self::Much];

    pub(super) fn policy(self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if let Self::Much = self {
            policy.max_attempts = 1;
            policy.deadline = Duration::from_secs(7);
        }
        policy
    }
}
