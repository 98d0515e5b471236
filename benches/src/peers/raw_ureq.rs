//! ureq by hand: no time limits, no retries. And with the limits of contacts-ureq, as far as ureq
//! supports them.

use std::hint::black_box;

use contacts_proto::{Limits, RetryPolicy, transport::Timeouts};
use http::{Method, Request};
use serde::de::DeserializeOwned;
use ureq::{Agent, config::ConfigBuilder, typestate::AgentScope};

use super::{base, threads};
use crate::{
    Setup, Work,
    by_hand::{Contact, Page, Parts},
    fixture::ID,
};

pub(crate) fn all() -> Vec<Work> {
    vec![
        Work::new("get/raw-ureq", |setup| threads(setup, Raw::new(setup, plain()), get)),
        Work::new("get/limited-ureq", |setup| threads(setup, Raw::new(setup, limited()), get)),
        Work::new("list/raw-ureq", |setup| threads(setup, Raw::new(setup, plain()), list)),
    ]
}

struct Raw {
    agent: Agent,
    parts: Parts,
}

impl Raw {
    fn new(setup: &Setup, config: ConfigBuilder<AgentScope>) -> Self {
        Self { agent: config.build().into(), parts: Parts::new(&base(setup)) }
    }

    fn send<T: DeserializeOwned>(&self, request: Request<Vec<u8>>) -> T {
        let mut response = self.agent.run(request.map(drop)).expect("a response");
        let body = response.body_mut().read_to_vec().expect("a body");
        serde_json::from_slice(&body).expect("valid")
    }
}

fn plain() -> ConfigBuilder<AgentScope> {
    // One per thread; ureq keeps three per host by default.
    Agent::config_builder().max_idle_connections(64).max_idle_connections_per_host(64)
}

/// With the same time limits.
fn limited() -> ConfigBuilder<AgentScope> {
    let timeouts = Timeouts::default();
    plain()
        .timeout_connect(Some(timeouts.connect))
        .timeout_global(Some(RetryPolicy::default().attempt_timeout))
        .max_response_header_size(Limits::HEAD)
}

fn get(raw: &Raw) {
    black_box(raw.send::<Contact>(raw.parts.one(Method::GET, ID, "")));
}

fn list(raw: &Raw) {
    black_box(raw.send::<Page>(raw.parts.list(0, 100)));
}
