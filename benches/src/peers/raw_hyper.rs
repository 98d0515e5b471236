//! hyper's own pooled client, by hand: no time limits, no bounds but those of hyper, no retries.

use std::{hint::black_box, sync::Arc};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Builder, Client, connect::HttpConnector},
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
        Work::new("get/raw-hyper", |setup| tasks(setup, Raw::new(setup, &usual()), get)),
        Work::new("get/bounded-hyper", |setup| tasks(setup, Raw::new(setup, &bounded()), get)),
        Work::new("list/raw-hyper", |setup| tasks(setup, Raw::new(setup, &usual()), list)),
    ]
}

struct Raw {
    client: Client<HttpConnector, Full<Bytes>>,
    parts: Parts,
}

impl Raw {
    fn new(setup: &Setup, builder: &Builder) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        Self { client: builder.build(tcp), parts: Parts::new(&base(setup)) }
    }

    async fn send<T: DeserializeOwned>(&self, request: Request<Vec<u8>>) -> T {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let response = self.client.request(request).await.expect("it is answered");
        assert!(response.status().is_success());
        let body = response.into_body().collect().await.expect("it is whole").to_bytes();
        serde_json::from_slice(&body).expect("it can be read")
    }
}

fn usual() -> Builder {
    Client::builder(TokioExecutor::new())
}

/// With the bounds of a head that contacts-hyper has.
fn bounded() -> Builder {
    let mut builder = usual();
    builder.http1_max_buf_size(64 * 1024).http1_max_headers(128);
    builder
}

async fn get(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Contact>(raw.parts.one(Method::GET, ID, "")).await);
}

async fn list(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Page>(raw.parts.list(0, 100)).await);
}
