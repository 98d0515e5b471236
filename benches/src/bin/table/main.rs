//! `table [--rounds N] [--contacts PATH]`: runs all work and prints the figures with their targets.
//! PATH is the release build of the command. Needs valgrind, taskset, strip, and two idle cores.

mod machine;
mod measure;
mod rows;
mod spread;

use std::error::Error;

use measure::Bench;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let (mut rounds, mut contacts) = (9, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or("each flag takes a value")?;
        match &*flag {
            "--rounds" => rounds = value.parse()?,
            "--contacts" => contacts = Some(value),
            _ => return Err("usage: table [--rounds N] [--contacts PATH]".into()),
        }
    }
    println!("Machine: {}", machine::kind()?);
    let bench = Bench::new(rounds)?;
    println!(
        "Time: medians of {rounds} rounds, and of {} for one request at a time; compared in turns; in brackets minimum and maximum.\n",
        bench.rounds_of(1)
    );
    println!(
        "| what | measured | compared with | ratio | target | met |\n| --- | --- | --- | --- | --- | --- |"
    );
    rows::core::build(&bench)?;
    rows::core::read(&bench)?;
    rows::core::call(&bench)?;
    rows::clients::over_hyper_and_ureq(&bench)?;
    rows::clients::reqwest(&bench)?;
    rows::clients::http2(&bench)?;
    rows::growth::all(&bench)?;
    rows::program::size(&bench)?;
    if let Some(contacts) = contacts {
        rows::program::command(&bench, &contacts)?;
    }
    Ok(())
}
