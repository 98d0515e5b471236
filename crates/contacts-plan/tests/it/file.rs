//! Files, case by case.

use contacts_plan::{Desired, Format, Options, Plan, PlanErrorKind, read, write};
use contacts_proto::{Contact, ContactMethod};

fn to(text: &str, format: Format) -> Vec<String> {
    read(text, format).unwrap().into_iter().map(|desired| desired.to).collect()
}

fn diagnostics(text: &str, format: Format) -> Vec<String> {
    read(text, format).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_in_yaml_stays_as_it_is_written() {
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
fn yaml_is_read_short_and_long() {
    let short = read("- sms: 90-555\n  id: s1\n  enabled: FALSE\n- email: a@b\n", Format::Yaml).unwrap();
    let long = "- {to: 90-555, method: sms, id: s1, status: {enabled: false}}\n- method: email\n  to: a@b\n  enabled: true\n  id: ~\n";
    assert_eq!(short, read(long, Format::Yaml).unwrap());
    assert_eq!((short[0].enabled, short[1].enabled), (Some(false), None));
    assert!(short[1].id.is_none());
    assert_eq!(short[1].position.unwrap().line, 4);
}

#[test]
fn all_mistakes_of_yaml_are_told_at_once() {
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
    let known =
        "`id`, `method`, `to` and `enabled` are, and `email`, `sms`, `voice` and `mobile` with an address";
    assert_eq!(
        diagnostics(text, Format::Yaml),
        [
            format!("line 2, column 3: `colour` is not known here: {known}"),
            format!("line 3, column 3: `fax` is not known here: {known}"),
            "line 4, column 6: the address or number is missing".into(),
            "line 5, column 3: `to` is missing".into(),
            "line 6, column 10: a text is expected".into(),
            "line 7, column 15: a second contact in one entry".into(),
            "line 8, column 20: the contact id has a character other than `A-Z a-z 0-9 . _ ~ : -`".into(),
            "line 8, column 34: `1` is neither true nor false".into(),
            "line 9, column 3: a contact is expected, such as `sms: 90-555`".into(),
            "line 11, column 16: a second address in one entry".into(),
            "line 11, column 24: `to` is here twice".into(),
            "line 12, column 3: this is the same contact as the one of line 10".into(),
        ]
    );
}

#[test]
fn what_is_no_yaml_is_told_with_the_mistakes_before_it() {
    let told = diagnostics("- fax: 1\n- sms: \"90\n", Format::Yaml);
    assert!(told[0].starts_with("line 1, column 3: `fax`"), "{told:?}");
    assert!(told[1].contains("this is not YAML"), "{told:?}");
    assert!(diagnostics("- &a {sms: 1}\n- *a\n", Format::Yaml)[0].starts_with("line 2, column 3: an alias"));
    assert_eq!(
        diagnostics("- sms: 1\n---\n- sms: 2\n", Format::Yaml),
        ["line 3, column 1: this is a second document"]
    );
    assert_eq!(
        diagnostics("sms: 1\n", Format::Yaml),
        ["line 1, column 1: a list is expected: `- ` before each contact"]
    );
}

#[test]
fn an_empty_file_is_a_mistake_and_an_empty_list_is_none() {
    for (empty, list, format) in
        [("\n", "[]", Format::Yaml), (" ", "[]", Format::Json), ("\u{feff}", "method,to\n", Format::Csv)]
    {
        assert_eq!(diagnostics(empty, format), ["line 1, column 1: there is nothing in it"]);
        assert_eq!(read(list, format), Ok(vec![]));
        assert_eq!(read(&write(&[], format), format), Ok(vec![]));
    }
    assert!(read("# nothing\n", Format::Yaml).is_err());
}

#[test]
fn json_is_told_with_line_and_column() {
    let text = "[\n  {\"method\":\"sms\",\"to\":\"90-1\",\"é\":1},\n  {\"sms\":\"90-2\",\"enabled\":0},\n  7,\n  {\"to\":\"\\ud800\"},\n  {\"sms\":\"90-3\" \"id\"}]";
    let told = diagnostics(text, Format::Json);
    assert!(told[0].starts_with("line 2, column 31: `é` is not known here"), "{told:?}");
    assert_eq!(told[1], "line 3, column 27: `0` is neither true nor false");
    assert_eq!(told[2], "line 4, column 3: a contact is expected, such as `sms: 90-555`");
    assert_eq!(told[3], "line 5, column 9: this is no text: an escape in it stands for no character");
    assert!(told[4].starts_with("line 6, column 17: this is not JSON: expected"), "{told:?}");
    assert_eq!(diagnostics("{}", Format::Json), ["line 1, column 1: a list of contacts is expected: `[`"]);
    assert!(diagnostics("[] []", Format::Json)[0].starts_with("line 1, column 4: this is not JSON"));
}

#[test]
fn csv_is_read_as_the_command_lists_it_and_as_a_spreadsheet_leaves_it() {
    let text = "id,method,to,enabled,disabledReason,applyOrder\r\ns1,sms,90-555,false,\"Not, verified\",0\r\ne1,email,a@b,,,1\r\ns2,sms,90-6,false,,2\r\n";
    let desired = read(text, Format::Csv).unwrap();
    assert_eq!(desired[0].id.as_ref().unwrap().as_str(), "s1");
    let enabled: Vec<_> = desired.iter().map(|desired| desired.enabled).collect();
    assert_eq!(enabled, [None, None, Some(false)], "one that is not verified is not to be disabled");

    let text = "Method,To,Enabled\nsms , 90-1,TRUE\n,,\nmobile,\"9,0 2\",False\n";
    assert_eq!(to(text, Format::Csv), ["90-1", "9,0 2"]);
}

#[test]
fn csv_is_told_with_line_and_column() {
    let text = "id,method,to,colour\n1,sms,90-1,red\n2,sms\na/b,sms,\"90\n-3\",\n4,\"s\"ms,90-4,,5\n";
    assert_eq!(
        diagnostics(text, Format::Csv),
        [
            "line 1, column 14: the column `colour` is not known: id, method, to, enabled are",
            "line 3, column 1: `to` is missing",
            "line 4, column 1: the contact id has a character other than `A-Z a-z 0-9 . _ ~ : -`",
            "line 6, column 3: there is something after the end of the quotes",
            "line 6, column 15: the header has no name for the column of this cell",
        ]
    );
    assert_eq!(
        diagnostics("method,to,applyOrder,To,applyOrder\n", Format::Csv),
        [
            "line 1, column 22: the column `To` is here twice",
            "line 1, column 25: the column `applyOrder` is here twice"
        ]
    );
    assert_eq!(
        diagnostics("method,to\nsms,\"90\n", Format::Csv),
        ["line 2, column 5: the quotes that begin here do not end"]
    );
}

#[test]
fn a_spreadsheet_runs_no_cell() {
    for run in ["=1+1", "+90-555", "-90-1", "@SUM(1)", "\t=1", "\r=1", "'=1"] {
        let mut desired = Desired::new(ContactMethod::Mobile, run);
        desired.id = Some("m1".parse().unwrap());
        let text = write(&[desired], Format::Csv);
        let cell = text.lines().nth(1).unwrap().trim_start_matches("m1,mobile,").trim_start_matches('"');
        assert!(cell.starts_with('\''), "{text}");
        assert_eq!(to(&text, Format::Csv), [run]);
    }
    assert_eq!(to("method,to\nsms,+90-555\n", Format::Csv), ["+90-555"], "what others wrote");
}

#[test]
fn an_unknown_method_is_written_long() {
    let desired = [Desired::new("pager".into(), "7")];
    assert_eq!(write(&desired, Format::Yaml), "- method: pager\n  to: \"7\"\n");
    assert_eq!(
        write(&desired, Format::Json),
        "[\n  {\"method\":\"pager\",\"to\":\"7\",\"enabled\":true}\n]\n"
    );
}

#[test]
fn an_address_with_a_nul_is_a_mistake_as_no_format_could_keep_it() {
    assert_eq!(
        diagnostics(r#"[{"sms":"a\u0000b"}]"#, Format::Json),
        ["line 1, column 9: the address or number has a NUL in it"]
    );
    assert_eq!(
        diagnostics("- email: \"\\0\"", Format::Yaml),
        ["line 1, column 10: the address or number has a NUL in it"]
    );
}

#[test]
fn every_separator_a_first_line_that_says_it_and_empty_columns_are_read() {
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
        ["line 2, column 11: the header has no name for the column of this cell"]
    );
}

#[test]
fn an_address_that_reaches_nobody_is_a_mistake_in_every_format() {
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
            (format!("- {{method: {method}, to: \"{to}\"}}\n"), Format::Yaml, (1, method.len() + 18)),
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
fn a_contact_that_is_there_may_have_any_address_and_one_that_is_not_is_checked_by_the_plan() {
    for to in ["4.95360287E+11", "ann\u{200b}", ""] {
        let contact = Contact::new("c1".parse().unwrap(), ContactMethod::Sms, to);
        for format in [Format::Yaml, Format::Json, Format::Csv] {
            let desired = read(&write(&[Desired::from(&contact)], format), format).unwrap();
            assert!(
                Plan::new(&desired, std::slice::from_ref(&contact), Options::default()).unwrap().is_empty()
            );
            let error = Plan::new(&desired, &[], Options::default()).unwrap_err();
            assert!(matches!(error.reasons(), [PlanErrorKind::Invalid { .. }]), "{error}");
        }
    }
}

#[test]
fn methods_are_read_however_they_are_written() {
    let expected = read("- sms: 90-5\n- email: a@b\n", Format::Yaml).unwrap();
    assert_eq!(read("- SMS: 90-5\n- {method: Email, to: a@b}\n", Format::Yaml).as_ref(), Ok(&expected));
    assert_eq!(read("method,to\nSms,90-5\nE-MAIL,a@b\n", Format::Csv).unwrap()[0], expected[0]);
}
