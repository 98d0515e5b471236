//! Response bodies of the server.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::{Body, Frame, SizeHint};

use crate::faults::{Replacement, ReplacementBody};

const OPENING: &[u8] = b"{\"filling\":\"";
const CLOSING: &[u8] = b"\"}";
const BLOCK: &[u8] = &[b'x'; 16 * 1024];

/// Body of a response.
#[derive(Debug)]
pub(super) enum ResponseBody {
    Whole(Bytes),
    /// A JSON object with one long string, generated while sending.
    Padding {
        opened: bool,
        left: u64,
        declared: bool,
    },
    Done,
}

impl ResponseBody {
    fn padding(bytes: u64, declared: bool) -> Self {
        let around = (OPENING.len() + CLOSING.len()) as u64;
        Self::Padding { opened: false, left: bytes.saturating_sub(around), declared }
    }
}

impl Body for ResponseBody {
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

/// Returns a plain-text response of the server itself.
pub(super) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<ResponseBody> {
    with_type(status, "text/plain; charset=utf-8", text.into())
}

/// Returns a JSON response of the server itself.
pub(super) fn json(value: &impl serde::Serialize) -> Response<ResponseBody> {
    match serde_json::to_vec_pretty(value) {
        Ok(body) => with_type(StatusCode::OK, "application/json", body.into()),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// Returns a response with this content type.
pub(super) fn with_type(
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::Whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Returns a response that replaces the service's.
pub(super) fn replacement(replacement: Replacement) -> Response<ResponseBody> {
    let body = match replacement.body {
        ReplacementBody::Text(text) => ResponseBody::Whole(text.into()),
        ReplacementBody::Padding { bytes, declared } => ResponseBody::padding(bytes, declared),
    };
    let mut response = Response::new(body);
    *response.status_mut() = replacement.status;
    for (name, value) in replacement.headers {
        // Parsed rules have valid headers. Those built in Rust lose invalid ones.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
