//! What hyper's errors do not tell: whether the last byte of a request may have left, and when it did.
//!
//! Each connection reads along what is handed to it. On HTTP/1.1 there is one request at a time; on HTTP/2 there are many, and
//! nothing is told apart.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use memchr::memchr;
use tokio::time::Instant;

use crate::attempt::after;

/// What a connection has taken, for whoever waits for an answer on it. The connection is carried on by a task of its own, perhaps on
/// another thread: what is told of a request must stay true after it was told.
#[derive(Debug, Clone)]
pub(crate) struct Sent(Arc<Taken>);

#[derive(Debug)]
struct Taken {
    origin: Instant,
    /// One of the states below.
    state: AtomicU8,
    /// When something was taken last of a request that changes something, in milliseconds after `origin`.
    last: AtomicU64,
}

/// Some of the request that is under way is missing.
const INCOMPLETE: u8 = 0;
/// The last byte of the last request may have left.
const WHOLE: u8 = 1;
/// Nobody waits for the request that is under way, of which some is missing, and it has been told that it was not sent. Nothing more
/// is taken.
const GIVEN_UP: u8 = 2;

impl Sent {
    fn new() -> Self {
        Self(Arc::new(Taken {
            origin: Instant::now(),
            state: AtomicU8::new(INCOMPLETE),
            last: AtomicU64::new(0),
        }))
    }

    /// Sees to it that what is missing of the request that is under way never leaves. Whether anything is: all of it may have left.
    pub(crate) fn give_up(&self) -> bool {
        matches!(self.change(INCOMPLETE, GIVEN_UP), Ok(_) | Err(GIVEN_UP))
    }

    /// When something was taken last of a request that changes something.
    pub(crate) fn last(&self) -> Instant {
        after(self.0.origin, Duration::from_millis(self.0.last.load(Ordering::Acquire)))
    }

    fn is_given_up(&self) -> bool {
        self.0.state.load(Ordering::Acquire) == GIVEN_UP
    }

    /// From one state to another; an error has the state that it is in instead.
    fn change(&self, from: u8, to: u8) -> Result<u8, u8> {
        self.0.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
    }

    fn set_last(&self) {
        let since = u64::try_from(self.0.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(since, Ordering::Release);
    }
}

/// How far the requests came that were written to a connection.
#[derive(Debug, Clone, Copy)]
enum Wire {
    /// In the head: the beginning of a line, its length, and the length of the body, if a line has told it.
    Head { line: [u8; Self::LINE], len: usize, body: u64 },
    /// This much of the body is missing.
    Body { missing: u64 },
    /// At the end of a request.
    End,
    /// HTTP/2.
    Opaque,
}

impl Wire {
    /// Enough for `content-length: ` and a number.
    const LINE: usize = 36;
    const HEAD: Self = Self::Head { line: [0; Self::LINE], len: 0, body: 0 };

    /// How far they came after these bytes.
    fn after(mut self, bytes: &[u8]) -> Self {
        let mut rest = bytes;
        while !rest.is_empty() {
            match &mut self {
                Self::Opaque => return self,
                Self::End => self = Self::HEAD,
                Self::Body { missing } => {
                    let taken = rest.len().min(usize::try_from(*missing).unwrap_or(usize::MAX));
                    *missing = missing.saturating_sub(taken as u64);
                    rest = rest.get(taken..).unwrap_or_default();
                    if *missing == 0 {
                        self = Self::End;
                    }
                }
                Self::Head { line, len, body } => {
                    let (piece, behind) = match memchr(b'\n', rest) {
                        Some(end) => rest.split_at_checked(end.saturating_add(1)).unwrap_or((rest, &[])),
                        None => (rest, &[][..]),
                    };
                    rest = behind;
                    match piece.strip_suffix(b"\n") {
                        // All of a line, as most are, and nothing in it.
                        Some(whole) if *len == 0 && !Self::may_tell(whole) => {}
                        Some(whole) if *len == 0 => self = Self::end_of_line(whole, *body),
                        Some(end) => {
                            keep(line, len, end);
                            self = Self::end_of_line(line.get(..*len).unwrap_or(line), *body);
                        }
                        None => keep(line, len, piece),
                    }
                }
            }
        }
        self
    }

    /// Whether a line may be one that [`end_of_line`](Self::end_of_line) knows, by its beginning.
    fn may_tell(line: &[u8]) -> bool {
        matches!(line.first(), None | Some(b'\r' | b'P' | b'c' | b'C'))
    }

    fn end_of_line(line: &[u8], body: u64) -> Self {
        if line.iter().all(|byte| *byte == b'\r') {
            return if body == 0 { Self::End } else { Self::Body { missing: body } };
        }
        if line.starts_with(b"PRI * HTTP/2") {
            return Self::Opaque;
        }
        let value = line
            .split_at_checked(b"content-length:".len())
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"content-length:"));
        let length = value.and_then(|(_, value)| std::str::from_utf8(value).ok()?.trim().parse().ok());
        Self::Head { line: [0; Self::LINE], len: 0, body: length.unwrap_or(body) }
    }

    /// Whether the next byte is the first of a line, and no body was told of in the lines before.
    fn is_at_a_line(self) -> bool {
        matches!(self, Self::End | Self::Head { len: 0, body: 0, .. })
    }

    fn is_whole(self) -> bool {
        matches!(self, Self::End | Self::Opaque)
    }
}

/// Whether this is all of a request that reads, which has no body: no other line begins so, and its first empty line is its end.
fn is_read(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GET ") && bytes.ends_with(b"\r\n\r\n")
}

/// Puts more behind the beginning of a line, as far as there is room.
fn keep(line: &mut [u8; Wire::LINE], len: &mut usize, more: &[u8]) {
    let room = line.get_mut(*len..).unwrap_or_default();
    for (place, byte) in room.iter_mut().zip(more) {
        *place = *byte;
    }
    *len = len.saturating_add(more.len()).min(Wire::LINE);
}

/// A connection to the service, with TLS below it where there is TLS.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    io: T,
    wire: Wire,
    sent: Sent,
}

impl<T> Watched<T> {
    pub(crate) fn new(io: T) -> Self {
        Self { io, wire: Wire::HEAD, sent: Sent::new() }
    }

    /// Has bytes written, and reads along. That they may have left is told before they are handed over: then nobody can take
    /// them back.
    fn watch(
        &mut self,
        bytes: &[io::IoSlice<'_>],
        write: impl FnOnce(&mut T) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        // All of a request that reads, in one piece: its lines need not be looked at, and nobody asks when it left.
        let is_read = matches!(bytes, [piece] if self.wire.is_at_a_line() && is_read(piece));
        let after = match is_read {
            true => Wire::End,
            false => bytes.iter().fold(self.wire, |wire, piece| wire.after(piece)),
        };
        let is_given_up = match after.is_whole() {
            true => self.sent.change(INCOMPLETE, WHOLE) == Err(GIVEN_UP),
            false => self.sent.is_given_up(),
        };
        if is_given_up {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let result = write(&mut self.io);
        if let Poll::Ready(Ok(mut taken)) = result {
            if taken == bytes.iter().fold(0, |len: usize, piece| len.saturating_add(piece.len())) {
                self.wire = after;
                taken = 0;
            }
            for piece in bytes {
                let part = piece.get(..taken.min(piece.len())).unwrap_or_default();
                self.wire = self.wire.after(part);
                taken = taken.saturating_sub(part.len());
            }
            if !is_read {
                self.sent.set_last();
            }
        }
        // An error leaves it open what was taken.
        if !matches!(result, Poll::Ready(Err(_))) && !self.wire.is_whole() {
            // It stays given up if it is.
            let _ = self.sent.change(WHOLE, INCOMPLETE);
        }
        result
    }
}

impl<T: Connection> Connection for Watched<T> {
    fn connected(&self) -> Connected {
        // Without what those below tell of it: that is put into each answer, and nobody asks for it.
        let below = self.io.connected();
        let connected = Connected::new().proxy(below.is_proxied()).extra(self.sent.clone());
        if below.is_negotiated_h2() { connected.negotiated_h2() } else { connected }
    }
}

impl<T: Read + Unpin> Read for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for Watched<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.watch(&[io::IoSlice::new(bytes)], |io| Pin::new(io).poll_write(context, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.watch(pieces, |io| Pin::new(io).poll_write_vectored(context, pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 6\r\nhost: a\r\r\n\r\nbo\r\nGE";
    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    #[test]
    fn a_request_is_whole_with_its_last_byte_however_it_is_cut() {
        for cut in 0..POST.len() {
            let (one, two) = POST.split_at(cut);
            let wire = Wire::HEAD.after(one);
            assert!(!wire.is_whole(), "cut at {cut}");
            assert!(wire.after(two).is_whole(), "cut at {cut}");
        }
    }

    #[test]
    fn a_request_that_reads_is_whole_at_once() {
        assert!(is_read(GET) && !is_read(POST) && !is_read(&GET[..GET.len() - 1]));
        assert!(Wire::HEAD.after(GET).is_whole());
        assert!(Wire::HEAD.after(GET).after(GET).is_whole());
        assert!(!Wire::HEAD.after(&POST[..36]).after(GET).is_whole(), "these are the bytes of a head");
        assert!(!Wire::HEAD.after(b"GET / HTTP/1.1\r\nhost: a\r\n").is_whole());
    }

    #[test]
    fn what_is_written_after_a_whole_request_is_another_one() {
        let mut wire = Wire::HEAD.after(POST);
        for cut in 1..GET.len() {
            let (one, two) = GET.split_at(cut);
            wire = wire.after(one);
            assert!(!wire.is_whole(), "cut at {cut}");
            wire = wire.after(two);
            assert!(wire.is_whole(), "cut at {cut}");
        }
    }

    #[test]
    fn on_http_2_everything_may_have_left() {
        assert!(Wire::HEAD.after(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04").is_whole());
    }
}
