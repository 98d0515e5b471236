//! A token in a wrong setting is never printed, neither in an error nor as a setting.

use crate::support::{Contacts, Home};
use proptest::{prelude::*, sample::select};

/// A token in a known format: an Atlassian token or a JSON web token.
fn tokens() -> impl Strategy<Value = String> {
    prop_oneof![
        "AT[A-Z]TT3x[A-Za-z0-9_-]{8,180}(=[0-9A-F]{8})?",
        "eyJ[A-Za-z0-9_-]{20,60}\\.eyJ[A-Za-z0-9_-]{20,200}\\.[A-Za-z0-9_-]{43}",
        Just("ATATT3xSECRETTOKEN".to_owned()),
        Just("ATATT3xCanary-t0ken/with+every=sign".to_owned()),
    ]
}

const MEMBERS: [&str; 11] = [
    "site",
    "cloud_id",
    "base_url",
    "email",
    "token_file",
    "token_command",
    "oauth",
    "timeout",
    "attempts",
    "ca_file",
    "proxy",
];

/// Positions in an otherwise valid profile. `@` is the token, `$` a key that is not set elsewhere.
const PLACES: [&str; 22] = [
    "$ = \"@\"",
    "$ = '@'",
    "$ = @",
    "$ = \"@",
    "$ = [\"@\"]",
    "$ = { a = \"@\" }",
    "$ = { @ = 1 }",
    "$ = 1@",
    "$ = \"a\" @",
    "$ = \"\\@\"",
    "$.@ = 1",
    "\"@\" = \"a\"",
    "@ = \"a\"",
    "@",
    "@ @",
    "token = \"@\"",
    "# @\n$ = ",
    "[@]\na = 1",
    "[\"@\"]\na = 1",
    "[profile.@]\n$ = 1",
    "[profile.default.\"@\"]\na = 1",
    "[profile.\"@\"",
];

/// Every output of the settings.
fn outputs(contacts: impl Fn() -> Contacts) -> Vec<String> {
    let mut outputs = Vec::new();
    for command in ["config show", "doctor", "list"] {
        for form in ["table", "json"] {
            let ran = contacts()
                .line(command)
                .args(["-o", form, "-v", "--timeout", "1s", "--attempts", "1"])
                .run();
            outputs.push(ran.stdout + &ran.stderr);
        }
    }
    outputs
}

fn assert_never_printed(token: &str, outputs: &[String], of: &str) -> Result<(), TestCaseError> {
    let token = token.to_lowercase();
    for output in outputs {
        // A host name is in lower case.
        prop_assert!(!output.to_lowercase().contains(&token), "{of}: {output}");
    }
    prop_assert!(outputs.iter().any(|output| !output.is_empty()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_anywhere_in_the_configuration_file_is_never_printed(
        token in tokens(),
        place in select(&PLACES[..]),
        member in select(&MEMBERS[..]),
    ) {
        let home = Home::new();
        let set = [
            ("base_url", "\"http://127.0.0.1:1/x\"", ["site", "cloud_id"]),
            ("email", "\"ann@example.com\"", ["", ""]),
            ("token_command", "\"echo t\"", ["token_file", ""]),
        ];
        let mut text = "[profile.default]\n".to_owned();
        for (name, value, instead) in set {
            if name != member && !instead.contains(&member) {
                text.push_str(&format!("{name} = {value}\n"));
            }
        }
        text.push_str(&place.replace('$', member).replace('@', &token));
        text.push('\n');
        home.configure(&text);
        assert_never_printed(&token, &outputs(|| home.contacts()), &text)?;
        let other = || home.contacts().args(["--profile", "nobody"]);
        assert_never_printed(&token, &outputs(other), &text)?;
    }

    #[test]
    fn a_token_in_a_wrong_flag_or_variable_is_never_printed(
        token in tokens(),
        place in select(&[
            "--site", "--cloud-id", "--base-url", "--email", "--token-file", "--token-command", "--ca-file", "--proxy",
            "--profile", "CONTACTS_BASE_URL", "ATLASSIAN_OPS_CLOUD_ID", "ATLASSIAN_OPS_DOMAIN_NAME", "JSM_SITE_URL",
            "ATLASSIAN_OPS_API_EMAIL_ADDRESS", "JSM_EMAIL", "CONTACTS_PROFILE",
        ][..]),
    ) {
        let home = Home::new();
        let contacts = || {
            let mut contacts = home.contacts().env("ATLASSIAN_OPS_API_TOKEN", "t");
            let is_where = place.contains("SITE") || place.contains("DOMAIN") || place.contains("CLOUD");
            if !is_where && !["--site", "--cloud-id", "--base-url"].contains(&place) {
                contacts = contacts.args(["--base-url", "http://127.0.0.1:1/x"]);
            }
            if !place.to_lowercase().contains("email") {
                contacts = contacts.args(["--email", "ann@example.com"]);
            }
            if place.starts_with('-') { contacts.args([place, &token]) } else { contacts.env(place, &token) }
        };
        assert_never_printed(&token, &outputs(contacts), place)?;
    }
}
