//! The body of an answer: bytes, or as much filling as was asked for.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::{Body, Frame, SizeHint};

use crate::faults::{Canned, Filling};

const OPENING: &[u8] = b"{\"filling\":\"";
const CLOSING: &[u8] = b"\"}";
const BLOCK: &[u8] = &[b'x'; 16 * 1024];

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Answer {
    Whole(Bytes),
    /// A JSON object with one long text in it, made as it is sent.
    Padding {
        opened: bool,
        left: u64,
        declared: bool,
    },
    Done,
}

impl Answer {
    fn padding(bytes: u64, declared: bool) -> Self {
        let around = (OPENING.len() + CLOSING.len()) as u64;
        Self::Padding { opened: false, left: bytes.saturating_sub(around), declared }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut *self {
            Self::Done => return Poll::Ready(None),
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Done;
                bytes
            }
            Self::Padding { opened: opened @ false, .. } => {
                *opened = true;
                Bytes::from_static(OPENING)
            }
            Self::Padding { left: 0, .. } => {
                *self = Self::Done;
                Bytes::from_static(CLOSING)
            }
            Self::Padding { left, .. } => {
                let block = usize::try_from(*left).unwrap_or(usize::MAX).min(BLOCK.len());
                *left -= block as u64;
                Bytes::from_static(&BLOCK[..block])
            }
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Done => true,
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Padding { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Done => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Padding { declared: false, .. } => SizeHint::default(),
            Self::Padding { opened, left, .. } => {
                let opening = if *opened { 0 } else { OPENING.len() as u64 };
                SizeHint::with_exact(opening + left + CLOSING.len() as u64)
            }
        }
    }
}

/// A plain answer of the server itself.
pub(super) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Answer> {
    with_type(status, "text/plain; charset=utf-8", text.into())
}

/// A JSON answer of the server itself.
pub(super) fn json(value: &impl serde::Serialize) -> Response<Answer> {
    match serde_json::to_vec_pretty(value) {
        Ok(body) => with_type(StatusCode::OK, "application/json", body.into()),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// An answer with a body of some type.
pub(super) fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Answer> {
    let mut response = Response::new(Answer::Whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer that does not come from the service.
pub(super) fn canned(canned: Canned) -> Response<Answer> {
    let body = match canned.body {
        Filling::Text(text) => Answer::Whole(text.into()),
        Filling::Padding { bytes, declared } => Answer::padding(bytes, declared),
    };
    let mut response = Response::new(body);
    *response.status_mut() = canned.status;
    for (name, value) in canned.headers {
        // Rules were checked when they were read; those made by hand lose what cannot be sent.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
