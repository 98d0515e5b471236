//! Mutated responses give values or typed errors. The example `mutate_answers` reads millions of
//! them.

use contacts_testkit::{mutation::Tally, operations::Any};

#[test]
fn every_mutated_response_gives_a_value_or_a_typed_error() {
    let tally = Tally::of(100_000, 1, Any::reads_soundly);
    assert_eq!((tally.panics, tally.untyped), (0, 0), "{:?}", tally.first);
    assert!(tally.values > 10_000 && tally.errors > 10_000, "there are enough of both: {tally:?}");
}

#[test]
fn the_same_seed_gives_the_same_responses() {
    assert_eq!(Tally::of(2_000, 7, Any::reads_soundly), Tally::of(2_000, 7, Any::reads_soundly));
    assert_ne!(Tally::of(2_000, 7, Any::reads_soundly), Tally::of(2_000, 8, Any::reads_soundly));
}

#[test]
fn failures_are_counted_and_the_first_one_is_kept() {
    let tally = Tally::of(40, 1, |_, answer| match answer.body().len() % 2 {
        0 => Err("even".into()),
        _ => Ok(true),
    });
    assert!(tally.untyped > 0 && tally.untyped + tally.values == tally.answers, "{tally:?}");
    assert!(tally.first.is_some_and(|first| first.ends_with(": even")));

    let tally = Tally::of(1, 1, |_, _| panic!("on purpose"));
    assert_eq!(tally.panics, 1, "{tally:?}");
}
