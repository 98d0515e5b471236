//! Outcomes agree with the service's contacts, whichever requests fail.

use std::error::Error as _;

use crate::support::service::{World, behaviour, fault, faults};
use crate::support::{actual_and_desired, options};
use contacts_plan::{Apply, Change, Desired, Done, Options, Outcome, Plan, Skipped};
use contacts_proto::{ContactMethod, Effect};
use contacts_sandbox::{Behaviour, NewPhones, StoredContact};
use contacts_testkit::faults::Fault;
use proptest::prelude::*;

/// Returns `true` if the contacts before and after a change contradict its outcome.
fn is_wrong(
    change: &Change,
    outcome: &Outcome,
    before: &[StoredContact],
    after: &[StoredContact],
) -> bool {
    let with = |id: &str| after.iter().find(|contact| contact.id == id);
    match (change, outcome) {
        (_, Outcome::Failed(error)) => error.effect() == Effect::None && before != after,
        (Change::Create { enabled, .. }, Outcome::Done(Done::Ensured(ensured))) => {
            with(ensured.contact.id.as_str()).is_none_or(|contact| contact.enabled && !enabled)
        }
        (Change::Create { to, enabled, .. }, Outcome::NotDisabled(not_disabled)) => {
            *enabled
                || with(not_disabled.ensured.contact.id.as_str())
                    .is_none_or(|contact| contact.to != *to)
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

/// Finds the first wrong outcome of the first apply of this world.
fn first_wrong_outcome(world: &World, apply: &Apply) -> Option<String> {
    let tried = apply.outcomes().filter_map(|(change, outcome)| Some((change, outcome?)));
    let tried = tried.filter(|(_, outcome)| !matches!(outcome, Outcome::Skipped(_)));
    let mut outcomes = tried.zip(world.seen.windows(2));
    let wrong =
        outcomes.find(|((change, outcome), seen)| is_wrong(change, outcome, &seen[0], &seen[1]));
    let wrong = wrong.map(|((change, outcome), _)| format!("{change}: {outcome:?}"));
    wrong.or_else(|| {
        let not_replaced = |change: &Change, outcome: Option<&Outcome>| {
            matches!(outcome, Some(Outcome::Skipped(Skipped::NotReplaced)))
                .then(|| change.id().cloned())?
        };
        let mut kept =
            apply.outcomes().filter_map(|(change, outcome)| not_replaced(change, outcome));
        let is_replaced = |id: &_| {
            apply.outcomes().any(|(change, outcome)| {
                matches!(change, Change::Create { replaces, .. } if replaces.as_ref() == Some(id))
                    && outcome.and_then(Outcome::ensured).is_some()
            })
        };
        kept.find(is_replaced).map(|id| format!("{id} is kept, although its replacement exists"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn outcomes_are_true_whichever_requests_fail_and_the_next_run_makes_the_rest(
        (actual, desired) in actual_and_desired(), options in options(), behaviour in behaviour(),
        attempts in prop::sample::select(vec![1, 4]),
        schedule in prop::collection::vec(
            prop::option::weighted(0.25, prop::sample::select(faults().to_vec())), 40,
        ),
    ) {
        let (mut world, desired) = World::with(behaviour, &actual, desired);
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        world.set_max_attempts(attempts);
        world.schedule = schedule;
        let had_enabled = world.has_enabled();
        let apply = world.apply(plan);
        prop_assert_eq!(first_wrong_outcome(&world, &apply), None);
        let always = world.seen.iter().all(|contacts| contacts.iter().any(|contact| contact.enabled));
        prop_assert!(always || !had_enabled, "{:#?}", apply.outcomes().collect::<Vec<_>>());

        world.schedule.clear();
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        let apply = world.apply(plan);
        prop_assert!(apply.is_done(), "{:#?}", apply.outcomes().collect::<Vec<_>>());
        prop_assert!(Plan::new(&desired, &world.list(), options).unwrap().is_empty());
    }
}

/// An e-mail address, and a number that a disabled one replaces. Requests: list, create, get,
/// deactivate, delete.
fn replaced_by_disabled() -> (World, Plan) {
    let mut world =
        World::new(Behaviour { new_phones: NewPhones::EnabledAtOnce, ..Behaviour::default() });
    world.add("email", "ann@example.com", true);
    let id = world.add("sms", "90-1", true);
    let mut desired = [
        Desired::new(ContactMethod::Email, "ann@example.com"),
        Desired::new(ContactMethod::Sms, "90-2"),
    ];
    desired[1].id = Some(id.parse().unwrap());
    desired[1].enabled = Some(false);
    let plan = Plan::new(&desired, &world.list(), Options::default()).unwrap();
    (world, plan)
}

fn at(position: usize, injected: Fault) -> Vec<Option<Fault>> {
    let mut schedule = vec![None; position];
    schedule.push(Some(injected));
    schedule
}

#[test]
fn a_contact_that_could_not_be_disabled_is_reported_with_its_id_and_replaces_the_other() {
    for (position, injected) in
        [2, 3].into_iter().flat_map(|position| faults().map(|injected| (position, injected)))
    {
        let (mut world, plan) = replaced_by_disabled();
        world.set_max_attempts(1);
        world.schedule = at(position, injected);
        let apply = world.apply(plan);
        let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
        let [Outcome::NotDisabled(not_disabled), Outcome::Done(Done::Deleted)] = outcomes[..]
        else {
            panic!("{position} {injected:?}: {outcomes:?}")
        };
        let [_, StoredContact { id, to, .. }] = world.contacts() else {
            panic!("{:?}", world.contacts())
        };
        assert_eq!((not_disabled.ensured.contact.id.as_str(), to.as_str()), (id.as_str(), "90-2"));
        assert_eq!(
            not_disabled.to_string(),
            format!("created with the id {id}, but may still be enabled")
        );
        assert_eq!(
            not_disabled.source().unwrap().to_string(),
            outcomes[0].error().unwrap().to_string()
        );
        assert!(!apply.is_done());
    }
}

#[test]
fn a_contact_that_was_deleted_before_it_was_disabled_replaces_no_other() {
    for position in [2, 3] {
        let (mut world, plan) = replaced_by_disabled();
        world.schedule = at(position, fault("404"));
        let apply = world.apply(plan);
        let outcomes: Vec<_> = apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect();
        assert!(
            matches!(
                outcomes[..],
                [Outcome::NotDisabled(_), Outcome::Skipped(Skipped::NotReplaced)]
            ),
            "{outcomes:?}"
        );
    }
}

#[test]
fn a_contact_that_should_be_disabled_does_not_count_as_enabled() {
    let mut world =
        World::new(Behaviour { new_phones: NewPhones::EnabledAtOnce, ..Behaviour::default() });
    world.add("email", "old@example.com", true);
    let mut desired = [
        Desired::new(ContactMethod::Sms, "90-1"),
        Desired::new(ContactMethod::Email, "new@example.com"),
    ];
    desired[0].enabled = Some(false);
    let plan = Plan::new(&desired, &world.list(), Options::default().prune(true)).unwrap();
    // The service rejects the deactivation and the second creation, which is followed by a list.
    world.schedule = at(3, fault("422"));
    world.schedule.extend(at(1, fault("422")));
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

/// The deletion is a second exchange, and starts with the original credentials.
#[test]
fn expired_credentials_are_refreshed_once_for_all_requests_of_a_change() {
    for (position, expected) in [(0, 2), (1, 2), (2, 2), (3, 2), (4, 1)] {
        let (mut world, plan) = replaced_by_disabled();
        world.expire_at(position);
        let apply = world.apply(plan);
        assert!(apply.is_done(), "{:?}", apply.outcomes().collect::<Vec<_>>());
        let statuses = world.network.record.statuses();
        let unauthorized = statuses.iter().filter(|status| **status == 401).count();
        assert_eq!(unauthorized, expected, "{position}: {statuses:?}");
    }
}
