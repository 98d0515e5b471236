//! What is told of creations, against what there is once all that was delayed has happened.

use contacts_plan::{Apply, Change, Outcome};
use contacts_proto::Effect;
use contacts_sandbox::StoredContact;
use contacts_testkit::findings::{Harm, Violation};

/// What is told to exist does, and what is told to have had no effect has had none.
pub(super) fn untrue(apply: &Apply, contacts: &[StoredContact]) -> Vec<Violation> {
    let violation = |change: &Change, outcome: &Outcome| {
        let harm = harm_done(change, outcome, contacts)?;
        Some(Violation::new(harm, format!("{change} is told as {outcome:?}")))
    };
    apply.outcomes().filter_map(|(change, outcome)| violation(change, outcome?)).collect()
}

fn harm_done(change: &Change, outcome: &Outcome, contacts: &[StoredContact]) -> Option<Harm> {
    let Change::Create { method, to, .. } = change else { return None };
    let is_there = |contact: &StoredContact| contact.method.as_str() == method.as_str() && contact.to == *to;
    let mut there = contacts.iter().filter(|contact| is_there(contact));
    match (outcome.ensured(), outcome.error()) {
        (Some(told), _) => there.all(|contact| contact.id != told.contact.id.as_str()).then_some(Harm::Lost),
        (None, Some(error)) if error.effect() == Effect::None => there.next().map(|_| Harm::Phantom),
        _ => None,
    }
}
