//! What ureq's errors do not tell: whether the last byte of a request may have left, and whether a body still flows.
//!
//! ureq asks a `Connector` for each connection, and hands each piece of a request to its `Transport`. Both are wrapped here. A
//! request is carried out on one thread from its start to the end of its answer, so that a thread-local value connects the
//! transport, which may come from the pool, with the attempt.

use std::{
    cell::{Cell, RefCell},
    io,
    time::{Duration, Instant},
};

use contacts_proto::Timeouts;
use memchr::memmem;
use ureq::{
    Error, Timeout,
    unversioned::{
        resolver::Resolver as _,
        transport::{
            Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, NextTimeout,
            RustlsConnector, Transport, time,
        },
    },
};

use crate::{resolver::Resolver, tcp::Tcp};

thread_local! {
    static ATTEMPT: RefCell<Attempt> = const { RefCell::new(Attempt::Sent) };
    /// Whether a connector is at work: that of a target behind a proxy has the proxy's own connection made by another.
    static IS_CONNECTING: Cell<bool> = const { Cell::new(false) };
}

/// What the attempt of this thread is doing.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    /// Something of it is missing at the socket.
    Sending(Unsent),
    /// All of it may have left.
    Sent,
    /// The head of the answer is here, and since this moment, in which enough of the body was there, this much of it was read.
    Reading { since: Instant, bytes: usize, until_closed: bool },
}

/// What is missing of a request: the end of its head, then a known number of bytes.
#[derive(Debug, Clone, Copy)]
struct Unsent {
    /// How much of the empty line that ends the head is here.
    matched: usize,
    body: usize,
}

impl Unsent {
    const END_OF_HEAD: &[u8] = b"\r\n\r\n";

    /// What is missing after these bytes.
    fn after(mut self, bytes: &[u8]) -> Self {
        let mut rest = bytes;
        // Most heads come in one piece.
        if self.matched == 0 {
            let head = memmem::find(bytes, Self::END_OF_HEAD).unwrap_or(bytes.len());
            // What is not the end may be the beginning of it.
            rest = bytes.get(head.saturating_sub(Self::END_OF_HEAD.len())..).unwrap_or_default();
        }
        while let Some((byte, behind)) = rest.split_first() {
            if self.matched == Self::END_OF_HEAD.len() {
                self.body = self.body.saturating_sub(rest.len());
                break;
            }
            rest = behind;
            self.matched = match Self::END_OF_HEAD.get(self.matched) {
                Some(next) if next == byte => self.matched.saturating_add(1),
                _ => usize::from(*byte == b'\r'),
            };
        }
        self
    }

    fn is_nothing(self) -> bool {
        self.matched == Self::END_OF_HEAD.len() && self.body == 0
    }
}

/// Begins an attempt on this thread, with a body of this many bytes.
pub(crate) fn begin(body: usize) {
    // A connector that panicked has left it set. Were it so still, the next connection would go unwatched, and what is sent on it
    // be taken for unsent.
    IS_CONNECTING.set(false);
    ATTEMPT.set(Attempt::Sending(Unsent { matched: 0, body }));
}

/// The head is here: from now on the body must flow. Only a body that has neither length nor chunks lasts until the connection
/// is closed.
pub(crate) fn head_is_here(until_closed: bool) {
    ATTEMPT.set(Attempt::Reading { since: Instant::now(), bytes: 0, until_closed });
}

/// Whether the last byte of this thread's request was never handed over.
pub(crate) fn is_unsent() -> bool {
    ATTEMPT.with_borrow(|attempt| matches!(attempt, Attempt::Sending(_)))
}

/// Connections by ureq's own proxy and TLS, which are watched. It looks up the address itself: see [`Later`].
///
/// [`Later`]: crate::resolver::Later
#[derive(Debug)]
pub(crate) struct Watcher {
    pub(crate) proxy: ConnectProxyConnector,
    pub(crate) tls: RustlsConnector,
    pub(crate) resolver: Resolver,
    pub(crate) timeouts: Timeouts,
}

impl Connector for Watcher {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        // What goes to the proxy is not the request.
        if IS_CONNECTING.get() {
            return self.secured(details, Tcp::connect(details)?.boxed()).map(Some);
        }
        let details = self.with_address(details)?;
        IS_CONNECTING.set(true);
        let connected = self.connected(&details);
        IS_CONNECTING.set(false);
        Ok(Some(Watched { transport: connected?, timeouts: self.timeouts }.boxed()))
    }
}

impl Watcher {
    fn connected(&self, details: &ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> {
        let tunnel: Option<Either<(), _>> = self.proxy.connect(details, None)?;
        let way = match tunnel {
            Some(tunnel) => tunnel.boxed(),
            None => Tcp::connect(details)?.boxed(),
        };
        self.secured(details, way)
    }

    /// With TLS, if the URL has it.
    fn secured(
        &self,
        details: &ConnectionDetails<'_>,
        way: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, Error> {
        match self.tls.connect(details, Some(way))? {
            Some(transport) => Ok(transport.boxed()),
            None => Err(Error::ConnectionFailed),
        }
    }

    /// With the addresses of the host, unless there is a proxy, which looks them up itself. What that takes is time of the
    /// connection.
    fn with_address<'a>(&'a self, details: &ConnectionDetails<'a>) -> Result<ConnectionDetails<'a>, Error> {
        let mut timeout = details.timeout;
        let mut addrs = self.resolver.empty();
        if details.config.proxy().is_none() {
            let reason = match timeout.reason {
                Timeout::Connect => Timeout::Resolve,
                reason => reason,
            };
            let begun = Instant::now();
            addrs = self.resolver.resolve(details.uri, details.config, NextTimeout { reason, ..timeout })?;
            if let time::Duration::Exact(time) = timeout.after {
                timeout.after = time.saturating_sub(begun.elapsed()).into();
            }
        }
        Ok(ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            // A request chooses nothing but its time: the settings of TLS, and its sessions, are the client's.
            request_level: false,
            resolver: &self.resolver,
            now: details.now,
            timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        })
    }
}

/// A connection to the service, with TLS below it where there is TLS.
#[derive(Debug)]
struct Watched {
    transport: Box<dyn Transport>,
    timeouts: Timeouts,
}

impl Watched {
    /// How much time is left for the body to go on.
    fn window(&self) -> Option<Duration> {
        match ATTEMPT.with_borrow(|attempt| *attempt) {
            Attempt::Reading { since, .. } if self.timeouts.stall_bytes > 0 => {
                Some(self.timeouts.stall_window.saturating_sub(since.elapsed()))
            }
            _ => None,
        }
    }

    /// Waits for input, for exactly this time at most.
    fn wait(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        let first = steady(timeout.after);
        let result = self.transport.await_input(NextTimeout { after: first, ..timeout });
        if first == timeout.after || !matches!(result, Err(Error::Timeout(_))) {
            return result;
        }
        timeout.after = timeout.after.saturating_sub(*first).into();
        self.transport.await_input(timeout)
    }

    fn count(&mut self, before: usize) {
        let now = self.transport.buffers().input().len();
        ATTEMPT.with_borrow_mut(|attempt| {
            if let Attempt::Reading { since, bytes, .. } = attempt {
                *bytes = bytes.saturating_add(now.saturating_sub(before));
                if *bytes >= self.timeouts.stall_bytes {
                    (*since, *bytes) = (Instant::now(), 0);
                }
            }
        });
    }
}

impl Transport for Watched {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, mut timeout: NextTimeout) -> Result<(), Error> {
        let piece = self.transport.buffers().output().get(..amount).unwrap_or_default();
        ATTEMPT.with_borrow_mut(|attempt| {
            if let Attempt::Sending(unsent) = attempt {
                let unsent = unsent.after(piece);
                // Before it is handed over: once it is, nobody can take it back.
                *attempt = if unsent.is_nothing() { Attempt::Sent } else { Attempt::Sending(unsent) };
            }
        });
        // Nobody knows how much of a piece that is stuck was taken: it is given up, less than a second early.
        timeout.after = steady(timeout.after);
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if let Some(window) = self.window().map(Into::into).filter(|window| *window < timeout.after) {
            timeout.after = window;
        }
        let before = self.transport.buffers().input().len();
        match self.wait(timeout) {
            // There is no room for more of it, and what is there is not the end of anything: a chunk's size or a trailer without
            // end.
            Ok(false) if self.transport.buffers().input_append_buf().is_empty() => {
                Err(Error::Io(io::ErrorKind::InvalidData.into()))
            }
            result => {
                self.count(before);
                unless_cut(result)
            }
        }
    }

    /// ureq asks when a connection goes to the pool, and again when a request takes it from there. The second time says all that the
    /// first one could, and asking costs three calls of the system.
    fn is_open(&mut self) -> bool {
        !is_unsent() || self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

/// Of a long time the whole seconds. What is left of a request's time always differs a little, and ureq tells the socket each
/// difference; whole seconds are mostly the same as the time before.
fn steady(time: time::Duration) -> time::Duration {
    match time {
        time::Duration::Exact(time) if time.as_secs() >= 8 => time::Duration::from_secs(time.as_secs()),
        time => time,
    }
}

/// What comes of waiting for more of a body. ureq takes a reset, and the end of a TLS stream that nobody announced, for the end of
/// a body that has no length; and the end of a connection for that of one in chunks whose last chunk is not whole. All of it may
/// be somebody on the way who cuts it.
fn unless_cut(result: Result<bool, Error>) -> Result<bool, Error> {
    let Attempt::Reading { until_closed, .. } = ATTEMPT.with_borrow(|attempt| *attempt) else {
        return result;
    };
    match result {
        Ok(false) if !until_closed => Err(Error::Io(io::ErrorKind::BrokenPipe.into())),
        // ureq passes any other kind on.
        Err(Error::Io(error)) if is_end(error.kind()) => {
            Err(Error::Io(io::Error::new(io::ErrorKind::BrokenPipe, error)))
        }
        result => result,
    }
}

fn is_end(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, ConnectionAborted | ConnectionReset | UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use ureq::unversioned::transport::LazyBuffers;

    use super::*;

    #[test]
    fn an_attempt_after_a_connector_that_panicked_is_watched_like_any_other() {
        IS_CONNECTING.set(true);
        begin(0);
        assert!(!IS_CONNECTING.get());
    }

    /// Gives no input, and keeps how long it was asked to wait for some.
    #[derive(Debug)]
    struct Silent(LazyBuffers, Arc<Mutex<Duration>>);

    impl Transport for Silent {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.0
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Ok(())
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
            *self.1.lock().unwrap() += *timeout.after;
            Err(Error::Timeout(timeout.reason))
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    #[test]
    fn an_answer_is_waited_for_exactly_as_long_as_there_is_time() {
        for millis in [1, 999, 7_999, 8_000, 8_001, 14_999, 29_001, 3_600_000] {
            let waited = Arc::new(Mutex::new(Duration::ZERO));
            let transport = Silent(LazyBuffers::new(1024, 1024), Arc::clone(&waited)).boxed();
            let time = Duration::from_millis(millis);
            let timeout = NextTimeout { after: time.into(), ..NextTimeout::default() };
            let result = Watched { transport, timeouts: Timeouts::default() }.await_input(timeout);
            assert!(matches!(result, Err(Error::Timeout(_))), "{result:?}");
            assert_eq!(*waited.lock().unwrap(), time);
        }
    }

    #[test]
    fn a_request_is_unsent_until_its_last_byte_however_it_is_cut() {
        let request = b"POST / HTTP/1.1\r\nhost: a\r\r\n\r\nbo\r\n";
        for cut in 0..=request.len() {
            let (one, two) = request.split_at(cut);
            let unsent = Unsent { matched: 0, body: 4 }.after(one);
            assert_eq!(unsent.is_nothing(), cut == request.len(), "cut at {cut}");
            assert!(unsent.after(two).is_nothing(), "cut at {cut}");
        }
    }
}
