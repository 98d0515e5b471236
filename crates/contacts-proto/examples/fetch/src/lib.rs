//! Drives exchanges over `fetch`. JavaScript passes an event as JSON and gets an action as JSON.

use std::{cell::RefCell, collections::BTreeMap, error::Error as StdError, time::Duration};

use contacts_proto::{
    BaseUrl, CreateContact, Credentials, Error, ListContacts,
    exchange::{Action, Ensure, Event, Exchange, List, Now, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::Response;
use serde::Deserialize;
use serde_json::{Value, json};

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

#[derive(Default)]
struct State {
    /// The event for `step`, and then its action.
    text: Vec<u8>,
    session: Option<Session>,
    tasks: BTreeMap<u32, Task>,
}

enum Task {
    List(Box<List>),
    Ensure(Box<Ensure>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Message {
    Connect { base_url: String, email: String, token: String },
    List,
    Ensure { method: String, to: String },
    Waited,
    Answered(Answer),
    Failed { kind: Kind, partial: Option<Answer> },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Closed,
    TimedOut,
    TooLarge,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// Fails for status 0: a browser hides the status of a redirect.
    fn response(&self) -> http::Result<Response<&[u8]>> {
        let response = Response::builder().status(self.status);
        let add = |response: http::response::Builder, (name, value): &(String, String)| {
            response.header(name, value)
        };
        self.headers.iter().fold(response, add).body(self.body.as_bytes())
    }
}

/// Returns the address of a buffer for the next event, of this length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        state.text = vec![0; length];
        state.text.as_mut_ptr()
    })
}

/// Passes the event in the buffer to a task. Returns the length of the action in bytes.
///
/// `monotonic` is in milliseconds, `unix` in seconds.
#[unsafe(no_mangle)]
pub extern "C" fn step(task: u32, monotonic: f64, unix: u64, random: u64) -> usize {
    let monotonic = Duration::try_from_secs_f64(monotonic / 1000.0).unwrap_or_default();
    STATE.with_borrow_mut(|state| {
        let action = state.step(task, Now { monotonic, unix }, random);
        state.text = action.unwrap_or_else(|error| failed(&*error, Value::Null)).to_string().into();
        state.text.len()
    })
}

/// Returns the address of the action.
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    STATE.with_borrow(|state| state.text.as_ptr())
}

impl State {
    fn step(&mut self, number: u32, now: Now, random: u64) -> Result<Value, Box<dyn StdError>> {
        let session = || self.session.clone().ok_or("not connected");
        let message = serde_json::from_slice(&self.text)?;
        let event = match &message {
            Message::Connect { base_url, email, token } => {
                let credentials = Credentials::basic(email, token)?;
                self.session = Some(Session::new(BaseUrl::new(base_url)?, credentials));
                return Ok(json!({"done": null}));
            }
            Message::List => {
                let list = List::new(session()?, ListContacts::all());
                self.tasks.insert(number, Task::List(Box::new(list)));
                Event::Start
            }
            Message::Ensure { method, to } => {
                let create = CreateContact::new(method.as_str().into(), to)?;
                let ensure = Ensure::new(session()?, create);
                self.tasks.insert(number, Task::Ensure(Box::new(ensure)));
                Event::Start
            }
            Message::Waited => Event::Waited,
            Message::Answered(answer) => match answer.response() {
                Ok(response) => Event::Answered(response),
                Err(_) => Event::Failed(unknown(TransportErrorKind::Other)),
            },
            Message::Failed { kind, partial } => {
                let kind = match kind {
                    Kind::Closed => TransportErrorKind::Closed,
                    Kind::TimedOut => TransportErrorKind::TimedOut,
                    Kind::TooLarge => TransportErrorKind::TooLarge,
                };
                let response = partial.as_ref().and_then(|answer| answer.response().ok());
                Event::Failed(match response.map(|response| response.map(<[u8]>::to_vec)) {
                    Some(head) => TransportError::new(Delivery::Partial(Box::new(head)), kind),
                    None => unknown(kind),
                })
            }
        };
        let action = match self.tasks.get_mut(&number).ok_or("no such task")? {
            Task::List(list) => as_json(list.step(event, now, random), |all| json!(all)),
            Task::Ensure(ensure) => as_json(
                ensure.step(event, now, random),
                |ensured| json!({"contact": ensured.contact, "outcome": format!("{:?}", ensured.outcome)}),
            ),
        };
        if action.get("send").or(action.get("wait")).is_none() {
            self.tasks.remove(&number);
        }
        Ok(action)
    }
}

/// `fetch` does not say whether the request left.
fn unknown(kind: TransportErrorKind) -> TransportError {
    TransportError::new(Delivery::Unknown, kind)
}

fn as_json<T>(action: Action<T>, done: impl FnOnce(T) -> Value) -> Value {
    match action {
        // `fetch` cannot choose a fresh connection.
        Action::Send { request, timeout, fresh_connection: _, body: limits } => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = request.headers().iter();
            let headers = headers.map(|(name, value)| (name.as_str(), text(value.as_bytes())));
            json!({"send": {
                "method": request.method().as_str(),
                "url": request.uri().to_string(),
                "headers": headers.collect::<Vec<_>>(),
                "body": Some(text(request.body())).filter(|body| !body.is_empty()),
                "timeout": millis(timeout),
                "limits": {"success": limits.success, "error": limits.error},
            }})
        }
        Action::Wait(time) => json!({"wait": millis(time)}),
        Action::Refresh { .. } => {
            failed(&Error::invalid("credentials", "have no provider"), Value::Null)
        }
        Action::Done(Ok(output)) => json!({"done": done(output)}),
        Action::Done(Err(error)) => failed(&error, json!(error.receipt().map(ToString::to_string))),
    }
}

fn failed(error: &dyn StdError, receipt: Value) -> Value {
    json!({"failed": {"message": error.to_string(), "receipt": receipt}})
}

/// Rounds up, so that no wait is too short.
fn millis(time: Duration) -> u64 {
    time.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX)
}
