//! Reasons why desired contacts cannot be planned.

use std::fmt;

use contacts_proto::{ContactMethod, Error, escape_controls};

use crate::{Desired, Position};

/// The desired contacts cannot be planned. Holds every reason; apply none of the contacts.
#[derive(Debug, Clone)]
pub struct PlanError {
    reasons: Vec<PlanErrorKind>,
}

/// A reason why the desired contacts cannot be planned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PlanErrorKind {
    /// Two entries describe the same contact: they have the same id or the same address.
    SameContact {
        /// The first entry.
        first: Desired,
        /// The second entry.
        second: Desired,
    },
    /// The contact does not exist, and the API cannot create its method: `mobile` (only the app on
    /// the phone registers itself) or an unknown method.
    CannotBeCreated(Desired),
    /// The contact does not exist, and its address is not valid.
    Invalid {
        /// The entry.
        desired: Desired,
        /// Error in its address.
        error: Error,
    },
    /// The plan may leave no enabled contact. See [`Plan`](crate::Plan#last-enabled-contact).
    LastEnabled,
}

impl PlanError {
    /// Returns an error if there is a reason.
    pub(crate) fn for_any(reasons: Vec<PlanErrorKind>) -> Result<(), Self> {
        if reasons.is_empty() { Ok(()) } else { Err(Self { reasons }) }
    }

    /// Returns every reason.
    pub fn reasons(&self) -> &[PlanErrorKind] {
        &self.reasons
    }
}

impl PlanErrorKind {
    /// Returns the position of the entry, if it came from a file.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::SameContact { second: desired, .. } => desired.position,
            Self::CannotBeCreated(desired) | Self::Invalid { desired, .. } => desired.position,
            Self::LastEnabled => None,
        }
    }

    /// Returns the message without the position.
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

impl std::error::Error for PlanError {}

impl fmt::Display for PlanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position() {
            write!(f, "{position}: ")?;
        }
        self.message().fmt(f)
    }
}

impl std::error::Error for PlanErrorKind {}

/// A reason without its position.
struct Message<'a>(&'a PlanErrorKind);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PlanErrorKind::SameContact { first, second } => {
                write!(f, "{} is the same contact as {}", Named(second), Named(first))?;
                first.position.map_or(Ok(()), |position| write!(f, " on {position}"))?;
                f.write_str("; remove one of them")
            }
            PlanErrorKind::CannotBeCreated(desired) if desired.method == ContactMethod::Mobile => {
                write!(
                    f,
                    "{} does not exist; only the app on the phone can register a mobile contact",
                    Named(desired)
                )
            }
            PlanErrorKind::CannotBeCreated(desired) => write!(
                f,
                "{} does not exist and cannot be created; only email, sms and voice contacts can",
                Named(desired)
            ),
            PlanErrorKind::Invalid { desired, error } => write!(f, "{}: {error}", Named(desired)),
            PlanErrorKind::LastEnabled => f.write_str(
                "the plan may leave no enabled contact, so notifications would reach no one \
                 (a new number counts only after it is verified)",
            ),
        }
    }
}

/// Method and address, for messages.
struct Named<'a>(&'a Desired);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", escape_controls(self.0.method.as_str()), escape_controls(&self.0.to))
    }
}
