//! What is told of a change is what the service has, whichever request failed and however.

use std::error::Error as _;

use crate::support::service::{World, behaviour, fault, faults};
use crate::support::{actual_and_desired, options};
use contacts_plan::{Apply, Change, Desired, Done, Options, Outcome, Plan, Skipped};
use contacts_proto::{ContactMethod, Effect};
use contacts_sandbox::{Behaviour, NewPhones, StoredContact};
use contacts_testkit::faults::Fault;
use proptest::prelude::*;

/// What an outcome says that the contacts before and after its change contradict.
fn lie(change: &Change, outcome: &Outcome, before: &[StoredContact], after: &[StoredContact]) -> bool {
    let with = |id: &str| after.iter().find(|contact| contact.id == id);
    match (change, outcome) {
        (_, Outcome::Failed(error)) => error.effect() == Effect::None && before != after,
        (Change::Create { enabled, .. }, Outcome::Done(Done::Ensured(ensured))) => {
            with(ensured.contact.id.as_str()).is_none_or(|contact| contact.enabled && !enabled)
        }
        (Change::Create { to, enabled, .. }, Outcome::NotDisabled(half)) => {
            *enabled || with(half.ensured.contact.id.as_str()).is_none_or(|contact| contact.to != *to)
        }
        (Change::Update { id, to, .. }, Outcome::Done(Done::Changed(_))) => {
            with(id.as_str()).is_none_or(|contact| contact.to != *to)
        }
        (Change::Activate { id, .. }, Outcome::Done(Done::Changed(_))) => {
            with(id.as_str()).is_none_or(|contact| !contact.enabled)
        }
        (Change::Deactivate { id, .. }, Outcome::Done(Done::Changed(_))) => {
            with(id.as_str()).is_none_or(|contact| contact.enabled)
        }
        (Change::Delete { id, .. }, Outcome::Done(Done::Deleted | Done::AlreadyDeleted)) => {
            with(id.as_str()).is_some()
        }
        _ => true,
    }
}

/// The first lie that is told of an application, the world's first one.
fn first_lie(world: &World, apply: &Apply) -> Option<String> {
    let tried = apply.outcomes().filter_map(|(change, outcome)| Some((change, outcome?)));
    let tried = tried.filter(|(_, outcome)| !matches!(outcome, Outcome::Skipped(_)));
    let mut told = tried.zip(world.seen.windows(2));
    let lie = told.find(|((change, outcome), seen)| lie(change, outcome, &seen[0], &seen[1]));
    let lie = lie.map(|((change, outcome), _)| format!("{change}: {outcome:?}"));
    lie.or_else(|| {
        let not_replaced = |change: &Change, outcome: Option<&Outcome>| {
            matches!(outcome, Some(Outcome::Skipped(Skipped::NotReplaced))).then(|| change.id().cloned())?
        };
        let mut kept = apply.outcomes().filter_map(|(change, outcome)| not_replaced(change, outcome));
        let is_replaced = |id: &_| {
            apply.outcomes().any(|(change, outcome)| {
                matches!(change, Change::Create { replaces, .. } if replaces.as_ref() == Some(id))
                    && outcome.and_then(Outcome::ensured).is_some()
            })
        };
        kept.find(is_replaced).map(|id| format!("{id} is kept, and its successor is there"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_of_a_change_is_true_whichever_requests_fail_and_the_next_run_makes_the_rest(
        (actual, desired) in actual_and_desired(), options in options(), behaviour in behaviour(),
        attempts in prop::sample::select(vec![1, 4]),
        troubles in prop::collection::vec(
            prop::option::weighted(0.25, prop::sample::select(faults().to_vec())), 40,
        ),
    ) {
        let (mut world, desired) = World::with(behaviour, &actual, desired);
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("refused")) };
        world.attempt(attempts);
        world.troubles = troubles;
        let had_enabled = world.has_enabled();
        let apply = world.apply(plan);
        prop_assert_eq!(first_lie(&world, &apply), None);
        let always = world.seen.iter().all(|contacts| contacts.iter().any(|contact| contact.enabled));
        prop_assert!(always || !had_enabled, "{:#?}", apply.outcomes().collect::<Vec<_>>());

        world.troubles.clear();
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("refused")) };
        let apply = world.apply(plan);
        prop_assert!(apply.is_done(), "{:#?}", apply.outcomes().collect::<Vec<_>>());
        prop_assert!(Plan::new(&desired, &world.list(), options).unwrap().is_empty());
    }
}

/// An e-mail address, and a number that is exchanged for one that is to be disabled: a look, the creation, another look, the
/// deactivation, a deletion.
fn exchanged() -> (World, Plan) {
    let mut world = World::new(Behaviour { new_phones: NewPhones::EnabledAtOnce, ..Behaviour::default() });
    world.add("email", "ann@example.com", true);
    let id = world.add("sms", "90-1", true);
    let mut desired =
        [Desired::new(ContactMethod::Email, "ann@example.com"), Desired::new(ContactMethod::Sms, "90-2")];
    desired[1].id = Some(id.parse().unwrap());
    desired[1].enabled = Some(false);
    let plan = Plan::new(&desired, &world.list(), Options::default()).unwrap();
    (world, plan)
}

fn at(position: usize, trouble: Fault) -> Vec<Option<Fault>> {
    let mut troubles = vec![None; position];
    troubles.push(Some(trouble));
    troubles
}

#[test]
fn a_contact_that_cannot_be_disabled_is_told_with_its_id_and_takes_the_place_of_the_other() {
    for (position, trouble) in
        [2, 3].into_iter().flat_map(|position| faults().map(|trouble| (position, trouble)))
    {
        let (mut world, plan) = exchanged();
        world.attempt(1);
        world.troubles = at(position, trouble);
        let apply = world.apply(plan);
        let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
        let [Outcome::NotDisabled(half), Outcome::Done(Done::Deleted)] = outcomes[..] else {
            panic!("{position} {trouble:?}: {outcomes:?}")
        };
        let [_, StoredContact { id, to, .. }] = world.contacts() else { panic!("{:?}", world.contacts()) };
        assert_eq!((half.ensured.contact.id.as_str(), to.as_str()), (id.as_str(), "90-2"));
        assert_eq!(half.to_string(), format!("created, with the id {id}, and may be enabled"));
        assert_eq!(half.source().unwrap().to_string(), outcomes[0].error().unwrap().to_string());
        assert!(!apply.is_done());
    }
}

#[test]
fn a_contact_that_is_gone_when_it_is_to_be_disabled_takes_nobodys_place() {
    for position in [2, 3] {
        let (mut world, plan) = exchanged();
        world.troubles = at(position, fault("404"));
        let apply = world.apply(plan);
        let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
        assert!(
            matches!(outcomes[..], [Outcome::NotDisabled(_), Outcome::Skipped(Skipped::NotReplaced)]),
            "{outcomes:?}"
        );
    }
}

#[test]
fn a_contact_that_was_to_be_disabled_does_not_count_as_one_that_is_enabled() {
    let mut world = World::new(Behaviour { new_phones: NewPhones::EnabledAtOnce, ..Behaviour::default() });
    world.add("email", "old@example.com", true);
    let mut desired =
        [Desired::new(ContactMethod::Sms, "90-1"), Desired::new(ContactMethod::Email, "new@example.com")];
    desired[0].enabled = Some(false);
    let plan = Plan::new(&desired, &world.list(), Options::default().prune(true)).unwrap();
    // The deactivation is refused, and so is the second creation, after which there is a look.
    world.troubles = at(3, fault("422"));
    world.troubles.extend(at(1, fault("422")));
    let apply = world.apply(plan);
    let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
    assert!(
        matches!(
            outcomes[..],
            [Outcome::NotDisabled(_), Outcome::Failed(_), Outcome::Skipped(Skipped::LastEnabled)]
        ),
        "{outcomes:?}"
    );
}

/// The deletion begins with the credentials that the application was begun with.
#[test]
fn credentials_that_expire_are_renewed_once_for_all_requests_of_a_change() {
    for (position, refusals) in [(0, 2), (1, 2), (2, 2), (3, 2), (4, 1)] {
        let (mut world, plan) = exchanged();
        world.expire_at(position);
        let apply = world.apply(plan);
        assert!(apply.is_done(), "{:?}", apply.outcomes().collect::<Vec<_>>());
        let statuses = world.network.record.statuses();
        let refused = statuses.iter().filter(|status| **status == 401).count();
        assert_eq!(refused, refusals, "{position}: {statuses:?}");
    }
}
