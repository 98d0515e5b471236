//! A service that does not say which contacts are enabled.

use contacts_proto::{Action, Event, Exchange, Now, Waiting};
use http::Response;
use serde_json::Value;

use crate::job::{Client, Outcome};

/// An exchange to which no contact's status is told.
pub(super) struct Untold(pub(super) Client);

impl Exchange for Untold {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        let Event::Answered(answer) = event else { return self.0.step(event, now, random) };
        let (head, body) = answer.into_parts();
        let body = without_status(body);
        self.0.step(Event::Answered(Response::from_parts(head, &body)), now, random)
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn waiting(&self) -> Option<Waiting> {
        self.0.waiting()
    }

    fn is_in_doubt(&self) -> bool {
        self.0.is_in_doubt()
    }
}

/// A page or a contact without it; what is neither, or not all of it, as it is.
fn without_status(body: &[u8]) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    match answer.get_mut("values").and_then(Value::as_array_mut) {
        Some(contacts) => contacts.iter_mut().for_each(leave_out),
        None => leave_out(&mut answer),
    }
    serde_json::to_vec(&answer).unwrap_or_default()
}

fn leave_out(contact: &mut Value) {
    if let Some(contact) = contact.as_object_mut().filter(|it| it.contains_key("method")) {
        contact.remove("status");
    }
}
