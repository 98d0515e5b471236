//! contacts-hyper.

use std::{fs, hint::black_box, sync::Arc};

use contacts_hyper::{BaseUrl, Client, Credentials, GetContact, ListContacts};

use super::{base, tasks};
use crate::{
    Setup, Work,
    fixture::{credentials, id},
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/contacts-hyper", |setup| tasks(setup, client(&base(setup)), get)),
        Work::new("list/contacts-hyper", |setup| tasks(setup, client(&base(setup)), list)),
        Work::new("tls-1/contacts-hyper", |setup| tasks(setup, encrypted(setup, false), get)),
        #[cfg(feature = "http2")]
        Work::new("tls-2/contacts-hyper", |setup| tasks(setup, encrypted(setup, true), get)),
        // Each request is another user's.
        Work::new("users/contacts-hyper", |setup| tasks(setup, client(&base(setup)), list_of_another)),
    ]
}

/// A client, and what it asks for.
struct Asking {
    client: Client,
    get: GetContact,
}

impl From<Client> for Asking {
    fn from(client: Client) -> Self {
        Self { client, get: GetContact::new(id()) }
    }
}

fn client(base: &str) -> Asking {
    Client::new(BaseUrl::new(base).expect("it is one"), credentials()).into()
}

fn encrypted(setup: &Setup, http2: bool) -> Asking {
    let server = setup.server();
    let base = format!("https://{}/jsm/ops/api/cloud", if http2 { server.tls_2 } else { server.tls_1 });
    let ca = fs::read(&server.ca).expect("the server has written it");
    Client::builder(BaseUrl::new(&base).expect("it is one")).credentials(credentials())
        .root_certificates_pem(&ca)
        .expect("it is a certificate")
        .build()
        .into()
}

async fn get(asking: Arc<Asking>, _: u64) {
    black_box(asking.client.send(&asking.get).await.expect("it is answered"));
}

async fn list(asking: Arc<Asking>, _: u64) {
    black_box(asking.client.send(&ListContacts::all()).await.expect("it is answered"));
}

async fn list_of_another(asking: Arc<Asking>, number: u64) {
    let credentials =
        Credentials::basic("ann@example.com", format!("token-{number}")).expect("they are such");
    black_box(
        asking.client.with_credentials(credentials).send(&ListContacts::all()).await.expect("it is answered"),
    );
}
