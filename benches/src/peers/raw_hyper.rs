//! hyper's own pooled client, by hand: no time limits, no bounds, no retries.

use std::{hint::black_box, sync::Arc};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;

use super::{base, tasks};
use crate::{
    Setup, Work,
    by_hand::{Contact, Page, Parts},
    fixture::ID,
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/raw-hyper", |setup| tasks(setup, Raw::new(setup), get)),
        Work::new("list/raw-hyper", |setup| tasks(setup, Raw::new(setup), list)),
    ]
}

struct Raw {
    client: Client<HttpConnector, Full<Bytes>>,
    parts: Parts,
}

impl Raw {
    fn new(setup: &Setup) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(tcp), parts: Parts::new(&base(setup)) }
    }

    async fn send<T: DeserializeOwned>(&self, request: Request<Vec<u8>>) -> T {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let response = self.client.request(request).await.expect("it is answered");
        assert!(response.status().is_success());
        let body = response.into_body().collect().await.expect("it is whole").to_bytes();
        serde_json::from_slice(&body).expect("it can be read")
    }
}

async fn get(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Contact>(raw.parts.one(Method::GET, ID, "")).await);
}

async fn list(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Page>(raw.parts.list(0, 100)).await);
}
