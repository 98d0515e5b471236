//! Plans, by example.

use contacts_plan::{Desired, Format, Options, Plan, PlanErrorKind, Warning, read};
use contacts_proto::Contact;

const ACTUAL: &str = r#"[
    {"id":"e1","method":"email","to":"ann@example.com","status":{"enabled":true}},
    {"id":"e2","method":"email","to":"ann@example.org","status":{"enabled":false}},
    {"id":"s1","method":"sms","to":"90-555-555-5555","status":{"enabled":true}},
    {"id":"s2","method":"sms","to":"90-2","status":{"enabled":false,"disabledReason":"Not verified"}},
    {"id":"m1","method":"mobile","to":"Ann's phone","status":{"enabled":true}}]"#;

fn actual() -> Vec<Contact> {
    serde_json::from_str(ACTUAL).unwrap()
}

fn desired(yaml: &str) -> Vec<Desired> {
    read(yaml, Format::Yaml).unwrap()
}

fn plan(yaml: &str, options: Options) -> Plan {
    Plan::new(&desired(yaml), &actual(), options).unwrap()
}

fn lines(yaml: &str) -> String {
    plan(yaml, Options::default()).to_string()
}

fn error(yaml: &str, options: Options) -> String {
    Plan::new(&desired(yaml), &actual(), options).unwrap_err().to_string()
}

fn warnings(yaml: &str) -> Vec<String> {
    plan(yaml, Options::default()).warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn an_equal_address_in_another_form_is_not_a_change() {
    assert_eq!(
        lines("[{email: ann@Example.COM}, {sms: +90 (555) 5555555}, {mobile: Ann's phone}]"),
        ""
    );
}

#[test]
fn an_email_with_a_known_id_is_updated_and_a_number_is_replaced() {
    assert_eq!(
        lines("[{email: b@example.com, id: e1}, {sms: 90-3, id: s1}, {voice: 90-2, id: s2}]"),
        "+ sms 90-3 (replaces s1)\n+ voice 90-2 (replaces s2)\n~ email ann@example.com -> b@example.com\n\
         - sms 90-555-555-5555 (replaced)\n- sms 90-2 (replaced)\n"
    );
}

#[test]
fn an_interrupted_replacement_is_completed() {
    // The new number already exists, and so does the old one.
    assert_eq!(lines("[{sms: 90-2, id: s1}]"), "- sms 90-555-555-5555 (replaced)\n");
}

#[test]
fn swapped_addresses_are_not_a_change_and_shifted_ones_need_one_update() {
    assert_eq!(
        lines(
            "[{email: ann@example.org, id: e1, enabled: false}, {email: ann@example.com, id: e2}]"
        ),
        ""
    );
    assert_eq!(
        lines("[{email: ann@example.org, id: e1, enabled: false}, {email: c@example.com, id: e2}]"),
        "~ email ann@example.com -> c@example.com\n"
    );
}

#[test]
fn contacts_are_activated_and_deactivated_but_numbers_only_deactivated() {
    let yaml = "[{email: ann@example.com, enabled: false}, {email: ann@example.org}, {sms: 90-2}, {sms: 90-555-555-5555, enabled: false}]";
    assert_eq!(
        lines(yaml),
        "~ email ann@example.org (activate)\n~ email ann@example.com (deactivate)\n~ sms 90-555-555-5555 (deactivate)\n"
    );
    let forced = |yaml: &str| plan(yaml, Options::default().force(true)).to_string();
    assert_eq!(forced("[{sms: 90-2, enabled: true}]"), "~ sms 90-2 (activate)\n");
    assert_eq!(forced("[{sms: 90-2}]"), "", "the file does not explicitly enable it");
    assert!(
        warnings(yaml)[0]
            .contains("90-2 is disabled (Not verified): the plan does not activate it")
    );
    let deactivated = "the sms contact 90-555-555-5555 is enabled and will be deactivated, because the file disables \
                       it: if it was verified after the file was written, enable it in the file";
    assert_eq!(warnings(yaml)[1..], [deactivated], "no warning about the e-mail contact");
}

#[test]
fn a_new_contact_can_be_disabled() {
    assert_eq!(
        lines("[{email: ann@example.com}, {voice: 90-1, enabled: false}]"),
        "+ voice 90-1 (disabled)\n"
    );
}

#[test]
fn contacts_without_an_entry_are_deleted_only_when_pruning() {
    let yaml = "[{email: ann@example.com}]";
    assert_eq!(lines(yaml), "");
    assert_eq!(plan(yaml, Options::default()).unmanaged().len(), 4);
    let pruned = plan(yaml, Options::default().prune(true));
    assert_eq!(
        pruned.to_string(),
        "- email ann@example.org\n- sms 90-555-555-5555\n- sms 90-2\n- mobile Ann's phone\n"
    );
    assert!(pruned.warnings().iter().any(|it| matches!(it, Warning::AppDeleted { .. })));
}

#[test]
fn a_person_with_an_enabled_contact_keeps_one() {
    let nothing = Options::default().prune(true);
    assert!(error("[]", nothing).starts_with("the plan may leave no enabled contact"));
    assert!(error("[{sms: 90-7}]", nothing).contains("counts only after it is verified"));
    let forced = plan("[]", nothing.force(true));
    assert_eq!(
        (forced.changes().len(), forced.warnings().last()),
        (5, Some(&Warning::NoneEnabled))
    );
    // A person without an enabled contact cannot lose one.
    assert!(Plan::new(&desired("[{sms: 90-7}]"), &[], nothing).is_ok());
}

#[test]
fn all_reasons_are_reported_with_their_lines() {
    let yaml = "\
- mobile: Ann's phone
- mobile: Bob's phone
- {method: pager, to: 7}
- email: ann@example.com
- {email: ann@EXAMPLE.com, id: e2}
- {voice: \"9\\t\", id: v9}
";
    let error = Plan::new(&desired_unchecked(yaml), &actual(), Options::default()).unwrap_err();
    let lines: Vec<_> =
        error.reasons().iter().map(|reason| reason.position().unwrap().line).collect();
    assert_eq!(lines, [5, 2, 3, 6]);
    let found: Vec<_> = error.reasons().iter().map(ToString::to_string).collect();
    assert_eq!(
        found[0],
        "line 5, column 3: email ann@EXAMPLE.com is the same contact as email ann@example.com on line 4, column 3; remove one of them"
    );
    assert!(found[1].contains("mobile Bob's phone does not exist; only the app"), "{found:?}");
    assert!(
        found[2].contains("pager 7 does not exist and cannot be created; only email, sms"),
        "{found:?}"
    );
    assert!(found[3].contains("has a control character"), "{found:?}");
    assert!(matches!(error.reasons()[0], PlanErrorKind::SameContact { .. }));
}

/// Reads each entry by itself, so that duplicates are not rejected.
fn desired_unchecked(yaml: &str) -> Vec<Desired> {
    let blank = |number: usize| "\n".repeat(number);
    let read =
        |(number, line): (usize, &str)| desired(&format!("{}{line}\n", blank(number))).remove(0);
    yaml.lines().enumerate().map(read).collect()
}

#[test]
fn existing_duplicates_may_stay_if_the_file_has_their_ids() {
    let actual: Vec<Contact> = serde_json::from_str(
        r#"[{"id":"a","method":"sms","to":"90-1","status":{"enabled":true}},{"id":"b","method":"sms","to":"901","status":{"enabled":true}}]"#,
    )
    .unwrap();
    let plan = |yaml: &str| {
        Plan::new(&desired(yaml), &actual, Options::default().prune(true))
            .map(|plan| plan.to_string())
    };
    assert_eq!(plan("[{sms: 90-1, id: a}, {sms: 90-1, id: b}]").unwrap(), "");
    assert_eq!(plan("[{sms: 90-1}]").unwrap(), "- sms 901\n");
    assert!(plan("[{sms: 90-1, id: a}, {sms: 90-1, id: c}]").is_err());
}

/// Otherwise the next plan would use the other one, and deactivate it too.
#[test]
fn of_two_duplicates_the_plan_uses_the_one_in_the_desired_state() {
    let duplicates = |enabled: [bool; 2]| -> Vec<Contact> {
        let contact = |id, enabled| serde_json::json!({"id":id,"method":"sms","to":"90-1","status":{"enabled":enabled}});
        serde_json::from_value(serde_json::json!([
            contact("a", enabled[0]),
            contact("b", enabled[1])
        ]))
        .unwrap()
    };
    for actual in [duplicates([true, false]), duplicates([false, true])] {
        for yaml in ["[{sms: 90-1}]", "[{sms: 90-1, enabled: false}]"] {
            let plan = Plan::new(&desired(yaml), &actual, Options::default()).unwrap();
            assert!(plan.is_empty() && plan.warnings().is_empty(), "{yaml}: {plan}");
        }
    }
}

#[test]
fn unknown_ids_cause_warnings() {
    let found = warnings("[{email: ann@example.com, id: gone}, {email: c@example.com, id: other}]");
    assert_eq!(found[0], "no contact has the id gone: using e1, which has the same address");
    assert_eq!(
        found[1],
        "no contact has the id other: the email contact c@example.com is created with a new id"
    );
}

#[test]
fn a_third_contact_of_a_method_causes_a_warning_and_if_forced_waits_for_a_deletion() {
    let yaml = "[{email: ann@example.com}, {sms: 90-7, id: s1}]";
    let found = warnings(yaml);
    assert!(found.contains(&"the plan needs 3 sms contacts at once, but the limit is 2: the service will reject a new one, unless you force the deletion first".to_owned()), "{found:?}");
    let forced = plan(yaml, Options::default().force(true));
    assert_eq!(forced.to_string(), "- sms 90-555-555-5555 (replaced)\n+ sms 90-7 (replaces s1)\n");
    assert!(forced.warnings().iter().any(|it| matches!(it, Warning::DeletedFirst { .. })));
    // Only as many deletions as needed come first.
    let forced = plan("[{email: c@example.com}]", Options::default().prune(true).force(true));
    assert!(
        forced.to_string().starts_with(
            "- email ann@example.com\n+ email c@example.com\n- email ann@example.org\n- sms"
        ),
        "{forced}"
    );
    let found = warnings("[{email: ann@example.com}, {sms: 90-7}]");
    assert!(
        found.iter().any(|found| found.ends_with("the service will reject a new one")),
        "{found:?}"
    );
}

#[test]
fn a_plan_serializes_to_json() {
    let plan = plan("[{email: b@example.com, id: e1}, {sms: 90-3, id: s1}]", Options::default());
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        json["changes"],
        serde_json::json!([
            {"action":"create","method":"sms","to":"90-3","enabled":true,"replaces":"s1"},
            {"action":"update","id":"e1","method":"email","from":"ann@example.com","to":"b@example.com"},
            {"action":"delete","id":"s1","method":"sms","to":"90-555-555-5555","replaced":true},
        ])
    );
    assert_eq!(json["warnings"][0]["warning"], "verify");
    assert!(
        json["warnings"][0]["message"]
            .as_str()
            .unwrap()
            .contains("90-3 receives no notifications until its owner verifies it")
    );
    assert_eq!(json["unmanaged"][0]["id"], "e2");
}

#[test]
fn control_characters_are_escaped_for_the_terminal() {
    let json = r#"[{"id":"e1","method":"email","to":"a@\u202eexample.com"}]"#;
    let actual: Vec<Contact> = serde_json::from_str(json).unwrap();
    let plan = Plan::new(&[], &actual, Options::default().prune(true).force(true)).unwrap();
    assert_eq!(plan.to_string(), "- email a@\\u{202e}example.com\n");
}
