//! The changes that make the service's contacts match the desired ones.

mod builder;

use std::{collections::BTreeMap, fmt};

use contacts_proto::{Contact, ContactId};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use self::builder::Builder;
use crate::{Change, Desired, Options, PlanError, Warning, enabled::Enabled, matching::Matching};

/// The changes that make the service's contacts match the desired ones, in a safe order.
///
/// # Matching
/// An entry is matched with the contact that has its id. If the entry has no id, or no contact has
/// it, a contact with the same address matches. Addresses compare numbers by their digits, and
/// e-mail addresses without case in the domain. A contact that already has the address matches even
/// if the entry has the id of another, so that no change creates a duplicate.
///
/// # Changes
/// - **Create**: an entry without a match. If the entry has an id, a
///   [warning](Warning::UnknownId) says that the contact gets a new one.
/// - **Update**: an e-mail contact whose entry has another address.
/// - **Replace**: an entry with another number or another method. The service cannot update these,
///   so the plan creates a contact and deletes the old one, even without [pruning](Options::prune).
///   The plan also deletes the old contact if an interrupted run already created the new one.
/// - **Activate, deactivate**: a contact whose state differs from its entry. Three exceptions:
///   - A number that is deactivated causes a [warning](Warning::Deactivated): it may have been
///     verified since the file was written.
///   - A number is activated only if the entry enables it and the plan is [forced](Options::force).
///     The service reports an unverified number as disabled, and rejects its activation.
///   - A contact whose state the service does not report is not changed, even if forced. A later
///     plan could not detect that it is disabled, and would not activate it again. If its entry
///     disables it, a [warning](Warning::MayBeEnabled) says so.
/// - **Delete**: contacts without an entry, only when [pruning](Options::prune). Otherwise
///   [`unmanaged`](Self::unmanaged) lists them.
///
/// # Order
/// Creations, updates, activations, deactivations, deletions. If that order exceeds the service's
/// limit of two contacts for a method, a [warning](Warning::TooMany) says that the service will
/// reject creations; a contact whose replacement was rejected stays. If [forced](Options::force),
/// as many deletions of the method as needed come first.
///
/// # Last enabled contact
/// Unless forced, a plan must not remove a person's last enabled contact:
/// - If the service reports a contact as enabled, one must still be known to be enabled after the
///   plan.
/// - If it reports none as enabled, but some without a state, one that is not reported as disabled
///   must remain. A [warning](Warning::NoneKnownEnabled) says so if none is known to be enabled.
///
/// A new e-mail contact counts as enabled. A new number does not, because it must be verified
/// first. A contact that the file disables does not count either.
///
/// ```
/// use contacts_plan::{Desired, Options, Plan};
/// use contacts_proto::{Contact, ContactMethod};
///
/// let actual: Vec<Contact> =
///     serde_json::from_str(r#"[{"id":"s1","method":"sms","to":"90-555","status":{"enabled":true}}]"#)?;
/// let desired = [
///     Desired::new(ContactMethod::Voice, "90-555"),
///     Desired::new(ContactMethod::Email, "ann@example.com"),
/// ];
///
/// let plan = Plan::new(&desired, &actual, Options::default().prune(true))?;
/// assert_eq!(plan.to_string(), "+ voice 90-555\n+ email ann@example.com\n- sms 90-555\n");
///
/// let error = Plan::new(&desired[..1], &actual, Options::default().prune(true)).unwrap_err();
/// assert!(error.to_string().starts_with("the plan may leave no enabled contact"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    changes: Vec<Change>,
    warnings: Vec<Warning>,
    unmanaged: Vec<Contact>,
    /// The contacts that the plan was made for.
    actual: Vec<Contact>,
    /// Best state of the contacts that stay enabled or become enabled.
    remaining: Enabled,
    options: Options,
}

impl Plan {
    /// Compares the desired contacts with all contacts that the service has.
    ///
    /// # Errors
    /// [`PlanError`] with every reason: two entries describe the same contact, a contact cannot be
    /// created, or the plan may leave no enabled contact.
    pub fn new(
        desired: &[Desired],
        actual: &[Contact],
        options: Options,
    ) -> Result<Self, PlanError> {
        Builder::new(options).build(Matching::new(desired, actual), actual)
    }

    /// Returns the changes in order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns the warnings. Show them before you apply the plan.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the contacts that the file does not list and the plan does not delete.
    pub fn unmanaged(&self) -> &[Contact] {
        &self.unmanaged
    }

    /// Returns `true` if no change is needed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns `true` if these contacts have the same ids, addresses and states as those that the
    /// plan was made for. If not, make a new plan.
    ///
    /// ```
    /// use contacts_plan::{Options, Plan};
    /// use contacts_proto::{Contact, ContactId, ContactMethod};
    ///
    /// let contact = |to: &str| Contact::new(ContactId::new("e1").unwrap(), ContactMethod::Email, to);
    /// let plan = Plan::new(&[], &[contact("ann@example.com")], Options::default())?;
    /// assert!(plan.is_current(&[contact("ann@example.com")]));
    /// assert!(!plan.is_current(&[contact("ann@example.org")]) && !plan.is_current(&[]));
    /// # Ok::<(), contacts_plan::PlanError>(())
    /// ```
    pub fn is_current(&self, actual: &[Contact]) -> bool {
        fn of(contacts: &[Contact]) -> BTreeMap<&ContactId, impl PartialEq> {
            contacts.iter().map(|it| (&it.id, (&it.method, &it.to, Enabled::of(it)))).collect()
        }
        self.actual.len() == actual.len() && of(&self.actual) == of(actual)
    }

    pub(crate) fn actual(&self) -> &[Contact] {
        &self.actual
    }

    pub(crate) fn remaining(&self) -> Enabled {
        self.remaining
    }

    pub(crate) fn is_forced(&self) -> bool {
        self.options.force
    }
}

/// Writes one line for each change.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}

/// Serializes as
/// `{"changes":[{"action":…}],"warnings":[{"warning":…,"message":…}],"unmanaged":[…]}`.
impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct WithMessage<'a> {
            #[serde(flatten)]
            warning: &'a Warning,
            message: String,
        }

        let with_message = |warning| WithMessage { warning, message: warning.to_string() };
        let warnings: Vec<_> = self.warnings.iter().map(with_message).collect();
        let mut plan = serializer.serialize_struct("Plan", 3)?;
        plan.serialize_field("changes", &self.changes)?;
        plan.serialize_field("warnings", &warnings)?;
        plan.serialize_field("unmanaged", &self.unmanaged)?;
        plan.end()
    }
}
