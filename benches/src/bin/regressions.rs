//! `regressions FILE`: compares the instructions of some work with FILE, and fails if one has moved.
//!
//! `regressions FILE --write`: writes the file.

use std::{error::Error, fs, process::ExitCode};

use contacts_benches::process::{Server, folder, instructions};

/// Each piece of work, and how often it is done.
const WORK: [(&str, u64); 8] = [
    ("build/list/ours", 1000),
    ("build/create/ours", 1000),
    ("read/page-100/ours", 200),
    ("read/error/ours", 1000),
    ("call/get/ours", 1000),
    ("plan/1000-changed/ours", 20),
    ("get/contacts-hyper", 2000),
    ("get/contacts-ureq", 2000),
];

/// A smaller change is not a regression. Between runs, counts vary by less than a tenth of it.
const TOLERANCE: f64 = 0.02;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (file, write) = match &arguments[..] {
        [file] => (file, false),
        [file, flag] if flag == "--write" => (file, true),
        _ => return Err("usage: regressions FILE [--write]".into()),
    };
    let folder = folder()?;
    let server = Server::start(&folder)?;
    let count = |(name, count)| instructions(&folder, name, count, 1, &server.addresses);
    let counts = WORK.into_iter().map(count).collect::<Result<Vec<_>, _>>()?;
    if write {
        let lines =
            WORK.iter().zip(counts).map(|((name, _), count)| format!("{name} {count:.0}\n"));
        fs::write(file, lines.collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = fs::read_to_string(file)?;
    let mut moved = Vec::new();
    for ((name, _), count) in WORK.into_iter().zip(counts) {
        let before: f64 = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
            .ok_or_else(|| format!("{file} has no line of {name}"))?;
        let change = count / before - 1.0;
        println!("{name}: {count:.0} instructions, {before:.0} before: {:+.2} %", change * 100.0);
        if change.abs() > TOLERANCE {
            moved.push(name);
        }
    }
    if moved.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("moved by more than {:.0} %: {}", TOLERANCE * 100.0, moved.join(", "));
    eprintln!("if the change is wanted, write {file} again: .ci/instructions --write");
    Ok(ExitCode::FAILURE)
}
