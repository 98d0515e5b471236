//! A file of contacts is rejected at a position within it, or keeps its meaning in every format.
#![no_main]

use contacts_plan::{Format, Options, Plan, read, write};
use contacts_proto::{Contact, ContactId, Status};

const FORMATS: [Format; 3] = [Format::Yaml, Format::Json, Format::Csv];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(text) = contacts_fuzz::text(data) else { return };
    for format in FORMATS {
        let desired = match read(text, format) {
            Ok(desired) => desired,
            Err(diagnostics) => {
                assert!(!diagnostics.is_empty());
                assert!(diagnostics.is_sorted_by_key(|diagnostic| diagnostic.position));
                let lines = text.split(['\n', '\r']).count();
                assert!(
                    diagnostics
                        .iter()
                        .all(|diagnostic| (1..=lines).contains(&diagnostic.position.line))
                );
                assert!(
                    diagnostics
                        .iter()
                        .all(|diagnostic| contacts_fuzz::is_printable(&diagnostic.message))
                );
                continue;
            }
        };
        for other in FORMATS {
            let written = write(&desired, other);
            assert_eq!(
                read(&written, other).as_deref(),
                Ok(desired.as_slice()),
                "{other:?}: {written}"
            );
        }
        // The contacts of a service that has exactly these.
        let numbered = desired.iter().enumerate();
        let actual: Vec<_> = numbered
            .map(|(number, desired)| {
                let id = desired.id.clone();
                let id = id.unwrap_or_else(|| ContactId::new(format!("~{number}")).expect("an id"));
                let mut contact = Contact::new(id, desired.method.clone(), &desired.to);
                let mut status = Status::default();
                status.enabled = Some(desired.enabled != Some(false));
                contact.status = Some(status);
                contact
            })
            .collect();
        // A service never lists the same id twice.
        let ids: std::collections::HashSet<_> = actual.iter().map(|contact| &contact.id).collect();
        if ids.len() == actual.len() {
            let plan = Plan::new(&desired, &actual, Options::default().prune(true))
                .expect("no contact is lost");
            assert!(plan.is_empty(), "{plan}");
        }
    }
});
