//! The body of a request, behind its send gate.

use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use contacts_proto::transport::SendGate;
use http_body::{Body, Frame, SizeHint};

/// The body of a request. It can be read once, and never after the client has cancelled the
/// request.
#[derive(Debug)]
pub struct RequestBody(Option<(Bytes, SendGate)>);

impl RequestBody {
    /// Returns the body, and its gate unless the body is empty.
    pub(crate) fn new(body: Vec<u8>) -> (Self, Option<SendGate>) {
        if body.is_empty() {
            return (Self(None), None);
        }
        let gate = SendGate::default();
        (Self(Some((body.into(), gate.clone()))), Some(gate))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Cancelled;

    /// Fails after the client has cancelled the request. hyper then aborts the request before the
    /// end of its message.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cancelled>>> {
        Poll::Ready(match &self.0 {
            Some((_, gate)) if !gate.release() => Some(Err(Cancelled)),
            _ => self.0.take().map(|(bytes, _)| Ok(Frame::data(bytes))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |(bytes, _)| bytes.len() as u64))
    }
}

/// Error of a [`RequestBody`] whose request was cancelled.
#[derive(Debug, Clone, Copy)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was cancelled before its body was sent")
    }
}

impl StdError for Cancelled {}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn poll(body: &mut RequestBody) -> Option<Result<Bytes, Cancelled>> {
        let Poll::Ready(frame) = Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("a body is always ready");
        };
        frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
    }

    #[test]
    fn a_body_is_given_out_once_with_its_exact_length() {
        let (mut body, gate) = RequestBody::new(b"{}".to_vec());
        assert!(!body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(2));
        assert_eq!(poll(&mut body).unwrap().unwrap(), "{}");
        assert!(body.is_end_stream() && poll(&mut body).is_none());
        assert!(!gate.unwrap().revoke());
    }

    #[test]
    fn a_body_that_was_given_up_fails_and_never_ends() {
        let (mut body, gate) = RequestBody::new(b"{}".to_vec());
        assert!(gate.unwrap().revoke());
        for _ in 0..2 {
            assert!(poll(&mut body).unwrap().is_err());
            assert!(!body.is_end_stream());
            assert_eq!(body.size_hint().exact(), Some(2));
        }
    }
}
