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
        // Each request has another user's token.
        Work::new("users/contacts-hyper", |setup| {
            tasks(setup, client(&base(setup)), list_of_another)
        }),
    ]
}

/// A client and its operation.
struct Caller {
    client: Client,
    get: GetContact,
}

impl From<Client> for Caller {
    fn from(client: Client) -> Self {
        Self { client, get: GetContact::new(id()) }
    }
}

fn client(base: &str) -> Caller {
    Client::new(BaseUrl::new(base).expect("valid"), credentials()).into()
}

fn encrypted(setup: &Setup, http2: bool) -> Caller {
    let server = setup.server();
    let base =
        format!("https://{}/jsm/ops/api/cloud", if http2 { server.tls_2 } else { server.tls_1 });
    let ca = fs::read(&server.ca).expect("the server has written it");
    Client::builder(BaseUrl::new(&base).expect("valid"))
        .credentials(credentials())
        .root_certificates_pem(&ca)
        .expect("it is a certificate")
        .build()
        .into()
}

async fn get(caller: Arc<Caller>, _: u64) {
    black_box(caller.client.send(&caller.get).await.expect("a response"));
}

async fn list(caller: Arc<Caller>, _: u64) {
    black_box(caller.client.send(&ListContacts::all()).await.expect("a response"));
}

async fn list_of_another(caller: Arc<Caller>, number: u64) {
    let credentials =
        Credentials::basic("ann@example.com", format!("token-{number}")).expect("valid");
    black_box(
        caller
            .client
            .with_credentials(credentials)
            .send(&ListContacts::all())
            .await
            .expect("a response"),
    );
}
