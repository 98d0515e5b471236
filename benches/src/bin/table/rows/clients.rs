//! The clients over a network.

use super::{at_most, instructions, row};
use crate::{Result, measure::Bench, spread::short};

/// Compares each client with its plain library, and with its library plus the same limits.
pub(crate) fn over_hyper_and_ureq(bench: &Bench) -> Result<()> {
    for library in ["hyper", "ureq"] {
        for (operation, limit) in [("get", Some(1.03)), ("list", None)] {
            let [ours, raw] =
                [format!("{operation}/contacts-{library}"), format!("{operation}/raw-{library}")];
            instructions(bench, &ours, [&ours, &raw], 1000, 1, limit)?;
            let [own, floor] = [bench.allocations(&ours)?, bench.allocations(&raw)?];
            let target = limit.map_or("", |_| "at most 3 more");
            let met = limit.map(|_| own <= floor + 3.0);
            row(&format!("{ours}: allocations"), &short(own), &short(floor), None, target, met);
        }
        let names = ["contacts", "raw", "limited"].map(|who| format!("get/{who}-{library}"));
        let [ours, raw, limited] = &names;
        instructions(bench, ours, [ours, limited], 1000, 1, Some(1.05))?;
        // With threads the instructions vary.
        if library == "hyper" {
            instructions(
                bench,
                &format!("{ours}, 64 at a time"),
                [ours, raw],
                6400,
                64,
                Some(1.05),
            )?;
        }
        for at in [1, 64] {
            times(bench, [ours, raw, limited], at)?;
        }
    }
    borrowed(bench)
}

/// Compares a page with one that plain hyper reads into borrowed structs.
fn borrowed(bench: &Bench) -> Result<()> {
    let names = ["list/contacts-hyper", "list/borrowed-hyper"];
    instructions(bench, names[0], names, 500, 1, Some(1.05))?;
    for at in [1, 64] {
        let costs = bench.costs(&names, 3_000, at)?;
        at_most(
            &format!("{}, {at} at a time: microseconds of CPU", names[0]),
            &costs[0].cpu.to_string(),
            &format!("{} {}", names[1], costs[1].cpu),
            costs[0].cpu.median / costs[1].cpu.median,
            Some(1.05),
        );
    }
    Ok(())
}

fn times(bench: &Bench, names: [&str; 3], at: u64) -> Result<()> {
    let [own, beside @ ..] = &bench.costs(&names, 10_000, at)?[..] else {
        return Err("there are three".into());
    };
    let what = format!("{}, {at} at a time", names[0]);
    for (name, beside) in names[1..].iter().zip(beside) {
        at_most(
            &format!("{what}: microseconds of CPU"),
            &own.cpu.to_string(),
            &format!("{name} {}", beside.cpu),
            own.cpu.median / beside.cpu.median,
            Some(1.05),
        );
        let per_second = [own, beside].map(|cost| 1e6 / cost.wall.median);
        let ratio = per_second[0] / per_second[1];
        row(
            &format!("{what}: requests a second"),
            &short(per_second[0]),
            &format!("{name} {}", short(per_second[1])),
            Some(ratio),
            "at least 0.95 x",
            Some(ratio >= 0.95),
        );
        at_most(
            &format!("{what}: KiB at most"),
            &own.memory.to_string(),
            &format!("{name} {}", beside.memory),
            own.memory.median / beside.memory.median,
            None,
        );
    }
    Ok(())
}

pub(crate) fn reqwest(bench: &Bench) -> Result<()> {
    if cfg!(not(feature = "reqwest")) {
        return Ok(());
    }
    instructions(bench, "contacts-hyper", ["get/contacts-hyper", "get/reqwest"], 1000, 1, None)?;
    let at_64 = ["get/contacts-hyper", "get/reqwest"];
    instructions(bench, "contacts-hyper, 64 at a time", at_64, 6400, 64, Some(0.7))?;
    for who in ["contacts-hyper", "contacts-ureq"] {
        let costs = bench.costs(&[&format!("get/{who}"), "get/reqwest"], 10_000, 64)?;
        at_most(
            &format!("{who} beside reqwest, 64 at a time: microseconds of CPU"),
            &costs[0].cpu.to_string(),
            &costs[1].cpu.to_string(),
            costs[0].cpu.median / costs[1].cpu.median,
            Some(0.7),
        );
    }
    Ok(())
}

pub(crate) fn http2(bench: &Bench) -> Result<()> {
    if cfg!(not(feature = "http2")) {
        return Ok(());
    }
    for at in [1, 64] {
        let names = ["tls-2/contacts-hyper", "tls-1/contacts-hyper"];
        let costs = bench.costs(&names, 10_000, at)?;
        at_most(
            &format!("HTTP/2 beside HTTP/1.1, over TLS, {at} at a time: microseconds of CPU"),
            &costs[0].cpu.to_string(),
            &costs[1].cpu.to_string(),
            costs[0].cpu.median / costs[1].cpu.median,
            None,
        );
        let what = format!("HTTP/2 beside HTTP/1.1, {at} at a time");
        instructions(bench, &what, names, 100 * at, at, None)?;
    }
    Ok(())
}
