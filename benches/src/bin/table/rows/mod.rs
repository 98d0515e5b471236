//! The rows of the table: measurement, comparison, target.

pub(crate) mod clients;
pub(crate) mod core;
pub(crate) mod growth;
pub(crate) mod program;

use crate::{Result, measure::Bench, spread::short};

/// Prints one row. Without a target, it is neither met nor missed.
fn row(
    what: &str,
    measured: &str,
    beside: &str,
    ratio: Option<f64>,
    target: &str,
    met: Option<bool>,
) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
    let met = met.map_or("", |met| if met { "met" } else { "MISSED" });
    println!("| {what} | {measured} | {beside} | {ratio} | {target} | {met} |");
}

/// Prints one row with a maximum ratio.
fn at_most(what: &str, measured: &str, beside: &str, ratio: f64, most: Option<f64>) {
    let target = most.map_or(String::new(), |most| format!("at most {most} x"));
    row(what, measured, beside, Some(ratio), &target, most.map(|most| ratio <= most));
}

/// Prints the instructions of two pieces of work, with a maximum ratio.
fn instructions(
    bench: &Bench,
    what: &str,
    pair: [&str; 2],
    count: u64,
    at: u64,
    most: Option<f64>,
) -> Result<()> {
    let [ours, beside] =
        [bench.instructions(pair[0], count, at)?, bench.instructions(pair[1], count, at)?];
    let what = format!("{what}: instructions");
    at_most(&what, &short(ours), &format!("{} {}", pair[1], short(beside)), ours / beside, most);
    Ok(())
}
