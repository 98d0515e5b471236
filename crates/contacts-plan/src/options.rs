//! Settings of a plan.

/// Settings of a plan. By default, a plan deletes only contacts that it replaces, and avoids
/// harmful changes.
///
/// ```
/// use contacts_plan::Options;
///
/// let options = Options::default().prune(true);
/// assert_ne!(options, Options::default());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    pub(crate) prune: bool,
    pub(crate) force: bool,
}

impl Options {
    /// Deletes contacts that the file does not list. Default: `false`.
    #[must_use]
    pub fn prune(self, prune: bool) -> Self {
        Self { prune, ..self }
    }

    /// Plans these changes too, each with a warning. Default: `false`.
    ///
    /// - A change that may disable or delete the last enabled contact.
    /// - The activation of a number that the file explicitly enables. The number may never have
    ///   been verified; the service then rejects the activation.
    /// - Deletions before creations, where the service has no room for both contacts.
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force, ..self }
    }
}
