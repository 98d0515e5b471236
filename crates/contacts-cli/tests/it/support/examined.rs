//! Results of `contacts doctor`.

use serde_json::Value;

use super::Contacts;

/// The checks and the exit code.
pub(crate) fn examine(command: Contacts) -> (Vec<Value>, i32) {
    let ran = command.line("-o json").run();
    let steps = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    (steps, ran.status.code().unwrap())
}

pub(crate) fn step<'a>(steps: &'a [Value], name: &str) -> &'a Value {
    steps
        .iter()
        .find(|step| step["step"] == name)
        .unwrap_or_else(|| panic!("no {name} in {steps:?}"))
}

/// Asserts that the last check fails, has this name, and contains this text in message or hint.
pub(crate) fn assert_fails(command: Contacts, name: &str, word: &str, code: i32) {
    let (steps, ended) = examine(command);
    let last = steps.last().unwrap();
    assert_eq!((&last["step"], &last["state"]), (&name.into(), &"failed".into()), "{steps:?}");
    assert!(last.to_string().contains(word), "{word}: {last}");
    assert!(last["hint"].is_string(), "{last}");
    assert_eq!(ended, code, "{steps:?}");
}
