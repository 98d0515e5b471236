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

/// A client and its operation.
struct Caller {
    client: Client,
    get: GetContact,
}

fn client(setup: &Setup) -> Caller {
    let client = Client::new(BaseUrl::new(&base(setup)).expect("valid"), credentials());
    Caller { client, get: GetContact::new(id()) }
}

fn get(caller: &Caller) {
    black_box(caller.client.send(&caller.get).expect("a response"));
}

fn list(caller: &Caller) {
    black_box(caller.client.send(&ListContacts::all()).expect("a response"));
}
