//! The reader of standard output is gone: the command requests nothing more, and reports changes
//! anyway.
#![cfg(unix)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, pipe},
};

use crate::support::{Home, Ran, add, asked, ids, one_line, reached, stored, users::user};
use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, When};
use serde_json::Value;

/// A sandbox whose demo user has this many contacts.
fn long_list(contacts: usize) -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    for number in 2..contacts {
        add(&sandbox, "email", &format!("{number}@example.com"), true);
    }
    sandbox
}

/// A sandbox with this many users of one contact each, and a file of their ids.
fn company(home: &Home, users: usize) -> (Sandbox, String) {
    let sandbox = Sandbox::start().unwrap();
    for number in 0..users {
        user(&sandbox, &format!("u{number}"), &[("email", "a@example.com", true)]);
    }
    let ids: String = (0..users).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &ids);
    (sandbox, file)
}

fn requests(sandbox: &Sandbox) -> usize {
    sandbox.journal().len()
}

/// The users whose contacts were read. Asserts that each was read once.
fn asked_users(sandbox: &Sandbox) -> BTreeSet<String> {
    let journal = sandbox.journal();
    let accounts =
        journal.iter().map(|recorded| recorded.target.split_once("targetAccountId=").unwrap().1);
    let users: BTreeSet<_> = accounts.map(str::to_owned).collect();
    assert_eq!(users.len(), journal.len(), "a user was read twice");
    users
}

/// Asserts that the command ended without an error.
#[track_caller]
fn assert_quiet(ran: &Ran) {
    assert_eq!((ran.status.code(), &*ran.stderr), (Some(0), ""), "{ran:?}");
}

#[test]
fn list_requests_no_more_pages_after_the_reader_is_gone() {
    let (home, sandbox) = (Home::new(), long_list(40));
    assert_quiet(&home.demo(&sandbox, "list --size 1 -o ndjson").unread().run());
    assert_eq!(requests(&sandbox), 1);

    // The reader may also close the pipe while the second page is in flight.
    let (home, sandbox) = (Home::new(), long_list(40));
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 3_000, when: When::Before }).nth(2));
    let (reader, writer) = pipe().unwrap();
    let command = home.demo(&sandbox, "list --size 1 -o ndjson").stdout(writer).start();
    let mut line = String::new();
    let mut reader = BufReader::new(reader);
    reader.read_line(&mut line).unwrap();
    drop(reader);
    assert_quiet(&command.end());
    assert_eq!(one_line(&line)["id"], *stored(&sandbox)[0].id);
    assert_eq!(requests(&sandbox), 2);
}

#[test]
fn list_piped_to_head_ends_early() {
    let (home, sandbox) = (Home::new(), long_list(100));
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 100, when: When::Before }));
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let line = format!(
        "{{ '{}' --base-url {} --email {} --token-file '{token}' list --size 1 -o ndjson; echo $? >&2; }} | head -n 1",
        env!("CARGO_BIN_EXE_contacts"),
        sandbox.base_url(),
        contacts_sandbox::DEMO_EMAIL,
    );
    let ran = home.program("sh").args(["-c", &line]).run();
    assert_eq!(ran.stderr, "0\n");
    assert!(one_line(&ran.stdout)["id"].is_string());
    assert!(requests(&sandbox) < 100, "{}", requests(&sandbox));
}

#[test]
fn audit_reads_no_more_users_after_the_reader_is_gone() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 40);
    let line = format!("audit --from {file} --jobs 1 -o ndjson");
    assert_quiet(&home.demo(&sandbox, &line).unread().run());
    // The second request started while the first line was written.
    assert!(requests(&sandbox) <= 2, "{}", requests(&sandbox));
}

#[test]
fn a_resumable_audit_ends_too_and_saves_every_user_that_it_has_read() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 100);
    // Slow enough that other users are being read when the first line is written.
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 20, when: When::Before }));
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {} -o ndjson", kept.display());
    assert_quiet(&home.demo(&sandbox, &line).unread().run());
    let asked = asked_users(&sandbox);
    assert!((1..100).contains(&asked.len()), "{asked:?}");
    let text = fs::read_to_string(&kept).unwrap();
    let users = text.lines().skip(1).map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["accountId"].as_str().unwrap().to_owned()
    });
    assert_eq!(users.collect::<BTreeSet<_>>(), asked);

    // Saved results are written before the first request.
    assert_quiet(&home.demo(&sandbox, &line).unread().run());
    assert_eq!(asked_users(&sandbox), asked);

    let printed = home.demo(&sandbox, &line).succeed();
    assert_eq!((printed.lines().count(), asked_users(&sandbox).len()), (100, 100));
}

#[test]
fn an_audit_with_other_outputs_continues_to_its_end() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 40);
    let line = format!("audit --from {file} -o ndjson");
    home.demo(&sandbox, &line).line("--exit-code").unread().run().with_code(6);
    assert_eq!(asked_users(&sandbox).len(), 40);

    let (sandbox, file) = company(&home, 40);
    let page = home.path("page.html");
    let line = format!("audit --from {file} -o ndjson --html {}", page.display());
    home.demo(&sandbox, &line).unread().run().with_code(0);
    assert_eq!(asked_users(&sandbox).len(), 40);
    let page = fs::read_to_string(page).unwrap();
    assert!(
        (0..40).all(|number| page.contains(&format!("u{number}<"))) && page.ends_with("</html>\n")
    );
}

#[test]
fn the_id_of_a_new_contact_goes_to_standard_error_in_the_chosen_format() {
    for (form, printed) in [
        ("table", "Created ID\n"),
        ("table -q", "Created ID\n"),
        ("json", "{\"id\":\"ID\",\"message\":\"Created\"}\n"),
        ("ndjson", "{\"id\":\"ID\",\"message\":\"Created\"}\n"),
        ("csv", "id,message\nID,Created\n"),
    ] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let line = format!("create email new@example.com -o {form}");
        let ran = home.demo(&sandbox, &line).unread().run().with_code(0);
        let contacts = stored(&sandbox);
        assert_eq!(contacts.len(), 3);
        assert_eq!(ran.stderr, printed.replace("ID", &contacts[2].id), "{form}");
    }
}

#[test]
fn an_unknown_outcome_is_reported_without_a_reader() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    let ran = home.demo(&sandbox, "create email new@example.com").unread().run().with_code(7);
    assert!(ran.stderr.contains("\nreceipt: "), "{ran:?}");
    assert_eq!((asked(&sandbox, "POST"), stored(&sandbox).len()), (1, 3));
}

#[test]
fn each_of_several_contacts_is_deleted_and_reported() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    let ran = home
        .demo(&sandbox, &format!("delete --yes --force {first} {second}"))
        .unread()
        .run()
        .with_code(0);
    assert_eq!(ran.stderr, format!("Deleted {first}\nDeleted {second}\n"));
    assert_eq!(stored(&sandbox).len(), 0);
}

#[test]
fn apply_continues_to_the_end_and_reports_every_outcome() {
    let desired = "- email: a@example.com\n- sms: 49-1\n- voice: 49-2\n";
    for form in ["table", "json", "ndjson", "csv"] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let file = home.write("contacts.yaml", desired);
        let line = format!("apply {file} --yes --prune -q -o {form}");
        let ran = home.demo(&sandbox, &line).unread().run().with_code(0);
        let mut contacts = reached(&sandbox);
        contacts.sort();
        assert_eq!(contacts, ["email a@example.com", "sms 49-1", "voice 49-2"], "{form}");
        for contact in stored(&sandbox) {
            assert!(ran.stderr.contains(&contact.to), "{form}: {ran:?}");
            assert!(form == "table" || ran.stderr.contains(&contact.id), "{form}: {ran:?}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn results_go_to_standard_error_if_the_disk_is_full() {
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let ran = home.demo(&sandbox, "create email new@example.com").stdout(full()).run().with_code(1);
    let id = &stored(&sandbox)[2].id;
    assert!(
        ran.stderr.starts_with(&format!("Created {id}\nerror: could not write the result: ")),
        "{ran:?}"
    );

    let file =
        home.write("contacts.yaml", "- email: new@example.com\n- sms: 49-1\n- voice: 49-2\n");
    let line = format!("apply {file} --yes --prune -q");
    let ran = home.demo(&sandbox, &line).stdout(full()).run().with_code(1);
    assert_eq!(reached(&sandbox).len(), 3);
    let made = ran.stderr.lines().filter(|line| line.starts_with("ok ")).count();
    let errors = ran.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert!(made > 1 && errors == 1 && ran.stderr.contains("changes made"), "{ran:?}");
}
