//! The corpus: every answer comes to its committed outcome, and no committed outcome is one that must not be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Once,
};

use contacts_conformance::{
    ALL_OPERATIONS, Operation,
    corpus::{self, Case, Effect, Expectation, Group, Question, Report},
    driver::TOKEN,
};
use contacts_proto::escape_controls;

/// The groups that are about some operations and not about all.
const OF_SOME_OPERATIONS: [&str; 7] =
    ["changed", "contact", "created", "ids", "links", "page", "tenant-info"];

fn corpus() -> Vec<Group> {
    static BLESSED: Once = Once::new();
    if std::env::var_os("CORPUS_BLESS").is_some() {
        BLESSED.call_once(|| load().iter().try_for_each(corpus::bless).expect("the corpus can be written"));
    }
    load()
}

fn load() -> Vec<Group> {
    corpus::load().expect("the corpus can be read")
}

fn each(check: impl Fn(&Case, Question, &Expectation)) {
    for case in corpus().iter().flat_map(|group| &group.cases) {
        case.to.iter().for_each(|(question, expected)| check(case, *question, expected));
    }
}

#[test]
fn every_answer_comes_to_its_committed_outcome() {
    let complaints = corpus::try_all(&corpus());
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn there_are_at_least_three_hundred_answers_each_with_a_name_of_its_own() {
    let corpus = corpus();
    let mut names = BTreeSet::new();
    for case in corpus.iter().flat_map(|group| &group.cases) {
        assert!(names.insert(&case.name), "{} is there twice", case.name);
        assert!(!case.to.is_empty(), "{} is asked nothing", case.name);
        assert_eq!(
            case.or.is_some(),
            case.or_because.is_some(),
            "{}: no second reading without a reason",
            case.name
        );
    }
    assert!(names.len() >= 300, "{} answers", names.len());
}

#[test]
fn every_operation_meets_every_kind_of_answer() {
    let all = ALL_OPERATIONS.iter().copied().chain([Operation::TenantInfo]).map(Question::One);
    for group in corpus().iter().filter(|group| !OF_SOME_OPERATIONS.contains(&group.name.as_str())) {
        let asked: BTreeSet<_> = group.cases.iter().flat_map(|case| case.to.keys()).collect();
        let missing: Vec<_> = all.clone().filter(|question| !asked.contains(question)).collect();
        assert!(missing.is_empty(), "{} has no {missing:?}", group.name);
    }
}

#[test]
fn an_error_shows_no_secret_and_nothing_that_acts_on_a_terminal() {
    each(|case, _, expected| {
        for text in
            [&expected.text, &expected.code, &expected.request_id, &expected.hint].into_iter().flatten()
        {
            assert_eq!(escape_controls(text), text.as_str(), "{}", case.name);
            assert!(!text.contains(TOKEN), "{}", case.name);
            // The longest have sixteen fields, each with name and reason.
            assert!(text.chars().count() < 10_500, "{}", case.name);
        }
    });
}

/// The table of classes, once more, from the reference and not from the core.
#[test]
fn the_effect_is_that_of_the_classes_of_failures() {
    each(|case, question, expected| {
        let (Some(effect), Some(error)) = (expected.effect, &expected.error) else { return };
        let writes = match question {
            Question::One(operation) => {
                !matches!(operation, Operation::List | Operation::Get | Operation::TenantInfo)
            }
            // What the case answers is a page.
            Question::Several(_) => false,
        };
        let no_head = matches!(case.told, Report::Malformed | Report::TooLarge | Report::Closed);
        let is_open = match case.status {
            _ if no_head => true,
            // A redirect of these is to be made elsewhere, so it is not made here.
            301 | 302 | 307 | 308 => false,
            501 | 505 => false,
            408 | 425 => true,
            400..=499 => false,
            _ => true,
        };
        let right = if writes && is_open { Effect::Possible } else { Effect::None };
        assert_eq!(effect, right, "{}, to {question}", case.name);
        let is_create_in_flight = question == Question::One(Operation::Create) && right == Effect::Possible;
        assert_eq!(error == "outcome_unknown", is_create_in_flight, "{}, to {question}", case.name);
        if is_create_in_flight {
            assert!(expected.requests.is_empty(), "{} is created once", case.name);
        }
    });
}

#[test]
fn the_kind_of_a_refusal_is_that_of_its_status_where_the_service_says_it() {
    let kinds = BTreeMap::from([
        (400, "rejected"),
        (401, "unauthorized"),
        (402, "forbidden"),
        (403, "forbidden"),
        (409, "rejected"),
        (410, "rejected"),
        (422, "rejected"),
        (429, "rate_limited"),
        (501, "rejected"),
    ]);
    each(|case, question, expected| {
        // No credentials are sent to a site, so that it can refuse none.
        let is_of_credentials = matches!(case.status, 401..=403);
        let is_named = question != Question::One(Operation::TenantInfo) || !is_of_credentials;
        if let Some(kind) = kinds.get(&case.status).filter(|_| case.is_said_by_the_service() && is_named) {
            assert_eq!(expected.error.as_deref(), Some(*kind), "{}, to {question}", case.name);
        }
    });
}

#[test]
fn a_missing_contact_is_said_by_the_service_alone_and_only_where_one_was_named() {
    each(|case, question, expected| {
        if expected.error.as_deref() == Some("not_found") {
            assert_eq!(case.status, 404, "{}, to {question}", case.name);
            assert!(case.is_said_by_the_service(), "{}, to {question}", case.name);
            let names_one = !matches!(
                question,
                Question::One(Operation::List | Operation::Create | Operation::TenantInfo)
            );
            assert!(names_one, "{}, to {question}", case.name);
        }
    });
}

#[test]
fn a_page_of_a_stranger_forbids_nothing() {
    each(|case, question, expected| {
        if matches!(case.status, 402 | 403 | 410) && !case.is_said_by_the_service() {
            let error = expected.error.as_deref();
            assert!(!matches!(error, Some("forbidden" | "not_found")), "{}, to {question}", case.name);
        }
    });
}

#[test]
fn a_redirect_is_no_answer_of_the_service_and_is_followed_nowhere() {
    each(|case, question, expected| {
        if matches!(case.status, 300..=399) && case.told == Report::Answered {
            let is_create = question == Question::One(Operation::Create);
            let is_certain = matches!(case.status, 301 | 302 | 307 | 308);
            let right = if is_create && !is_certain { "outcome_unknown" } else { "invalid_response" };
            assert_eq!(expected.error.as_deref(), Some(right), "{}, to {question}", case.name);
            assert!(expected.requests.is_empty(), "{}, to {question}", case.name);
        }
    });
}
