//! A person's last enabled contact, with and without a state that the service reports.

use crate::support::service::{World, behaviour, faults};
use crate::support::{actual_and_desired, options};
use contacts_plan::{
    Apply, Format, Options, Outcome, Plan, PlanError, PlanErrorKind, Skipped, Warning, read,
};
use contacts_proto::Contact;
use contacts_sandbox::{Behaviour, StoredContact};
use proptest::prelude::*;

/// E-mail contacts with the reported states.
fn contacts(reported: &[(&str, Option<bool>)]) -> Vec<Contact> {
    let contact = |(id, enabled): &(&str, Option<bool>)| {
        let to = format!("{id}@example.com");
        serde_json::json!({"id": id, "method": "email", "to": to, "status": {"enabled": enabled}})
    };
    serde_json::from_value(reported.iter().map(contact).collect()).unwrap()
}

fn pruned(yaml: &str, actual: &[Contact], force: bool) -> Result<Plan, PlanError> {
    let options = Options::default().prune(true).force(force);
    Plan::new(&read(yaml, Format::Yaml).unwrap(), actual, options)
}

#[test]
fn a_contact_that_may_be_enabled_is_kept_like_an_enabled_one() {
    let mut actual = contacts(&[("a", None), ("b", None)]);
    actual[1].status = None;
    for yaml in ["[]", "[{sms: 90-7}]", "[{email: a@example.com, enabled: false}]"] {
        let error = pruned(yaml, &actual, false).unwrap_err();
        assert!(matches!(error.reasons(), [PlanErrorKind::LastEnabled]), "{yaml}: {error}");
        let forced = pruned(yaml, &actual, true).unwrap();
        assert!(forced.warnings().contains(&Warning::NoneEnabled), "{yaml}");
    }
}

#[test]
fn removing_a_contact_that_may_be_enabled_needs_a_warning_unless_a_new_email_replaces_it() {
    let actual = contacts(&[("a", None), ("b", None)]);
    let other = pruned("[{email: a@example.com}]", &actual, false).unwrap();
    assert_eq!(other.to_string(), "- email b@example.com\n");
    assert_eq!(other.warnings(), [Warning::NoneKnownEnabled]);
    let new = pruned("[{email: c@example.com}]", &actual, false).unwrap();
    assert_eq!(new.changes().len(), 3);
    assert!(!new.warnings().contains(&Warning::NoneKnownEnabled));
}

#[test]
fn an_enabled_contact_is_not_replaced_by_one_that_may_be_enabled() {
    let actual = contacts(&[("a", Some(true)), ("b", None)]);
    let error = pruned("[{email: b@example.com}]", &actual, false).unwrap_err().to_string();
    assert!(error.starts_with("the plan may leave no enabled contact"), "{error}");
    let forced = pruned("[{email: b@example.com}]", &actual, true).unwrap();
    assert_eq!(forced.warnings(), [Warning::NoneKnownEnabled]);
    let other = pruned("[{email: a@example.com}]", &actual, false).unwrap();
    assert_eq!(
        (other.to_string().as_str(), other.warnings()),
        ("- email b@example.com\n", &[][..])
    );
}

#[test]
fn an_activated_contact_replaces_one_that_is_or_may_be_enabled() {
    for reported in [Some(true), None] {
        let plan = pruned(
            "[{email: b@example.com}]",
            &contacts(&[("a", reported), ("b", Some(false))]),
            false,
        );
        let plan = plan.unwrap();
        assert_eq!(plan.to_string(), "~ email b@example.com (activate)\n- email a@example.com\n");
        assert_eq!(plan.warnings(), []);
    }
}

#[test]
fn a_contact_with_an_unknown_state_is_not_disabled_and_causes_a_warning() {
    for force in [false, true] {
        let yaml = "[{email: a@example.com, enabled: false}]";
        let plan = pruned(yaml, &contacts(&[("a", None)]), force).unwrap();
        assert!(plan.is_empty(), "{plan}");
        let [warning @ Warning::MayBeEnabled { .. }] = plan.warnings() else {
            panic!("{:?}", plan.warnings())
        };
        assert_eq!(
            warning.to_string(),
            "the file disables the email contact a@example.com, but the service does not report its state: \
             the plan leaves it unchanged; to disable it, deactivate a"
        );
    }
}

/// A service that reports no state of these enabled contacts, and a plan that replaces them.
fn replaced(emails: &[&str]) -> (World, Plan) {
    let reported: Vec<_> = emails.iter().map(|id| (*id, None)).collect();
    let (mut world, _) = World::with_truth(
        Behaviour::default(),
        &contacts(&reported),
        Vec::new(),
        &vec![true; emails.len()],
    );
    let plan = pruned("[{email: new@example.com}]", &world.list(), false).unwrap();
    (world, plan)
}

fn outcomes(apply: &Apply) -> Vec<&Outcome> {
    apply.outcomes().map(|(_, outcome)| outcome.unwrap()).collect()
}

#[test]
fn contacts_that_may_be_enabled_are_kept_if_the_replacement_was_not_created() {
    let (mut world, plan) = replaced(&["a", "b"]);
    world.rejected = vec![true];
    let apply = world.apply(plan.clone());
    let [Outcome::Failed(_), skipped @ ..] = &outcomes(&apply)[..] else { panic!("{apply:?}") };
    assert!(matches!(
        skipped,
        [Outcome::Skipped(Skipped::LastEnabled), Outcome::Skipped(Skipped::LastEnabled)]
    ));
    assert_eq!(world.contacts().len(), 2);
    world.rejected.clear();
    assert!(world.apply(plan).is_done());
    assert_eq!(world.contacts().len(), 1);
}

/// Another client created the contact after the plan was made. A new plan has a warning.
#[test]
fn a_contact_that_already_exists_with_an_unknown_state_does_not_count_as_enabled() {
    let (mut world, plan) = replaced(&["a"]);
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
    fn a_person_with_an_enabled_contact_keeps_one_with_any_failures_unless_a_warning_says_otherwise(
        (actual, desired) in actual_and_desired(), options in options(), behaviour in behaviour(),
        truth in prop::collection::vec(any::<bool>(), 6),
        attempts in prop::sample::select(vec![1, 4]),
        schedule in prop::collection::vec(
            prop::option::weighted(0.25, prop::sample::select(faults().to_vec())), 40,
        ),
    ) {
        let (mut world, desired) = World::with_truth(behaviour, &actual, desired, &truth);
        let actual = world.list();
        let Ok(plan) = Plan::new(&desired, &actual, options) else { return Err(TestCaseError::reject("no plan")) };
        world.set_max_attempts(attempts);
        world.schedule = schedule;
        let had_enabled = world.has_enabled();
        let is_warned = plan.warnings().contains(&Warning::NoneKnownEnabled);
        let apply = world.apply(plan);

        let reached = |contacts: &Vec<StoredContact>| contacts.iter().any(|contact| contact.enabled);
        let always = world.seen.iter().all(reached);
        prop_assert!(always || !had_enabled || is_warned, "{:#?}", outcomes(&apply));

        // In any case, the best reported state never becomes worse.
        let known = |contact: &_| world.network.hidden_status.shown(contact).map_or(1, |enabled| if enabled { 2 } else { 0 });
        let most_known = |contacts: &Vec<StoredContact>| contacts.iter().map(known).max().unwrap_or(0);
        let least = world.seen.iter().map(most_known).min();
        prop_assert_eq!(least, world.seen.first().map(most_known), "{:#?}", outcomes(&apply));
    }
}
