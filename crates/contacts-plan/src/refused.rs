//! Why there is no plan.

use std::fmt;

use contacts_proto::{ContactMethod, Error, printable};

use crate::{Desired, Place};

/// Why there is no plan: all of the reasons. Nothing of the desired contacts is to be applied then.
#[derive(Debug, Clone)]
pub struct Refused {
    reasons: Vec<Reason>,
}

/// A reason why there is no plan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reason {
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

impl Refused {
    /// Without reasons there is no refusal.
    pub(crate) fn for_any(reasons: Vec<Reason>) -> Result<(), Self> {
        if reasons.is_empty() { Ok(()) } else { Err(Self { reasons }) }
    }

    /// All of them.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

impl Reason {
    /// Where in the file the entry stands that is the reason, if it came from a file.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::SameContact { second: desired, .. } => desired.place,
            Self::CannotBeCreated(desired) | Self::Invalid { desired, .. } => desired.place,
            Self::LastEnabled => None,
        }
    }

    /// What it is, without its place.
    pub fn message(&self) -> impl fmt::Display {
        Message(self)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for reason in &self.reasons {
            write!(f, "{separator}{reason}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "{place}: ")?;
        }
        self.message().fmt(f)
    }
}

/// A reason without its place.
struct Message<'a>(&'a Reason);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reason::SameContact { first, second } => {
                write!(f, "{} is the same contact as {}", Named(second), Named(first))?;
                first.place.map_or(Ok(()), |place| write!(f, " of {place}"))
            }
            Reason::CannotBeCreated(desired) if desired.method == ContactMethod::Mobile => write!(
                f,
                "{} is not there and cannot be created: the app on the phone registers itself",
                Named(desired)
            ),
            Reason::CannotBeCreated(desired) => {
                write!(
                    f,
                    "{} is not there and cannot be created: `email`, `sms` and `voice` can be",
                    Named(desired)
                )
            }
            Reason::Invalid { desired, error } => write!(f, "{}: {error}", Named(desired)),
            Reason::LastEnabled => f.write_str(
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
        write!(f, "{} {}", printable(self.0.method.as_str()), printable(&self.0.to))
    }
}
