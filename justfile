# All recipes: just --list

# All that a change must pass
ci:
    .ci/run

# The gate, and the long runs (some two hours)
nightly:
    .ci/nightly

# All operations against the embedded sandbox
demo:
    cargo run -p contacts-cli -- demo

# All tests
test:
    cargo test --workspace --locked

# Clients over a simulated, failing network: the long runs (some ten minutes)
simulate:
    cargo run --release -p contacts-sim -- exhaustive --length 6
    cargo run --release -p contacts-sim -- plan --length 4
    cargo run --release -p contacts-sim -- random --steps 100000000 --seed 1 --clients 16
    cargo run --release -p contacts-sim -- compare --schedules 1000000 --seed 1

# Both clients through the table of scenarios, and 100,000 wire faults
conformance:
    cargo run --release -p contacts-conformance -- --faults 100000 --seed 1

# What the README tells people to do who write a program, done to the letter
first-steps:
    .ci/first-steps

# The documentation, in a browser
doc:
    cargo doc --no-deps -p contacts-proto
    cargo doc --no-deps -p contacts-ureq -p contacts-hyper -p contacts-plan -p contacts-sandbox --open

# Each fuzz target for some seconds
fuzz seconds="5":
    fuzz/smoke {{seconds}}

# The published crates with the oldest dependencies that they name, in a copy
minimal-versions:
    #!/usr/bin/env bash
    set -euo pipefail
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    git clone --quiet . "$copy"
    cd "$copy"
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
    for crate in proto ureq hyper plan sandbox cli; do
        cargo check --quiet -p "contacts-$crate"
    done

# What the clients cost beside the floor, as a table (some ten minutes; it takes valgrind and two idle cores)
bench:
    cargo build --profile dist --locked -p contacts-cli
    cargo build --release --locked --manifest-path benches/Cargo.toml --all-features --bins --examples
    cargo run --release --locked --manifest-path benches/Cargo.toml --all-features -- --contacts "${CARGO_TARGET_DIR:-target}/dist/contacts"
