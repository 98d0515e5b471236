//! The last enabled contact of a person, where the service says which contacts are enabled, and where it does not.

use crate::support::service::{World, behaviour, faults};
use crate::support::{actual_and_desired, options};
use contacts_plan::{
    Apply, Format, Options, Outcome, Plan, PlanError, PlanErrorKind, Skipped, Warning, read,
};
use contacts_proto::Contact;
use contacts_sandbox::{Behaviour, StoredContact};
use proptest::prelude::*;

/// E-mail contacts, each with what the service says of whether it is enabled.
fn contacts(told: &[(&str, Option<bool>)]) -> Vec<Contact> {
    let contact = |(id, enabled): &(&str, Option<bool>)| {
        let to = format!("{id}@example.com");
        serde_json::json!({"id": id, "method": "email", "to": to, "status": {"enabled": enabled}})
    };
    serde_json::from_value(told.iter().map(contact).collect()).unwrap()
}

fn pruned(yaml: &str, actual: &[Contact], force: bool) -> Result<Plan, PlanError> {
    let options = Options::default().prune(true).force(force);
    Plan::new(&read(yaml, Format::Yaml).unwrap(), actual, options)
}

#[test]
fn a_contact_that_may_be_enabled_is_guarded_as_one_that_is() {
    let mut actual = contacts(&[("a", None), ("b", None)]);
    actual[1].status = None;
    for yaml in ["[]", "[{sms: 90-7}]", "[{email: a@example.com, enabled: false}]"] {
        let refused = pruned(yaml, &actual, false).unwrap_err();
        assert!(matches!(refused.reasons(), [PlanErrorKind::LastEnabled]), "{yaml}: {refused}");
        let forced = pruned(yaml, &actual, true).unwrap();
        assert!(forced.warnings().contains(&Warning::NoneEnabled), "{yaml}");
    }
}

#[test]
fn a_contact_that_may_be_enabled_is_replaced_by_another_such_with_a_warning_and_by_a_new_one_without() {
    let actual = contacts(&[("a", None), ("b", None)]);
    let other = pruned("[{email: a@example.com}]", &actual, false).unwrap();
    assert_eq!(other.to_string(), "- email b@example.com\n");
    assert_eq!(other.warnings(), [Warning::NoneKnownEnabled]);
    let new = pruned("[{email: c@example.com}]", &actual, false).unwrap();
    assert_eq!(new.changes().len(), 3);
    assert!(!new.warnings().contains(&Warning::NoneKnownEnabled));
}

#[test]
fn a_contact_that_is_enabled_is_not_replaced_by_one_that_may_be() {
    let actual = contacts(&[("a", Some(true)), ("b", None)]);
    let refused = pruned("[{email: b@example.com}]", &actual, false).unwrap_err().to_string();
    assert!(refused.starts_with("no enabled contact would be left, as far as is known"), "{refused}");
    let forced = pruned("[{email: b@example.com}]", &actual, true).unwrap();
    assert_eq!(forced.warnings(), [Warning::NoneKnownEnabled]);
    let other = pruned("[{email: a@example.com}]", &actual, false).unwrap();
    assert_eq!((other.to_string().as_str(), other.warnings()), ("- email b@example.com\n", &[][..]));
}

#[test]
fn a_contact_that_is_activated_takes_the_place_of_one_that_is_or_may_be_enabled() {
    for told in [Some(true), None] {
        let plan = pruned("[{email: b@example.com}]", &contacts(&[("a", told), ("b", Some(false))]), false);
        let plan = plan.unwrap();
        assert_eq!(plan.to_string(), "~ email b@example.com (activate)\n- email a@example.com\n");
        assert_eq!(plan.warnings(), []);
    }
}

#[test]
fn a_contact_that_is_to_be_disabled_and_may_be_is_left_as_it_is_and_told() {
    for force in [false, true] {
        let yaml = "[{email: a@example.com, enabled: false}]";
        let plan = pruned(yaml, &contacts(&[("a", None)]), force).unwrap();
        assert!(plan.is_empty(), "{plan}");
        let [warning @ Warning::MayBeEnabled { .. }] = plan.warnings() else {
            panic!("{:?}", plan.warnings())
        };
        assert_eq!(
            warning.to_string(),
            "the email contact a@example.com is to be disabled, and the service does not say whether it is: \
             it is left as it is, and can be deactivated by its id, a"
        );
    }
}

/// A service that says nothing of whether these are enabled, and a plan that exchanges them for a new one.
fn exchanged(emails: &[&str]) -> (World, Plan) {
    let told: Vec<_> = emails.iter().map(|id| (*id, None)).collect();
    let (mut world, _) =
        World::with_truth(Behaviour::default(), &contacts(&told), Vec::new(), &vec![true; emails.len()]);
    let plan = pruned("[{email: new@example.com}]", &world.list(), false).unwrap();
    (world, plan)
}

fn outcomes(apply: &Apply) -> Vec<&Outcome> {
    apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect()
}

#[test]
fn contacts_that_may_be_enabled_are_kept_if_the_new_one_was_not_created() {
    let (mut world, plan) = exchanged(&["a", "b"]);
    world.refused = vec![true];
    let apply = world.apply(plan.clone());
    let [Outcome::Failed(_), skipped @ ..] = &outcomes(&apply)[..] else { panic!("{apply:?}") };
    assert!(matches!(
        skipped,
        [Outcome::Skipped(Skipped::LastEnabled), Outcome::Skipped(Skipped::LastEnabled)]
    ));
    assert_eq!(world.contacts().len(), 2);
    world.refused.clear();
    assert!(world.apply(plan).is_done());
    assert_eq!(world.contacts().len(), 1);
}

/// It was created by somebody else since the plan was made, and who plans anew is told so.
#[test]
fn one_that_was_there_by_then_and_may_be_enabled_does_not_count_as_new() {
    let (mut world, plan) = exchanged(&["a"]);
    let id = world.add("email", "new@example.com", false);
    world.network.hidden_status.add(&id);
    let apply = world.apply(plan);
    let last = &outcomes(&apply)[..];
    assert!(matches!(last, [Outcome::Done(_), Outcome::Skipped(Skipped::LastEnabled)]), "{last:?}");
    let plan = pruned("[{email: new@example.com}]", &world.list(), false).unwrap();
    assert_eq!(plan.warnings(), [Warning::NoneKnownEnabled]);
    assert!(world.apply(plan).is_done());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn whoever_can_be_reached_still_can_whatever_fails_and_whatever_the_service_does_not_say_but_for_a_warning(
        (actual, desired) in actual_and_desired(), options in options(), behaviour in behaviour(),
        truth in prop::collection::vec(any::<bool>(), 6),
        attempts in prop::sample::select(vec![1, 4]),
        troubles in prop::collection::vec(
            prop::option::weighted(0.25, prop::sample::select(faults().to_vec())), 40,
        ),
    ) {
        let (mut world, desired) = World::with_truth(behaviour, &actual, desired, &truth);
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("refused")) };
        world.attempt(attempts);
        world.troubles = troubles;
        let had_enabled = world.has_enabled();
        let is_told = plan.warnings().contains(&Warning::NoneKnownEnabled);
        let apply = world.apply(plan);

        let reached = |contacts: &Vec<StoredContact>| contacts.iter().any(|contact| contact.enabled);
        let always = world.seen.iter().all(reached);
        prop_assert!(always || !had_enabled || is_told, "{:#?}", outcomes(&apply));

        // And in any case as much is known as was before.
        let known = |contact: &_| world.network.hidden_status.shown(contact).map_or(1, |enabled| if enabled { 2 } else { 0 });
        let most_known = |contacts: &Vec<StoredContact>| contacts.iter().map(known).max().unwrap_or(0);
        let least = world.seen.iter().map(most_known).min();
        prop_assert_eq!(least, world.seen.first().map(most_known), "{:#?}", outcomes(&apply));
    }
}
