//! Runs and measures work in its own process: the server on one core, the client on the other.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use contacts_benches::process::{self, Server};

use crate::{Result, spread::Spread};

pub(crate) struct Bench {
    rounds: usize,
    /// Folder of the binaries.
    folder: PathBuf,
    server: Server,
}

/// Cost of doing some work once.
pub(crate) struct Cost {
    /// In microseconds.
    pub(crate) wall: Spread,
    /// In microseconds.
    pub(crate) cpu: Spread,
    /// Peak memory of the process, in KiB.
    pub(crate) memory: Spread,
}

impl Bench {
    pub(crate) fn new(rounds: usize) -> Result<Self> {
        let folder = process::folder()?;
        Ok(Self { rounds, server: Server::start(&folder)?, folder })
    }

    /// Returns the plain HTTP address of the server.
    pub(crate) fn plain(&self) -> &str {
        self.server.addresses.split(',').next().unwrap_or_default()
    }

    /// Returns the instructions of this work.
    pub(crate) fn instructions(&self, name: &str, count: u64, concurrency: u64) -> Result<f64> {
        process::instructions(&self.folder, name, count, concurrency, &self.server.addresses)
    }

    /// Returns the allocations of this work.
    pub(crate) fn allocations(&self, name: &str) -> Result<f64> {
        let count = 100;
        let mut command = Command::new(self.folder.join("allocations"));
        let figures = figures(command.args([name, &count.to_string(), &self.server.addresses]))?;
        Ok(figures.first().ok_or("it prints two")? / f64::from(count))
    }

    /// With one request at a time, results vary by a third, so the median needs more rounds.
    pub(crate) fn rounds_of(&self, concurrency: u64) -> usize {
        if concurrency == 1 { self.rounds * 3 } else { self.rounds }
    }

    /// Measures the cost of each, in turns.
    pub(crate) fn costs(&self, names: &[&str], count: u64, concurrency: u64) -> Result<Vec<Cost>> {
        let mut samples = vec![[vec![], vec![], vec![]]; names.len()];
        for round in 0..self.rounds_of(concurrency) {
            let mut turn: Vec<_> = names.iter().zip(&mut samples).collect();
            // The order must not matter.
            if round % 2 == 1 {
                turn.reverse();
            }
            for (name, samples) in turn {
                let mut command = Command::new("taskset");
                command.args(["-c", "0"]).arg(self.folder.join("work"));
                command.args([
                    name,
                    &*count.to_string(),
                    &concurrency.to_string(),
                    &self.server.addresses,
                ]);
                let [wall, cpu, memory] = figures(&mut command)?[..] else {
                    return Err("it prints three figures".into());
                };
                let each = [wall / 1e3 / count as f64, cpu / 1e3 / count as f64, memory];
                samples.iter_mut().zip(each).for_each(|(samples, figure)| samples.push(figure));
            }
        }
        let costs = samples.into_iter().map(|samples| {
            let [wall, cpu, memory] = samples.map(Spread::of);
            Cost { wall, cpu, memory }
        });
        Ok(costs.collect())
    }

    /// Returns the size of a stripped example, in KiB.
    pub(crate) fn size(&self, example: &str) -> Result<f64> {
        let stripped = env::temp_dir().join(format!("contacts-benches-{}.bin", std::process::id()));
        let status = Command::new("strip")
            .arg("-o")
            .arg(&stripped)
            .arg(self.folder.join("examples").join(example))
            .status()?;
        if !status.success() {
            return Err(format!("{example} cannot be stripped").into());
        }
        let bytes = fs::metadata(&stripped)?.len();
        fs::remove_file(&stripped)?;
        Ok(bytes as f64 / 1024.0)
    }

    /// Returns the milliseconds of a whole process.
    pub(crate) fn process(&self, command: &mut Command) -> Result<Spread> {
        let mut samples = Vec::new();
        for _ in 0..self.rounds * 10 {
            let begun = Instant::now();
            let output = command.output()?;
            samples.push(begun.elapsed().as_secs_f64() * 1e3);
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            }
        }
        Ok(Spread::of(samples))
    }
}

fn figures(command: &mut Command) -> Result<Vec<f64>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} has failed").into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?)
}
