//! Reading and writing files, by example.

use contacts_plan::{Desired, Format, Options, Plan, PlanErrorKind, read, write};
use contacts_proto::{Contact, ContactMethod};

fn to(text: &str, format: Format) -> Vec<String> {
    read(text, format).unwrap().into_iter().map(|desired| desired.to).collect()
}

fn diagnostics(text: &str, format: Format) -> Vec<String> {
    read(text, format).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_in_yaml_stays_as_written() {
    for number in [
        "90",
        "0123",
        "+90555",
        "+905551e3",
        "0x10",
        "true",
        "No",
        "90-555",
        "1_000",
        "12:30",
        "2001-12-14",
        ".5",
        "+1 (555) 010",
    ] {
        assert_eq!(to(&format!("- sms: {number}"), Format::Yaml), [number]);
        assert_eq!(to(&format!("- {{method: sms, to: {number} }} # home"), Format::Yaml), [number]);
        assert_eq!(to(&format!("- sms: \"{number}\""), Format::Yaml), [number]);
    }
}

#[test]
fn yaml_entries_can_be_short_or_long() {
    let short =
        read("- sms: 90-555\n  id: s1\n  enabled: FALSE\n- email: a@b\n", Format::Yaml).unwrap();
    let long = "- {to: 90-555, method: sms, id: s1, status: {enabled: false}}\n- method: email\n  to: a@b\n  enabled: true\n  id: ~\n";
    assert_eq!(short, read(long, Format::Yaml).unwrap());
    assert_eq!((short[0].enabled, short[1].enabled), (Some(false), None));
    assert!(short[1].id.is_none());
    assert_eq!(short[1].position.unwrap().line, 4);
}

#[test]
fn all_errors_of_a_yaml_file_are_reported_at_once() {
    let text = "\
- sms: 90-555
  colour: red
- fax: 90-555
- sms:
- method: sms
- voice: [90]
- {sms: 90-1, voice: 90-1}
- {email: a@b, id: a/b, enabled: 1}
- 90-555
- sms: +90555
- {sms: 90555, to: 90, to: 91}
- sms: 90 555
";
    let known = "known keys: id, method, to, enabled, email, sms, voice, mobile";
    let second = "this entry describes a second contact; write a separate entry for it";
    assert_eq!(
        diagnostics(text, Format::Yaml),
        [
            format!("line 2, column 3: unknown key `colour`; {known}"),
            format!("line 3, column 3: unknown key `fax`; {known}"),
            "line 4, column 6: the address or number is missing".into(),
            "line 5, column 3: `to` is missing; write the address or number".into(),
            "line 6, column 10: expected text, found a list or a map".into(),
            format!("line 7, column 15: {second}"),
            "line 8, column 20: the contact id has a character other than `A-Z a-z 0-9 . _ ~ : -`"
                .into(),
            "line 8, column 34: `1` is not valid; write `true` or `false`".into(),
            "line 9, column 3: this is not a contact; write one such as `sms: 90-5555559999`"
                .into(),
            format!("line 11, column 16: {second}"),
            "line 11, column 24: duplicate key `to`; keep one".into(),
            "line 12, column 3: this is the same contact as on line 10; remove one of them".into(),
        ]
    );
}

#[test]
fn invalid_yaml_is_reported_with_the_errors_before_it() {
    let found = diagnostics("- fax: 1\n- sms: \"90\n", Format::Yaml);
    assert!(found[0].starts_with("line 1, column 3: unknown key `fax`"), "{found:?}");
    assert!(found[1].contains("invalid YAML"), "{found:?}");
    assert!(
        diagnostics("- &a {sms: 1}\n- *a\n", Format::Yaml)[0]
            .starts_with("line 2, column 3: YAML aliases")
    );
    assert_eq!(
        diagnostics("- sms: 1\n---\n- sms: 2\n", Format::Yaml),
        ["line 3, column 1: this file has a second YAML document; write all contacts in one list"]
    );
    assert_eq!(
        diagnostics("sms: 1\n", Format::Yaml),
        ["line 1, column 1: this file is not a list; begin each contact with `- `"]
    );
}

#[test]
fn an_empty_file_is_an_error_and_an_empty_list_is_not() {
    let (brackets, header) =
        ("write `[]` for no contacts", "write the header row `method,to` for no contacts");
    for (empty, list, format, fix) in [
        ("\n", "[]", Format::Yaml, brackets),
        ("# nothing\n", "[]", Format::Yaml, brackets),
        (" ", "[]", Format::Json, brackets),
        ("\u{feff}", "method,to\n", Format::Csv, header),
        (",,\n", "method,to\n", Format::Csv, header),
    ] {
        assert_eq!(
            diagnostics(empty, format),
            [format!("line 1, column 1: this file is empty; {fix}")]
        );
        assert_eq!(read(list, format), Ok(vec![]));
        assert_eq!(read(&write(&[], format), format), Ok(vec![]));
    }
}

#[test]
fn errors_of_json_have_line_and_column() {
    let text = "[\n  {\"method\":\"sms\",\"to\":\"90-1\",\"é\":1},\n  {\"sms\":\"90-2\",\"enabled\":0},\n  7,\n  {\"to\":\"\\ud800\"},\n  {\"sms\":\"90-3\" \"id\"}]";
    let found = diagnostics(text, Format::Json);
    assert!(found[0].starts_with("line 2, column 31: unknown key `é`"), "{found:?}");
    assert_eq!(found[1], "line 3, column 27: `0` is not valid; write `true` or `false`");
    assert_eq!(
        found[2],
        "line 4, column 3: this is not a contact; write one such as `sms: 90-5555559999`"
    );
    assert_eq!(found[3], "line 5, column 9: this string has an invalid escape sequence");
    assert!(found[4].starts_with("line 6, column 17: invalid JSON: expected"), "{found:?}");
    assert_eq!(
        diagnostics("{}", Format::Json),
        ["line 1, column 1: this file is not a list; write the contacts in `[` and `]`"]
    );
    assert!(diagnostics("[] []", Format::Json)[0].starts_with("line 1, column 4: invalid JSON"));
}

#[test]
fn csv_from_the_list_command_and_from_spreadsheets_is_valid() {
    let text = "id,method,to,enabled,disabledReason,applyOrder\r\ns1,sms,90-555,false,\"Not, verified\",0\r\ne1,email,a@b,,,1\r\ns2,sms,90-6,false,,2\r\n";
    let desired = read(text, Format::Csv).unwrap();
    assert_eq!(desired[0].id.as_ref().unwrap().as_str(), "s1");
    let enabled: Vec<_> = desired.iter().map(|desired| desired.enabled).collect();
    assert_eq!(enabled, [None, None, Some(false)], "an unverified number has no desired state");

    let text = "Method,To,Enabled\nsms , 90-1,TRUE\n,,\nmobile,\"9,0 2\",False\n";
    assert_eq!(to(text, Format::Csv), ["90-1", "9,0 2"]);
}

#[test]
fn errors_of_csv_have_line_and_column() {
    let text =
        "id,method,to,colour\n1,sms,90-1,red\n2,sms\na/b,sms,\"90\n-3\",\n4,\"s\"ms,90-4,,5\n";
    assert_eq!(
        diagnostics(text, Format::Csv),
        [
            "line 1, column 14: unknown column `colour`; known columns: id, method, to, enabled",
            "line 3, column 1: `to` is missing; write the address or number",
            "line 4, column 1: the contact id has a character other than `A-Z a-z 0-9 . _ ~ : -`",
            "line 6, column 3: text after the closing quote; write quotes inside a cell as `\"\"`",
            "line 6, column 15: the header row has no name for this column; add one, or empty this cell",
        ]
    );
    assert_eq!(
        diagnostics("method,to,applyOrder,To,applyOrder\n", Format::Csv),
        [
            "line 1, column 22: duplicate column `To`; keep one",
            "line 1, column 25: duplicate column `applyOrder`; keep one"
        ]
    );
    assert_eq!(
        diagnostics("method,to\nsms,\"90\n", Format::Csv),
        ["line 2, column 5: this cell has no closing quote; add `\"`"]
    );
}

#[test]
fn a_spreadsheet_does_not_run_any_written_cell() {
    for run in ["=1+1", "+90-555", "-90-1", "@SUM(1)", "\t=1", "\r=1", "'=1"] {
        let mut desired = Desired::new(ContactMethod::Mobile, run);
        desired.id = Some("m1".parse().unwrap());
        let text = write(&[desired], Format::Csv);
        let cell =
            text.lines().nth(1).unwrap().trim_start_matches("m1,mobile,").trim_start_matches('"');
        assert!(cell.starts_with('\''), "{text}");
        assert_eq!(to(&text, Format::Csv), [run]);
    }
    assert_eq!(
        to("method,to\nsms,+90-555\n", Format::Csv),
        ["+90-555"],
        "a formula without an apostrophe"
    );
}

#[test]
fn an_unknown_method_is_written_in_the_long_form() {
    let desired = [Desired::new("pager".into(), "7")];
    assert_eq!(write(&desired, Format::Yaml), "- method: pager\n  to: \"7\"\n");
    assert_eq!(
        write(&desired, Format::Json),
        "[\n  {\"method\":\"pager\",\"to\":\"7\",\"enabled\":true}\n]\n"
    );
}

#[test]
fn an_address_with_a_nul_is_an_error() {
    assert_eq!(
        diagnostics(r#"[{"sms":"a\u0000b"}]"#, Format::Json),
        ["line 1, column 9: the address or number contains a NUL character; remove it"]
    );
    assert_eq!(
        diagnostics("- email: \"\\0\"", Format::Yaml),
        ["line 1, column 10: the address or number contains a NUL character; remove it"]
    );
}

#[test]
fn csv_can_have_any_separator_a_sep_line_and_empty_columns() {
    let expected = read("method,to,enabled\nsms,90-5,\nemail,a@b,false\n", Format::Csv).unwrap();
    for text in [
        "method;to;enabled\nsms;90-5;\nemail;a@b;FALSE\n",
        "sep=;\r\nmethod;to;enabled\r\nsms;90-5;\r\nemail;a@b;FALSE\r\n",
        "\u{feff}method\tto\tenabled\nsms\t90-5\t\nemail\ta@b\tfalse\n",
        "method,to,enabled,,\nsms,90-5,,,\nemail,a@b,false,,\n,,,,\n",
        "\"method\",\"to\",\"enabled\"\n\"sms\",\"90-5\"\n\"email\",\"a@b\",\"False\"\n",
        "method,,to,enabled\nsms,,90-5\nemail,,a@b,false\n",
    ] {
        assert_eq!(read(text, Format::Csv).as_ref(), Ok(&expected), "{text}");
    }
    assert_eq!(
        diagnostics("method;to;;\nsms;90-5;;x\n", Format::Csv),
        [
            "line 2, column 11: the header row has no name for this column; add one, or empty this cell"
        ]
    );
}

#[test]
fn an_invalid_address_is_an_error_in_every_format() {
    for (method, to, why) in [
        ("voice", "4.95360287E+11", "a spreadsheet shortened this number"),
        ("sms", "9.05555555555e11", "a spreadsheet shortened this number"),
        ("sms", "905555555555.0", "a spreadsheet shortened this number"),
        ("sms", "ann@example.com", "sms needs a telephone number"),
        ("email", "90-555", "it has no @"),
        ("email", "ann@example.com\u{200b}", "\\u{200b}"),
        ("mobile", "Phone\u{3164}", "\\u{3164}"),
    ] {
        for (text, format, position) in [
            (format!("method,to\n{method},{to}\n"), Format::Csv, (2, method.len() + 2)),
            (format!("- {method}: {to}\n"), Format::Yaml, (1, method.len() + 5)),
            (
                format!("- {{method: {method}, to: \"{to}\"}}\n"),
                Format::Yaml,
                (1, method.len() + 18),
            ),
            (format!("[{{\"{method}\":\"{to}\"}}]"), Format::Json, (1, method.len() + 6)),
        ] {
            let found = read(&text, format).unwrap_err();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((found[0].position.line, found[0].position.column), position, "{text}");
            assert!(found[0].message.contains(why), "{text}: {}", found[0]);
        }
    }
    for number in ["9.05555555555e11", "905555555555.0"] {
        let found = diagnostics(&format!("[{{\"sms\":{number}}}]"), Format::Json);
        assert!(found[0].contains("a spreadsheet shortened this number"), "{found:?}");
    }
}

#[test]
fn an_existing_contact_may_have_any_address_and_the_plan_checks_the_others() {
    for to in ["4.95360287E+11", "ann\u{200b}", ""] {
        let contact = Contact::new("c1".parse().unwrap(), ContactMethod::Sms, to);
        for format in [Format::Yaml, Format::Json, Format::Csv] {
            let desired = read(&write(&[Desired::from(&contact)], format), format).unwrap();
            assert!(
                Plan::new(&desired, std::slice::from_ref(&contact), Options::default())
                    .unwrap()
                    .is_empty()
            );
            let error = Plan::new(&desired, &[], Options::default()).unwrap_err();
            assert!(matches!(error.reasons(), [PlanErrorKind::Invalid { .. }]), "{error}");
        }
    }
}

#[test]
fn methods_can_be_in_upper_or_lower_case() {
    let expected = read("- sms: 90-5\n- email: a@b\n", Format::Yaml).unwrap();
    assert_eq!(
        read("- SMS: 90-5\n- {method: Email, to: a@b}\n", Format::Yaml).as_ref(),
        Ok(&expected)
    );
    assert_eq!(read("method,to\nSms,90-5\nE-MAIL,a@b\n", Format::Csv).unwrap()[0], expected[0]);
}
