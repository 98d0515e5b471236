//! Handles one request: selects the handler, and applies a fault.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Incoming};
use tokio::time::sleep;

use super::journal::RecordedRequest;
use super::response::{self, ResponseBody};
use super::wire::Outgoing;
use super::{Shared, control, inspector, now, origin_guard};
use crate::faults::{DuplicateResponse, Effect, Handling, Reply};

/// Maximum size of a request body in bytes.
const MAX_BODY: usize = 1024 * 1024;

pub(super) async fn handle(
    shared: Arc<Shared>,
    outgoing: Outgoing,
    connection: u64,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Infallible> {
    let (parts, body) = request.into_parts();
    if let Some(rejection) = origin_guard::reject(&parts) {
        return Ok(rejection);
    }
    let too_large = || {
        response::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 1 MiB, or incomplete\n",
        )
    };
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Ok(too_large());
    }
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else { return Ok(too_large()) };
    let body = body.to_bytes();
    if let Some(path) = parts.uri.path().strip_prefix("/_sandbox/") {
        return Ok(control::respond(&shared, &parts, path, &body));
    }
    if parts.method == Method::GET {
        if let Some(page) = inspector::respond(parts.uri.path()) {
            return Ok(page);
        }
    }
    let (number, handling) = record(&shared, connection, &parts, &body);
    outgoing.set(handling.wire.clone());
    // In its own task, so that a delayed effect happens even if the client disconnects.
    let task = tokio::spawn(perform(Arc::clone(&shared), number, handling, parts, body));
    match task.await {
        Ok(Some(response)) => Ok(response),
        Ok(None) => std::future::pending().await,
        Err(_) => Ok(response::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the sandbox failed; this is a bug\n",
        )),
    }
}

/// Adds the request to the journal, and returns how to handle it.
fn record(shared: &Shared, connection: u64, parts: &Parts, body: &[u8]) -> (u64, Handling) {
    let now = now();
    let mut recorded = RecordedRequest::new(parts, body, connection, now);
    {
        let service = shared.service();
        recorded.operation = service.operation(&parts.method, parts.uri.path());
        recorded.account = service.authenticate(&parts.headers).map(str::to_owned);
    }
    recorded.fault = shared.armed().for_request(recorded.operation);
    let handling =
        recorded.fault.as_ref().map(|fault| Handling::for_fault(fault, now)).unwrap_or_default();
    (shared.journal().add(recorded), handling)
}

/// Handles the request. `None`: no response.
async fn perform(
    shared: Arc<Shared>,
    number: u64,
    handling: Handling,
    parts: Parts,
    body: Bytes,
) -> Option<Response<ResponseBody>> {
    if !handling.delay_before.is_zero() {
        sleep(handling.delay_before).await;
    }
    let reaches_client = handling.reaches_client();
    let response = match handling.effect {
        Effect::None => None,
        Effect::Once => Some(call_service(&shared, &parts, &body)),
        Effect::Twice(which) => {
            let (first, second) =
                (call_service(&shared, &parts, &body), call_service(&shared, &parts, &body));
            Some(if which == DuplicateResponse::First { first } else { second })
        }
    };
    if !handling.delay_after.is_zero() {
        sleep(handling.delay_after).await;
    }
    let response = match handling.reply {
        Reply::Service => response?,
        Reply::Replacement(replacement) => response::replacement(replacement),
        Reply::None => return None,
    };
    if reaches_client {
        shared.journal().answered(number, response.status().as_u16());
    }
    Some(response)
}

/// Passes the request to the service, and saves a change before the response is sent.
fn call_service(shared: &Shared, parts: &Parts, body: &[u8]) -> Response<ResponseBody> {
    let mut request = Request::new(body);
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    let mut service = shared.service();
    let before = service.revision();
    let response = service.handle(request, now());
    if service.revision() != before {
        if let Err(error) = shared.save(&service) {
            return response::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
        }
    }
    response.map(|body| ResponseBody::Whole(body.into()))
}
