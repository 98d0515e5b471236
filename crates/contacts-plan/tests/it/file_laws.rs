//! Laws of reading and writing files.

use crate::support;
use crate::support::actual;
use contacts_plan::{Desired, Diagnostic, Format, Options, Plan, Position, read, write};
use contacts_proto::{Address, Contact, ContactId, ContactMethod, Status};
use proptest::prelude::*;

const FORMATS: [Format; 3] = [Format::Yaml, Format::Json, Format::Csv];

/// Any text that can be an address: not blank, and without NUL.
fn text() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        "\\PC{1,12}",
        "[ -~\t\r\n]{1,10}",
        "['=+\\-@ \t,;\"#:{}\\[\\]&*!|>%`?a0]{1,6}",
        "(~|null|true|No|0x1F|1e3|0123|\\+90-5|90-55|2001-12-14|\\.inf|---|- a)",
        prop::collection::vec(any::<char>(), 1..6).prop_map(String::from_iter),
    ];
    any.prop_filter("blank, or a NUL", |text| !text.trim().is_empty() && !text.contains('\0'))
}

fn method() -> impl Strategy<Value = ContactMethod> {
    let known = prop::sample::select(vec!["email", "sms", "voice", "mobile", "pager"]);
    prop_oneof![4 => known.prop_map(ContactMethod::from), 1 => text().prop_map(|text| text.as_str().into())]
}

fn desired() -> impl Strategy<Value = Vec<Desired>> {
    let id = prop::option::of("[A-Za-z0-9_~:.-]{1,12}").prop_map(|id| ContactId::new(id?).ok());
    // The reason comes from the service, and may be any text.
    let reason = prop::option::of(prop_oneof![any::<String>(), "[ -~\\n\\t#]{0,12}"]);
    // The service does not report an address for every contact.
    let to = prop_oneof![9 => text(), 1 => Just(String::new()), 1 => Just(" ".to_owned())];
    let entry = (id, method(), to, prop::option::of(any::<bool>()), reason).prop_map(
        |(id, method, to, enabled, reason)| {
            let mut entry = Desired::new(method, to);
            (entry.id, entry.enabled, entry.disabled_reason) = (id, enabled, reason);
            // An existing contact can have any address. One with an invalid address needs an id.
            if Address::new(&entry.method, &entry.to).check().is_err() {
                entry.id.get_or_insert_with(|| support::id(0));
            }
            entry
        },
    );
    prop::collection::vec(entry, 0..5)
}

/// Returns `true` if `read` rejects the entries as duplicates. The laws do not cover those.
fn has_duplicates(desired: &[Desired]) -> bool {
    desired.iter().enumerate().any(|(position, one)| {
        desired.iter().take(position).any(|other| match (&one.id, &other.id) {
            (Some(one), Some(other)) => one == other,
            _ => Contact::new(support::id(0), one.method.clone(), &one.to)
                .reaches(&other.method, &other.to),
        })
    })
}

/// The lines of a text as an editor shows them.
fn lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.replace("\r\n", "\n").split(['\n', '\r']).map(String::from).collect()
}

fn is_within(text: &str, position: Position) -> bool {
    let lines = lines(text);
    let line = lines.get(position.line.wrapping_sub(1));
    line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&position.column))
}

/// Texts that are almost valid files.
fn almost_valid() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "- ",
        "sms: ",
        "90-555",
        "\n",
        "\r\n",
        "  ",
        "enabled: ",
        "true",
        "maybe",
        "id: ",
        "a/b",
        "c1",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "'",
        "\\",
        "\\ud800",
        "\"sms\"",
        "\"to\": ",
        "\"method\": ",
        "email",
        "é",
        "\u{feff}",
        "\t",
        "&a ",
        "*a",
        "? ",
        "|\n",
        ">",
        "%YAML",
        "---\n",
        "...\n",
        "!!str ",
        "#",
        "method,to\n",
        "id,method,to,enabled\n",
        "status: ",
        "\"status\":{\"enabled\":1}",
        "null",
        "~",
        "\r",
        "\u{85}",
        "\u{2028}",
        "<<: ",
        "=1+1",
        "-1",
        "sms,",
        "{\"a\":",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn reading_a_written_file_returns_the_same_contacts(desired in desired()) {
        if has_duplicates(&desired) {
            return Ok(());
        }
        for format in FORMATS {
            let text = write(&desired, format);
            let read = read(&text, format);
            prop_assert_eq!(read.as_deref(), Ok(desired.as_slice()), "{}", text);
        }
    }

    #[test]
    fn planning_an_export_gives_no_changes(actual in actual(), prune: bool) {
        let desired: Vec<_> = actual.iter().map(Desired::from).collect();
        for format in FORMATS {
            let desired = read(&write(&desired, format), format).unwrap();
            let plan = Plan::new(&desired, &actual, Options::default().prune(prune)).unwrap();
            prop_assert!(plan.is_empty(), "{}", plan);
        }
    }

    #[test]
    fn a_number_that_is_verified_after_an_export_is_not_changed(
        actual in actual(), format in prop::sample::select(FORMATS.to_vec()), prune: bool, force: bool,
    ) {
        let exported: Vec<_> = actual.iter().map(Desired::from).collect();
        let desired = read(&write(&exported, format), format).unwrap();
        let mut verified = actual;
        for contact in verified.iter_mut().filter(|it| it.method.is_phone()) {
            contact.status = Some(Status::default());
            contact.status.as_mut().unwrap().enabled = Some(true);
        }
        let plan = Plan::new(&desired, &verified, Options::default().prune(prune).force(force)).unwrap();
        prop_assert!(plan.is_empty(), "{}", plan);
    }

    #[test]
    fn the_json_of_the_list_command_is_a_valid_file(actual in actual()) {
        let desired = read(&serde_json::to_string(&actual).unwrap(), Format::Json).unwrap();
        prop_assert!(Plan::new(&desired, &actual, Options::default()).unwrap().is_empty());
        let pretty = read(&serde_json::to_string_pretty(&actual).unwrap(), Format::Yaml);
        prop_assert_eq!(pretty, Ok(desired), "JSON is YAML");
    }

    #[test]
    fn reading_never_panics_and_every_diagnostic_is_within_the_text(
        text in prop_oneof![almost_valid(), any::<String>(), "[ -~\\n\\t]{0,60}"],
    ) {
        for format in FORMATS {
            for diagnostic in read(&text, format).err().unwrap_or_default() {
                prop_assert!(is_within(&text, diagnostic.position), "{format:?} {text:?}: {diagnostic}");
            }
        }
    }

    #[test]
    fn every_error_in_a_file_is_reported_at_its_position(
        desired in desired(), wrong in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        if has_duplicates(&desired) || desired.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<_> = desired.iter().map(|one| write(std::slice::from_ref(one), Format::Yaml)).collect();
        let mut places: Vec<_> = wrong.iter().map(|wrong| wrong.index(lines.len())).collect();
        places.sort_unstable();
        places.dedup();
        for position in &places {
            lines[*position].push_str("  colour: red\n");
        }
        let line_of = |position: usize| lines[..=position].iter().map(|text| text.lines().count()).sum::<usize>();
        let expected: Vec<_> = places.iter().map(|position| Position { line: line_of(*position), column: 3 }).collect();
        let found: Vec<_> = read(&lines.concat(), Format::Yaml).unwrap_err().iter().map(|it| it.position).collect();
        prop_assert_eq!(found, expected, "{}", lines.concat());
    }
}

#[test]
fn a_parser_position_beyond_the_end_moves_into_the_text() {
    let diagnostics = read("---\n\t", Format::Yaml).unwrap_err();
    assert_eq!(diagnostics[0].position, Position { line: 2, column: 2 });
}

#[test]
fn deep_and_long_texts_are_read_without_a_crash() {
    let diagnostics: Vec<Vec<Diagnostic>> = [
        ("[".repeat(200_000), Format::Yaml),
        ("[".repeat(200_000), Format::Json),
        ("- ".repeat(50_000), Format::Yaml),
        ("[{\"to\":".repeat(100_000), Format::Json),
        ("{a: ".repeat(50_000), Format::Yaml),
        (format!("method,to\n{}", "\"".repeat(200_001)), Format::Csv),
        (",".repeat(200_000), Format::Csv),
        (format!("[{}]", "{\"fax\":1},".repeat(20_000)), Format::Json),
    ]
    .into_iter()
    .map(|(text, format)| read(&text, format).unwrap_err())
    .collect();
    assert!(diagnostics.iter().all(|diagnostics| !diagnostics.is_empty()));
}
