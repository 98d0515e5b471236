//! Scenarios that do not apply to a program, and the reason. No program runs those that need TLS, a
//! proxy, or other time limits.

use contacts_conformance::Scenario;

/// The scenarios of a group whose names begin with `names`.
#[derive(Debug)]
pub(crate) struct Excluded {
    group: &'static str,
    names: &'static str,
    #[expect(dead_code, reason = "documents the reason")]
    because: &'static str,
}

const NO_CONNECTION_IS_KEPT: Excluded =
    Excluded { group: "connections", names: "", because: "each request opens a connection" };

pub(crate) const BY_HAND: &[Excluded] = &[NO_CONNECTION_IS_KEPT];

pub(crate) const SMOL: &[Excluded] = &[
    NO_CONNECTION_IS_KEPT,
    Excluded {
        group: "heads",
        names: "a head of 65 KiB",
        because: "hyper reads somewhat more than its limit",
    },
];

pub(crate) const REQWEST: &[Excluded] =
    &[Excluded { group: "heads", names: "a head of 65 KiB", because: "reqwest has no such limit" }];

pub(crate) const CURL: &[Excluded] = &[
    NO_CONNECTION_IS_KEPT,
    Excluded {
        group: "cut requests",
        names: "Reset at byte 0 ",
        because: "curl reports a failed connection if the reset came early",
    },
    Excluded {
        group: "lengths",
        names: "",
        because: "curl accepts values that begin with a number",
    },
    Excluded {
        group: "chunks",
        names: "",
        because: "curl reports bad chunks as a failure to receive",
    },
    Excluded {
        group: "heads",
        names: "a head",
        because: "each version of curl has its own limit and exit code",
    },
];

impl Excluded {
    pub(crate) fn has(&self, group: &str, scenario: &Scenario) -> bool {
        self.group == group && scenario.name.starts_with(self.names)
    }
}
