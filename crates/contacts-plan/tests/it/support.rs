//! Test data for the laws: existing and desired contacts that are easily confused with each other.

pub(crate) mod service;

use contacts_plan::{Desired, Options};
use contacts_proto::{Contact, ContactId, ContactMethod, Status};
use proptest::prelude::*;

pub(crate) fn id(number: usize) -> ContactId {
    ContactId::new(format!("c{number}")).unwrap()
}

/// A few addresses. Some are equal but written differently.
pub(crate) fn address() -> impl Strategy<Value = (ContactMethod, String)> {
    let emails = prop::sample::select(vec![
        "a@example.com",
        "a@Example.com",
        "b@example.com",
        "c@example.com",
    ]);
    let numbers = prop::sample::select(vec!["90-555-1", "+905551", "90-2", "90-3", "90-4"]);
    prop_oneof![
        4 => emails.prop_map(|to| (ContactMethod::Email, to.to_owned())),
        3 => numbers.clone().prop_map(|to| (ContactMethod::Sms, to.to_owned())),
        2 => numbers.prop_map(|to| (ContactMethod::Voice, to.to_owned())),
    ]
}

fn app() -> impl Strategy<Value = (ContactMethod, String)> {
    prop_oneof![
        Just((ContactMethod::Mobile, "Phone 1".to_owned())),
        Just((ContactMethod::Mobile, "Phone 2".to_owned())),
        Just((ContactMethod::Mobile, String::new())),
        Just((ContactMethod::from("pager"), "7".to_owned())),
    ]
}

fn status() -> impl Strategy<Value = Option<Status>> {
    let status = |enabled, reason: Option<&str>| {
        let mut status = Status::default();
        status.enabled = enabled;
        status.disabled_reason = reason.map(String::from);
        Some(status)
    };
    prop_oneof![
        1 => Just(None),
        1 => Just(status(None, None)),
        5 => Just(status(Some(true), None)),
        2 => Just(status(Some(false), None)),
        1 => Just(status(Some(false), Some("Not verified"))),
    ]
}

/// Contacts of a service.
pub(crate) fn actual() -> impl Strategy<Value = Vec<Contact>> {
    let one = (prop_oneof![8 => address(), 1 => app()], status());
    prop::collection::vec(one, 0..6).prop_map(|contacts| {
        let contact = |(number, ((method, to), status)): (usize, ((ContactMethod, String), _))| {
            let mut contact = Contact::new(id(number), method, to);
            contact.status = status;
            contact
        };
        contacts.into_iter().enumerate().map(contact).collect()
    })
}

/// Existing and desired contacts: some kept, changed, removed, swapped or new, and some with
/// unknown ids.
pub(crate) fn actual_and_desired() -> impl Strategy<Value = (Vec<Contact>, Vec<Desired>)> {
    let entry = (any::<u8>(), any::<bool>(), address(), prop::option::weighted(0.6, 0_usize..8));
    (actual(), prop::collection::vec(entry, 0..7), any::<bool>()).prop_map(
        |(actual, entries, reversed)| {
            let mut desired: Vec<Desired> = Vec::new();
            for (position, (choice, enabled, (method, to), number)) in
                entries.into_iter().enumerate()
            {
                let mut entry = match (actual.get(position), choice % 8) {
                    (Some(contact), 0..=2) => Desired::from(contact),
                    (Some(contact), 3) => Desired::new(contact.method.clone(), &contact.to),
                    (Some(contact), 4) if contact.method == method => {
                        let mut moved = Desired::from(contact);
                        moved.to = to;
                        moved
                    }
                    _ => {
                        let mut entry = Desired::new(method, to);
                        entry.id = number.map(id);
                        entry
                    }
                };
                if choice >= 200 {
                    entry.enabled = Some(enabled);
                }
                desired.push(entry);
            }
            if reversed {
                desired.reverse();
            }
            (actual, desired)
        },
    )
}

pub(crate) fn options() -> impl Strategy<Value = Options> {
    any::<bool>().prop_map(|prune| Options::default().prune(prune))
}
