//! The changes that lead from what is to what is to be.

mod draft;

use std::{collections::BTreeMap, fmt};

use contacts_proto::{Contact, ContactId};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use self::draft::Draft;
use crate::{Change, Desired, Options, PlanError, Warning, enabled::Enabled, matching::Matching};

/// The changes that lead from what is to what is to be, in the order in which they are safe.
///
/// **Which contact an entry is**: the one with its id, or, where the file has none or one that the service does not know, one
/// that reaches its address (numbers by their digits, e-mail addresses without case in the domain). A contact that reaches the
/// address already is taken even if the file gives another id, so that none is changed into the double of another.
///
/// **What is done**:
/// - An entry that is no contact is created. If it has an id, a warning says that it gets another.
/// - An e-mail contact whose entry has another address is updated. The service updates nothing else: for a number, and for a
///   changed method, another contact is created and the old one deleted. This needs no pruning: the file itself says that the old
///   one is to be no more. The same is so for a contact whose id the file has for an address that another contact reaches, which
///   is how an interrupted replacement is brought to its end.
/// - Contacts that the file does not have are deleted only when [pruning](Options::prune), and are
///   [named](Self::unmanaged) otherwise.
/// - A contact that is enabled and is not to be, or the other way round, is deactivated or activated. Of a number that is
///   deactivated, [a warning](Warning::Deactivated) says so: it may have been verified since the file was written. A number is
///   not activated unless the file has it enabled and that is [forced](Options::force): one that was never verified is simply not enabled, as far as the service
///   tells, and it would refuse. A contact of which the service does not tell is left alone, forced or not: once deactivated it could not
///   be told from one that is enabled, so that no plan would activate it again. If it is to be disabled, a warning says so.
///
/// **In which order**: creations, updates, activations, deactivations, deletions. Where that leads over the service's limit of two
/// contacts a kind, a warning says that creations will be refused (what they were to replace then stays); forced, so many deletions
/// of the kind come first.
///
/// **What is refused**: two entries that are the same contact; a method that cannot be created; and, unless forced, what may take
/// away a person's last enabled contact. Any contact may be that unless it is known to be disabled, since the service need not say.
/// It is deleted or deactivated only if as much is known of what remains as was known before: if a contact was known to be enabled,
/// one will be; if the service did not say of any that it is enabled, one remains of which it did not say that it is disabled, and
/// unless one will be known to be enabled, a [warning](Warning::NoneKnownEnabled) says so. What counts is what will be enabled
/// after the plan: a new e-mail contact is, a new number is not, since it must be verified, nor does a contact count that the file
/// has disabled.
///
/// ```
/// use contacts_plan::{Desired, Options, Plan};
/// use contacts_proto::{Contact, ContactMethod};
///
/// let actual: Vec<Contact> =
///     serde_json::from_str(r#"[{"id":"s1","method":"sms","to":"90-555","status":{"enabled":true}}]"#)?;
/// let desired = [Desired::new(ContactMethod::Voice, "90-555"), Desired::new(ContactMethod::Email, "ann@example.com")];
///
/// let plan = Plan::new(&desired, &actual, Options::default().prune(true))?;
/// assert_eq!(plan.to_string(), "+ voice 90-555\n+ email ann@example.com\n- sms 90-555\n");
///
/// let error = Plan::new(&desired[..1], &actual, Options::default().prune(true)).unwrap_err();
/// assert!(error.to_string().starts_with("no enabled contact would be left"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    changes: Vec<Change>,
    warnings: Vec<Warning>,
    unmanaged: Vec<Contact>,
    /// What it was made against.
    basis: Vec<Contact>,
    /// The most that will be known of any contact that is to be enabled.
    remains: Enabled,
    options: Options,
}

impl Plan {
    /// Compares desired contacts with all contacts that the service has.
    ///
    /// # Errors
    /// [`PlanError`], with every reason.
    pub fn new(desired: &[Desired], actual: &[Contact], options: Options) -> Result<Self, PlanError> {
        let Draft { changes, warnings, unmanaged, remains } =
            Draft::new(Matching::new(desired, actual), actual, options)?;
        Ok(Self { changes, warnings, unmanaged, basis: actual.to_vec(), remains, options })
    }

    /// The changes, in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What is to be known beforehand.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Contacts that the file does not have, and that stay.
    pub fn unmanaged(&self) -> &[Contact] {
        &self.unmanaged
    }

    /// Whether all is as it is to be.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether the service still has what the plan was made against: the same contacts with the same addresses, enabled or not as
    /// they were. A plan that is not current is to be made anew.
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
        self.basis.len() == actual.len() && of(&self.basis) == of(actual)
    }

    pub(crate) fn basis(&self) -> &[Contact] {
        &self.basis
    }

    pub(crate) fn remains(&self) -> Enabled {
        self.remains
    }

    pub(crate) fn is_forced(&self) -> bool {
        self.options.force
    }
}

/// One line a change.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}

/// `{"changes":[{"action":…}],"warnings":[{"warning":…,"message":…}],"unmanaged":[…]}`
impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(flatten)]
            warning: &'a Warning,
            message: String,
        }

        let told = |warning| Told { warning, message: warning.to_string() };
        let warnings: Vec<_> = self.warnings.iter().map(told).collect();
        let mut plan = serializer.serialize_struct("Plan", 3)?;
        plan.serialize_field("changes", &self.changes)?;
        plan.serialize_field("warnings", &warnings)?;
        plan.serialize_field("unmanaged", &self.unmanaged)?;
        plan.end()
    }
}
