//! hyper's own pooled client, by hand: no time limits, only hyper's own bounds, no retries. And
//! with the limits of contacts-hyper, as far as hyper and tokio support them.

use std::{hint::black_box, sync::Arc, time::Duration};

use bytes::Bytes;
use contacts_proto::Limits;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Builder, Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::{base, tasks};
use crate::{
    Setup, Work,
    by_hand::{BorrowedPage, Contact, Page, Parts},
    fixture::ID,
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/raw-hyper", |setup| tasks(setup, Raw::new(setup, &plain()), get)),
        Work::new("get/limited-hyper", |setup| {
            tasks(setup, Raw::new(setup, &limited()), get_in_time)
        }),
        Work::new("list/raw-hyper", |setup| tasks(setup, Raw::new(setup, &plain()), list)),
        Work::new("list/borrowed-hyper", |setup| {
            tasks(setup, Raw::new(setup, &plain()), borrowed_list)
        }),
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
        serde_json::from_slice(&self.body(request).await).expect("valid")
    }

    async fn body(&self, request: Request<Vec<u8>>) -> Bytes {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let response = self.client.request(request).await.expect("a response");
        assert!(response.status().is_success());
        response.into_body().collect().await.expect("a body").to_bytes()
    }
}

fn plain() -> Builder {
    Client::builder(TokioExecutor::new())
}

/// With the same bounds of a head.
fn limited() -> Builder {
    let mut builder = plain();
    builder.http1_max_buf_size(Limits::HEAD).http1_max_headers(Limits::HEADERS);
    builder
}

async fn get(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Contact>(raw.parts.one(Method::GET, ID, "")).await);
}

async fn get_in_time(raw: Arc<Raw>, number: u64) {
    timeout(Duration::from_secs(30), get(raw, number)).await.expect("it is in time");
}

async fn list(raw: Arc<Raw>, _: u64) {
    black_box(raw.send::<Page>(raw.parts.list(0, 100)).await);
}

async fn borrowed_list(raw: Arc<Raw>, _: u64) {
    let body = raw.body(raw.parts.list(0, 100)).await;
    black_box(serde_json::from_slice::<BorrowedPage<'_>>(&body).expect("valid"));
}
