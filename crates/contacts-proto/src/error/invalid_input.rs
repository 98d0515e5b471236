//! An argument that cannot be used.

use std::{borrow::Cow, fmt};

use super::Error;

/// An argument that cannot be used.
///
/// The message names the argument and does not repeat its value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    pub(super) what: Cow<'static, str>,
    pub(super) why: Cow<'static, str>,
}

impl Error {
    /// Names the environment variable that an invalid value is from.
    pub(crate) fn in_variable(self, name: &str) -> Self {
        match self {
            Self::InvalidInput(InvalidInput { what, why }) => {
                Self::invalid(format!("{what} in {name}"), why)
            }
            other => other,
        }
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {}", self.what, self.why)
    }
}

impl std::error::Error for InvalidInput {}
