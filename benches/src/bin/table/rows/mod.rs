//! The rows of the table: what is measured, what it is compared with, and the target.

pub(crate) mod clients;
pub(crate) mod core;
pub(crate) mod growth;
pub(crate) mod program;

use crate::{Result, measure::Bench, spread::short};

/// One row; what has no target is neither met nor missed.
fn row(what: &str, measured: &str, beside: &str, ratio: Option<f64>, target: &str, met: Option<bool>) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
    let met = met.map_or("", |met| if met { "met" } else { "MISSED" });
    println!("| {what} | {measured} | {beside} | {ratio} | {target} | {met} |");
}

/// One row of what is to be at most so many times that beside it.
fn at_most(what: &str, measured: &str, beside: &str, ratio: f64, most: Option<f64>) {
    let target = most.map_or(String::new(), |most| format!("at most {most} x"));
    row(what, measured, beside, Some(ratio), &target, most.map(|most| ratio <= most));
}

/// Instructions of two pieces of work, and at most this many times as many.
fn instructions(
    bench: &Bench,
    what: &str,
    pair: [&str; 2],
    count: u64,
    at: u64,
    most: Option<f64>,
) -> Result<()> {
    let [ours, beside] = [bench.instructions(pair[0], count, at)?, bench.instructions(pair[1], count, at)?];
    let what = format!("{what}: instructions");
    at_most(&what, &short(ours), &format!("{} {}", pair[1], short(beside)), ours / beside, most);
    Ok(())
}
