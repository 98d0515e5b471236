//! One request and its answer: who is to answer it, what the service says, and what goes wrong on demand.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Incoming};
use tokio::time::sleep;

use super::answer::{self, Answer};
use super::journal::Recorded;
use super::wire::Outgoing;
use super::{Shared, control, inspector, now, origin_guard};
use crate::faults::{Effect, Reply, Script, Which};

/// The largest body of a request.
const LARGEST_BODY: usize = 1024 * 1024;

pub(super) async fn handle(
    shared: Arc<Shared>,
    outgoing: Outgoing,
    connection: u64,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let (parts, body) = request.into_parts();
    if let Some(refusal) = origin_guard::refuse(&parts) {
        return Ok(refusal);
    }
    let too_large =
        || answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 1 MiB, or broke off\n");
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Ok(too_large());
    }
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else { return Ok(too_large()) };
    let body = body.to_bytes();
    if let Some(path) = parts.uri.path().strip_prefix("/_sandbox/") {
        return Ok(control::answer(&shared, &parts, path, &body));
    }
    if parts.method == Method::GET
        && let Some(page) = inspector::answer(parts.uri.path())
    {
        return Ok(page);
    }
    let (number, script) = begin(&shared, connection, &parts, &body);
    outgoing.set(script.wire.clone());
    // In a task of its own: an effect that is late comes even if the client has gone.
    let task = tokio::spawn(carry_out(Arc::clone(&shared), number, script, parts, body));
    match task.await {
        Ok(Some(response)) => Ok(response),
        Ok(None) => std::future::pending().await,
        Err(_) => Ok(answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "the sandbox has a defect\n")),
    }
}

/// Writes the request down and says what is to become of it.
fn begin(shared: &Shared, connection: u64, parts: &Parts, body: &[u8]) -> (u64, Script) {
    let now = now();
    let mut recorded = Recorded::new(parts, body, connection, now);
    {
        let service = shared.service();
        recorded.operation = service.operation(&parts.method, parts.uri.path());
        recorded.account = service.authenticate(&parts.headers).map(str::to_owned);
    }
    recorded.fault = shared.armed().for_request(recorded.operation);
    let script = recorded.fault.as_ref().map(|fault| Script::for_fault(fault, now)).unwrap_or_default();
    (shared.journal().add(recorded), script)
}

/// Does what the script says; `None` if nothing is to be answered.
async fn carry_out(
    shared: Arc<Shared>,
    number: u64,
    script: Script,
    parts: Parts,
    body: Bytes,
) -> Option<Response<Answer>> {
    if !script.delay_before.is_zero() {
        sleep(script.delay_before).await;
    }
    let is_heard = script.is_heard();
    let response = match script.effect {
        Effect::None => None,
        Effect::Once => Some(ask(&shared, &parts, &body)),
        Effect::Twice(which) => {
            let (first, second) = (ask(&shared, &parts, &body), ask(&shared, &parts, &body));
            Some(if which == Which::First { first } else { second })
        }
    };
    if !script.delay_after.is_zero() {
        sleep(script.delay_after).await;
    }
    let response = match script.reply {
        Reply::Service => response?,
        Reply::Instead(canned) => answer::canned(canned),
        Reply::Nothing => return None,
    };
    if is_heard {
        shared.journal().answered(number, response.status().as_u16());
    }
    Some(response)
}

/// Has the service carry the request out, and writes what changed before anybody hears of it.
fn ask(shared: &Shared, parts: &Parts, body: &[u8]) -> Response<Answer> {
    let mut request = Request::new(body);
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    let mut service = shared.service();
    let before = service.revision();
    let response = service.handle(request, now());
    if service.revision() != before
        && let Err(error) = shared.keep(&service)
    {
        return answer::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
    }
    response.map(|body| Answer::Whole(body.into()))
}
