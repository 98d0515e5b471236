//! A file with errors changes nothing: all errors are reported before any request, with positions.

use std::{fs, io::Write};

use crate::support::{Home, writes};
use contacts_sandbox::Sandbox;

const COMMANDS: [&str; 3] = ["plan", "apply --yes", "apply --dry-run"];

#[test]
fn every_error_is_reported_with_file_line_and_column() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (name, text, places) in [
        (
            "a.yaml",
            "- sms: 90-555\n  enabled: maybe\n- fax: 90-555\n- email: a@b\n  id: a/b\n",
            &["2:12", "3:3", "5:7"][..],
        ),
        (
            "a.json",
            "[{\"method\":\"sms\"},\n {\"method\":\"sms\",\"to\":\"1\",\"x\":2}]",
            &["1:2", "2:27"],
        ),
        ("a.csv", "method,to,fax\nsms,,1\nsms,90-1,,,5\n", &["1:11", "2:5", "3:12"]),
        ("a.yaml", "- {sms: 1", &["1:10"]),
        ("a.yaml", "", &["1:1"]),
        ("a.yaml", "- email: a@example.com\n- email: a@Example.com\n", &["2:3"]),
    ] {
        let file = home.write(name, text);
        for command in COMMANDS {
            let ran = home.demo(&sandbox, &format!("{command} {file}")).run().with_code(2);
            assert_eq!(ran.stdout, "", "{ran:?}");
            let lines: Vec<_> = ran.stderr.lines().collect();
            assert_eq!(lines.len(), places.len(), "{ran:?}");
            for (line, place) in lines.iter().zip(places) {
                assert!(line.starts_with(&format!("error: {file}:{place}: ")), "{place}: {line}");
            }
        }
        let ran = home.demo(&sandbox, &format!("plan {file} -o json")).run().with_code(2);
        assert_eq!(ran.stderr.lines().count(), places.len(), "one object per error: {ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn an_error_found_by_comparing_with_the_service_has_its_position_and_changes_nothing() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let text =
        "- email: new@example.com\n- mobile: My phone\n- {sms: 1-1, id: a}\n- {sms: 1-1, id: b}\n";
    let file = home.write("a.yaml", text);
    for command in COMMANDS {
        let ran = home.demo(&sandbox, &format!("{command} {file}")).run().with_code(2);
        let lines: Vec<_> = ran.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{ran:?}");
        for expected in [
            "2:3: mobile My phone does not exist",
            "4:3: sms 1-1 is the same contact as sms 1-1 on line 3",
        ] {
            let expected = format!("error: {file}:{expected}");
            assert!(lines.iter().any(|line| line.starts_with(&expected)), "{expected}: {ran:?}");
        }
    }
    assert_eq!(writes(&sandbox), 0);
}

#[test]
fn an_unreadable_file_is_named_and_nothing_is_sent() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let folder = home.path("folder.yaml");
    fs::create_dir(&folder).unwrap();
    let binary = home.path("binary.csv");
    fs::write(&binary, b"method,to\nsms,\xff\xfe1\n").unwrap();
    let long = home.path("long.yaml");
    let mut file = fs::File::create(&long).unwrap();
    for _ in 0..1024 {
        file.write_all(&[b'#'; 1025]).unwrap();
    }
    let missing = home.path("missing.yaml");
    let strange = home.path("strange\u{1b}[2J.txt");
    fs::write(&strange, "- sms: 1").unwrap();
    for (path, named) in [
        (&folder, "folder.yaml: "),
        (&binary, "binary.csv:2:5: the file is not valid UTF-8"),
        (&long, "longer than 1048576 bytes"),
        (&missing, "missing.yaml: "),
        (&strange, "is not .yaml, .yml, .json or .csv"),
    ] {
        for command in COMMANDS {
            let error = home.demo(&sandbox, command).args([path]).fail(2);
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(named) && !message.contains('\u{1b}'), "{named}: {message}");
        }
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn errors_name_standard_input_and_it_can_have_only_one_use() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for command in COMMANDS {
        let ran = home.demo(&sandbox, &format!("{command} -")).stdin("- fax: 1").run().with_code(2);
        assert!(ran.stderr.starts_with("error: <stdin>:1:3: "), "{ran:?}");
        let at =
            ["--base-url", &sandbox.base_url(), "--email", "demo@example.com", "--token-file", "-"];
        let error =
            home.contacts().args(at).line(&format!("{command} -")).stdin("- sms: 1").fail(2);
        assert!(
            error["message"].as_str().unwrap().contains("both the token and the contacts"),
            "{error}"
        );
    }
    assert!(sandbox.journal().is_empty());
}
