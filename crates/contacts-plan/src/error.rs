//! Why there is no plan.

use std::fmt;

use contacts_proto::{ContactMethod, Error, escape_controls};

use crate::{Desired, Position};

/// Why there is no plan: all of the reasons. Nothing of the desired contacts is to be applied then.
#[derive(Debug, Clone)]
pub struct PlanError {
    reasons: Vec<PlanErrorKind>,
}

/// A reason why there is no plan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PlanErrorKind {
    /// Two entries are the same contact: they have the same id, or reach the same address.
    SameContact {
        /// The first.
        first: Desired,
        /// The other.
        second: Desired,
    },
    /// An entry that the service does not have, of a method that cannot be created: `mobile`, which only the app on the phone
    /// itself registers, or an unknown one.
    CannotBeCreated(Desired),
    /// An entry that would have to be created, and whose address no contact can have.
    Invalid {
        /// The entry.
        desired: Desired,
        /// What is wrong with it.
        error: Error,
    },
    /// What may be the last enabled contact would be gone, so that nobody might be notified: less would be known of what remains
    /// than of what there is.
    LastEnabled,
}

impl PlanError {
    /// Without reasons there is no refusal.
    pub(crate) fn for_any(reasons: Vec<PlanErrorKind>) -> Result<(), Self> {
        if reasons.is_empty() { Ok(()) } else { Err(Self { reasons }) }
    }

    /// All of them.
    pub fn reasons(&self) -> &[PlanErrorKind] {
        &self.reasons
    }
}

impl PlanErrorKind {
    /// Where in the file the entry stands that is the reason, if it came from a file.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::SameContact { second: desired, .. } => desired.position,
            Self::CannotBeCreated(desired) | Self::Invalid { desired, .. } => desired.position,
            Self::LastEnabled => None,
        }
    }

    /// What it is, without its position.
    pub fn message(&self) -> impl fmt::Display {
        Message(self)
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for reason in &self.reasons {
            write!(f, "{separator}{reason}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl fmt::Display for PlanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position() {
            write!(f, "{position}: ")?;
        }
        self.message().fmt(f)
    }
}

/// A reason without its position.
struct Message<'a>(&'a PlanErrorKind);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PlanErrorKind::SameContact { first, second } => {
                write!(f, "{} is the same contact as {}", Named(second), Named(first))?;
                first.position.map_or(Ok(()), |position| write!(f, " of {position}"))
            }
            PlanErrorKind::CannotBeCreated(desired) if desired.method == ContactMethod::Mobile => write!(
                f,
                "{} is not there and cannot be created: the app on the phone registers itself",
                Named(desired)
            ),
            PlanErrorKind::CannotBeCreated(desired) => {
                write!(
                    f,
                    "{} is not there and cannot be created: `email`, `sms` and `voice` can be",
                    Named(desired)
                )
            }
            PlanErrorKind::Invalid { desired, error } => write!(f, "{}: {error}", Named(desired)),
            PlanErrorKind::LastEnabled => f.write_str(
                "no enabled contact would be left, as far as is known, so that nobody would be notified \
                 (a new number counts only once it is verified)",
            ),
        }
    }
}

/// A contact as it is named in a sentence.
struct Named<'a>(&'a Desired);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", escape_controls(self.0.method.as_str()), escape_controls(&self.0.to))
    }
}
