//! Runs the commands in the README and the guides against a sandbox instead of a site.

use std::{fs, path::Path, process::Command, time::Duration};

use crate::support::{Home, serving};
use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Participant, Rotation,
    RotationType, Sandbox, Schedule, Service, User, When,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const PAGES: [&str; 4] = [
    "README.md",
    "crates/contacts-cli/docs/command.md",
    "crates/contacts-cli/docs/files.md",
    "crates/contacts-cli/docs/audit.md",
];

/// The blocks of this language in a page.
fn blocks_of(page: &str, language: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(format!("{ROOT}/{page}")).unwrap();
    let (mut blocks, mut lines) = (Vec::new(), page.lines());
    while let Some(line) = lines.next() {
        if line == format!("```{language}") {
            blocks.push(
                lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect(),
            );
        }
    }
    blocks
}

/// The blocks of this language in all pages.
fn blocks(language: &str) -> Vec<Vec<String>> {
    PAGES.iter().flat_map(|page| blocks_of(page, language)).collect()
}

#[test]
fn the_first_command_lists_contacts_of_a_sandbox() {
    assert_eq!(blocks("sh")[0], ["cargo run -p contacts-cli -- --sandbox list"]);
}

#[test]
fn the_readme_names_the_minimum_rust_version() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    assert!(readme.contains(concat!(
        "You need Rust ",
        env!("CARGO_PKG_RUST_VERSION"),
        " or later "
    )));
}

#[test]
fn every_command_in_the_readme_works() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.with_service(|service| service.add_user(User::new("ann@example.com", "anns-token")));
    let home = tempfile::tempdir().unwrap();
    let token = home.path().join(".atlassian-token");
    fs::write(&token, "anns-token\n").unwrap();
    make_private(&token);
    let [file] = blocks("yaml").try_into().expect("one file");
    fs::write(home.path().join("contacts.yaml"), file.join("\n")).unwrap();
    let [file] = blocks("csv").try_into().expect("one file");
    fs::write(home.path().join("on-call.csv"), file.join("\n")).unwrap();

    let (mut run, mut audited) = (0, Vec::new());
    // Each guide continues with the sandbox of the README.
    let mut exported = Vec::new();
    for page in PAGES {
        if page != PAGES[0] {
            exported = vec![
                ("CONTACTS_EMAIL".into(), DEMO_EMAIL.to_owned()),
                ("CONTACTS_TOKEN".into(), DEMO_TOKEN.to_owned()),
            ];
        }
        for line in blocks_of(page, "sh").concat() {
            // The sandbox of this test replaces the site and the sandbox of the README.
            let line =
                line.replace("http://127.0.0.1:8080/jsm/ops/api/sandbox", &sandbox.base_url());
            let line = line.replace("cargo run -p contacts-cli -- ", "contacts ");
            let words = shlex::split(&line).unwrap();
            match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["export", ref pairs @ ..] => {
                    exported
                        .extend(pairs.iter().map(|pair| pair.split_once('=').unwrap()).map(owned));
                }
                // Runs until it is stopped. Other tests run it as a process.
                ["contacts", "sandbox", ..] => {}
                ["contacts", ref arguments @ ..] => {
                    let mut command = Command::new(env!("CARGO_BIN_EXE_contacts"));
                    command.env_clear().current_dir(home.path());
                    if !arguments.contains(&"--sandbox") {
                        command.env("CONTACTS_BASE_URL", sandbox.base_url());
                    }
                    command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home.path());
                    command.envs(exported.iter().cloned());
                    let tilde = home.path().to_str().unwrap();
                    command.args(
                        arguments
                            .iter()
                            .map(|argument| argument.replace('~', tilde).replace("$HOME", tilde)),
                    );
                    let output = command.output().unwrap();
                    let stderr = String::from_utf8_lossy(&output.stderr);
                    assert!(
                        output.status.success() && !(output.stdout.is_empty() && stderr.is_empty()),
                        "{line}: {stderr}"
                    );
                    run += 1;
                    if arguments.first() == Some(&"audit") {
                        audited.push(String::from_utf8(output.stdout).unwrap());
                    }
                }
                ["cargo", "test" | "doc", ..] => {}
                // The folder `contacts` is this repository. `.ci/first-steps` builds such a
                // program.
                ["cargo", "add", ref dev @ .., "--path", path] if matches!(dev, [] | ["--dev"]) => {
                    let path = Path::new(ROOT).join(path.strip_prefix("../contacts/").unwrap());
                    assert!(path.join("Cargo.toml").exists(), "{line}");
                }
                ["cargo", "add", ..] => {}
                _ => panic!("no rule to run this line: {line}"),
            }
        }
    }
    assert!(run >= 12, "only {run} commands were found");
    // The contacts that the pages create exist once.
    assert_eq!([DEMO_EMAIL, "ann@example.com"].map(|user| sandbox.contacts(user).len()), [3, 1]);

    // Ben is on call at any time. Ann has a number; Ben has none.
    let [on_call, table, csv] = &audited[..] else { panic!("{audited:?}") };
    assert!(
        on_call.contains("\nBen Ode ") && on_call.contains("no enabled sms or voice"),
        "{on_call}"
    );
    let ben = table.lines().nth(1).unwrap();
    assert!(
        ben.starts_with("Ben ") && ben.ends_with("no enabled sms") && !table.contains("Ann"),
        "{table}"
    );
    let page = fs::read_to_string(home.path().join("audit.html")).unwrap();
    assert!(page.contains("Ben") && page.contains("no enabled sms"), "{page}");
    let standings: Vec<_> =
        csv.lines().skip(1).map(|line| line.split(',').take(4).collect::<Vec<_>>()).collect();
    assert_eq!(
        standings,
        [["712020:0a1b2c3d", "Ann", "", "reachable"], ["712020:4e5f6a7b", "Ben", "", "single"]]
    );
    let kept = fs::read_to_string(home.path().join("audit.ndjson")).unwrap();
    assert_eq!(kept.lines().count(), 3, "{kept}");
}

#[cfg(unix)]
#[test]
fn the_create_script_reconciles_an_unknown_outcome_and_reports_other_failures() {
    let [script] = blocks("bash").try_into().expect("one script");
    let home = Home::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_contacts")).parent().unwrap().to_str().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let run = |fault: Option<Fault>| {
        let sandbox = Sandbox::start().unwrap();
        fault
            .into_iter()
            .for_each(|fault| sandbox.arm(FaultRule::new(fault).on(Operation::Create)));
        let command = home
            .program("bash")
            .args(["-ec", &script.join("\n").replace("error.txt", "$HOME/error.txt")]);
        let command = command.env("PATH", &path).env("CONTACTS_BASE_URL", &sandbox.base_url());
        let command = command.env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", DEMO_EMAIL);
        let ran = command.env("ATLASSIAN_OPS_API_TOKEN", DEMO_TOKEN).run();
        (sandbox.contacts(DEMO_EMAIL).len(), ran)
    };
    let refused = Fault::Status {
        status: 403,
        body: Some(r#"{"message":"Forbidden"}"#.into()),
        content_type: None,
        when: When::Before,
    };
    for (fault, contacts, code, expected) in [
        (None, 3, 0, "Created "),
        (Some(Fault::Reset { when: When::After }), 3, 0, "Created "),
        (Some(Fault::Reset { when: When::Before }), 2, 4, "error: "),
        (Some(refused), 2, 3, "error: "),
    ] {
        let (there, ran) = run(fault);
        let ran = ran.with_code(code);
        assert_eq!(there, contacts, "{ran:?}");
        assert!(format!("{}{}", ran.stdout, ran.stderr).starts_with(expected), "{ran:?}");
    }
}

#[test]
fn the_audit_example_works_with_embedded_and_local_sandbox() {
    let home = Home::new();
    let [file] = blocks("csv").try_into().expect("one file");
    let from = home.write("on-call.csv", &file.join("\n"));
    let (_sandbox, url) = serving(home.contacts().line("sandbox"));
    let line = format!("audit --from {from} --require sms");
    let embedded = home.contacts().line("--sandbox").line(&line).succeed();
    assert_eq!(home.at(&url).line(&line).succeed(), embedded);
    assert!(embedded.contains("\nBen ") && !embedded.contains("\nAnn "), "{embedded}");
}

#[cfg(unix)]
#[test]
fn the_cron_job_prints_only_findings_and_failures_and_writes_metrics() {
    let [script] = blocks("shell").try_into().expect("one script");
    let [crontab] = blocks("crontab").try_into().expect("one crontab");
    assert!(crontab[1].starts_with("*/15 * * * * /"), "{crontab:?}");
    let home = Home::new();
    let mut service = Service::new(Behaviour::default());
    service.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN).as_administrator());
    for (account, methods) in [("ann", &["sms", "email"][..]), ("ben", &["email"])] {
        let user =
            User::new(format!("{account}@example.com"), "its-token").with_account_id(account);
        service.add_user(user);
        for method in methods {
            service.add_contact(account, *method, "1", true);
        }
    }
    let sandbox = Sandbox::builder().service(service).start().unwrap();
    let put_on_call = |account: &str| {
        let rotation = Rotation::new(format!("{account}-r"), RotationType::Daily, Duration::ZERO);
        let rotation = rotation.with_participants([Participant::user(account)]);
        let schedule = Schedule::new(account, account).with_rotation(rotation);
        sandbox.with_service(|service| service.add_schedule(schedule));
    };
    let folder = home.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    let script = script.join("\n").replace("/var/lib/prometheus/node-exporter", &folder);
    let script = home.write("script", &script);
    let folder = Path::new(env!("CARGO_BIN_EXE_contacts")).parent().unwrap().to_str().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let run = |token: &str| {
        let command = home.program("sh").args([&script]).env("PATH", &path);
        let command = command.env("CONTACTS_BASE_URL", &sandbox.base_url());
        let command = command.env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", DEMO_EMAIL);
        command.env("ATLASSIAN_OPS_API_TOKEN", token).run()
    };
    let metrics = || fs::read_to_string(home.path("on-call.prom")).unwrap();
    let unreachable = |count: u8| {
        format!(
            "\ncontacts_audit_users{{audit=\"on-call\",reachability=\"missing-required\"}} {count}\n"
        )
    };

    put_on_call("ann");
    let ran = run(DEMO_TOKEN).with_code(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
    assert!(metrics().contains(&unreachable(0)), "{}", metrics());

    put_on_call("ben");
    let ran = run(DEMO_TOKEN).with_code(6);
    assert!(ran.stdout.contains("\nben ") && !ran.stdout.contains("ann"), "{ran:?}");
    let written = metrics();
    assert!(written.contains(&unreachable(1)), "{written}");

    let ran = run("wrong").with_code(3);
    assert!(ran.stdout.starts_with("error: "), "{ran:?}");
    assert_eq!(metrics(), written, "a failed audit leaves the old file");
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}
