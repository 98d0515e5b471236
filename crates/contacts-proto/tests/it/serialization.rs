//! Laws of serialization: models can be built in tests, written as JSON and read back.

use crate::support::{accounts, answer, ids};
use contacts_proto::{
    Confirmation, Contact, ContactMethod, GetContact, ListContacts, Operation, Page, Status,
};
use proptest::{option, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

fn methods() -> impl Strategy<Value = ContactMethod> {
    prop_oneof!["email|sms|voice|mobile|pager", any::<String>()]
        .prop_map(|text| ContactMethod::from(text.as_str()))
}

fn statuses() -> impl Strategy<Value = Status> {
    (option::of(any::<bool>()), option::of(any::<String>())).prop_map(|(enabled, reason)| {
        let mut status = Status::default();
        (status.enabled, status.disabled_reason) = (enabled, reason);
        status
    })
}

fn contacts() -> impl Strategy<Value = Contact> {
    (ids(), methods(), any::<String>(), option::of(statuses()), option::of(any::<i32>())).prop_map(
        |(id, method, to, status, order)| {
            let mut contact = Contact::new(id, method, to);
            (contact.status, contact.apply_order) = (status, order);
            contact
        },
    )
}

fn pages() -> impl Strategy<Value = Page> {
    let next = option::of(prop_oneof![0_u32..200, any::<u32>()]);
    (prop::collection::vec(contacts(), 0..4), next)
        .prop_map(|(contacts, next)| Page::new(contacts, next))
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let json = serde_json::to_string(value).unwrap();
    let read = serde_json::from_str::<T>(&json);
    prop_assert_eq!(read.as_ref().ok(), Some(value), "{}", json);
    Ok(())
}

proptest! {
    #[test]
    fn every_model_survives_serialization(
        contact in contacts(),
        account in accounts(),
        message in any::<String>(),
        page in pages(),
    ) {
        survives(&contact.id)?;
        survives(&contact.method)?;
        survives(&contact.status.clone().unwrap_or_default())?;
        survives(&contact)?;
        survives(&account)?;
        survives(&Confirmation::new(contact.id, message))?;
        survives(&page)?;
    }

    #[test]
    fn contacts_and_pages_are_written_in_the_shape_of_the_service(contact in contacts(), page in pages()) {
        let body = serde_json::to_vec(&contact).unwrap();
        let read = GetContact::new(contact.id.clone()).response(answer(200, &body));
        prop_assert_eq!(read.unwrap(), contact);

        let body = serde_json::to_vec(&page).unwrap();
        prop_assert_eq!(ListContacts::all().response(answer(200, &body)).unwrap(), page);
    }

    #[test]
    fn text_forms_survive_display_and_parsing(id in ids(), account in accounts(), method in methods()) {
        prop_assert_eq!(id.to_string().parse().ok(), Some(id));
        prop_assert_eq!(account.to_string().parse().ok(), Some(account));
        prop_assert_eq!(method.to_string().parse().ok(), Some(method));
    }
}
