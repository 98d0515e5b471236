//! What a plan looks like, case by case.

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

fn refusal(yaml: &str, options: Options) -> String {
    Plan::new(&desired(yaml), &actual(), options).unwrap_err().to_string()
}

fn warnings(yaml: &str) -> Vec<String> {
    plan(yaml, Options::default()).warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn other_forms_of_an_address_are_no_change() {
    assert_eq!(lines("[{email: ann@Example.COM}, {sms: +90 (555) 5555555}, {mobile: Ann's phone}]"), "");
}

#[test]
fn an_email_with_a_known_id_is_updated_and_a_number_replaced() {
    assert_eq!(
        lines("[{email: b@example.com, id: e1}, {sms: 90-3, id: s1}, {voice: 90-2, id: s2}]"),
        "+ sms 90-3 (in place of s1)\n+ voice 90-2 (in place of s2)\n~ email ann@example.com -> b@example.com\n\
         - sms 90-555-555-5555 (replaced)\n- sms 90-2 (replaced)\n"
    );
}

#[test]
fn an_interrupted_replacement_is_brought_to_its_end() {
    // The new number is there already; the old one is left over.
    assert_eq!(lines("[{sms: 90-2, id: s1}]"), "- sms 90-555-555-5555 (replaced)\n");
}

#[test]
fn exchanged_addresses_are_no_change_and_shifted_ones_one_update() {
    assert_eq!(
        lines("[{email: ann@example.org, id: e1, enabled: false}, {email: ann@example.com, id: e2}]"),
        ""
    );
    assert_eq!(
        lines("[{email: ann@example.org, id: e1, enabled: false}, {email: c@example.com, id: e2}]"),
        "~ email ann@example.com -> c@example.com\n"
    );
}

#[test]
fn contacts_are_switched_on_and_off_but_no_number_on() {
    let yaml = "[{email: ann@example.com, enabled: false}, {email: ann@example.org}, {sms: 90-2}, {sms: 90-555-555-5555, enabled: false}]";
    assert_eq!(
        lines(yaml),
        "~ email ann@example.org (activate)\n~ email ann@example.com (deactivate)\n~ sms 90-555-555-5555 (deactivate)\n"
    );
    let forced = |yaml: &str| plan(yaml, Options::default().force(true)).to_string();
    assert_eq!(forced("[{sms: 90-2, enabled: true}]"), "~ sms 90-2 (activate)\n");
    assert_eq!(forced("[{sms: 90-2}]"), "", "nobody has said that it is to be enabled");
    assert!(warnings(yaml)[0].contains("90-2 is not enabled (Not verified), which is left to its owner"));
    let deactivated = "the sms contact 90-555-555-5555 is in use, and is deactivated, since the file has it disabled: if it was \
                       verified after the file was written, let the file have it enabled";
    assert_eq!(
        warnings(yaml)[1..],
        [deactivated],
        "of the e-mail contact, nothing that the plan does not show"
    );
}

#[test]
fn a_contact_to_be_disabled_is_created_so() {
    assert_eq!(
        lines("[{email: ann@example.com}, {voice: 90-1, enabled: false}]"),
        "+ voice 90-1 (disabled)\n"
    );
}

#[test]
fn what_the_file_does_not_have_is_deleted_by_pruning_only() {
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
fn a_person_who_has_an_enabled_contact_keeps_one() {
    let nothing = Options::default().prune(true);
    assert!(refusal("[]", nothing).starts_with("no enabled contact would be left"));
    assert!(refusal("[{sms: 90-7}]", nothing).contains("counts only once it is verified"));
    let forced = plan("[]", nothing.force(true));
    assert_eq!((forced.changes().len(), forced.warnings().last()), (5, Some(&Warning::NoneEnabled)));
    // Who has none, loses none.
    assert!(Plan::new(&desired("[{sms: 90-7}]"), &[], nothing).is_ok());
}

#[test]
fn all_reasons_are_told_with_their_lines() {
    let yaml = "\
- mobile: Ann's phone
- mobile: Bob's phone
- {method: pager, to: 7}
- email: ann@example.com
- {email: ann@EXAMPLE.com, id: e2}
- {voice: \"9\\t\", id: v9}
";
    let error = Plan::new(&desired_unchecked(yaml), &actual(), Options::default()).unwrap_err();
    let places: Vec<_> = error.reasons().iter().map(|reason| reason.position().unwrap().line).collect();
    assert_eq!(places, [5, 2, 3, 6]);
    let told: Vec<_> = error.reasons().iter().map(ToString::to_string).collect();
    assert_eq!(
        told[0],
        "line 5, column 3: email ann@EXAMPLE.com is the same contact as email ann@example.com of line 4, column 3"
    );
    assert!(told[1].contains("mobile Bob's phone is not there and cannot be created: the app"), "{told:?}");
    assert!(told[2].contains("pager 7 is not there and cannot be created: `email`, `sms`"), "{told:?}");
    assert!(told[3].contains("has a control character"), "{told:?}");
    assert!(matches!(error.reasons()[0], PlanErrorKind::SameContact { .. }));
}

/// Each entry read by itself, so that doubles are not seen.
fn desired_unchecked(yaml: &str) -> Vec<Desired> {
    let blank = |number: usize| "\n".repeat(number);
    let read = |(number, line): (usize, &str)| desired(&format!("{}{line}\n", blank(number))).remove(0);
    yaml.lines().enumerate().map(read).collect()
}

#[test]
fn doubles_that_exist_may_stay_by_their_ids() {
    let actual: Vec<Contact> = serde_json::from_str(
        r#"[{"id":"a","method":"sms","to":"90-1","status":{"enabled":true}},{"id":"b","method":"sms","to":"901","status":{"enabled":true}}]"#,
    )
    .unwrap();
    let plan = |yaml: &str| {
        Plan::new(&desired(yaml), &actual, Options::default().prune(true)).map(|plan| plan.to_string())
    };
    assert_eq!(plan("[{sms: 90-1, id: a}, {sms: 90-1, id: b}]").unwrap(), "");
    assert_eq!(plan("[{sms: 90-1}]").unwrap(), "- sms 901\n");
    assert!(plan("[{sms: 90-1, id: a}, {sms: 90-1, id: c}]").is_err());
}

/// Or else the next plan would take the other one, and switch that off too.
#[test]
fn of_doubles_the_one_is_taken_that_is_as_it_is_to_be() {
    let double = |enabled: [bool; 2]| -> Vec<Contact> {
        let contact = |id, enabled| serde_json::json!({"id":id,"method":"sms","to":"90-1","status":{"enabled":enabled}});
        serde_json::from_value(serde_json::json!([contact("a", enabled[0]), contact("b", enabled[1])]))
            .unwrap()
    };
    for actual in [double([true, false]), double([false, true])] {
        for yaml in ["[{sms: 90-1}]", "[{sms: 90-1, enabled: false}]"] {
            let plan = Plan::new(&desired(yaml), &actual, Options::default()).unwrap();
            assert!(plan.is_empty() && plan.warnings().is_empty(), "{yaml}: {plan}");
        }
    }
}

#[test]
fn ids_that_nobody_has_are_warned_of() {
    let told = warnings("[{email: ann@example.com, id: gone}, {email: c@example.com, id: other}]");
    assert_eq!(told[0], "there is no contact gone any more: e1 reaches the same address");
    assert_eq!(
        told[1],
        "there is no contact other: the email contact c@example.com is created, and gets another id"
    );
}

#[test]
fn a_third_contact_of_a_kind_is_warned_of_and_forced_to_wait_for_a_deletion() {
    let yaml = "[{email: ann@example.com}, {sms: 90-7, id: s1}]";
    let told = warnings(yaml);
    assert!(told.contains(&"there would be 3 sms contacts and the service takes 2: a new one will be refused, unless deleting first is forced".to_owned()), "{told:?}");
    let forced = plan(yaml, Options::default().force(true));
    assert_eq!(forced.to_string(), "- sms 90-555-555-5555 (replaced)\n+ sms 90-7 (in place of s1)\n");
    assert!(forced.warnings().iter().any(|it| matches!(it, Warning::DeletedFirst { .. })));
    // As few as there must be.
    let forced = plan("[{email: c@example.com}]", Options::default().prune(true).force(true));
    assert!(
        forced
            .to_string()
            .starts_with("- email ann@example.com\n+ email c@example.com\n- email ann@example.org\n- sms"),
        "{forced}"
    );
    let told = warnings("[{email: ann@example.com}, {sms: 90-7}]");
    assert!(told.iter().any(|told| told.ends_with("a new one will be refused")), "{told:?}");
}

#[test]
fn a_plan_is_written_as_json() {
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
        json["warnings"][0]["message"].as_str().unwrap().contains("90-3 is used only once it is verified")
    );
    assert_eq!(json["unmanaged"][0]["id"], "e2");
}

#[test]
fn a_terminal_is_told_no_commands() {
    let json = r#"[{"id":"e1","method":"email","to":"a@\u202eexample.com"}]"#;
    let actual: Vec<Contact> = serde_json::from_str(json).unwrap();
    let plan = Plan::new(&[], &actual, Options::default().prune(true).force(true)).unwrap();
    assert_eq!(plan.to_string(), "- email a@\\u{202e}example.com\n");
}
