//! How far a plan may go.

/// How far a plan may go. The default deletes nothing but what is replaced, and holds back what may do harm.
///
/// ```
/// use contacts_plan::Options;
///
/// let careful = Options::default();
/// let thorough = careful.prune(true);
/// assert_ne!(careful, thorough);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    pub(crate) prune: bool,
    pub(crate) force: bool,
}

impl Options {
    /// Whether contacts that the file does not have are deleted.
    #[must_use]
    pub fn prune(self, prune: bool) -> Self {
        Self { prune, ..self }
    }

    /// Whether what is held back otherwise is planned all the same, with a warning: that a contact is taken away that may be the
    /// last enabled one, without another left of which as much is known; that a number that is told to be enabled is activated though it may never have
    /// been verified; and that deletions come before creations where the service has no room for both.
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force, ..self }
    }
}
