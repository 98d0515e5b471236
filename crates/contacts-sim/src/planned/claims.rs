//! Compares the outcomes of creates with the contacts after all delayed requests.

use contacts_plan::{Apply, Change, Outcome};
use contacts_proto::Effect;
use contacts_sandbox::StoredContact;
use contacts_testkit::findings::{Violation, ViolationKind};

/// Returns the false outcomes: a reported contact does not exist, or a create with "no effect" had
/// one.
pub(super) fn false_claims(apply: &Apply, contacts: &[StoredContact]) -> Vec<Violation> {
    let violation = |change: &Change, outcome: &Outcome| {
        let kind = violation_of(change, outcome, contacts)?;
        Some(Violation::new(kind, format!("{change} is reported as {outcome:?}")))
    };
    apply.outcomes().filter_map(|(change, outcome)| violation(change, outcome?)).collect()
}

fn violation_of(
    change: &Change,
    outcome: &Outcome,
    contacts: &[StoredContact],
) -> Option<ViolationKind> {
    let Change::Create { method, to, .. } = change else { return None };
    let is_there =
        |contact: &StoredContact| contact.method.as_str() == method.as_str() && contact.to == *to;
    let mut there = contacts.iter().filter(|contact| is_there(contact));
    match (outcome.ensured(), outcome.error()) {
        (Some(ensured), _) => there
            .all(|contact| contact.id != ensured.contact.id.as_str())
            .then_some(ViolationKind::Lost),
        (None, Some(error)) if error.effect() == Effect::None => {
            there.next().map(|_| ViolationKind::Phantom)
        }
        _ => None,
    }
}
