//! Growth with the size of a list and the number of users.

use super::{at_most, row};
use crate::{Result, measure::Bench, spread::short};

pub(crate) fn all(bench: &Bench) -> Result<()> {
    reading(bench)?;
    planning(bench)?;
    paging(bench)?;
    users(bench)
}

fn reading(bench: &Bench) -> Result<()> {
    let mut before = None;
    for power in 0..=6 {
        let (len, name) = (10_u64.pow(power), format!("growth/read-{}", 10_u64.pow(power)));
        let each = bench.instructions(&name, 1, 1)? / len as f64;
        // Small lists include fixed costs.
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
    Ok(())
}

fn planning(bench: &Bench) -> Result<()> {
    for name in ["same", "changed"] {
        let each = |len: u64| -> Result<_> {
            Ok(bench.instructions(&format!("plan/{len}-{name}/ours"), 1, 1)? / len as f64)
        };
        let [few, many] = [each(1_000)?, each(10_000)?];
        at_most(
            &format!("a plan of 10,000 against 10,000, {name}: instructions a contact"),
            &short(many),
            &format!("of 1,000 against 1,000 {}", short(few)),
            many / few,
            Some(1.1),
        );
    }
    let cost = &bench.costs(&["plan/1000-changed/ours"], 100, 1)?[0];
    row("a plan of 1,000 against 1,000: microseconds", &cost.cpu.to_string(), "", None, "", None);
    Ok(())
}

fn paging(bench: &Bench) -> Result<()> {
    for pages in [10, 1_000, 10_000] {
        let cost = &bench.costs(&["growth/paging"], pages, 1)?[0];
        row(
            &format!("paging through {pages} pages of 100: KiB at most"),
            &cost.memory.to_string(),
            "",
            None,
            "",
            None,
        );
    }
    Ok(())
}

fn users(bench: &Bench) -> Result<()> {
    let cost =
        |count| -> Result<_> { Ok(bench.costs(&["users/contacts-hyper"], count, 64)?.remove(0)) };
    let [few, many] = [cost(10_000)?, cost(100_000)?];
    for (what, many, few) in
        [("KiB at most", many.memory, few.memory), ("microseconds of CPU", many.cpu, few.cpu)]
    {
        at_most(
            &format!("100,000 users' lists, 64 at a time: {what}"),
            &many.to_string(),
            &format!("10,000 users {few}"),
            many.median / few.median,
            Some(1.1),
        );
    }
    Ok(())
}
