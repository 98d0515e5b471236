//! Laws of applying a plan, against the sandbox's service.

use crate::support::service::{World, behaviour};
use crate::support::{actual_and_desired, options};
use contacts_plan::{Change, Desired, Options, Outcome, Plan, Skipped};
use contacts_proto::ContactMethod;
use contacts_sandbox::Behaviour;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn applying_a_plan_and_planning_again_gives_no_changes(
        (actual, desired) in actual_and_desired(), options in options(), behaviour in behaviour(),
    ) {
        let (mut world, desired) = World::with(behaviour, &actual, desired);
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let apply = world.apply(plan);
        prop_assert!(apply.is_done(), "{:#?}", apply.outcomes().collect::<Vec<_>>());
        let again = Plan::new(&desired, &world.list(), options).unwrap();
        prop_assert!(again.is_empty(), "{}then\n{again}", apply.plan());
    }

    #[test]
    fn with_any_failures_an_enabled_contact_remains_and_only_contacts_with_a_replacement_are_deleted(
        (actual, desired) in actual_and_desired(), prune: bool, behaviour in behaviour(),
        rejected in prop::collection::vec(any::<bool>(), 12),
    ) {
        let (mut world, desired) = World::with(behaviour, &actual, desired);
        let actual = world.list();
        let options = Options::default().prune(prune);
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        world.rejected = rejected;
        let had_enabled = world.has_enabled();
        let apply = world.apply(plan);
        let always = world.seen.iter().all(|contacts| contacts.iter().any(|contact| contact.enabled));
        prop_assert!(always || !had_enabled, "{:#?}", apply.outcomes().collect::<Vec<_>>());
        for (change, outcome) in apply.outcomes() {
            let Change::Create { replaces: Some(id), .. } = change else { continue };
            let is_there = world.contacts().iter().any(|contact| contact.id == id.as_str());
            prop_assert!(outcome.is_some_and(|outcome| outcome.ensured().is_some()) || is_there, "{change}: {outcome:?}");
        }

        // The next run makes the changes that failed.
        world.rejected.clear();
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let apply = world.apply(plan);
        prop_assert!(apply.is_done(), "{:#?}", apply.outcomes().collect::<Vec<_>>());
        prop_assert!(Plan::new(&desired, &world.list(), options).unwrap().is_empty());
    }
}

fn email(world: &mut World, to: &str) -> Desired {
    let mut entry = Desired::new(ContactMethod::Email, to);
    entry.id = Some(world.add("email", to, true).parse().unwrap());
    entry
}

#[test]
fn the_last_enabled_contact_is_kept_if_its_replacement_was_not_created() {
    let mut world = World::new(Behaviour::default());
    email(&mut world, "old@example.com");
    let desired = [Desired::new(ContactMethod::Email, "new@example.com")];
    let actual = world.list();
    let plan = Plan::new(&desired, &actual, Options::default().prune(true)).unwrap();
    world.rejected = vec![true];
    let apply = world.apply(plan.clone());
    let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
    assert!(
        matches!(outcomes[..], [Outcome::Failed(_), Outcome::Skipped(Skipped::LastEnabled)]),
        "{outcomes:?}"
    );
    world.rejected.clear();
    assert!(world.apply(plan).is_done());
    assert_eq!(world.contacts().len(), 1);
}

#[test]
fn a_disabled_contact_does_not_count_as_enabled_after_its_deletion_failed() {
    let mut world = World::new(Behaviour::default());
    world.add("sms", "90-1", false);
    email(&mut world, "old@example.com");
    let desired = [Desired::new(ContactMethod::Email, "new@example.com")];
    let plan = Plan::new(&desired, &world.list(), Options::default().prune(true)).unwrap();
    world.rejected = vec![true, true];
    let apply = world.apply(plan);
    let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
    assert!(
        matches!(
            outcomes[..],
            [Outcome::Failed(_), Outcome::Failed(_), Outcome::Skipped(Skipped::LastEnabled)]
        ),
        "{outcomes:?}"
    );
}

#[test]
fn an_email_that_should_be_disabled_is_created_and_disabled() {
    let mut world = World::new(Behaviour::default());
    let mut desired = [
        Desired::new(ContactMethod::Email, "new@example.com"),
        Desired::new(ContactMethod::Sms, "90-1"),
    ];
    desired.iter_mut().for_each(|entry| entry.enabled = Some(false));
    let plan = Plan::new(&desired, &[], Options::default()).unwrap();
    assert!(world.apply(plan).is_done());
    assert_eq!(
        world.contacts().iter().map(|contact| contact.enabled).collect::<Vec<_>>(),
        [false, false]
    );
}

#[test]
fn deleting_a_contact_that_no_longer_exists_succeeds() {
    let mut world = World::new(Behaviour::default());
    let kept = [email(&mut world, "kept@example.com")];
    email(&mut world, "old@example.com");
    let plan = Plan::new(&kept, &world.list(), Options::default().prune(true)).unwrap();
    assert!(world.apply(plan.clone()).is_done());
    assert!(!plan.is_current(&world.list()));
    let apply = world.apply(plan);
    assert_eq!(
        apply.outcomes().map(|(_, outcome)| format!("{outcome:?}")).collect::<Vec<_>>(),
        ["Some(Done(AlreadyDeleted))"]
    );
}

/// The service allows two contacts for each method; the file replaces one of them.
#[test]
fn at_the_limit_a_replacement_fails_without_loss_and_succeeds_when_forced() {
    let mut world = World::new(Behaviour::default());
    let mut desired = vec![email(&mut world, "ann@example.com")];
    for number in ["90-1", "90-2"] {
        let id = world.add("sms", number, true);
        let mut entry = Desired::new(ContactMethod::Sms, number);
        entry.id = Some(id.parse().unwrap());
        desired.push(entry);
    }
    desired[2].to = "90-3".into();

    let actual = world.list();
    let apply = world.apply(Plan::new(&desired, &actual, Options::default()).unwrap());
    let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
    assert!(
        matches!(outcomes[..], [Outcome::Failed(_), Outcome::Skipped(Skipped::NotReplaced)]),
        "{outcomes:?}"
    );
    assert_eq!(world.contacts().len(), 3);

    let apply = world.apply(Plan::new(&desired, &actual, Options::default().force(true)).unwrap());
    assert!(apply.is_done(), "{:?}", apply.outcomes().collect::<Vec<_>>());
    let numbers: Vec<_> = world.contacts().iter().map(|contact| contact.to.as_str()).collect();
    assert_eq!(numbers, ["ann@example.com", "90-1", "90-3"]);
}
