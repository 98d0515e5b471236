//! Measures the time of all work that needs no network: `cargo bench`. `table` also compares it
//! with the floor, and counts instructions.

use contacts_benches::{Setup, find, pure};
use divan::Bencher;

fn main() {
    divan::main();
}

fn names() -> Vec<String> {
    pure().into_iter().map(|work| work.name).filter(|name| !name.starts_with("growth/")).collect()
}

#[divan::bench(args = names())]
fn core(bencher: Bencher<'_, '_>, name: &str) {
    let mut run = find(name).expect("the work exists").prepare(&Setup::default());
    bencher.bench_local(|| run(1));
}
