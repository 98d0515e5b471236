//! reqwest, as most programs call it.

use std::{hint::black_box, sync::Arc};

use contacts_proto::USER_AGENT;
use reqwest::{Client, header};
use serde::de::DeserializeOwned;
use tokio_rustls::rustls::crypto::ring;

use super::{base, tasks};
use crate::{
    Setup, Work,
    by_hand::{Contact, Page},
    fixture::{EMAIL, ID, TOKEN},
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/reqwest", |setup| tasks(setup, Caller::new(setup), get)),
        Work::new("list/reqwest", |setup| tasks(setup, Caller::new(setup), list)),
    ]
}

struct Caller {
    client: Client,
    base: String,
}

impl Caller {
    fn new(setup: &Setup) -> Self {
        // It may be installed already.
        let _ = ring::default_provider().install_default();
        let client = Client::builder().user_agent(USER_AGENT).build().expect("it can be built");
        Self { client, base: base(setup) }
    }

    async fn send<T: DeserializeOwned>(&self, path: &str) -> T {
        let request = self
            .client
            .get(format!("{}/v1/users/contacts{path}", self.base))
            .basic_auth(EMAIL, Some(TOKEN))
            .header(header::ACCEPT, "application/json");
        let response = request.send().await.and_then(|response| response.error_for_status());
        response.expect("a response").json().await.expect("valid")
    }
}

async fn get(caller: Arc<Caller>, _: u64) {
    black_box(caller.send::<Contact>(&format!("/{ID}")).await);
}

async fn list(caller: Arc<Caller>, _: u64) {
    black_box(caller.send::<Page>("?offset=0&size=100").await);
}
