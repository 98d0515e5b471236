//! Laws of plans, against a list as a model of the service.

use crate::support::{actual, actual_and_desired, id, options};
use contacts_plan::{Change, Desired, Options, Plan, PlanError, PlanErrorKind, Warning};
use contacts_proto::{Address, Contact, ContactMethod, Status};
use proptest::prelude::*;

/// Applies a change without limits and failures.
fn apply(contacts: &mut Vec<Contact>, change: &Change, next_id: &mut usize) {
    let set = |contact: &mut Contact, enabled| {
        let mut status = Status::default();
        status.enabled = Some(enabled);
        contact.status = Some(status);
    };
    let find = |contacts: &[Contact], change: &Change| {
        contacts
            .iter()
            .position(|contact| Some(&contact.id) == change.id())
            .expect("the contact is there")
    };
    match change {
        Change::Create { method, to, enabled, .. } => {
            *next_id += 1;
            let mut contact = Contact::new(id(*next_id), method.clone(), to);
            // A number is not enabled before it is verified.
            set(&mut contact, *enabled && !method.is_phone());
            contacts.push(contact);
        }
        Change::Update { method, to, .. } => {
            assert_eq!(*method, ContactMethod::Email, "the service updates nothing else");
            let position = find(contacts, change);
            contacts[position].to = to.clone();
        }
        Change::Activate { .. } | Change::Deactivate { .. } => {
            let position = find(contacts, change);
            set(&mut contacts[position], matches!(change, Change::Activate { .. }));
        }
        Change::Delete { .. } => {
            let position = find(contacts, change);
            contacts.remove(position);
        }
        other => panic!("{other}"),
    }
}

fn applied(plan: &Plan, actual: &[Contact]) -> Vec<Contact> {
    let (mut contacts, mut next_id) = (actual.to_vec(), 100);
    plan.changes().iter().for_each(|change| apply(&mut contacts, change, &mut next_id));
    contacts
}

/// Reported state as a number: disabled, unknown, enabled.
fn known(contact: &Contact) -> u8 {
    match contact.status.as_ref().and_then(|status| status.enabled) {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    }
}

fn most_known(contacts: &[Contact]) -> u8 {
    contacts.iter().map(known).max().unwrap_or(0)
}

fn is_wanted(desired: &Desired) -> bool {
    desired.enabled != Some(false)
}

/// Order of a change.
fn rank(change: &Change) -> u8 {
    match change {
        Change::Create { .. } => 0,
        Change::Update { .. } => 1,
        Change::Activate { .. } => 2,
        Change::Deactivate { .. } => 3,
        _ => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, max_global_rejects: 400_000, ..ProptestConfig::default() })]

    #[test]
    fn applying_a_plan_and_planning_again_gives_no_changes(
        (actual, desired) in actual_and_desired(), options in options(),
    ) {
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let after = applied(&plan, &actual);
        let again = Plan::new(&desired, &after, options).unwrap();
        prop_assert!(again.is_empty(), "{plan}then\n{again}");
        prop_assert!(plan.is_current(&actual) && (plan.is_empty() || !plan.is_current(&after)));
    }

    #[test]
    fn after_a_plan_every_entry_has_a_contact_and_no_others_remain(
        (actual, desired) in actual_and_desired(), options in options(),
    ) {
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let mut left = applied(&plan, &actual);
        for wanted in &desired {
            let is_it = |contact: &Contact| {
                let status = contact.status.as_ref().and_then(|status| status.enabled);
                // A number is not activated, and a state that is not reported may be either.
                let enabled = status.is_none_or(|enabled| enabled == is_wanted(wanted) || !enabled && wanted.method.is_phone());
                contact.reaches(&wanted.method, &wanted.to) && enabled
            };
            let same_id = left.iter().position(|contact| Some(&contact.id) == wanted.id.as_ref() && is_it(contact));
            let position = same_id.or_else(|| left.iter().position(is_it));
            prop_assert!(position.is_some(), "{wanted:?} is not among {left:?} after\n{plan}");
            left.remove(position.unwrap());
        }
        prop_assert_eq!(left.len(), plan.unmanaged().len(), "{}", plan);
    }

    #[test]
    fn creations_come_first_and_deletions_last((actual, desired) in actual_and_desired(), options in options()) {
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        prop_assert!(plan.changes().is_sorted_by_key(rank), "{}", plan);
    }

    #[test]
    fn without_pruning_only_contacts_that_the_file_replaces_are_deleted(
        (actual, desired) in actual_and_desired(), force: bool,
    ) {
        let options = Options::default().force(force);
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        for change in plan.changes() {
            let Change::Delete { id, method, to, .. } = change else { continue };
            let named = desired.iter().find(|desired| desired.id.as_ref() == Some(id));
            let is_another = named.is_some_and(|named| {
                let contact = actual.iter().find(|contact| contact.id == *id).unwrap();
                !contact.reaches(&named.method, &named.to)
            });
            prop_assert!(is_another, "- {method} {to} of\n{plan}");
        }
    }

    #[test]
    fn a_person_with_an_enabled_contact_keeps_one_at_every_step_unless_forced(
        (actual, desired) in actual_and_desired(), prune: bool,
    ) {
        let options = Options::default().prune(prune);
        let plan = Plan::new(&desired, &actual, options);
        let forced = Plan::new(&desired, &actual, options.force(true));
        if let Ok(plan) = &plan {
            let (mut contacts, mut next_id) = (actual.clone(), 100);
            for change in plan.changes() {
                apply(&mut contacts, change, &mut next_id);
                prop_assert!(most_known(&contacts) >= most_known(&actual), "after {change} of\n{plan}");
            }
        } else if let Ok(forced) = forced {
            let is_warned = |warning: &_| matches!(warning, Warning::NoneEnabled | Warning::NoneKnownEnabled);
            prop_assert!(forced.warnings().iter().any(is_warned), "{:?}", plan);
        }
    }

    #[test]
    fn without_reported_states_any_contact_except_the_last_can_be_deleted_with_a_warning(
        mut actual in actual(), kept in prop::collection::vec(any::<bool>(), 6),
    ) {
        actual.iter_mut().for_each(|contact| contact.status = None);
        let kept = actual.iter().zip(kept).filter(|(_, kept)| *kept);
        let desired: Vec<_> = kept.map(|(contact, _)| Desired::from(contact)).collect();
        let plan = Plan::new(&desired, &actual, Options::default().prune(true));
        if desired.is_empty() && !actual.is_empty() {
            let reasons = plan.as_ref().map_err(PlanError::reasons);
            prop_assert!(matches!(reasons, Err([PlanErrorKind::LastEnabled])), "{:?}", plan);
        } else {
            let plan = plan.unwrap();
            prop_assert_eq!(plan.changes().len(), actual.len() - desired.len());
            let is_warned = plan.warnings().contains(&Warning::NoneKnownEnabled);
            prop_assert_eq!(is_warned, !plan.is_empty(), "{:?}", plan);
        }
    }

    #[test]
    fn an_entry_that_disables_a_contact_leads_to_a_disabled_one_or_a_warning((actual, desired) in actual_and_desired(), options in options()) {
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let after = applied(&plan, &actual);
        for wanted in desired.iter().filter(|wanted| !is_wanted(wanted)) {
            let address = Address::new(&wanted.method, &wanted.to);
            let is_same = |method, to| Address::new(method, to) == address;
            let entries = desired.iter().filter(|it| !is_wanted(it) && is_same(&it.method, &it.to));
            let disabled = after.iter().filter(|it| is_same(&it.method, &it.to) && known(it) == 0);
            let warned = plan.warnings().iter().filter(
                |it| matches!(it, Warning::MayBeEnabled { method, to, .. } if is_same(method, to)),
            );
            prop_assert!(disabled.count() + warned.count() >= entries.count(), "{wanted:?}: {plan:?}");
        }
    }

    #[test]
    fn the_order_of_entries_that_are_kept_does_not_matter(actual in actual(), reversed: bool, prune: bool) {
        let mut desired: Vec<_> = actual.iter().map(Desired::from).collect();
        if reversed {
            desired.reverse();
        }
        let plan = Plan::new(&desired, &actual, Options::default().prune(prune)).unwrap();
        prop_assert!(plan.is_empty(), "{}", plan);
    }
}
