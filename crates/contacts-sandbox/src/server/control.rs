//! What the server itself can be asked, below `/_sandbox/`: none of it is in the journal, and no fault is for it.

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Deserialize;

use super::answer::{self, Answer};
use super::{Shared, origin_guard};
use crate::faults::{FaultRule, fault_kinds};

/// A contact whose code was entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    account: String,
    id: String,
}

pub(super) fn answer(shared: &Shared, parts: &Parts, path: &str, body: &[u8]) -> Response<Answer> {
    if let Some(refusal) = origin_guard::refuse_control(parts) {
        return refusal;
    }
    match (parts.method.as_str(), path) {
        ("GET", "journal") => journal(shared, parts.uri.query()),
        ("DELETE", "journal") => done(|| shared.journal().clear()),
        ("GET", "state") => state(shared, parts),
        ("GET", "faults") => answer::json(&shared.armed().rules()),
        ("GET", "faults/kinds") => answer::json(&fault_kinds()),
        ("DELETE", "faults") => done(|| shared.armed().disarm()),
        ("POST", "faults") => match FaultRule::from_json(body) {
            Ok(rule) => done(|| shared.armed().arm(rule)),
            Err(error) => answer::plain(StatusCode::BAD_REQUEST, format!("{error}\n")),
        },
        ("POST", "verify") => verify(shared, body),
        _ => answer::plain(
            StatusCode::NOT_FOUND,
            "there is: GET and DELETE journal; GET journal?since=REVISION&last=N; GET state; \
             GET, POST and DELETE faults; GET faults/kinds; POST verify\n",
        ),
    }
}

/// All of the journal; or what has changed in it, if it is said since when.
fn journal(shared: &Shared, query: Option<&str>) -> Response<Answer> {
    let Some(query) = query else { return answer::json(&shared.journal().entries()) };
    let (mut since, mut last) = (0, usize::MAX);
    for part in query.split('&') {
        let read = match part.split_once('=') {
            Some(("since", number)) => number.parse().map(|number| since = number),
            Some(("last", number)) => number.parse().map(|number| last = number),
            _ => return answer::plain(StatusCode::BAD_REQUEST, "a journal has since=REVISION and last=N\n"),
        };
        if read.is_err() {
            return answer::plain(StatusCode::BAD_REQUEST, "since and last are numbers\n");
        }
    }
    answer::json(&shared.journal().changes(since, last))
}

/// The state, unless who asks has it already. The counters in it are no reason to send it again.
fn state(shared: &Shared, parts: &Parts) -> Response<Answer> {
    let (state, revision) = {
        let service = shared.service();
        (service.state(), service.revision())
    };
    // The start is part of it: another sandbox on the same port counts anew.
    let tag = format!("W/\"{}-{revision}\"", shared.journal().started());
    let known = parts.headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        answer::json(&state.without_secrets())
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn verify(shared: &Shared, body: &[u8]) -> Response<Answer> {
    let Verify { account, id } = match serde_json::from_slice(body) {
        Ok(verify) => verify,
        Err(error) => return answer::plain(StatusCode::BAD_REQUEST, format!("{error}\n")),
    };
    let mut service = shared.service();
    if !service.verify(&account, &id) {
        return answer::plain(StatusCode::NOT_FOUND, "there is no such contact\n");
    }
    match shared.keep(&service) {
        Ok(()) => empty(StatusCode::NO_CONTENT),
        Err(error) => answer::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

fn done(act: impl FnOnce()) -> Response<Answer> {
    act();
    empty(StatusCode::NO_CONTENT)
}

fn empty(status: StatusCode) -> Response<Answer> {
    let mut response = Response::new(Answer::Done);
    *response.status_mut() = status;
    response
}
