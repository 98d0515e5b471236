//! A token in place of an id, an address or a file is neither sent nor printed. Similar text is
//! accepted.

use crate::support::Home;
use contacts_sandbox::Sandbox;

const TOKENS: [&str; 4] = [
    "ATATT3xFfGF0",
    "ATCTT3xFfGF0abc_def=1A2B3C4D",
    "ATATT3xCanary-t0ken.yaml",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
];

#[test]
fn a_misplaced_token_is_rejected_before_anything_is_sent() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for line in [
        "audit @",
        "audit ann @",
        "audit --from @",
        "audit ann --html @",
        "audit ann --resume @",
        "list --account-id @",
        "list --method @",
        "list --ca-file @",
        "list --offset @",
        "get @",
        "create sms @",
        "create --ensure email @",
        "create @ 90-1",
        "update @ a@example.com",
        "update a @",
        "activate a @",
        "deactivate @ a",
        "delete --yes a @",
        "export @",
        "plan @",
        "apply --yes @",
        "curl create sms @",
        "sandbox --state @",
        "sandbox --faults @",
        "man @",
        "completions @",
        "config set @ a",
        "@",
    ] {
        for token in TOKENS {
            for form in ["", "-o json"] {
                let ran =
                    home.demo(&sandbox, &line.replace('@', token)).line(form).run().with_code(2);
                assert!(
                    ran.stdout.is_empty() && !ran.stderr.contains(&token[..8]),
                    "{line}: {ran:?}"
                );
            }
        }
    }
    assert!(sandbox.journal().is_empty());
    let output =
        home.demo(&sandbox, "audit ATATT3xFfGF0").fail(2)["message"].as_str().unwrap().to_owned();
    assert!(output.contains("looks like a token") && output.contains("--token-file"), "{output}");
}

#[test]
fn values_that_only_resemble_a_token_are_accepted() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for account in [
        "712020:0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d",
        "5b10a2844c20165700ede21g",
        "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077",
        "qm:a713c8ea-1075-4e30-9d96-891a7d181739:5ad6d69abfa3980ce712caae",
        "Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8",
    ] {
        let output = home.demo(&sandbox, "curl list --account-id").args([account]).succeed();
        assert!(
            output.contains(&account.replace(':', "%3A")) || output.contains(account),
            "{output}"
        );
    }
    for (method, to) in [
        ("email", "Ann.Bennett-Smith2+OnCall@Mail.Example.COM"),
        ("email", "attt3@example.com"),
        ("email", "eyJa@example.com"),
        ("sms", "1-5555559999"),
    ] {
        home.demo(&sandbox, "curl create").args([method, to]).succeed();
    }
    home.demo(&sandbox, "curl get 299003c3-8221-4a9f-b63d-2370c4caaaaa").succeed();
    let file = home.path("ATT-Contacts-2026-EyJ-Aa1Bb2Cc3Dd4Ee5Ff6.yaml");
    home.demo(&sandbox, "export").args([&file]).succeed();
    assert!(file.exists());
}
