//! Sends one request and reads its response within limits.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use contacts_proto::{
    Limits,
    transport::{BodyBuf, BodyLimits, Delivery, SendGate, TransportError, TransportErrorKind},
};
use http::{HeaderMap, Request, Response};
use http_body::Body;
use tokio::time::{Sleep, sleep};

use crate::{
    body::RequestBody,
    error::{BoxError, failure, is_connect},
    service::{FreshConnection, HttpService},
};

/// Sends a request and reads the whole response within the timeout.
pub(crate) async fn send<S: HttpService>(
    service: &S,
    request: Request<Vec<u8>>,
    timeout: Duration,
    fresh_connection: bool,
    limits: BodyLimits,
) -> Result<Response<BodyBuf>, TransportError> {
    let (mut head, body) = request.into_parts();
    let (body, gate) = RequestBody::new(body);
    if fresh_connection {
        head.extensions.insert(FreshConnection);
    }
    let mut deadline = pin!(sleep(timeout));

    let mut service = service.clone();
    match before(deadline.as_mut(), poll_fn(|context| service.poll_ready(context))).await {
        None => return Err(TransportError::new(Delivery::NotSent, TransportErrorKind::TimedOut)),
        Some(Err(error)) => return Err(failure(Delivery::NotSent, error.into())),
        Some(Ok(())) => {}
    }
    let answer = before(deadline.as_mut(), service.call(Request::from_parts(head, body)));
    let answer = answer.await.map(|answer| answer.map_err(Into::into));
    let (head, body) = answer_or_failure(answer, gate.as_ref())?.into_parts();
    if head_len(&head.headers) > Limits::HEAD {
        return Err(TransportError::new(Delivery::Unknown, TransportErrorKind::TooLarge));
    }

    let mut read = BodyBuf::new(limits.of(head.status), None);
    let broken = match read_body(pin!(body), deadline, &mut read).await {
        Ok(()) => return Ok(Response::from_parts(head, read)),
        Err(broken) => broken,
    };
    let progress = Delivery::Partial(Box::new(Response::from_parts(head, read.into_vec())));
    Err(match broken {
        Broken::By(cause) => TransportError::new(progress, cause),
        Broken::Failed(error) => failure(progress, error),
    })
}

/// Cancels a request without a response. `None` means a timeout.
fn answer_or_failure<B>(
    answer: Option<Result<Response<B>, BoxError>>,
    gate: Option<&SendGate>,
) -> Result<Response<B>, TransportError> {
    let progress = |is_connect: bool| match gate.map_or(is_connect, SendGate::revoke) {
        true => Delivery::NotSent,
        false => Delivery::Unknown,
    };
    match answer {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(error)) => Err(failure(progress(is_connect(&*error)), error)),
        None => Err(TransportError::new(progress(false), TransportErrorKind::TimedOut)),
    }
}

/// Returns the reason why a body is incomplete.
enum Broken {
    By(TransportErrorKind),
    Failed(BoxError),
}

async fn read_body<B>(
    mut body: Pin<&mut B>,
    mut deadline: Pin<&mut Sleep>,
    read: &mut BodyBuf,
) -> Result<(), Broken>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    loop {
        let frame = poll_fn(|context| body.as_mut().poll_frame(context));
        match before(deadline.as_mut(), frame).await {
            None => return Err(Broken::By(TransportErrorKind::TimedOut)),
            Some(None) => return Ok(()),
            Some(Some(Err(error))) => return Err(Broken::Failed(error.into())),
            Some(Some(Ok(frame))) => {
                read.push(frame.into_data().unwrap_or_default()).map_err(Broken::By)?;
            }
        }
    }
}

/// Returns the output of a future that is ready before the deadline. A future that is ready at once
/// needs no timer.
async fn before<F: Future>(mut deadline: Pin<&mut Sleep>, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => deadline.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Returns the length of a head. hyper stops at a head that is too long, but reads somewhat more
/// first.
fn head_len(headers: &HeaderMap) -> usize {
    let line = |name: &str, value: &[u8]| [name.len(), ": ".len(), value.len(), "\r\n".len()];
    let lines = headers.iter().flat_map(|(name, value)| line(name.as_str(), value.as_bytes()));
    lines.fold(0, usize::saturating_add)
}
