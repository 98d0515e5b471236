//! `allocations NAME COUNT [SERVER]`: does the work COUNT times, one at a time, and prints two
//! numbers: allocations (a reallocation counts too), and the peak in bytes. Counting slows the work
//! down; use `work` for times.

use std::error::Error;

use contacts_benches::{Setup, find};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [name, count, rest @ ..] = &arguments[..] else {
        return Err("usage: allocations NAME COUNT [SERVER]".into());
    };
    let work = find(name).ok_or_else(|| format!("unknown work: {name}"))?;
    let server = rest.first().map(|text| text.parse()).transpose()?;
    let count = count.parse()?;
    let mut run = work.prepare(&Setup { server, concurrency: 1 });
    // The first run creates what is created once.
    run(1);
    let info = allocation_counter::measure(|| run(count));
    println!("{} {}", info.count_total, info.bytes_max);
    Ok(())
}
