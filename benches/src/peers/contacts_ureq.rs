//! contacts-ureq.

use std::hint::black_box;

use contacts_ureq::{BaseUrl, Client, GetContact, ListContacts};

use super::{base, threads};
use crate::{
    Setup, Work,
    fixture::{credentials, id},
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/contacts-ureq", |setup| threads(setup, client(setup), get)),
        Work::new("list/contacts-ureq", |setup| threads(setup, client(setup), list)),
    ]
}

/// A client, and what it asks for.
struct Asking {
    client: Client,
    get: GetContact,
}

fn client(setup: &Setup) -> Asking {
    let client = Client::new(BaseUrl::new(&base(setup)).expect("it is one"), credentials());
    Asking { client, get: GetContact::new(id()) }
}

fn get(asking: &Asking) {
    black_box(asking.client.send(&asking.get).expect("it is answered"));
}

fn list(asking: &Asking) {
    black_box(asking.client.send(&ListContacts::all()).expect("it is answered"));
}
