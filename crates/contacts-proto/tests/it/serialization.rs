//! Laws of serialization: models can be built in tests, written as JSON and read back.

use crate::support::{accounts, answer, ids};
use contacts_proto::{
    Confirmation, Contact, ContactMethod, GetContact, JiraUser, ListContacts, Operation, Page,
    Participant, Rotation, RotationId, Schedule, ScheduleId, Status,
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

/// Texts that are not empty: an empty one is read as absent.
fn texts() -> impl Strategy<Value = Option<String>> {
    option::of("\\PC{1,20}")
}

fn schedules() -> impl Strategy<Value = Schedule> {
    let participants = prop::collection::vec((texts(), texts()), 0..3).prop_map(|all| {
        let known = all.into_iter().filter(|(kind, id)| kind.is_some() || id.is_some());
        known.map(|(kind, id)| Participant::new(kind.into(), id)).collect::<Vec<_>>()
    });
    let rotation = (ids(), texts(), participants).prop_map(|(id, name, participants)| {
        let id = RotationId::new(id.as_str()).unwrap();
        let mut rotation = Rotation::new(id, participants);
        rotation.name = name;
        rotation
    });
    let rotations = option::of(prop::collection::vec(rotation, 0..3));
    (ids(), any::<String>(), option::of(any::<bool>()), texts(), texts(), rotations).prop_map(
        |(id, name, enabled, timezone, team_id, rotations)| {
            let mut schedule = Schedule::new(ScheduleId::new(id.as_str()).unwrap(), name);
            (schedule.enabled, schedule.timezone) = (enabled, timezone);
            (schedule.team_id, schedule.rotations) = (team_id, rotations);
            schedule
        },
    )
}

fn users() -> impl Strategy<Value = JiraUser> {
    (accounts(), texts(), texts(), option::of(any::<bool>()), texts()).prop_map(
        |(id, name, email, active, account_type)| {
            let mut user = JiraUser::new(id);
            (user.display_name, user.email) = (name, email);
            (user.active, user.account_type) = (active, account_type);
            user
        },
    )
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
        schedule in schedules(),
        user in users(),
    ) {
        survives(&Page::new(vec![schedule], Some(1)))?;
        survives(&user)?;
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
