# All recipes: just --list

# All checks that a change must pass
ci:
    .ci/run

# The gate and the long runs (some two hours)
nightly:
    .ci/nightly

# Run all operations against the embedded sandbox
demo:
    cargo run -p contacts-cli -- demo

# Run all tests
test:
    cargo test --workspace --locked

# Clients over a simulated, failing network (some 20 minutes)
simulate:
    .ci/long-runs simulate

# Both clients: the table of scenarios and 100,000 wire faults (some 7 minutes)
conformance:
    .ci/long-runs conformance

# Follow the README's instructions for programmers
first-steps:
    .ci/first-steps

# Build the documentation and open it in a browser
doc:
    cargo doc --no-deps -p contacts-proto
    cargo doc --no-deps -p contacts-ureq -p contacts-hyper -p contacts-plan -p contacts-sandbox --open

# Run each fuzz target for some seconds
fuzz seconds="5":
    fuzz/smoke {{seconds}}

# Check the published crates with the oldest Rust that they support (root on Debian; installs a Debian 13)
oldest-rust:
    .ci/oldest-rust

# Build for Windows, and run the demo under wine (root on Debian; installs a Debian 13)
windows:
    .ci/windows

# Check the published crates with their minimum dependency versions, in a copy
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

# Build the archive of the command for this machine, with its checksum
release:
    .ci/release

# Build the release of the commit in two folders and compare the bytes
release-twice:
    .ci/release-twice

# Compare the instructions of eight pieces of work with the committed table (needs valgrind)
instructions:
    .ci/instructions

# Measure the clients and print a table (11 minutes, after the builds; needs valgrind and two idle cores)
bench:
    cargo build --profile dist --locked -p contacts-cli
    cargo build --release --locked --manifest-path benches/Cargo.toml --all-features --bins --examples
    cargo run --release --locked --manifest-path benches/Cargo.toml --all-features -- --contacts "${CARGO_TARGET_DIR:-target}/dist/contacts"
