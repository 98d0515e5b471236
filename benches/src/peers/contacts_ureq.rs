//! contacts-ureq.

use std::hint::black_box;

use contacts_ureq::{Client, GetContact, ListContacts, Site};

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

fn client(setup: &Setup) -> Client {
    Client::new(Site::new(&base(setup)).expect("it is one"), credentials())
}

fn get(client: &Client) {
    black_box(client.send(&GetContact::new(id())).expect("it is answered"));
}

fn list(client: &Client) {
    black_box(client.send(&ListContacts::all()).expect("it is answered"));
}
