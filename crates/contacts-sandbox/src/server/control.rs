//! What the server itself can be asked, below `/_sandbox/`: none of it is in the journal, and no fault is for it.

use http::{Method, Response, StatusCode};
use serde::Deserialize;

use super::Shared;
use super::answer::{self, Answer};
use crate::faults::FaultRule;

/// A contact whose code was entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    account: String,
    id: String,
}

pub(super) fn answer(shared: &Shared, method: &Method, path: &str, body: &[u8]) -> Response<Answer> {
    match (method.as_str(), path) {
        ("GET", "journal") => answer::json(&shared.journal().entries()),
        ("DELETE", "journal") => done(|| shared.journal().clear()),
        ("GET", "state") => answer::json(&shared.service().state().without_secrets()),
        ("GET", "faults") => answer::json(&shared.armed().rules()),
        ("DELETE", "faults") => done(|| shared.armed().disarm()),
        ("POST", "faults") => match FaultRule::from_json(body) {
            Ok(rule) => done(|| shared.armed().arm(rule)),
            Err(error) => answer::plain(StatusCode::BAD_REQUEST, format!("{error}\n")),
        },
        ("POST", "verify") => verify(shared, body),
        _ => answer::plain(
            StatusCode::NOT_FOUND,
            "there is: GET and DELETE journal; GET state; GET, POST and DELETE faults; POST verify\n",
        ),
    }
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
    match shared.state_file.as_ref().map(|file| file.write(&service.state())) {
        Some(Err(error)) => answer::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
        Some(Ok(())) | None => done(|| ()),
    }
}

fn done(act: impl FnOnce()) -> Response<Answer> {
    act();
    let mut response = Response::new(Answer::Done);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
