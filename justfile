# All recipes: just --list

# All that the gate runs
ci:
    .ci/run

# All seven operations against the embedded sandbox
demo:
    cargo run -p contacts-cli -- demo

# All tests
test:
    cargo test --workspace --locked

# The documentation, in a browser
doc:
    cargo doc --workspace --no-deps --open
