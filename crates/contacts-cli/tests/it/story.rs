//! Applies a file to an empty sandbox that is killed in between.

use crate::support;
use std::fs;

use crate::support::{Home, serving, until};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN};
use serde_json::{Value, json};

/// The contacts in the state file of the sandbox.
fn kept(home: &Home) -> Vec<String> {
    let text = fs::read_to_string(home.path("state.json")).unwrap_or_default();
    let state: Value = serde_json::from_str(&text).unwrap_or_default();
    let contacts = state["accounts"][0]["contacts"].as_array().cloned().unwrap_or_default();
    let shown = |contact: &Value| {
        format!("{} {}", contact["method"].as_str().unwrap(), contact["to"].as_str().unwrap())
    };
    contacts.iter().map(shown).collect()
}

#[test]
fn plan_and_apply_reach_the_file_even_if_the_service_dies_between() {
    let home = Home::new();
    // A user without contacts, in a sandbox that accepts duplicates.
    let user = json!({"account_id": "demo", "email": DEMO_EMAIL, "token": DEMO_TOKEN});
    let nobody = json!({"behaviour": {"duplicates": "allowed"}, "accounts": [{"user": user}]});
    let state = home.write("state.json", &nobody.to_string());
    let sandbox =
        |flags: &[&str]| serving(home.contacts().args(["sandbox", "--state", &state]).args(flags));
    let (first, url) = sandbox(&[]);
    assert_eq!(home.at(&url).line("list").succeed(), "no contacts\n");

    let file = home.write(
        "me.yaml",
        "- email: ann@example.com\n- sms: 90-5555559999\n- voice: 90-5555559999\n",
    );
    let plan = home.at(&url).line(&format!("plan {file} --exit-code")).run().with_code(6).stdout;
    assert!(plan.contains("3 changes: 3 to create\n"), "{plan}");
    home.at(&url).line(&format!("apply {file} --yes")).succeed();
    home.at(&url).line(&format!("plan {file} --exit-code")).run().with_code(0);

    // One number has changed.
    home.at(&url).line(&format!("export {file} --force")).succeed();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("90-5555559999", "90-5555551111")).unwrap();
    let plan = home.at(&url).line(&format!("plan {file}")).succeed();
    assert!(plan.contains("4 changes: 2 to create, 2 to delete\n"), "{plan}");
    drop(first);

    // The second create takes effect, but the sandbox is killed before the response.
    let faults = r#"{"rules":[{"operation":"create","occurrence":{"nth":2},"fault":{"kind":"silence","when":"after"}}]}"#;
    let (second, url) = sandbox(&["--faults", &home.write("faults.json", faults)]);
    let applying = home.at(&url).line(&format!("apply {file} --yes -o json")).start();
    until("the second creation", || kept(&home).contains(&"voice 90-5555551111".into()));
    drop(second);
    let ran = applying.end().with_code(7);
    let outcomes = support::one_line(&ran.stdout);
    let outcomes: Vec<_> =
        (0..4).map(|change| outcomes["changes"][change]["outcome"].clone()).collect();
    assert_eq!(outcomes[..2], ["done", "unknown"], "{ran:?}");
    assert!(ran.stderr.contains(r#""receipt":""#), "{ran:?}");
    assert_eq!(kept(&home).len(), 5, "nothing is deleted for what may not be there");

    let (_third, url) = sandbox(&[]);
    home.at(&url).line(&format!("apply {file} --yes")).succeed();
    home.at(&url).line(&format!("plan {file} --prune --exit-code")).run().with_code(0);
    assert_eq!(kept(&home), ["email ann@example.com", "sms 90-5555551111", "voice 90-5555551111"]);
}
