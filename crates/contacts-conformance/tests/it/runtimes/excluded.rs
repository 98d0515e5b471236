//! What of the table is not asked of a program, and why. For all of them that is whatever needs TLS, a proxy, or times that no
//! exchange asks for.

use contacts_conformance::Scenario;

/// The scenarios of a group whose names begin so.
#[derive(Debug)]
pub(crate) struct Excluded {
    group: &'static str,
    names: &'static str,
    #[expect(dead_code, reason = "it is for readers")]
    because: &'static str,
}

const NO_CONNECTION_IS_KEPT: Excluded =
    Excluded { group: "connections", names: "", because: "each request has a connection of its own" };

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
    &[Excluded { group: "heads", names: "a head of 65 KiB", because: "reqwest cannot be told a limit" }];

pub(crate) const CURL: &[Excluded] = &[
    NO_CONNECTION_IS_KEPT,
    Excluded {
        group: "cut requests",
        names: "Reset at byte 0 ",
        because: "curl calls it no connection, if it looks at one only when it is reset already",
    },
    Excluded { group: "lengths", names: "", because: "curl takes what begins with a number for one" },
    Excluded { group: "chunks", names: "", because: "curl calls bad chunks a failure to receive" },
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
