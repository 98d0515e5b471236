//! A user and what was found, and how many users there are of each standing.

use std::{collections::BTreeMap, fmt};

use contacts_ureq::{Contact, ContactMethod};
use serde::Serialize;

use super::{
    User,
    judgement::{Count, Finding, Judgement, Standing, judge},
};
use crate::{failure::Failure, output::counted};

/// A user and what was found, to a program by these names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    #[serde(flatten)]
    pub(crate) user: User,
    pub(crate) standing: Standing,
    /// By kind; none if they could not be read.
    pub(crate) contacts: Option<BTreeMap<ContactMethod, Count>>,
    pub(crate) findings: Vec<Finding>,
}

impl Row {
    pub(crate) fn new(user: User, reading: Result<&[Contact], Failure>, required: &[ContactMethod]) -> Self {
        match reading {
            Ok(contacts) => {
                let Judgement { standing, findings, counts } = judge(contacts, required);
                Self { user, standing, contacts: Some(counts), findings }
            }
            Err(error) => Self {
                user,
                standing: Standing::Unreadable,
                contacts: None,
                findings: vec![Finding::Unreadable { error }],
            },
        }
    }

    /// Why the contacts could not be read.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Unreadable { error } => Some(error),
            _ => None,
        })
    }

    pub(crate) fn count(&self, kind: &ContactMethod) -> Count {
        self.contacts.as_ref().and_then(|counts| counts.get(kind)).copied().unwrap_or_default()
    }
}

/// How many users there are of each standing.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    standings: BTreeMap<Standing, usize>,
    /// Of whatever standing, with a number that is not enabled.
    pub(crate) disabled_phones: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, row: &Row) {
        *self.standings.entry(row.standing).or_default() += 1;
        let is_phone = |finding: &Finding| matches!(finding, Finding::DisabledPhone { .. });
        self.disabled_phones += usize::from(row.findings.iter().any(is_phone));
    }

    pub(crate) fn count(&self, standing: Standing) -> usize {
        self.standings.get(&standing).copied().unwrap_or_default()
    }

    pub(crate) fn users(&self) -> usize {
        self.standings.values().sum()
    }
}

/// `3 users: 2 reachable, 1 unreachable; 1 with a number that is not enabled`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (Standing::Reachable, "reachable"),
            (Standing::Single, "by a single contact"),
            (Standing::Lacking, "lacking what is required"),
            (Standing::Unreachable, "unreachable"),
            (Standing::Unreadable, "unreadable"),
        ];
        let parts = parts.map(|(standing, what)| (self.count(standing), what));
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, "{}: {}", counted(self.users(), "user"), parts.join(", "))?;
        match self.disabled_phones {
            0 => Ok(()),
            count => write!(f, "; {count} with a number that is not enabled"),
        }
    }
}
