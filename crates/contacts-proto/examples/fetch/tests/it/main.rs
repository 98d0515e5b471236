//! The example in node, against the sandbox.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the test runs cargo and node; the core itself starts no processes"
)]

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};

const TARGET: &str = "wasm32-unknown-unknown";
const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the module: `CONTACTS_FETCH_WASM`, or a new build. `None` without the target.
fn module() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CONTACTS_FETCH_WASM") {
        return Some(path.into());
    }
    let folder = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(HERE).join("../../../../target"));
    let build = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--lib", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .current_dir(HERE)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&build.stderr);
    if errors.contains("can't find crate for `core`") || errors.contains("target may not be") {
        return None;
    }
    assert!(build.status.success(), "{errors}");
    Some(folder.join(TARGET).join("debug/contacts_fetch.wasm"))
}

/// Runs tasks one after the other. Returns a line of JSON for each.
fn run(sandbox: &Sandbox, tasks: &str) -> Option<Vec<String>> {
    let Ok(version) = Command::new("node").arg("--version").stdout(Stdio::null()).status() else {
        eprintln!("SKIPPED: node is missing");
        return None;
    };
    assert!(version.success());
    let Some(module) = module() else {
        eprintln!("SKIPPED: the target {TARGET} is not installed");
        return None;
    };
    let node = Command::new("node")
        .arg(Path::new(HERE).join("tests/it/run.mjs"))
        .arg(module)
        .args([&sandbox.base_url(), DEMO_EMAIL, DEMO_TOKEN, tasks])
        .output()
        .unwrap();
    assert!(node.status.success(), "{}", String::from_utf8_lossy(&node.stderr));
    Some(String::from_utf8(node.stdout).unwrap().lines().map(str::to_owned).collect())
}

const ENSURE: &str = r#"{"ensure":{"method":"voice","to":"90-5555559999"}}"#;

fn creates(sandbox: &Sandbox) -> usize {
    sandbox.journal().iter().filter(|it| it.operation == Some(Operation::Create)).count()
}

#[test]
fn a_second_ensure_finds_the_contact_that_the_first_one_created() {
    let sandbox = Sandbox::start().unwrap();
    let Some(lines) = run(&sandbox, &format!(r#"["list",{ENSURE},{ENSURE},"list"]"#)) else {
        return;
    };
    let [before, first, second, after] = &lines[..] else { panic!("{lines:?}") };
    assert!(!before.contains("90-5555559999") && after.contains("90-5555559999"), "{lines:?}");
    assert!(first.contains(r#""outcome":"Created""#), "{first}");
    assert!(second.contains(r#""outcome":"AlreadyExisted""#), "{second}");
    assert_eq!(creates(&sandbox), 1);
}

#[test]
fn ensure_finds_the_contact_of_a_create_request_without_a_response() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    let Some(lines) = run(&sandbox, &format!("[{ENSURE}]")) else { return };
    assert!(lines[0].contains(r#""outcome":"Recovered""#), "{lines:?}");
    assert_eq!(creates(&sandbox), 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let sandbox = Sandbox::start().unwrap();
    let location = sandbox.base_url();
    sandbox.arm(Fault::Redirect { status: 302, location, when: When::After });
    let Some(lines) = run(&sandbox, r#"["list"]"#) else { return };
    assert!(lines[0].contains("302"), "{lines:?}");
    assert_eq!(sandbox.journal().len(), 1);
}
