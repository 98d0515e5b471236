//! All operations as one type, and the rules for reading a response. Nothing here is random: fuzz
//! targets, property tests and mutation share the same rules.

use std::{
    fmt::Debug,
    ops::ControlFlow,
    time::{Duration, SystemTime},
};

use contacts_proto::{
    AccountId, ActivateContact, Api, BaseUrl, BulkGetUsers, ContactId, ContactMethod,
    CreateContact, Credentials, DeactivateContact, DeleteContact, Error, FindCloudId, FindUsers,
    GetContact, GetNextOnCalls, GetOnCalls, ListContacts, ListRotations, ListSchedules, Operation,
    ScheduleId, UpdateContact,
    exchange::{Action, Event, Exchange, Now, Session, ToExchange},
};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

/// The path of the contacts, below the base URL.
pub const CONTACTS: &str = "/v1/users/contacts";

/// The path of the schedules, below the base URL.
pub const SCHEDULES: &str = "/v1/schedules";

/// Maximum part of a success body that an error keeps, in bytes.
const MAX_KEPT: usize = 64 * 1024;

/// Maximum length of a displayed error, in characters. `Debug` may write ten characters for one.
const MAX_SHOWN: usize = 16 * 1024;
const MAX_SHOWN_DEBUG: usize = 10 * MAX_SHOWN;

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
    ListSchedules(ListSchedules),
    ListRotations(ListRotations),
    GetOnCalls(GetOnCalls),
    GetNextOnCalls(GetNextOnCalls),
    BulkGetUsers(BulkGetUsers),
    FindUsers(FindUsers),
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
            Any::ListSchedules($operation) => $then,
            Any::ListRotations($operation) => $then,
            Any::GetOnCalls($operation) => $then,
            Any::GetNextOnCalls($operation) => $then,
            Any::BulkGetUsers($operation) => $then,
            Any::FindUsers($operation) => $then,
        }
    };
}

impl Any {
    /// Returns one of each operation. The id is also that of a schedule, and the account id also
    /// a part of a schedule's name and of an e-mail address, if it can be one.
    ///
    /// # Panics
    /// If the number is invalid.
    pub fn all(id: &ContactId, account: &AccountId, to: &str) -> [Self; 14] {
        let schedule = || ScheduleId::new(id.as_str()).expect("it is safe in a path");
        let schedules = ListSchedules::all().named(format!("{account}*")).expect("it is short");
        let users = FindUsers::by_email(format!("{account}@example.com"))
            .or_else(|_| FindUsers::by_email("ann@example.com"));
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_975_542);
        [
            Self::List(ListContacts::all().account(account.clone())),
            Self::Create(CreateContact::new(ContactMethod::Sms, to).expect("it is valid")),
            Self::Get(GetContact::new(id.clone())),
            Self::Update(UpdateContact::new(id.clone(), to).expect("it is valid")),
            Self::Delete(DeleteContact::new(id.clone())),
            Self::Activate(ActivateContact::new(id.clone())),
            Self::Deactivate(DeactivateContact::new(id.clone())),
            Self::FindCloudId(FindCloudId),
            Self::ListSchedules(schedules.with_rotations()),
            Self::ListRotations(ListRotations::new(schedule())),
            Self::GetOnCalls(GetOnCalls::new(schedule()).at(at).expect("it is valid")),
            Self::GetNextOnCalls(GetNextOnCalls::new(schedule()).flat()),
            Self::BulkGetUsers(
                BulkGetUsers::new(&[account.clone(), account.clone()]).expect("it is short"),
            ),
            Self::FindUsers(users.expect("it is an address")),
        ]
    }

    /// Builds the request.
    pub fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        each!(self, operation => operation.request(site, credentials))
    }

    /// Builds the request of a session.
    ///
    /// # Errors
    /// The session has no base URL for this operation.
    pub fn request_in(&self, session: &Session) -> Result<Request<Vec<u8>>, Error> {
        each!(self, operation => session.request(operation))
    }

    /// Returns the API of the operation.
    pub fn api(&self) -> Api {
        fn api<O: Operation>(_: &O) -> Api {
            O::API
        }

        each!(self, operation => api(operation))
    }

    /// Reads a response. The value is its `Debug` text.
    pub fn response(&self, response: Response<&[u8]>) -> Result<String, Error> {
        each!(self, operation => operation.response(response).map(|value| format!("{value:?}")))
    }

    /// Reads any response and checks the outcome: a value from a success, or a typed error that
    /// keeps status and body and is safe to display. Returns `true` for a value.
    ///
    /// # Errors
    /// A description of what is wrong with the outcome.
    pub fn check_response(&self, response: &Response<&[u8]>) -> Result<bool, String> {
        let (status, body) = (response.status(), *response.body());
        let Err(error) = self.response(response.clone()) else {
            return require(status.is_success(), || format!("a value from status {status}"))
                .map(|()| true);
        };
        let kept = match &error {
            Error::InvalidResponse(_) if status.is_success() => {
                body.get(..MAX_KEPT).unwrap_or(body)
            }
            Error::Api(_) if !status.is_success() => body,
            other => return Err(format!("{status} is read as {other:?}")),
        };
        require(error.status() == Some(status), || format!("{status} is missing in {error:?}"))?;
        require(error.body() == Some(kept), || format!("the body is missing in {error:?}"))?;
        for (shown, longest) in
            [(error.to_string(), MAX_SHOWN), (format!("{error:?}"), MAX_SHOWN_DEBUG)]
        {
            require(is_showable(&shown, longest), || format!("not safe to display: {shown:?}"))?;
        }
        for text in [error.request_id(), error.code()].into_iter().flatten() {
            require(is_showable(text, 301), || format!("not safe to display: {text:?}"))?;
        }
        Ok(false)
    }

    /// Starts a call that the test drives.
    pub fn call(&self, session: Session) -> Box<dyn Driven + '_> {
        each!(self, operation => Box::new(operation.exchange(session)))
    }

    /// Returns the path below the base URL of its API, from the reference.
    pub fn path(&self, id: &ContactId) -> String {
        match self {
            Self::List(_) | Self::Create(_) => CONTACTS.into(),
            Self::Get(_) | Self::Update(_) | Self::Delete(_) => format!("{CONTACTS}/{id}"),
            Self::Activate(_) => format!("{CONTACTS}/{id}/activate"),
            Self::Deactivate(_) => format!("{CONTACTS}/{id}/deactivate"),
            Self::FindCloudId(_) => "/_edge/tenant_info".into(),
            Self::ListSchedules(_) => SCHEDULES.into(),
            Self::ListRotations(_) => format!("{SCHEDULES}/{id}/rotations"),
            Self::GetOnCalls(_) => format!("{SCHEDULES}/{id}/on-calls"),
            Self::GetNextOnCalls(_) => format!("{SCHEDULES}/{id}/next-on-calls"),
            Self::BulkGetUsers(_) => "/user/bulk".into(),
            Self::FindUsers(_) => "/user/search".into(),
        }
    }

    /// Returns a response body from the reference.
    pub fn documented(&self) -> Value {
        let confirmed = |word| json!({"message": word, "data": {"id": "a1"}});
        match self {
            Self::List(_) => {
                json!({"values": [contact()], "links": {"next": "url?offset=2&size=1"}})
            }
            Self::Create(_) => confirmed("Created"),
            Self::Get(_) => contact(),
            Self::Update(_) => confirmed("Updated"),
            Self::Delete(_) => json!({}),
            Self::Activate(_) => confirmed("Activated"),
            Self::Deactivate(_) => confirmed("Deactivated"),
            Self::FindCloudId(_) => json!({"cloudId": "c1"}),
            Self::ListSchedules(_) => json!({"values": [{"id": "s1", "name": "Payments",
                "description": "", "timezone": "Europe/Berlin", "enabled": true, "teamId": "t1",
                "rotations": [rotation()]}],
                "links": {"next": "/v1/schedules?offset=1&size=1"}, "_expands": ["rotation"]}),
            Self::ListRotations(_) => json!({"values": [rotation()], "links": {"next": null}}),
            Self::GetOnCalls(_) => on_calls("onCall"),
            Self::GetNextOnCalls(_) => on_calls("nextOnCall"),
            Self::BulkGetUsers(_) => {
                json!({"values": [user()], "startAt": 0, "maxResults": 50, "isLast": true})
            }
            Self::FindUsers(_) => json!([user()]),
        }
    }
}

fn contact() -> Value {
    json!({"id": "a1", "method": "sms", "to": "90-555-555-5555",
        "status": {"enabled": false, "disabledReason": "not verified"}, "applyOrder": 1})
}

fn rotation() -> Value {
    json!({"id": "r1", "name": "Weekdays", "startDate": "2025-03-03T08:00:00Z", "type": "weekly",
        "length": 1, "participants": [{"type": "user", "id": "712020:a1"}, {"type": "team", "id": "t1"},
        {"type": "escalation", "id": "e1"}, {"type": "noone"}]})
}

/// People on call, as a tree and as a list.
fn on_calls(prefix: &str) -> Value {
    let (tree, list) = (format!("{prefix}Participants"), format!("{prefix}Users"));
    json!({
        (&*tree): [
            {"id": "712020:a1", "type": "user"},
            {"id": "t1", "type": "team"},
            {"id": "e1", "type": "escalation",
             (&*tree): [{"id": "a2", "type": "user", "forwardedFrom": {"id": "a3", "type": "user"}}]},
        ],
        (&*list): ["712020:a1", "a2"],
    })
}

fn user() -> Value {
    json!({"accountId": "account", "accountType": "atlassian", "active": true,
        "displayName": "Ann", "emailAddress": "account@example.com", "timeZone": "Europe/Berlin"})
}

/// An exchange with any output.
pub trait Driven: Debug {
    /// Performs one step.
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

/// A response with this status and body.
///
/// # Panics
/// If the status is invalid.
pub fn answer(status: u16, body: &[u8]) -> Response<&[u8]> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("it is valid");
    response
}

/// Characters that change the direction of text.
const REORDERING: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Returns `true` if a text is at most this long and contains no control or direction characters.
pub fn is_showable(text: &str, longest: usize) -> bool {
    text.chars().all(|c| !c.is_control() && !REORDERING.contains(&c))
        && text.chars().count() <= longest
}

fn require(is: bool, what_else: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(what_else()) }
}
