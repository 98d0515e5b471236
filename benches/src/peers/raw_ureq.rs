//! ureq by hand: no time limits, no retries.

use std::hint::black_box;

use http::{Method, Request};
use serde::de::DeserializeOwned;
use ureq::Agent;

use super::{base, threads};
use crate::{
    Setup, Work,
    by_hand::{Contact, Page, Parts},
    fixture::ID,
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/raw-ureq", |setup| threads(setup, Raw::new(setup), get)),
        Work::new("list/raw-ureq", |setup| threads(setup, Raw::new(setup), list)),
    ]
}

struct Raw {
    agent: Agent,
    parts: Parts,
}

impl Raw {
    fn new(setup: &Setup) -> Self {
        // As many as there are threads: ureq keeps three a host of its own accord.
        let config =
            Agent::config_builder().max_idle_connections(64).max_idle_connections_per_host(64).build();
        Self { agent: config.into(), parts: Parts::new(&base(setup)) }
    }

    fn send<T: DeserializeOwned>(&self, request: Request<Vec<u8>>) -> T {
        let mut response = self.agent.run(request.map(drop)).expect("it is answered");
        let body = response.body_mut().read_to_vec().expect("it is whole");
        serde_json::from_slice(&body).expect("it can be read")
    }
}

fn get(raw: &Raw) {
    black_box(raw.send::<Contact>(raw.parts.one(Method::GET, ID, "")));
}

fn list(raw: &Raw) {
    black_box(raw.send::<Page>(raw.parts.list(0, 100)));
}
