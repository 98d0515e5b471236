//! Files from spreadsheets and editors, and CSV for spreadsheets.

use std::fs;

use crate::support::{Home, add, stored, writes};
use contacts_sandbox::Sandbox;
use serde_json::json;

/// Invalid addresses, with their errors.
const MISFITS: [(&str, &str, &str); 6] = [
    ("voice", "4.95360287E+11", "a spreadsheet shortened this number"),
    ("sms", "9.05555555555e11", "a spreadsheet shortened this number"),
    ("sms", "ann@example.com", "sms needs a telephone number"),
    ("email", "90-555", "is not an e-mail address: it has no @"),
    ("email", "ann@example.com\u{200b}", "has an invisible character: \\u{200b}"),
    ("sms", "\u{202a}90-5555559999", "has an invisible character: \\u{202a}"),
];

#[test]
fn an_invalid_address_is_reported_with_its_position_in_every_format_and_nothing_is_sent() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (method, to, why) in MISFITS {
        for (name, text, place) in [
            ("a.csv", format!("method,to\n{method},{to}\n"), format!("2:{}", method.len() + 2)),
            ("a.yaml", format!("- {method}: {to}\n"), format!("1:{}", method.len() + 5)),
            ("a.json", format!("[{{\"{method}\":\"{to}\"}}]"), format!("1:{}", method.len() + 6)),
        ] {
            let file = home.write(name, &text);
            for command in ["plan", "apply --yes"] {
                let ran = home.demo(&sandbox, &format!("{command} {file}")).run().with_code(2);
                assert!(ran.stderr.starts_with(&format!("error: {file}:{place}: ")), "{ran:?}");
                assert!(ran.stderr.contains(why) && !ran.stderr.contains('\u{200b}'), "{ran:?}");
            }
        }
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_command_line_rejects_the_same_addresses() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (method, to, why) in MISFITS {
        for command in [
            &["create", method, to][..],
            &["create", "--ensure", method, to],
            &["curl", "create", method, to],
        ] {
            let error = home.demo(&sandbox, "").args(command).fail(2);
            assert!(error["message"].as_str().unwrap().contains(why), "{error}");
        }
    }
    for to in ["4.95360287E+11", "ann@example.com\u{feff}"] {
        home.demo(&sandbox, "update e1").args([to]).fail(2);
    }
    assert!(sandbox.journal().is_empty());
    for number in ["+905551234567", "90-555 ext. 7", "004791761030", "+90 (555) 123 45 67 x7"] {
        home.demo(&sandbox, "curl create sms").args([number]).succeed();
    }
}

#[test]
fn a_number_shortened_by_a_spreadsheet_changes_nothing() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    add(&sandbox, "voice", "+495360287176", true);
    let text = home.demo(&sandbox, "export -o csv").succeed();
    assert!(text.contains(",+495360287176,"), "a number is a number: {text}");
    let file = home.write("saved.csv", &text.replace("+495360287176", "4.95360287E+11"));
    let ran = home.demo(&sandbox, &format!("apply --yes {file}")).run().with_code(2);
    assert!(
        ran.stderr.starts_with(&format!("error: {file}:4:1: voice 4.95360287E+11: ")),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("a spreadsheet shortened this number"), "{ran:?}");
    assert_eq!(writes(&sandbox), 0);
}

#[test]
fn csv_is_read_with_every_separator_and_with_empty_columns() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let texts = [
        "method;to\nsms;90-5\n",
        "sep=;\r\nmethod;to\r\nsms;90-5\r\n",
        "\u{feff}method\tto\nsms\t90-5\n",
        "method,to,,\nsms,90-5,,\n,,,\n",
        "\"Method\",\"To\"\n\"SMS\",\"90-5\"\n",
    ];
    for text in texts {
        let plan = home.demo(&sandbox, "plan - --format csv").stdin(text).succeed();
        assert!(plan.starts_with("+ sms 90-5\n"), "{text}: {plan}");
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_rejected_with_a_hint() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let utf_16: Vec<u8> =
        "\u{feff}method\tto\nsms\t90-5\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin_1 = b"method,to\nmobile,J\xf6rg\n".to_vec();
    for (bytes, what) in [
        (utf_16, "1:1: the file is UTF-16, not UTF-8"),
        (latin_1, "2:9: the file is not valid UTF-8"),
    ] {
        let file = home.path("contacts.csv");
        fs::write(&file, bytes).unwrap();
        for command in ["plan", "audit --from"] {
            let error = home.demo(&sandbox, command).args([&file]).fail(2);
            assert!(error["message"].as_str().unwrap().ends_with(what), "{error}");
            assert!(
                error["hint"].as_str().unwrap().starts_with("save the file as UTF-8"),
                "{error}"
            );
        }
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn csv_parsed_as_yaml_is_an_error_that_names_the_format_flag() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for text in ["method,to\nsms,90-5\n", "id;method;to\n;sms;90-5\n"] {
        let error = home.demo(&sandbox, "plan -").stdin(text).fail(2);
        assert!(error["hint"].as_str().unwrap().contains("--format csv"), "{error}");
    }
    let error = home.demo(&sandbox, "plan -").stdin("method: sms, to: 90-5").fail(2);
    assert!(error["hint"].is_null(), "{error}");
}

#[test]
fn csv_escapes_formulas_but_not_numbers() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let cells = [
        ("+905551234567", "+905551234567"),
        ("-5", "-5"),
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("+90-555", "'+90-555"),
    ];
    let ids: Vec<_> = cells.iter().map(|(to, _)| add(&sandbox, "mobile", to, true)).collect();
    for command in ["list -o csv", "export -o csv"] {
        let text = home.demo(&sandbox, command).succeed();
        for ((_, written), id) in cells.iter().zip(&ids) {
            assert!(text.contains(&format!("{id},mobile,{written},true")), "{written}: {text}");
        }
        let plan = home.demo(&sandbox, "plan - --format csv --prune -o json").stdin(&text).json();
        assert_eq!(plan, json!({"changes": [], "warnings": [], "unmanaged": []}), "{text}");
    }
}

#[test]
fn another_prefix_means_the_same_number_but_an_extension_does_not() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    add(&sandbox, "voice", "47-55512345", true);
    for number in ["004755512345", "+4755512345", "+47 555 12 345"] {
        let yaml = format!("- voice: {number}\n");
        let plan = home.demo(&sandbox, "plan - --exit-code").stdin(&yaml).run().with_code(0).stdout;
        assert!(plan.ends_with("no changes\n"), "{plan}");
        home.demo(&sandbox, "create --ensure voice").args([number]).succeed();
    }
    assert_eq!((stored(&sandbox).len(), writes(&sandbox)), (3, 0));
    for number in ["47-555123 ext. 45", "47-55512345 x7"] {
        let yaml = format!("- voice: {number}\n");
        let plan = home.demo(&sandbox, "plan -").stdin(&yaml).succeed();
        assert!(plan.starts_with(&format!("+ voice {number}\n")), "{plan}");
    }
}
