//! Documented answers with something wrong in them are read as values or as typed errors. The example `mutate_answers` does the
//! same by the million.

use contacts_testkit::{mutation::Tally, operations::Any};

#[test]
fn no_mutated_answer_panics_and_none_is_untyped() {
    let tally = Tally::of(100_000, 1, Any::check_response);
    assert_eq!((tally.panics, tally.untyped), (0, 0), "{:?}", tally.first);
    assert!(tally.values > 10_000 && tally.errors > 10_000, "there is enough of both: {tally:?}");
}

#[test]
fn the_same_seed_gives_the_same_answers() {
    assert_eq!(Tally::of(2_000, 7, Any::check_response), Tally::of(2_000, 7, Any::check_response));
    assert_ne!(Tally::of(2_000, 7, Any::check_response), Tally::of(2_000, 8, Any::check_response));
}

#[test]
fn what_is_wrong_is_counted_and_the_first_of_it_told() {
    let tally = Tally::of(40, 1, |_, answer| match answer.body().len() % 2 {
        0 => Err("even".into()),
        _ => Ok(true),
    });
    assert!(tally.untyped > 0 && tally.untyped + tally.values == tally.answers, "{tally:?}");
    assert!(tally.first.is_some_and(|first| first.ends_with(": even")));

    let tally = Tally::of(1, 1, |_, _| panic!("on purpose"));
    assert_eq!(tally.panics, 1, "{tally:?}");
}
