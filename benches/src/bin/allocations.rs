//! `allocations NAME COUNT [SERVER]`: does it, one at a time, and prints its allocations (growing one counts as another), and
//! the bytes that were the most at a time. What counts them makes them slow: time is for `work`.

use std::error::Error;

use contacts_benches::{Setup, find};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [name, count, rest @ ..] = &arguments[..] else {
        return Err("usage: allocations NAME COUNT [SERVER]".into());
    };
    let work = find(name).ok_or_else(|| format!("there is no work {name}"))?;
    let server = rest.first().map(|text| text.parse()).transpose()?;
    let count = count.parse()?;
    let mut run = work.prepare(&Setup { server, concurrency: 1 });
    // What is made once, at the first time, is not the work's.
    run(1);
    let info = allocation_counter::measure(|| run(count));
    println!("{} {}", info.count_total, info.bytes_max);
    Ok(())
}
