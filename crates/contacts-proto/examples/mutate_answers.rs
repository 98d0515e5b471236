//! Feeds documented answers with something wrong in them to the operations: `--count 10000000 --seed 1`. It prints one line of JSON,
//! and fails if anything panicked, or came to something else than a value or a typed error.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is a program around the core, and not the core"
)]

use std::{process::ExitCode, time::Instant};

use contacts_testkit::{mutation::Tally, operations::Any};

fn main() -> ExitCode {
    let Some((count, seed)) = arguments() else {
        eprintln!("usage: mutate_answers [--count N] [--seed N]");
        return ExitCode::from(2);
    };
    // The first one is told below; a million of them would be a million messages.
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let Tally { answers, panics, untyped, first, .. } = Tally::of(count, seed, Any::reads_soundly);
    let seconds = begun.elapsed().as_secs_f64();
    println!(r#"{{"answers":{answers},"panics":{panics},"untyped":{untyped},"seconds":{seconds:.1}}}"#);
    match first {
        None => ExitCode::SUCCESS,
        Some(first) => {
            eprintln!("{first}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Option<(u64, u64)> {
    let (mut count, mut seed) = (10_000_000, 1);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next()?.parse().ok()?;
        match word.as_str() {
            "--count" => count = number,
            "--seed" => seed = number,
            _ => return None,
        }
    }
    Some((count, seed))
}
