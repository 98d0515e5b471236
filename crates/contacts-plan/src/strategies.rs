//! Test data: contacts and entries that often share ids and addresses.

use contacts_proto::{Contact, ContactId, ContactMethod, Status};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::Desired;

/// Contacts of a service. Two of them may have the same id.
pub(crate) fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let status = option::of(option::of(any::<bool>())).prop_map(|status| {
        status.map(|enabled| {
            let mut status = Status::default();
            status.enabled = enabled;
            status
        })
    });
    let contact = (id(), address(), status).prop_map(|(id, (method, to), status)| {
        let mut contact = Contact::new(id, method, to);
        contact.status = status;
        contact
    });
    vec(contact, 0..9)
}

/// Entries of a file.
pub(crate) fn entries() -> impl Strategy<Value = Vec<Desired>> {
    let entry = (option::of(id()), address(), option::of(any::<bool>())).prop_map(
        |(id, (method, to), enabled)| {
            let mut entry = Desired::new(method, to);
            (entry.id, entry.enabled) = (id, enabled);
            entry
        },
    );
    vec(entry, 0..9)
}

fn id() -> impl Strategy<Value = ContactId> {
    (0..6).prop_map(|number| ContactId::new(format!("c{number}")).unwrap())
}

/// A few addresses, each in several forms.
fn address() -> impl Strategy<Value = (ContactMethod, String)> {
    let emails = select(vec!["a@x.com", "a@X.com", "A@x.com", "a@b@x.com", "a"]);
    let numbers = select(vec!["90-1", "+901", "9 0 1", "902", "home"]);
    let others = select(vec!["mobile", "pager", "fax"]);
    prop_oneof![
        emails.prop_map(|to| ("email".into(), to.to_owned())),
        (select(vec!["sms", "voice"]), numbers.clone())
            .prop_map(|(method, to)| (method.into(), to.to_owned())),
        (others, numbers).prop_map(|(method, to)| (method.into(), to.to_owned())),
    ]
}
