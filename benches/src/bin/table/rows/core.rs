//! Work without a network: building, reading, a call.

use super::{instructions, row};
use crate::{Result, measure::Bench, spread::short};

const OPERATIONS: [&str; 7] =
    ["list", "get", "create", "update", "delete", "activate", "deactivate"];

pub(crate) fn build(bench: &Bench) -> Result<()> {
    for name in OPERATIONS {
        let [ours, by_hand] = ["ours", "by-hand"].map(|how| format!("build/{name}/{how}"));
        instructions(bench, &format!("build {name}"), [&ours, &by_hand], 1000, 1, Some(1.1))?;
        let most = if matches!(name, "create" | "update") { 5.0 } else { 3.0 };
        let allocations = bench.allocations(&ours)?;
        row(
            &format!("build {name}: allocations"),
            &short(allocations),
            &format!("{by_hand} {}", short(bench.allocations(&by_hand)?)),
            None,
            &format!("at most {most}"),
            Some(allocations <= most),
        );
    }
    instructions(bench, "build list", ["build/list/ours", "build/list/naive"], 1000, 1, None)?;
    instructions(bench, "build create", ["build/create/ours", "build/create/naive"], 1000, 1, None)
}

pub(crate) fn read(bench: &Bench) -> Result<()> {
    for name in ["page-1", "page-20", "page-100", "contact", "error"] {
        let [ours, by_hand] = ["ours", "by-hand"].map(|how| format!("read/{name}/{how}"));
        let is_target = name == "page-100";
        instructions(
            bench,
            &format!("read {name}"),
            [&ours, &by_hand],
            200,
            1,
            is_target.then_some(0.75),
        )?;
        let allocations = bench.allocations(&ours)?;
        row(
            &format!("read {name}: allocations"),
            &short(allocations),
            &format!("{by_hand} {}", short(bench.allocations(&by_hand)?)),
            None,
            if is_target { "at most 150" } else { "" },
            is_target.then_some(allocations <= 150.0),
        );
    }
    Ok(())
}

pub(crate) fn call(bench: &Bench) -> Result<()> {
    let names = ["call/get/ours", "call/get/parts"];
    let costs = bench.costs(&names, 100_000, 1)?;
    let over = costs[0].cpu.median - costs[1].cpu.median;
    row(
        "a call minus building and reading: microseconds",
        &costs[0].cpu.to_string(),
        &costs[1].cpu.to_string(),
        None,
        "under 1 more",
        Some(over < 1.0),
    );
    let [ours, parts] = [bench.allocations(names[0])?, bench.allocations(names[1])?];
    row(
        "a call: allocations",
        &short(ours),
        &short(parts),
        None,
        "none of its own",
        Some(ours <= parts),
    );
    instructions(bench, "a call", names, 1000, 1, None)
}
