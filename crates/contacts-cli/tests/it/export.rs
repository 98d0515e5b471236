//! `export` writes a file that `plan` and `apply` accept. A failure keeps an existing file.

use crate::support;
use std::{fs, io::Read};

use crate::support::{Home, add, asked, ids, stored, writes};
use contacts_sandbox::{DEMO_EMAIL, Fault, Sandbox, Service, State, When};
use serde_json::json;

/// A sandbox with contacts that are hard to quote.
fn various() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    for (method, to, enabled) in [
        ("email", "o'hara+night@example.com", false),
        ("voice", "+90 555 0x10", true),
        ("mobile", "=Ann's \"phone\", the: second # one", true),
        ("mobile", "\u{1b}[2J\u{202e}é", false),
    ] {
        add(&sandbox, method, to, enabled);
    }
    sandbox
}

#[test]
fn the_plan_of_an_exported_file_is_empty_in_every_format() {
    let (home, sandbox) = (Home::new(), various());
    let plan = json!({"changes": [], "warnings": [], "unmanaged": []});
    for name in ["contacts.yaml", "contacts.YML", "contacts.json", "contacts.csv"] {
        let file = home.path(name);
        let file = file.to_str().unwrap();
        assert_eq!(home.demo(&sandbox, "export").args([file]).succeed(), "", "{name}");
        let line = "plan --prune --exit-code -o json";
        assert_eq!(home.demo(&sandbox, line).args([file]).json(), plan, "{name}");
    }
    for format in ["yaml", "json", "csv"] {
        let text = home.demo(&sandbox, &format!("export --format {format}")).succeed();
        let line = format!("plan - --format {format} --prune --exit-code -o json");
        assert_eq!(home.demo(&sandbox, &line).stdin(&text).json(), plan, "{format}: {text}");
    }
}

#[test]
fn the_plan_of_a_list_is_empty() {
    let (home, sandbox) = (Home::new(), various());
    for (form, flags) in [("json", "--format json"), ("json", ""), ("csv", "--format csv")] {
        let text = home.demo(&sandbox, &format!("list -o {form}")).succeed();
        let ran =
            home.demo(&sandbox, &format!("plan - --prune --exit-code {flags}")).stdin(&text).run();
        assert_eq!(ran.with_code(0).stdout, "no changes\n", "{form} {flags}: {text}");
    }
}

#[test]
fn standard_output_is_yaml_unless_output_or_format_selects_another() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [email, sms] = ids(&sandbox);
    let export = |line: &str| home.demo(&sandbox, line).succeed();
    let yaml = export("export");
    assert_eq!(
        yaml.replace('"', ""),
        format!("- email: demo@example.com\n  id: {email}\n- sms: 90-555-555-5555\n  id: {sms}\n")
    );
    assert_eq!(export("export -"), yaml);
    let csv = format!(
        "id,method,to,enabled\n{email},email,demo@example.com,true\n{sms},sms,90-555-555-5555,true\n"
    );
    assert_eq!(export("export -o csv"), csv);
    assert_eq!(export("export -o json --format csv"), csv);
    let json: serde_json::Value = serde_json::from_str(&export("export -o json")).unwrap();
    assert_eq!(
        json[1],
        json!({"id": sms, "method": "sms", "to": "90-555-555-5555", "enabled": true})
    );
    home.demo(&sandbox, "export -o ndjson").run().with_code(2);
}

#[test]
fn a_user_without_contacts_can_be_exported() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [email, sms] = ids(&sandbox);
    home.demo(&sandbox, &format!("delete --yes --force {email} {sms}")).succeed();
    for (format, expected) in
        [("yaml", "[]\n"), ("json", "[]\n"), ("csv", "id,method,to,enabled\n")]
    {
        let text = home.demo(&sandbox, &format!("export --format {format}")).succeed();
        assert_eq!(text, expected);
        home.demo(&sandbox, &format!("plan - --format {format} --exit-code"))
            .stdin(&text)
            .succeed();
    }
}

#[test]
fn an_unknown_extension_is_rejected_before_any_request() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.path("contacts.txt");
    let error = home.demo(&sandbox, "export").args([&file]).fail(2);
    assert!(error["hint"].as_str().unwrap().contains("--format"), "{error}");
    assert!(sandbox.journal().is_empty() && !file.exists());
    home.demo(&sandbox, "export --format json").args([&file]).succeed();
    assert!(fs::read_to_string(file).unwrap().starts_with('['));
}

#[test]
fn a_failure_leaves_the_old_file_and_no_temporary_file() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("out/contacts.yaml", "as it was");
    sandbox.arm(Fault::Status { status: 422, body: None, content_type: None, when: When::Before });
    home.demo(&sandbox, &format!("export {file} --force")).fail(1);
    assert_eq!(fs::read_to_string(&file).unwrap(), "as it was");
    home.demo(&sandbox, &format!("export {file}/contacts.yaml")).fail(1);
    let gone = home.path("gone/contacts.yaml").display().to_string();
    let error = home.demo(&sandbox, &format!("export {gone}")).fail(1);
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("could not write {gone}: ")), "{message}");
    assert_eq!(message.matches("gone").count(), 1, "the temporary file is not named: {message}");
    assert_eq!(fs::read_dir(home.path("out")).unwrap().count(), 1);
}

/// The old file is replaced, not overwritten: a program that has it open can read it to the end.
#[cfg(unix)]
#[test]
fn replacing_a_file_keeps_its_mode_and_a_link_to_it() {
    use std::os::unix::fs::PermissionsExt;

    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("out/contacts.yaml", "as it was");
    support::set_mode(file.as_ref(), 0o640);
    let link = home.path("link.yaml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mut old = fs::File::open(&file).unwrap();

    let ran = home.demo(&sandbox, "export --force").args([&link]).run().with_code(0);
    assert!(
        ran.stdout.is_empty() && ran.stderr.starts_with("note: 2 contacts written to "),
        "{ran:?}"
    );
    let mut text = String::new();
    old.read_to_string(&mut text).unwrap();
    assert_eq!(text, "as it was");
    assert!(fs::read_to_string(&file).unwrap().contains("demo@example.com"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_dir(home.path("out")).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_and_not_replaced() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let pipe = home.path("pipe");
    home.program("mkfifo").args([&pipe]).succeed();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    home.demo(&sandbox, "export --format csv").args([&pipe]).succeed();
    assert!(reader.join().unwrap().starts_with("id,method,to,enabled\n"));
    assert!(!fs::metadata(&pipe).unwrap().is_file());
}

/// Verifies a number, as its owner does with the code from the service.
fn verify(sandbox: &Sandbox, id: &str) {
    assert!(sandbox.with_service(|service| {
        let account =
            service.users().find(|user| user.email == DEMO_EMAIL).unwrap().account_id.clone();
        service.verify(&account, id)
    }));
}

#[test]
fn a_number_verified_after_the_export_stays_enabled() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    home.demo(&sandbox, "create sms 90-5555559999").succeed();
    let id = stored(&sandbox)[2].id.clone();
    let names = ["contacts.yaml", "contacts.json", "contacts.csv"];
    for name in names {
        let ran = home.demo(&sandbox, "export").args([home.path(name)]).run().with_code(0);
        let note = "note: 1 disabled phone number written without `enabled`: ";
        assert!(ran.stderr.contains(note), "{ran:?}");
    }
    for (form, name) in [("json", "listed.json"), ("csv", "listed.csv")] {
        home.write(name, &home.demo(&sandbox, &format!("list -o {form}")).succeed());
    }
    let names = [&names[..], &["listed.json", "listed.csv"]].concat();
    let yaml = fs::read_to_string(home.path("contacts.yaml")).unwrap();
    // An id that begins with a digit has quotes.
    let last = format!("  id: {id}\n  # not enabled: Not verified\n");
    assert!(yaml.replace('"', "").ends_with(&last), "{yaml}");
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path("contacts.json")).unwrap()).unwrap();
    assert_eq!(json[2], json!({"id": id, "method": "sms", "to": "90-5555559999"}));

    let unchanged = |line: &str| {
        for name in &names {
            let line = format!("{line} --prune --exit-code");
            let text = home.demo(&sandbox, &line).args([home.path(name)]).run().with_code(0).stdout;
            assert!(text.contains("no changes"), "{name}: {text}");
        }
    };
    for line in ["plan", "plan --force"] {
        unchanged(line);
    }
    verify(&sandbox, &id);
    for line in ["plan", "plan --force"] {
        unchanged(line);
    }
    for name in names {
        home.demo(&sandbox, "apply --yes").args([home.path(name)]).succeed();
    }
    assert!(stored(&sandbox)[2].enabled);
}

#[test]
fn a_number_disabled_by_a_person_stays_disabled() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let id = ids(&sandbox)[1].clone();
    sandbox.with_service(|service| {
        let mut state: serde_json::Value =
            serde_json::from_str(&service.state().to_json()).unwrap();
        let contact = &mut state["accounts"][0]["contacts"][1];
        assert_eq!(contact["id"], id);
        (contact["enabled"], contact["disabled_reason"]) =
            (false.into(), "Deactivated by its owner".into());
        *service = Service::from_state(State::from_json(&state.to_string()).unwrap());
    });
    let yaml = home.demo(&sandbox, "export").succeed();
    assert!(yaml.ends_with("  enabled: false # Deactivated by its owner\n"), "{yaml}");
    home.demo(&sandbox, &format!("activate {id}")).succeed();
    let plan = home.demo(&sandbox, "plan -").stdin(&yaml).succeed();
    assert!(plan.contains("~ sms 90-555-555-5555 (deactivate)\n"), "{plan}");
}

#[test]
fn a_file_that_no_export_wrote_is_kept_without_force() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (name, text) in [
        ("contacts.yaml", "- email: demo@example.com # mine\n"),
        ("contacts.json", "[{\"sms\":\"90-5\"}]"),
        ("contacts.csv", "method,to\nsms,90-5\n"),
        ("notes.csv", "to do: \n"),
        ("binary.csv", "\0\0"),
    ] {
        let file = home.write(name, text);
        let error = home.demo(&sandbox, &format!("export {file}")).fail(2);
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with(&format!("{file} exists and was not written by ")),
            "{message}"
        );
        assert!(error["hint"].as_str().unwrap().contains("--force"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert!(sandbox.journal().is_empty());
        home.demo(&sandbox, &format!("export --force {file}")).succeed();
        let exported = fs::read_to_string(&file).unwrap();
        assert_eq!(
            exported.starts_with("# written by contacts export\n"),
            name.ends_with("yaml"),
            "{exported}"
        );
        // Now it is an export, in any format.
        home.demo(&sandbox, &format!("export --format json {file}")).succeed();
        home.demo(&sandbox, &format!("export {file}")).succeed();
        sandbox.clear_journal();
    }
    let empty = home.write("empty.yaml", "");
    home.demo(&sandbox, &format!("export {empty}")).succeed();
}

#[cfg(unix)]
#[test]
fn the_missing_target_of_a_link_is_created() {
    use std::os::unix::fs::symlink;

    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    fs::create_dir(home.path("out")).unwrap();
    let (link, relative) = (home.path("link.yaml"), home.path("out/relative.yaml"));
    symlink("out/relative.yaml", &link).unwrap();
    symlink("target.yaml", &relative).unwrap();
    home.demo(&sandbox, "export").args([&link]).succeed();
    for link in [link, relative] {
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
    assert!(fs::symlink_metadata(home.path("out/target.yaml")).unwrap().is_file());

    let (circle, astray) = (home.path("circle.yaml"), home.path("astray.yaml"));
    symlink(&circle, &circle).unwrap();
    symlink("gone/target.yaml", &astray).unwrap();
    for link in [circle, astray] {
        let error = home.demo(&sandbox, "export").args([&link]).fail(1);
        assert!(error["message"].as_str().unwrap().starts_with("could not write "), "{error}");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

#[test]
fn export_changes_nothing() {
    let (home, sandbox) = (Home::new(), various());
    home.demo(&sandbox, "export").succeed();
    assert_eq!((writes(&sandbox), asked(&sandbox, "GET")), (0, 1));
}
