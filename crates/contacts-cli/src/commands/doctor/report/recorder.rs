//! Records the requests of `doctor` and their responses, without any value that could be private.

use std::collections::BTreeMap;

use contacts_ureq::{
    exchange::{Action, Event, Exchange, Now, Observer},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::{
    shape::Shape,
    words::{self, Kinds, Words},
};

/// The requests so far, and the behaviour of the site.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(super) requests: Vec<Recorded>,
    pub(super) seen: Seen,
    check: &'static str,
    /// Number of requests before this check.
    before: usize,
}

/// A request and its result.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recorded {
    /// The check that sent the request.
    check: &'static str,
    method: &'static str,
    url: Words,
    headers: Headers,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Recording>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Broken>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recording {
    pub(super) status: u16,
    headers: Headers,
    #[serde(flatten)]
    body: Body,
    /// The form of an error body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_form: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Body {
    body: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Shape>,
}

/// A response that is missing or not complete.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Broken {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_status: Option<u16>,
}

/// The behaviour of the site in all responses, at points that the vendor does not document.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) next: Kinds,
    pub(super) first: Kinds,
    pub(super) last: Kinds,
    pub(super) disabled_reason: Kinds,
    pub(super) unauthorized: Kinds,
    pub(super) limits: Kinds,
    pub(super) retry_after: Kinds,
}

impl Recorder {
    /// The recorder for the requests that follow. They belong to this check.
    pub(crate) fn during(&mut self, check: &'static str) -> &mut Self {
        self.check = check;
        self.before = self.requests.len();
        self
    }

    /// The response to the last request since [`during`](Self::during), if it was complete.
    pub(super) fn last(&self) -> Option<&Recording> {
        self.requests.get(self.before..)?.last()?.response.as_ref()
    }

    /// The response to the deletion that checks the scopes.
    pub(super) fn deletion(&self) -> Option<&Recording> {
        let deletion = self.requests.iter().rfind(|request| request.method == "DELETE");
        deletion?.response.as_ref()
    }

    fn sent(&mut self, request: &Request<Vec<u8>>) {
        let uri = request.uri();
        self.requests.push(Recorded {
            check: self.check,
            method: method(request.method()),
            url: words::url(
                uri.scheme_str().unwrap_or_default(),
                uri.authority().map_or("", |authority| authority.as_str()),
                uri.path(),
                uri.query(),
            ),
            headers: headers(request.headers()),
            response: None,
            failure: None,
        });
    }

    fn answered(&mut self, response: &Response<&[u8]>) {
        let status = response.status();
        let json = serde_json::from_slice::<Value>(response.body()).ok();
        let body = Body {
            body: kind_of_body(response.body(), json.as_ref()),
            shape: json.as_ref().map(Shape::of),
        };
        let error_form = (!status.is_success()).then(|| match &json {
            Some(json) => error_form(json),
            None if body.body == EMPTY => "empty body",
            None => body.body,
        });
        self.seen.add(status, response.headers(), json.as_ref(), error_form);
        let (status, headers) = (status.as_u16(), headers(response.headers()));
        if let Some(request) = self.requests.last_mut() {
            request.response = Some(Recording { status, headers, body, error_form });
        }
    }

    fn failed(&mut self, error: &TransportError) {
        let status = match error.delivery() {
            Delivery::Partial(response) => Some(response.status().as_u16()),
            _ => None,
        };
        let proxy_status = error.proxy_status().map(|status| status.as_u16());
        if let Some(request) = self.requests.last_mut() {
            request.failure = Some(Broken { reason: reason(error.kind()), status, proxy_status });
        }
    }
}

impl Observer for Recorder {
    fn event(&mut self, event: &Event<'_>, _: Now) {
        match event {
            Event::Answered(response) => self.answered(response),
            Event::Failed(error) => self.failed(error),
            _ => {}
        }
    }

    fn action<E: Exchange>(&mut self, _: &E, action: &Action<E::Output>, _: Now) {
        if let Action::Send { request, .. } = action {
            self.sent(request);
        }
    }
}

impl Seen {
    fn add(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        json: Option<&Value>,
        error_form: Option<&'static str>,
    ) {
        if status == StatusCode::UNAUTHORIZED {
            self.unauthorized.extend(error_form);
        }
        for (name, value) in headers {
            let known = words::header_name(name.as_str());
            if known.contains("ratelimit") {
                self.limits.insert(known);
            }
            if known == "retry-after" {
                self.retry_after.insert(words::header_value(known, value.as_bytes()));
            }
        }
        let page = json.filter(|_| status.is_success());
        let Some((page, values)) = page.and_then(|page| Some((page, page.get("values")?))) else {
            return;
        };
        for (name, kinds) in
            [("next", &mut self.next), ("first", &mut self.first), ("last", &mut self.last)]
        {
            kinds.insert(match page.get("links").map(|links| links.get(name)) {
                None => "no links",
                Some(None) => "absent",
                Some(Some(Value::Null)) => "null",
                Some(Some(Value::String(text))) => words::member_text(name, text),
                Some(Some(_)) => "another type",
            });
        }
        for status in values.as_array().into_iter().flatten().filter_map(|it| it.get("status")) {
            if status.get("enabled") == Some(&Value::Bool(false)) {
                self.disabled_reason.insert(match status.get("disabledReason") {
                    None => "absent from a disabled contact",
                    Some(Value::Null) => "null for a disabled contact",
                    Some(_) => "present for a disabled contact",
                });
            }
        }
    }
}

/// The kind of a body without bytes.
const EMPTY: &str = "empty";

/// The kinds of values by the names of headers.
type Headers = BTreeMap<&'static str, Shape>;

fn headers(headers: &HeaderMap) -> Headers {
    let mut shown = Headers::new();
    for (name, value) in headers {
        let name = name.as_str();
        let kind = words::header_value(name, value.as_bytes());
        shown.entry(words::header_name(name)).or_default().add(kind);
    }
    shown
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "another method",
    }
}

fn kind_of_body(body: &[u8], json: Option<&Value>) -> &'static str {
    if json.is_some() {
        return "JSON";
    }
    let Ok(text) = std::str::from_utf8(body) else { return "bytes" };
    let text = text.trim_start().to_ascii_lowercase();
    match &*text {
        "" => EMPTY,
        _ if text.starts_with("<!doctype html") || text.starts_with("<html") => "HTML",
        _ => "text",
    }
}

/// The form of an error body, by the members that the client reads.
fn error_form(json: &Value) -> &'static str {
    let has = |name: &str| json.get(name).is_some_and(|value| !value.is_null());
    match json {
        Value::Object(_) if has("errorMessages") => "errorMessages",
        Value::Object(_) if json.get("errors").is_some_and(Value::is_array) => "list of errors",
        Value::Object(_) if json.get("errors").is_some_and(Value::is_object) => "map of errors",
        Value::Object(_) if has("code") && has("message") => "code and message",
        Value::Object(_) if has("timestamp") && has("error") => "timestamp and error",
        Value::Object(_) if has("message") => "message",
        Value::Object(_) => "another object",
        _ => "JSON that is not an object",
    }
}

fn reason(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Dns => "no address",
        TransportErrorKind::Connect => "no connection",
        TransportErrorKind::Certificate => "certificate not trusted",
        TransportErrorKind::Tls => "TLS failed",
        TransportErrorKind::Unsupported => "unsupported",
        TransportErrorKind::Proxy => "no tunnel through the proxy",
        TransportErrorKind::TimedOut => "timed out",
        TransportErrorKind::Closed => "closed early",
        TransportErrorKind::Malformed => "not HTTP",
        TransportErrorKind::TooLarge => "too large",
        _ => "another reason",
    }
}
