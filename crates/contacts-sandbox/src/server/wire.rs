//! Applies a fault to the bytes of a response while they are sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::faults::{End, Part, WireAction};

/// Action for the next response. The request handler sets it, and the connection's [`Wire`] follows
/// it.
#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing(Arc<Mutex<Option<WireAction>>>);

impl Outgoing {
    pub(super) fn set(&self, action: WireAction) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(action);
    }

    fn take(&self) -> Option<WireAction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A connection that applies faults to its responses.
pub(super) struct Wire {
    stream: TcpStream,
    outgoing: Outgoing,
    action: WireAction,
    progress: Progress,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Progress of the response.
#[derive(Debug, Default)]
struct Progress {
    /// Number of matched bytes of the empty line that ends the head.
    matched: usize,
    /// Number of sent bytes of the action's part.
    passed: usize,
    /// Number of bytes since the last pause.
    since_pause: usize,
}

impl Progress {
    const END_OF_HEAD: &[u8] = b"\r\n\r\n";

    /// Number of these bytes that belong to the head. 0 if the part includes the head.
    fn head_in(&self, part: Part, bytes: &[u8]) -> usize {
        if part == Part::Response {
            return 0;
        }
        let mut matched = self.matched;
        for (at, byte) in bytes.iter().enumerate() {
            if matched == Self::END_OF_HEAD.len() {
                return at;
            }
            matched = Self::next(matched, *byte);
        }
        bytes.len()
    }

    fn next(matched: usize, byte: u8) -> usize {
        if Self::END_OF_HEAD.get(matched) == Some(&byte) {
            matched + 1
        } else {
            usize::from(byte == b'\r')
        }
    }

    fn pass(&mut self, part: Part, bytes: &[u8]) {
        for byte in bytes {
            let in_head = self.matched < Self::END_OF_HEAD.len();
            if in_head {
                self.matched = Self::next(self.matched, *byte);
            }
            if !in_head || part == Part::Response {
                self.passed += 1;
                self.since_pause += 1;
            }
        }
    }
}

impl Wire {
    pub(super) fn new(stream: TcpStream, outgoing: Outgoing) -> Self {
        Self {
            stream,
            outgoing,
            action: WireAction::Pass,
            progress: Progress::default(),
            pause: None,
        }
    }

    /// Writes bytes, and counts those that were sent.
    fn write(
        &mut self,
        context: &mut Context<'_>,
        part: Part,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.progress.pass(part, bytes.get(..written).unwrap_or_default());
        Poll::Ready(Ok(written))
    }

    /// Ends the connection: hyper drops it after an error.
    fn end(&mut self, end: End) -> Poll<io::Result<usize>> {
        if end == End::Reset {
            let _ = self.stream.set_zero_linger();
        }
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Some(action) = this.outgoing.take() {
            this.action = action;
            this.progress = Progress::default();
            this.pause = None;
        }
        match this.action.clone() {
            WireAction::Pass => Pin::new(&mut this.stream).poll_write(context, bytes),
            WireAction::Cut { part, at, end } => {
                let room =
                    this.progress.head_in(part, bytes) + at.saturating_sub(this.progress.passed);
                match bytes.get(..room.min(bytes.len())) {
                    None | Some([]) => this.end(end),
                    Some(bytes) => this.write(context, part, bytes),
                }
            }
            WireAction::Drip { part, bytes: step, every } => {
                if this.progress.since_pause >= step {
                    let pause = this.pause.get_or_insert_with(|| Box::pin(sleep(every)));
                    ready!(pause.as_mut().poll(context));
                    this.pause = None;
                    this.progress.since_pause = 0;
                }
                let room = this.progress.head_in(part, bytes) + (step - this.progress.since_pause);
                let bytes = bytes.get(..room).unwrap_or(bytes);
                this.write(context, part, bytes)
            }
            WireAction::Replace(text) => match text.get(this.progress.passed..) {
                None | Some([]) => this.end(End::Close),
                Some(rest) => {
                    ready!(this.write(context, Part::Response, rest))?;
                    // Nothing of the actual response was sent. hyper polls again with the same
                    // bytes.
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            },
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}
