//! The control API below `/_sandbox/`. Its requests are not in the journal, and faults do not
//! apply.

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Deserialize;

use super::response::{self, ResponseBody};
use super::{Shared, now, origin_guard};
use crate::faults::{FaultRule, fault_kinds};

/// Body of `POST verify`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    account: String,
    id: String,
}

pub(super) fn respond(
    shared: &Shared,
    parts: &Parts,
    path: &str,
    body: &[u8],
) -> Response<ResponseBody> {
    if let Some(rejection) = origin_guard::reject_control(parts) {
        return rejection;
    }
    match (parts.method.as_str(), path) {
        ("GET", "journal") => journal(shared, parts.uri.query()),
        ("DELETE", "journal") => done(|| shared.journal().clear()),
        ("GET", "state") => state(shared, parts),
        ("GET", "on-call") => response::json(&shared.service().overview(now())),
        ("GET", "faults") => response::json(&shared.armed().rules()),
        ("GET", "faults/kinds") => response::json(&fault_kinds()),
        ("DELETE", "faults") => done(|| shared.armed().disarm()),
        ("POST", "faults") => match FaultRule::from_json(body) {
            Ok(rule) => done(|| shared.armed().arm(rule)),
            Err(error) => response::plain(StatusCode::BAD_REQUEST, format!("{error}\n")),
        },
        ("POST", "verify") => verify(shared, body),
        _ => response::plain(
            StatusCode::NOT_FOUND,
            "not found; available: GET and DELETE journal; GET journal?since=REVISION&last=N; GET state; \
             GET on-call; GET, POST and DELETE faults; GET faults/kinds; POST verify\n",
        ),
    }
}

/// Returns the whole journal, or with a query only the changes.
fn journal(shared: &Shared, query: Option<&str>) -> Response<ResponseBody> {
    let Some(query) = query else { return response::json(&shared.journal().entries()) };
    let (mut since, mut last) = (0, usize::MAX);
    for part in query.split('&') {
        let read = match part.split_once('=') {
            Some(("since", number)) => number.parse().map(|number| since = number),
            Some(("last", number)) => number.parse().map(|number| last = number),
            _ => {
                return response::plain(
                    StatusCode::BAD_REQUEST,
                    "unknown parameter; use since=REVISION and last=N\n",
                );
            }
        };
        if read.is_err() {
            return response::plain(StatusCode::BAD_REQUEST, "since and last must be numbers\n");
        }
    }
    response::json(&shared.journal().changes(since, last))
}

/// Returns the state, or 304 if the client already has it. The tag ignores the state's counters.
fn state(shared: &Shared, parts: &Parts) -> Response<ResponseBody> {
    let (state, revision) = {
        let service = shared.service();
        (service.state(), service.revision())
    };
    // Includes the start time, because a new sandbox on the same port starts counting again.
    let tag = format!("W/\"{}-{revision}\"", shared.journal().started());
    let known = parts.headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        response::json(&state.without_secrets())
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn verify(shared: &Shared, body: &[u8]) -> Response<ResponseBody> {
    let Verify { account, id } = match serde_json::from_slice(body) {
        Ok(verify) => verify,
        Err(error) => return response::plain(StatusCode::BAD_REQUEST, format!("{error}\n")),
    };
    let mut service = shared.service();
    if !service.verify(&account, &id) {
        return response::plain(StatusCode::NOT_FOUND, "contact not found\n");
    }
    match shared.save(&service) {
        Ok(()) => empty(StatusCode::NO_CONTENT),
        Err(error) => response::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

fn done(act: impl FnOnce()) -> Response<ResponseBody> {
    act();
    empty(StatusCode::NO_CONTENT)
}

fn empty(status: StatusCode) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::Done);
    *response.status_mut() = status;
    response
}
