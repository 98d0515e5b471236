//! The rows of the table: what is measured, what it is compared with, and the target.

use std::{collections::BTreeSet, process::Command};

use crate::{Result, measure::Bench, spread::short};

const OPERATIONS: [&str; 7] = ["list", "get", "create", "update", "delete", "activate", "deactivate"];

/// One row; what has no target is neither met nor missed.
fn row(what: &str, measured: &str, beside: &str, ratio: Option<f64>, target: &str, met: Option<bool>) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
    let met = met.map_or("", |met| if met { "met" } else { "MISSED" });
    println!("| {what} | {measured} | {beside} | {ratio} | {target} | {met} |");
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
    let ratio = ours / beside;
    row(
        &format!("{what}: instructions"),
        &short(ours),
        &format!("{} {}", pair[1], short(beside)),
        Some(ratio),
        &most.map_or(String::new(), |most| format!("at most {most} x")),
        most.map(|most| ratio <= most),
    );
    Ok(())
}

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
        instructions(bench, &format!("read {name}"), [&ours, &by_hand], 200, 1, is_target.then_some(0.9))?;
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
        "a call over building and reading: microseconds",
        &costs[0].cpu.to_string(),
        &costs[1].cpu.to_string(),
        None,
        "under 1 more",
        Some(over < 1.0),
    );
    let [ours, parts] = [bench.allocations(names[0])?, bench.allocations(names[1])?];
    row("a call: allocations", &short(ours), &short(parts), None, "none of its own", Some(ours <= parts));
    instructions(bench, "a call", names, 1000, 1, None)
}

pub(crate) fn over_hyper_and_ureq(bench: &Bench) -> Result<()> {
    for (ours, raw) in [("contacts-hyper", "raw-hyper"), ("contacts-ureq", "raw-ureq")] {
        for (asked, limit) in [("get", Some(1.05)), ("list", None)] {
            let [ours, raw] = [ours, raw].map(|who| format!("{asked}/{who}"));
            instructions(bench, &ours, [&ours, &raw], 1000, 1, limit)?;
            let [own, floor] = [bench.allocations(&ours)?, bench.allocations(&raw)?];
            let target = limit.map_or("", |_| "at most 3 more");
            let met = limit.map(|_| own <= floor + 3.0);
            row(&format!("{ours}: allocations"), &short(own), &short(floor), None, target, met);
        }
        let [ours, raw] = [ours, raw].map(|who| format!("get/{who}"));
        if raw == "get/raw-hyper" {
            instructions(bench, &format!("{ours}, 64 at a time"), [&ours, &raw], 6400, 64, Some(1.05))?;
        }
        for at in [1, 64] {
            let costs = bench.costs(&[&ours, &raw], 10_000, at)?;
            let ratio = costs[0].cpu.median / costs[1].cpu.median;
            let what = format!("{ours}, {at} at a time");
            row(
                &format!("{what}: microseconds of CPU"),
                &costs[0].cpu.to_string(),
                &costs[1].cpu.to_string(),
                Some(ratio),
                "at most 1.05 x",
                Some(ratio <= 1.05),
            );
            let per_second = [0, 1].map(|who| 1e6 / costs[who].wall.median);
            let ratio = per_second[0] / per_second[1];
            row(
                &format!("{what}: requests a second"),
                &short(per_second[0]),
                &short(per_second[1]),
                Some(ratio),
                "at least 0.95 x",
                Some(ratio >= 0.95),
            );
            let memory = [costs[0].memory, costs[1].memory];
            let ratio = memory[0].median / memory[1].median;
            row(
                &format!("{what}: KiB at most"),
                &memory[0].to_string(),
                &memory[1].to_string(),
                Some(ratio),
                "",
                None,
            );
        }
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
        let ratio = costs[0].cpu.median / costs[1].cpu.median;
        row(
            &format!("{who} beside reqwest, 64 at a time: microseconds of CPU"),
            &costs[0].cpu.to_string(),
            &costs[1].cpu.to_string(),
            Some(ratio),
            "at most 0.7 x",
            Some(ratio <= 0.7),
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
        row(
            &format!("HTTP/2 beside HTTP/1.1, over TLS, {at} at a time: microseconds of CPU"),
            &costs[0].cpu.to_string(),
            &costs[1].cpu.to_string(),
            Some(costs[0].cpu.median / costs[1].cpu.median),
            "",
            None,
        );
        let what = format!("HTTP/2 beside HTTP/1.1, {at} at a time");
        instructions(bench, &what, names, 100 * at, at, None)?;
    }
    Ok(())
}

pub(crate) fn growth(bench: &Bench) -> Result<()> {
    let mut before = None;
    for power in 0..=6 {
        let (len, name) = (10_u64.pow(power), format!("growth/read-{}", 10_u64.pow(power)));
        let each = bench.instructions(&name, 1, 1)? / len as f64;
        // The first few have what is not theirs to bear.
        let met = before.filter(|_| power > 2).map(|before: f64| each <= 1.1 * before);
        let ratio = before.map(|before| each / before);
        let target = met.map_or("", |_| "at most 1.1 x");
        row(
            &format!("a page of {len}: instructions a contact"),
            &short(each),
            "a tenth of them",
            ratio,
            target,
            met,
        );
        before = Some(each);
    }
    let memory = |name, count, at| -> Result<_> { Ok(bench.costs(&[name], count, at)?.remove(0)) };
    for pages in [10, 1_000, 10_000] {
        let cost = memory("growth/paging", pages, 1)?;
        row(
            &format!("paging through {pages} pages of 100: KiB at most"),
            &cost.memory.to_string(),
            "",
            None,
            "",
            None,
        );
    }
    let [few, many] =
        [memory("users/contacts-hyper", 1_000, 64)?, memory("users/contacts-hyper", 100_000, 64)?];
    let ratio = many.memory.median / few.memory.median;
    row(
        "100,000 users' lists, 64 at a time: KiB at most",
        &many.memory.to_string(),
        &format!("1,000 users {}", few.memory),
        Some(ratio),
        "at most 1.1 x",
        Some(ratio <= 1.1),
    );
    let ratio = many.cpu.median / few.cpu.median;
    row(
        "100,000 users' lists, 64 at a time: microseconds of CPU",
        &many.cpu.to_string(),
        &format!("1,000 users {}", few.cpu),
        Some(ratio),
        "at most 1.1 x",
        Some(ratio <= 1.1),
    );
    let cost = &bench.costs(&["plan/1000-changed/ours"], 3, 1)?[0];
    row("a plan of 1,000 against 1,000: microseconds", &cost.cpu.to_string(), "", None, "", None);
    Ok(())
}

/// The crates that a program takes on with each client.
pub(crate) fn size() -> Result<()> {
    if cfg!(not(feature = "reqwest")) {
        return Ok(());
    }
    let output = Command::new("cargo")
        .args(["tree", "--locked", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .args(["--features", "reqwest", "--edges", "normal", "--no-dedupe", "--prefix", "depth"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let tree = String::from_utf8(output.stdout)?;
    let usual = crates_of("reqwest", &tree)?;
    for ours in ["contacts-hyper", "contacts-ureq"] {
        let own = crates_of(ours, &tree)?;
        let beside = format!("reqwest {usual}");
        row(&format!("{ours}: crates"), &own.to_string(), &beside, None, "fewer", Some(own < usual));
    }
    Ok(())
}

/// How many crates there are in the branch of this one, itself among them. Each line of the tree begins with its depth.
fn crates_of(name: &str, tree: &str) -> Result<usize> {
    let branch = tree.lines().skip_while(|line| !line.starts_with(&format!("1{name} ")));
    let mut names = BTreeSet::new();
    for line in branch {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if line.starts_with("1") && line.len() - name.len() == 1 && !names.is_empty() {
            break;
        }
        names.extend(name.split(' ').next());
    }
    if names.is_empty() { Err(format!("{name} is not in the tree").into()) } else { Ok(names.len()) }
}

pub(crate) fn command(bench: &Bench, contacts: &str) -> Result<()> {
    let version = bench.process(Command::new(contacts).arg("--version"))?;
    let met = Some(version.median < 5.0);
    row("contacts --version: milliseconds", &version.to_string(), "", None, "under 5", met);
    let base = format!("http://{}/two/jsm/ops/api/cloud", bench.plain());
    let mut list = Command::new(contacts);
    list.args(["list", "--base-url", &base, "--email", "ann@example.com"])
        .env("ATLASSIAN_OPS_API_TOKEN", "token");
    let list = bench.process(&mut list)?;
    let met = Some(list.median < 15.0);
    row("contacts list of two: milliseconds", &list.to_string(), "", None, "under 15", met);
    let mib = std::fs::metadata(contacts)?.len() as f64 / 1024.0 / 1024.0;
    row("contacts: MiB, stripped", &short(mib), "", None, "at most 6", Some(mib <= 6.0));
    Ok(())
}
