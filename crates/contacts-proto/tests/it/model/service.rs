//! A small model of the service: a list of contacts in pages, and faults of its requests.

use std::{collections::VecDeque, time::Duration};

use contacts_proto::{exchange::Exchange, same_address};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{Ran, Reply, answer, lost, run, status};

#[derive(Debug, Default)]
pub(crate) struct Service {
    /// Start of the next exchange: each has its own clock.
    clock: Duration,
    contacts: Vec<Held>,
    /// Contacts in a page. 0 means all.
    pub(crate) page: usize,
    /// Faults of the next creates, then of the next pages.
    pub(crate) posts: VecDeque<Option<Fault>>,
    pub(crate) gets: VecDeque<Option<Fault>>,
    /// Tokens of all requests, in order.
    pub(crate) tokens: Vec<String>,
}

#[derive(Debug)]
struct Held {
    id: String,
    method: String,
    to: String,
    enabled: bool,
    /// The list shows it from this time.
    from: Duration,
}

/// Fault of a request.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Delay until a create takes effect. `None` for never.
    effect: Option<Duration>,
    /// The reply. `None` for the normal one.
    reply: Option<Reply>,
}

impl Fault {
    /// No effect, and this reply.
    pub(crate) fn instead(reply: Reply) -> Option<Self> {
        Some(Self { effect: None, reply: Some(reply) })
    }

    pub(crate) fn lost_before() -> Option<Self> {
        Self::instead(lost())
    }

    pub(crate) fn lost_after() -> Option<Self> {
        Self::late(Duration::ZERO)
    }

    /// The response is lost, and the effect comes after a delay.
    pub(crate) fn late(effect: Duration) -> Option<Self> {
        Some(Self { effect: Some(effect), reply: Some(lost()) })
    }

    /// An effect, and this reply.
    pub(crate) fn besides(reply: Reply) -> Option<Self> {
        Some(Self { effect: Some(Duration::ZERO), reply: Some(reply) })
    }

    /// The normal response, but the list shows the contact only after a delay.
    pub(crate) fn hidden(effect: Duration) -> Option<Self> {
        Some(Self { effect: Some(effect), reply: None })
    }
}

impl Service {
    pub(crate) fn with(contacts: &[(&str, &str, &str)]) -> Self {
        let mut service = Self::default();
        for (id, method, to) in contacts {
            service.add(id, method, to, Duration::ZERO);
        }
        service
    }

    /// Adds other contacts.
    pub(crate) fn and_others(mut self, many: usize) -> Self {
        for number in 0..many {
            self.add(
                &format!("o{number}"),
                "email",
                &format!("o{number}@example.com"),
                Duration::ZERO,
            );
        }
        self
    }

    pub(crate) fn add(&mut self, id: &str, method: &str, to: &str, from: Duration) {
        let (id, method, to) = (id.into(), method.into(), to.into());
        self.contacts.push(Held { id, method, to, enabled: false, from });
    }

    pub(crate) fn enable(&mut self, id: &str) {
        let held = self.contacts.iter_mut().find(|held| held.id == id);
        held.unwrap().enabled = true;
    }

    pub(crate) fn run<E: Exchange>(&mut self, exchange: E) -> Ran<E::Output> {
        let begin = self.clock;
        let ran = run(exchange, |request, now| self.reply(request, begin + now));
        self.clock += ran.took;
        ran
    }

    /// Returns the ids of all contacts with this number.
    pub(crate) fn sms(&self, to: &str) -> Vec<&str> {
        let sms = self.contacts.iter().filter(|held| held.method == "sms");
        let these =
            sms.filter(|held| same_address(&contacts_proto::ContactMethod::Sms, &held.to, to));
        these.map(|held| held.id.as_str()).collect()
    }

    fn reply(&mut self, request: &Request<Vec<u8>>, now: Duration) -> Reply {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        self.tokens.push(authorization.trim_start_matches("Bearer ").to_owned());
        match *request.method() {
            Method::POST => {
                let fault = self.posts.pop_front().flatten();
                self.create(request.body(), fault, now)
            }
            Method::GET => match self.gets.pop_front().flatten() {
                Some(Fault { reply: Some(reply), .. }) => reply,
                _ => self.list(request, now),
            },
            _ => status(405),
        }
    }

    fn create(&mut self, body: &[u8], fault: Option<Fault>, now: Duration) -> Reply {
        let fault = fault.unwrap_or(Fault { effect: Some(Duration::ZERO), reply: None });
        let body: Value = serde_json::from_slice(body).unwrap();
        let (method, to) = (body["method"].as_str().unwrap(), body["to"].as_str().unwrap());
        let id = format!("n{}", self.contacts.len());
        if let Some(effect) = fault.effect {
            self.add(&id, method, to, now + effect);
        }
        let created =
            || answer(201, &json!({"message": "Created", "data": {"id": id}}).to_string());
        fault.reply.unwrap_or_else(created)
    }

    fn list(&self, request: &Request<Vec<u8>>, now: Duration) -> Reply {
        let query = request.uri().query().unwrap_or_default();
        let offset: usize = query.split(['=', '&']).nth(1).unwrap().parse().unwrap();
        let shown: Vec<_> = self.contacts.iter().filter(|held| held.from <= now).collect();
        let page = if self.page == 0 { shown.len() } else { self.page };
        let values: Vec<_> = shown.iter().skip(offset).take(page).map(|held| held.json()).collect();
        let next = offset + values.len();
        let next = (next < shown.len()).then(|| format!("url?offset={next}&size={page}"));
        answer(200, &json!({"values": values, "links": {"next": next}}).to_string())
    }
}

impl Held {
    fn json(&self) -> Value {
        json!({"id": self.id, "method": self.method, "to": self.to, "status": {"enabled": self.enabled}})
    }
}
