//! Reads millions of mutated responses with all operations: `--count 10000000 --seed 1`.
//!
//! Prints one line of JSON. Fails if an operation panics, or returns neither a value nor a typed
//! error.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this program uses the core and may do IO"
)]

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use contacts_testkit::{mutation::Tally, operations::Any};

/// Read mutated responses
#[derive(Parser)]
struct Arguments {
    /// Number of responses
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    count: u64,

    /// Seed of the mutations
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let Arguments { count, seed } = Arguments::parse();
    // Hides panic messages: there could be millions. The first one is printed below.
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let Tally { answers, panics, untyped, first, .. } = Tally::of(count, seed, Any::check_response);
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        r#"{{"answers":{answers},"panics":{panics},"untyped":{untyped},"seconds":{seconds:.1}}}"#
    );
    match first {
        None => ExitCode::SUCCESS,
        Some(first) => {
            eprintln!("{first}");
            ExitCode::FAILURE
        }
    }
}
