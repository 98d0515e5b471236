//! The kind of this machine, without its name.

use std::{fs, thread};

use crate::Result;

pub(crate) fn kind() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("a CPU without a name", |(_, name)| name);
    Ok(format!("{model}, {} cores", thread::available_parallelism()?))
}
