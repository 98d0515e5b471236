//! `work --list`: prints the names of all work.
//!
//! `work NAME COUNT [CONCURRENCY [SERVER]]`: does the work COUNT times. Prints nanoseconds of wall
//! time and CPU time, and the peak memory of the process in KiB.

use std::{error::Error, fs, time::Instant};

use contacts_benches::{Setup, all, find};
use cpu_time::ProcessTime;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments == ["--list"] {
        all().iter().for_each(|work| println!("{}", work.name));
        return Ok(());
    }
    let [name, count, rest @ ..] = &arguments[..] else {
        return Err("usage: work NAME COUNT [CONCURRENCY [SERVER]]".into());
    };
    let work = find(name).ok_or_else(|| format!("unknown work: {name}"))?;
    let concurrency = rest.first().map_or(Ok(1), |text| text.parse())?;
    let server = rest.get(1).map(|text| text.parse()).transpose()?;
    let count = count.parse()?;
    let mut run = work.prepare(&Setup { server, concurrency });

    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    run(count);
    let (wall, cpu) = (wall.elapsed(), cpu.elapsed());
    println!("{} {} {}", wall.as_nanos(), cpu.as_nanos(), most_memory()?);
    Ok(())
}

fn most_memory() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the system does not report it")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
