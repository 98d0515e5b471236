//! `apply` makes the changes that the plan shows, reports each outcome, and can be repeated.

use crate::support;
use crate::support::{Home, Ran, add, asked, ids, reached, stored, until, writes};
use contacts_sandbox::{End, Fault, FaultRule, Hint, Operation, Sandbox, When};
use serde_json::{Value, json};

const NOT_PROCESSED: &str = r#"{"errors":[{"title":"no"}]}"#;

fn status(status: u16, body: &str) -> Fault {
    Fault::Status { status, body: Some(body.into()), content_type: None, when: When::Before }
}

/// A sandbox, and a file that causes one update, two creates and one delete.
fn story(home: &Home) -> (Sandbox, String, [String; 2]) {
    let sandbox = Sandbox::start().unwrap();
    let [email, sms] = ids(&sandbox);
    let text = format!(
        "- email: demo@example.org\n  id: {email}\n- sms: 90-555-555-5556\n  id: {sms}\n- voice: 49-1\n"
    );
    (sandbox, home.write("wanted.yaml", &text), [email, sms])
}

const WANTED: [&str; 3] = ["email demo@example.org", "sms 90-555-555-5556", "voice 49-1"];

/// Applies the file and returns the outcome of each change.
fn applied(home: &Home, sandbox: &Sandbox, file: &str, code: i32) -> (Vec<String>, Ran) {
    let ran = home.demo(sandbox, &format!("apply {file} --yes -o json")).run().with_code(code);
    (outcomes(&ran), ran)
}

fn outcomes(ran: &Ran) -> Vec<String> {
    let result = support::one_line(&ran.stdout);
    let outcome = |change: &Value| {
        format!("{} {}", change["action"].as_str().unwrap(), change["outcome"].as_str().unwrap())
    };
    result["changes"].as_array().unwrap().iter().map(outcome).collect()
}

#[test]
fn each_outcome_is_printed_and_the_plan_goes_to_standard_error() {
    let home = Home::new();
    let (sandbox, file, [_, sms]) = story(&home);
    let plan = home.demo(&sandbox, &format!("plan {file}")).succeed();
    let ran = home.demo(&sandbox, &format!("apply {file} --yes")).run().with_code(0);
    assert_eq!(
        ran.stdout,
        format!(
            "ok         + sms 90-555-555-5556 (replaces {sms}): created\n\
             ok         + voice 49-1: created\n\
             ok         ~ email demo@example.com -> demo@example.org: changed\n\
             ok         - sms 90-555-555-5555 (replaced): deleted\n\
             \n\
             4 changes made\n"
        )
    );
    assert_eq!(ran.stderr, format!("{plan}\n"));
    assert_eq!(reached(&sandbox), WANTED);
    let again = home.demo(&sandbox, &format!("apply {file} --yes -q")).succeed();
    assert!(again.starts_with("no changes\n"), "{again}");
}

#[test]
fn outcomes_are_printed_as_json_ndjson_and_csv() {
    let home = Home::new();
    for form in ["json", "ndjson", "csv"] {
        let (sandbox, file, [email, sms]) = story(&home);
        let plan = home.demo(&sandbox, &format!("plan {file} -o json")).json();
        let ran =
            home.demo(&sandbox, &format!("apply {file} --yes -q -o {form}")).run().with_code(0);
        assert_eq!(ran.stderr, "");
        let new: Vec<_> = stored(&sandbox).into_iter().skip(1).map(|contact| contact.id).collect();
        if form == "csv" {
            let expected = format!(
                "action,id,method,to,enabled,from,replaces,outcome,message\n\
                 create,{},sms,90-555-555-5556,true,,{sms},done,created\n\
                 create,{},voice,49-1,true,,,done,created\n\
                 update,{email},email,demo@example.org,,demo@example.com,,done,changed\n\
                 delete,{sms},sms,90-555-555-5555,,,,done,deleted\n",
                new[0], new[1]
            );
            assert_eq!(ran.stdout, expected);
            continue;
        }
        let mut changes = plan["changes"].clone();
        for (change, message) in changes
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .zip(["created", "created", "changed", "deleted"])
        {
            change["outcome"] = "done".into();
            change["message"] = message.into();
        }
        (changes[0]["id"], changes[1]["id"]) = (json!(new[0]), json!(new[1]));
        if form == "json" {
            let expected =
                json!({"changes": changes, "warnings": plan["warnings"], "unmanaged": []});
            assert_eq!(support::one_line(&ran.stdout), expected);
        } else {
            let lines: Vec<Value> =
                ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let expected =
                [&changes, &plan["warnings"]].map(|part| part.as_array().unwrap().clone()).concat();
            assert_eq!(lines, expected);
        }
    }
}

#[test]
fn without_terminal_and_without_yes_nothing_is_changed() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    let error = home.demo(&sandbox, &format!("apply {file}")).fail(2);
    assert!(error["message"].as_str().unwrap().contains("no terminal is available"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    assert_eq!(writes(&sandbox), 0);
}

#[test]
fn an_empty_plan_needs_no_yes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("contacts.yaml", "- email: demo@example.com\n- sms: 90-555-555-5555\n");
    let result = home.demo(&sandbox, &format!("apply {file} -o json")).json();
    assert_eq!((&result["changes"], writes(&sandbox)), (&serde_json::json!([]), 0));
}

#[test]
fn a_dry_run_prints_the_same_as_plan_and_changes_nothing() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    for form in ["table", "json", "ndjson", "csv"] {
        for flags in ["", "--prune", "--yes"] {
            let prune = flags.replace("--yes", "");
            let plan =
                home.demo(&sandbox, &format!("plan {file} -o {form} {prune}")).run().with_code(0);
            let dry = home
                .demo(&sandbox, &format!("apply {file} --dry-run -o {form} {flags}"))
                .run()
                .with_code(0);
            assert_eq!((dry.stdout, dry.stderr), (plan.stdout, plan.stderr), "{form} {flags}");
        }
    }
    assert_eq!(writes(&sandbox), 0);
}

#[test]
fn after_a_failed_change_the_others_are_made_and_the_next_run_makes_it() {
    let home = Home::new();
    let (sandbox, file, [_, sms]) = story(&home);
    sandbox.arm(FaultRule::new(status(422, NOT_PROCESSED)).on(Operation::Create).nth(1));
    let ran = home.demo(&sandbox, &format!("apply {file} --yes -q")).run().with_code(1);
    assert_eq!(
        ran.stdout,
        format!(
            "FAILED     + sms 90-555-555-5556 (replaces {sms})\n\
             ok         + voice 49-1: created\n\
             ok         ~ email demo@example.com -> demo@example.org: changed\n\
             skipped    - sms 90-555-555-5555 (replaced): kept, because its replacement may not exist\n\
             \n\
             2 of 4 changes made; 1 failed, 1 skipped\n"
        )
    );
    assert!(
        ran.stderr.starts_with("error: + sms 90-555-555-5556 (replaces ")
            && ran.stderr.contains("422"),
        "{ran:?}"
    );
    assert_eq!(applied(&home, &sandbox, &file, 0).0, ["create done", "delete done"]);
    assert_eq!(reached(&sandbox), [WANTED[0], WANTED[2], WANTED[1]]);
}

#[test]
fn an_error_that_every_change_would_share_stops_the_apply() {
    let home = Home::new();
    let limit = Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 3600, status: 429 };
    for (fault, code) in [(status(403, "{}"), 3), (limit, 5)] {
        let (sandbox, file, _) = story(&home);
        sandbox.arm(FaultRule::new(fault).on(Operation::Create));
        let (outcomes, ran) = applied(&home, &sandbox, &file, code);
        assert_eq!(
            outcomes,
            ["create failed", "create not-tried", "update not-tried", "delete not-tried"]
        );
        assert_eq!((writes(&sandbox), ran.stderr.lines().count()), (1, 1), "{ran:?}");
    }
}

#[test]
fn a_missing_scope_of_one_operation_fails_only_that_operation() {
    let home = Home::new();
    let (sandbox, _, _) = story(&home);
    let file = home.write("one.yaml", "- email: demo@example.com");
    add(&sandbox, "voice", "49-2", true);
    let missing = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    sandbox.arm(FaultRule::new(status(401, missing)).on(Operation::Delete));
    let ran =
        home.demo(&sandbox, &format!("apply {file} --yes --prune -o ndjson")).run().with_code(3);
    assert_eq!(ran.stdout.matches(r#""outcome":"failed""#).count(), 2, "{ran:?}");
    assert!(ran.stderr.contains("delete:ops-config"), "{ran:?}");
}

#[test]
fn a_contact_that_no_longer_exists_gives_exit_code_4_unless_the_change_is_a_delete() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    let gone = r#"{"errors":[{"title":"no such contact","code":"404"}]}"#;
    sandbox.arm(FaultRule::new(status(404, gone)).on(Operation::Update));
    sandbox.arm(FaultRule::new(status(404, gone)).on(Operation::Delete));
    let (outcomes, ran) = applied(&home, &sandbox, &file, 4);
    assert_eq!(outcomes, ["create done", "create done", "update failed", "delete done"]);
    assert!(ran.stdout.contains(r#""message":"already deleted""#), "{ran:?}");
}

#[test]
fn an_unknown_outcome_decides_the_exit_code() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    // The answer to the first create is lost, and the list that would look for the contact fails.
    sandbox.arm(
        FaultRule::new(Fault::CutResponse { at: 0, end: End::Close }).on(Operation::Create).nth(1),
    );
    sandbox.arm(FaultRule::new(status(422, NOT_PROCESSED)).on(Operation::List).nth(3));
    sandbox.arm(FaultRule::new(status(422, NOT_PROCESSED)).on(Operation::Update));
    let (outcomes, ran) = applied(&home, &sandbox, &file, 7);
    assert_eq!(outcomes, ["create unknown", "create done", "update failed", "delete skipped"]);
    assert_eq!(ran.stderr.matches(r#""receipt":""#).count(), 1, "{ran:?}");
    sandbox.disarm();
    assert_eq!(applied(&home, &sandbox, &file, 0).0, ["update done", "delete done"]);
    assert_eq!(reached(&sandbox), WANTED);
}

#[cfg(unix)]
#[test]
fn an_interrupt_prints_a_receipt_and_the_next_run_creates_no_duplicate() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }).on(Operation::Create));
    let command = home.demo(&sandbox, &format!("apply {file} --yes -o json")).start();
    until("the creation", || asked(&sandbox, "POST") == 1 && stored(&sandbox).len() == 3);
    command.interrupt();
    let ran = command.end().with_code(7);
    let error = ran.error();
    assert!(error["receipt"].is_string(), "{ran:?}");
    assert_eq!(
        outcomes(&ran),
        ["create unknown", "create not-tried", "update not-tried", "delete not-tried"]
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("was created; 0 of 4 changes were made before"), "{message}");
    let hint = error["hint"].as_str().unwrap();
    let both = "apply the file again to continue; completed changes are not repeated; to check this contact alone, run: \
                contacts --base-url ";
    assert!(hint.starts_with(both), "{hint}");
    assert!(hint.ends_with(" reconcile RECEIPT") && error["receipt"].is_string(), "{error}");
    sandbox.disarm();
    assert_eq!(applied(&home, &sandbox, &file, 0).0, ["create done", "update done", "delete done"]);
    assert_eq!(reached(&sandbox), WANTED);
}

#[cfg(unix)]
#[test]
fn an_interrupt_during_a_change_reports_how_many_changes_were_made() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).on(Operation::Deactivate));
    let file =
        home.write("wanted.yaml", "- voice: 49-1\n- email: new@example.com\n  enabled: false\n");
    let command = home.demo(&sandbox, &format!("apply {file} --yes -o json")).start();
    until("the deactivation", || {
        sandbox.journal().iter().any(|it| it.operation == Some(Operation::Deactivate))
    });
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert_eq!(outcomes(&ran), ["create done", "create unknown"]);
    let error = ran.error();
    assert_eq!(
        (error["kind"].as_str(), error["message"].as_str()),
        (
            Some("interrupted"),
            Some(
                "interrupted: 1 of 2 changes were made; the outcome of the next one is unknown: \
                 + email new@example.com (disabled)"
            )
        )
    );
    assert_eq!(
        error["hint"],
        "apply the file again to continue; completed changes are not repeated"
    );
    sandbox.disarm();
    assert_eq!(applied(&home, &sandbox, &file, 0).0, ["deactivate done"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_the_receipts_and_ids_of_earlier_changes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    // Outcomes: the first is unknown, because the list after it fails; the second is made; the
    // third gets no answer.
    let create = |fault, nth| FaultRule::new(fault).on(Operation::Create).nth(nth);
    sandbox.arm(create(Fault::Reset { when: When::After }, 1));
    sandbox.arm(FaultRule::new(status(403, "{}")).on(Operation::List).nth(3));
    sandbox.arm(create(Fault::Silence { when: When::Before }, 3));
    let file =
        home.write("wanted.yaml", "- voice: 49-1\n- email: new@example.com\n- voice: 49-2\n");
    let command = home.demo(&sandbox, &format!("apply {file} --yes -o json")).start();
    until("the third creation", || asked(&sandbox, "POST") == 3);
    command.interrupt();
    let ran = command.end().with_code(7);
    assert_eq!(outcomes(&ran), ["create unknown", "create done", "create unknown"], "{ran:?}");
    let created = &support::one_line(&ran.stdout)["changes"][1]["id"];
    assert!(stored(&sandbox).iter().any(|contact| *contact.id == *created), "{ran:?}");
    let receipts = ran.stderr.lines().filter(|line| line.contains("\"receipt\":"));
    assert_eq!(receipts.count(), 2, "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn all_changes_are_made_even_if_the_output_cannot_be_written() {
    let home = Home::new();
    for (full, code, text) in
        [("1>/dev/full", 1, "could not write the result"), ("2>/dev/full", 0, "4 changes made")]
    {
        let (sandbox, file, _) = story(&home);
        let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
        let script = format!("exec \"$@\" {full}");
        let ran = home
            .program("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_contacts"), "apply", &file, "--yes"])
            .args([
                "--base-url",
                &sandbox.base_url(),
                "--email",
                "demo@example.com",
                "--token-file",
                &token,
            ])
            .run()
            .with_code(code);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(text), "{ran:?}");
        assert_eq!(reached(&sandbox), WANTED);
    }
}
