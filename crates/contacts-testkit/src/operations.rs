//! The operations as one, and what reading an answer must come to. Nothing here is drawn at
//! random, so that all who feed answers to the operations, with a generator or without, hold them
//! to the same.

use std::{fmt::Debug, ops::ControlFlow};

use contacts_proto::{
    AccountId, ActivateContact, BaseUrl, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, Error, FindCloudId, GetContact, ListContacts, Operation, UpdateContact,
    exchange::{Action, Event, Exchange, Now, Session, ToExchange},
};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

/// The path of the contacts, below the base URL.
pub const CONTACTS: &str = "/v1/users/contacts";

/// The most of a success that an error keeps, in bytes.
const KEPT: usize = 64 * 1024;

/// Longer than any error is shown, in characters; `Debug` may write ten for one.
const LONGEST: usize = 16 * 1024;
const LONGEST_DEBUG: usize = 10 * LONGEST;

/// Any of the operations.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is named after its operation")]
pub enum Any {
    List(ListContacts),
    Create(CreateContact),
    Get(GetContact),
    Update(UpdateContact),
    Delete(DeleteContact),
    Activate(ActivateContact),
    Deactivate(DeactivateContact),
    FindCloudId(FindCloudId),
}

macro_rules! each {
    ($any:expr, $operation:ident => $then:expr) => {
        match $any {
            Any::List($operation) => $then,
            Any::Create($operation) => $then,
            Any::Get($operation) => $then,
            Any::Update($operation) => $then,
            Any::Delete($operation) => $then,
            Any::Activate($operation) => $then,
            Any::Deactivate($operation) => $then,
            Any::FindCloudId($operation) => $then,
        }
    };
}

impl Any {
    /// All of them.
    ///
    /// # Panics
    /// If no contact can have the number.
    pub fn all(id: &ContactId, account: &AccountId, to: &str) -> [Self; 8] {
        [
            Self::List(ListContacts::all().account(account.clone())),
            Self::Create(CreateContact::new(ContactMethod::Sms, to).expect("it is valid")),
            Self::Get(GetContact::new(id.clone())),
            Self::Update(UpdateContact::new(id.clone(), to).expect("it is valid")),
            Self::Delete(DeleteContact::new(id.clone())),
            Self::Activate(ActivateContact::new(id.clone())),
            Self::Deactivate(DeactivateContact::new(id.clone())),
            Self::FindCloudId(FindCloudId),
        ]
    }

    /// The request.
    pub fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        each!(self, operation => operation.request(site, credentials))
    }

    /// The request as it goes on the wire.
    pub fn request_in(&self, session: &Session) -> Request<Vec<u8>> {
        each!(self, operation => session.request(operation).expect("the session has a base URL"))
    }

    /// The value that is read, as its `Debug` shows it.
    pub fn response(&self, response: Response<&[u8]>) -> Result<String, Error> {
        each!(self, operation => operation.response(response).map(|value| format!("{value:?}")))
    }

    /// Reads an answer, whatever it is: a value out of a success, or a typed error that keeps
    /// status and body, and that can be shown to people. Says whether it is a value.
    ///
    /// # Errors
    /// The fault of the outcome.
    pub fn reads_soundly(&self, response: &Response<&[u8]>) -> Result<bool, String> {
        let (status, body) = (response.status(), *response.body());
        let Err(error) = self.response(response.clone()) else {
            return sound(status.is_success(), || format!("{status} is not a success")).map(|()| true);
        };
        let kept = match &error {
            Error::InvalidResponse(_) if status.is_success() => body.get(..KEPT).unwrap_or(body),
            Error::Api(_) if !status.is_success() => body,
            other => return Err(format!("{status} is read as {other:?}")),
        };
        sound(error.status() == Some(status), || format!("{status} is lost in {error:?}"))?;
        sound(error.body() == Some(kept), || format!("the body is lost in {error:?}"))?;
        for (shown, longest) in [(error.to_string(), LONGEST), (format!("{error:?}"), LONGEST_DEBUG)] {
            sound(is_showable(&shown, longest), || format!("not to be shown: {shown:?}"))?;
        }
        for told in [error.request_id(), error.code()].into_iter().flatten() {
            sound(is_showable(told, 301), || format!("not to be shown: {told:?}"))?;
        }
        Ok(false)
    }

    /// A call of it, driven by hand.
    pub fn call(&self, session: Session) -> Box<dyn Driven + '_> {
        each!(self, operation => Box::new(operation.exchange(session)))
    }

    /// The path after the base URL, from the reference.
    pub fn path(&self, id: &ContactId) -> String {
        match self {
            Self::List(_) | Self::Create(_) => CONTACTS.into(),
            Self::Get(_) | Self::Update(_) | Self::Delete(_) => format!("{CONTACTS}/{id}"),
            Self::Activate(_) => format!("{CONTACTS}/{id}/activate"),
            Self::Deactivate(_) => format!("{CONTACTS}/{id}/deactivate"),
            Self::FindCloudId(_) => "/_edge/tenant_info".into(),
        }
    }

    /// A body that the reference documents.
    pub fn documented(&self) -> Value {
        let confirmed = |word| json!({"message": word, "data": {"id": "a1"}});
        match self {
            Self::List(_) => json!({"values": [contact()], "links": {"next": "url?offset=2&size=1"}}),
            Self::Create(_) => confirmed("Created"),
            Self::Get(_) => contact(),
            Self::Update(_) => confirmed("Updated"),
            Self::Delete(_) => json!({}),
            Self::Activate(_) => confirmed("Activated"),
            Self::Deactivate(_) => confirmed("Deactivated"),
            Self::FindCloudId(_) => json!({"cloudId": "c1"}),
        }
    }
}

fn contact() -> Value {
    json!({"id": "a1", "method": "sms", "to": "90-555-555-5555",
        "status": {"enabled": false, "disabledReason": "not verified"}, "applyOrder": 1})
}

/// An exchange whatever its output.
pub trait Driven: Debug {
    /// Takes a step.
    fn step(&mut self, event: Event<'_>, now: Now) -> Action<String>;
}

impl<E: Exchange<Output: Debug> + Debug> Driven for E {
    fn step(&mut self, event: Event<'_>, now: Now) -> Action<String> {
        match Exchange::step(self, event, now, 0).result() {
            ControlFlow::Break(action) => action,
            ControlFlow::Continue(result) => Action::Done(result.map(|value| format!("{value:?}"))),
        }
    }
}

/// An answer with this status and body.
///
/// # Panics
/// If there is no such status.
pub fn answer(status: u16, body: &[u8]) -> Response<&[u8]> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("it is valid");
    response
}

/// Marks that change the order of letters.
const REORDERING: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Returns `true` for a text of at most this length without controls and marks that reorder
/// letters.
pub fn is_showable(text: &str, longest: usize) -> bool {
    text.chars().all(|c| !c.is_control() && !REORDERING.contains(&c)) && text.chars().count() <= longest
}

fn sound(is: bool, what_else: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(what_else()) }
}
