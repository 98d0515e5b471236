//! Builds each request: by an operation, by hand from prepared parts, and naively.

use contacts_proto::{
    ActivateContact, ContactMethod, CreateContact, DeactivateContact, DeleteContact, GetContact,
    ListContacts, Operation, UpdateContact,
};
use http::{Method, Request};

use crate::{
    Work,
    by_hand::{Parts, naive_create, naive_list},
    fixture::{BASE, EMAIL, ID, NUMBER, credentials, id, site},
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        ours("list", ListContacts::all),
        by_hand("list", |parts| parts.list(0, 100)),
        Work::pure("build/list/naive", || naive_list(BASE, 0, 100)),
        ours("get", || GetContact::new(id())),
        by_hand("get", |parts| parts.one(Method::GET, ID, "")),
        ours("delete", || DeleteContact::new(id())),
        by_hand("delete", |parts| parts.one(Method::DELETE, ID, "")),
        ours("activate", || ActivateContact::new(id())),
        by_hand("activate", |parts| parts.one(Method::PATCH, ID, "/activate")),
        ours("deactivate", || DeactivateContact::new(id())),
        by_hand("deactivate", |parts| parts.one(Method::PATCH, ID, "/deactivate")),
        ours("create", || CreateContact::new(ContactMethod::Sms, NUMBER).expect("valid")),
        by_hand("create", |parts| parts.create("sms", NUMBER)),
        Work::pure("build/create/naive", || naive_create(BASE, "sms", NUMBER)),
        ours("update", || UpdateContact::new(id(), EMAIL).expect("valid")),
        by_hand("update", |parts| parts.update(ID, EMAIL)),
    ]
}

fn ours<O: Operation + Clone + 'static>(name: &str, operation: impl Fn() -> O) -> Work {
    let (operation, site, credentials) = (operation(), site(), credentials());
    Work::pure(format!("build/{name}/ours"), move || operation.request(&site, &credentials))
}

fn by_hand(name: &str, build: impl Fn(&Parts) -> Request<Vec<u8>> + Clone + 'static) -> Work {
    let parts = Parts::new(BASE);
    Work::pure(format!("build/{name}/by-hand"), move || build(&parts))
}
