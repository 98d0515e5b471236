//! The corpus: every response has its outcome, and no outcome is one that must not be.

use std::collections::{BTreeMap, BTreeSet};

use contacts_conformance::{
    ALL_OPERATIONS, Operation,
    corpus::{self, Case, Effect, Expectation, Question, Report},
};

/// The themes that are about some operations and not about all.
const OF_SOME_OPERATIONS: [&str; 4] = ["confirmations", "contacts", "links", "site"];

fn themes() -> Vec<(String, Vec<Case>)> {
    corpus::load().expect("the corpus can be read")
}

fn cases() -> Vec<Case> {
    themes().into_iter().flat_map(|(_, cases)| cases).collect()
}

fn each(check: impl Fn(&Case, Question, &Expectation)) {
    for case in &cases() {
        case.outcomes().for_each(|(question, expected)| check(case, question, expected));
    }
}

#[test]
fn every_response_has_its_outcome() {
    let complaints = corpus::try_all(&cases());
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_case_has_a_name_of_its_own_a_reason_and_an_outcome() {
    let cases = cases();
    let mut names = BTreeSet::new();
    for Case { name, reason, .. } in &cases {
        assert!(names.insert(name), "{name} is there twice");
        assert!(
            reason.ends_with('.') && !reason.contains('\n'),
            "{name}: the reason is one line of sentences"
        );
    }
    for case in &cases {
        assert_ne!(case.outcomes().count(), 0, "{} has no outcome", case.name);
        for (question, expected) in case.outcomes() {
            let is_one = expected.value.is_some() != expected.error.is_some();
            assert!(is_one, "{}, {question}: a value or an error", case.name);
        }
    }
    assert!(names.len() >= 300, "{} cases", names.len());
}

#[test]
fn every_operation_meets_every_theme() {
    for (theme, cases) in
        themes().iter().filter(|(theme, _)| !OF_SOME_OPERATIONS.contains(&theme.as_str()))
    {
        let asked: BTreeSet<_> =
            cases.iter().flat_map(Case::outcomes).map(|(question, _)| question).collect();
        let operations = ALL_OPERATIONS.iter().map(|operation| Question::One(*operation));
        let missing: Vec<_> = operations.filter(|question| !asked.contains(question)).collect();
        assert!(missing.is_empty(), "{theme} has no {missing:?}");
    }
}

/// The table of classes once more, from the policy and not from the core.
#[test]
fn the_effect_is_that_of_the_class_of_the_failure() {
    each(|case, question, expected| {
        let Some(error) = &expected.error else { return };
        let is_open = match case.status {
            _ if !case.report.has_status() => true,
            // A redirect of these must be made elsewhere, so it is not made here.
            301 | 302 | 307 | 308 => false,
            501 | 505 => false,
            408 | 425 => true,
            400..=499 => false,
            _ => true,
        };
        let right = if question.writes() && is_open { Effect::Possible } else { Effect::None };
        assert_eq!(expected.effect, right, "{}, {question}", case.name);
        let is_unknown = question == Question::One(Operation::Create) && right == Effect::Possible;
        assert_eq!(error == "OutcomeUnknown", is_unknown, "{}, {question}", case.name);
        if is_unknown {
            assert!(expected.requests.is_empty(), "{} is created once", case.name);
        }
    });
}

#[test]
fn the_kind_of_an_error_is_that_of_its_status_if_the_service_sends_it() {
    let kinds = BTreeMap::from([
        (400, "Rejected"),
        (401, "Unauthorized"),
        (402, "Forbidden"),
        (403, "Forbidden"),
        (409, "Rejected"),
        (410, "Rejected"),
        (422, "Rejected"),
        (429, "RateLimited"),
        (501, "Rejected"),
    ]);
    each(|case, question, expected| {
        // A site gets no credentials, so it can refuse none.
        let is_of_credentials = matches!(case.status, 401..=403);
        let is_named = question != Question::One(Operation::TenantInfo) || !is_of_credentials;
        if let Some(kind) = kinds.get(&case.status).filter(|_| case.is_json_object() && is_named) {
            assert_eq!(expected.error.as_deref(), Some(*kind), "{}, {question}", case.name);
        }
    });
}

#[test]
fn only_the_service_says_that_a_contact_is_missing_and_only_if_the_request_names_one() {
    each(|case, question, expected| {
        if expected.error.as_deref() == Some("NotFound") {
            assert_eq!(case.status, 404, "{}, {question}", case.name);
            assert!(case.is_json_object(), "{}, {question}", case.name);
            let names_none = matches!(
                question,
                Question::WholeList
                    | Question::One(Operation::List | Operation::Create | Operation::TenantInfo)
            );
            assert!(!names_none, "{}, {question}", case.name);
        }
    });
}

#[test]
fn a_page_of_a_gateway_forbids_nothing() {
    each(|case, question, expected| {
        if matches!(case.status, 402 | 403 | 410) && !case.is_json_object() {
            let error = expected.error.as_deref();
            assert!(!matches!(error, Some("Forbidden" | "NotFound")), "{}, {question}", case.name);
        }
    });
}

#[test]
fn a_redirect_is_not_an_answer_of_the_service_and_is_never_followed() {
    each(|case, question, expected| {
        if matches!(case.status, 300..=399) && case.report == Report::Answered {
            let is_create = question == Question::One(Operation::Create);
            let is_certain = matches!(case.status, 301 | 302 | 307 | 308);
            let right = if is_create && !is_certain { "OutcomeUnknown" } else { "InvalidResponse" };
            assert_eq!(expected.error.as_deref(), Some(right), "{}, {question}", case.name);
            assert!(expected.requests.is_empty(), "{}, {question}", case.name);
        }
    });
}
