//! Drives any exchange with any script of events, and holds what it did against the laws.

pub(crate) mod laws;
pub(crate) mod storm;
pub(crate) mod subject;

mod calls;
mod case;
mod dice;
mod event;
mod hints;
mod mutants;
mod report;
mod script;
mod trace;

use contacts_proto::Session;
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};

use self::{
    case::Case,
    laws::Law,
    subject::{Any, Subject},
};

/// Makes an exchange.
type Make = fn(Subject, Session) -> Any;

/// Looks for a script that makes this exchange break the law: the shortest one that there is, in words.
pub(crate) fn breaks(law: Law, subject: Subject, cases: u32) -> Result<(), String> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    run(TestRunner::new(config), law, subject, Subject::exchange)
}

/// Whether one of many scripts, always the same, makes what is made here break the law.
fn breaks_at_all(law: Law, subject: Subject, make: Make) -> bool {
    let config = Config { cases: 1_000, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let always_the_same = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    run(TestRunner::new_with_rng(config, always_the_same), law, subject, make).is_err()
}

fn run(mut runner: TestRunner, law: Law, subject: Subject, make: Make) -> Result<(), String> {
    let numbers = (any::<u64>(), vec(any::<u64>(), 1..24));
    let case = numbers.prop_map(move |(setup, beats)| Case::new(subject, setup, &beats, make));
    runner.run(&case, |case| law(&case).map_err(TestCaseError::fail)).map_err(|failure| failure.to_string())
}
