//! One request: sent, its answer read within its bounds, and what went wrong reported as it was seen.

use std::{
    error::Error as StdError,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use contacts_proto::{BodyLimits, Cause, Failure, Limits, Progress, Timeouts};
use http::{HeaderMap, Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper_util::client::legacy::{
    self,
    connect::{CaptureConnection, Connected, capture_connection},
};
use tokio::time::{Instant, error::Elapsed, timeout_at};

use crate::{
    connections::Connections,
    connector::{BoxError, NoAddress},
    transport::{FreshConnection, HttpService},
    tunnel::NoTunnel,
    watch::Sent,
};

/// One attempt: where it goes, and within what.
pub(crate) struct Attempt<'a, S> {
    pub(crate) service: &'a S,
    /// Those of the usual transport, if it is at the bottom of the service: then no connection means that nothing was sent.
    pub(crate) connections: Option<&'a Connections>,
    pub(crate) timeouts: &'a Timeouts,
    pub(crate) deadline: Instant,
    pub(crate) limits: BodyLimits,
}

impl<S: HttpService> Attempt<'_, S> {
    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(
        &self,
        request: Request<Vec<u8>>,
        fresh_connection: bool,
    ) -> Result<Response<Bytes>, Failure> {
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        if fresh_connection {
            request.extensions_mut().insert(FreshConnection);
        }
        // A read has no effect of which anything must be known.
        let captured = (request.method() != Method::GET).then(|| capture_connection(&mut request));

        let mut service = self.service.clone();
        let ready = poll_fn(|context| service.poll_ready(context));
        match by(|| self.deadline, pin!(ready)).await {
            Err(elapsed) => return Err(failure(Progress::NotSent, elapsed.into())),
            Ok(Err(error)) => return Err(failure(Progress::NotSent, error.into())),
            Ok(Ok(())) => {}
        }
        let answer = self.head(pin!(service.call(request)), captured.as_ref()).await?;
        let (head, body) = answer.into_parts();
        if head_len(&head.headers) > Limits::HEAD {
            return Err(Failure::new(Progress::MaybeSent, Cause::TooLarge));
        }
        let (body, broken) = self.body(pin!(body), self.limits.of(head.status)).await;
        let response = Response::from_parts(head, body);
        match broken {
            None => Ok(response),
            Some(broken) => {
                let progress = Progress::Answered(Box::new(response.map(Vec::from)));
                Err(match broken {
                    Broken::TooLarge => Failure::new(progress, Cause::TooLarge),
                    Broken::Failed(error) => failure(progress, error),
                })
            }
        }
    }

    async fn head(
        &self,
        mut answer: Pin<&mut S::Future>,
        captured: Option<&CaptureConnection>,
    ) -> Result<Response<S::ResponseBody>, Failure> {
        let mut until = self.deadline.min(after(Instant::now(), self.timeouts.head));
        loop {
            let elapsed = match timeout_at(until, answer.as_mut()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => {
                    let error: BoxError = error.into();
                    return Err(failure(progress_of(&error), error));
                }
                Err(elapsed) => elapsed,
            };
            let sent = captured.and_then(|captured| sent(captured.connection_metadata().as_ref()?));
            // The time for the head begins when the request is sent, and until then the connection has a time of its own.
            let begun = match &sent {
                Some(sent) => Some(sent.last()),
                None => self.connections.and_then(|connections| connections.latest(Instant::now())),
            };
            let later = begun.map_or(until, |begun| after(begun, self.timeouts.head));
            if later > until && until < self.deadline {
                until = later.min(self.deadline);
                continue;
            }
            let has_connection = captured.is_none_or(|captured| captured.connection_metadata().is_some());
            let is_unsent = match sent {
                Some(sent) => sent.give_up(),
                None => self.connections.is_some() && !has_connection,
            };
            let progress = if is_unsent { Progress::NotSent } else { Progress::MaybeSent };
            return Err(failure(progress, elapsed.into()));
        }
    }

    /// Reads at most this much of a body. If there is more, or it breaks off, what was read comes with the reason, and the
    /// connection is closed as the rest of the body is dropped.
    async fn body(&self, mut body: Pin<&mut S::ResponseBody>, limit: usize) -> (Bytes, Option<Broken>) {
        let mut read = Read::Nothing;
        let mut window = Window::default();
        loop {
            let frame = poll_fn(|context| body.as_mut().poll_frame(context));
            let until = || self.deadline.min(window.end(self.timeouts));
            let frame = match by(until, pin!(frame)).await {
                Ok(None) => return (read.into_bytes(), None),
                Ok(Some(Err(error))) => return (read.into_bytes(), Some(Broken::Failed(error.into()))),
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Err(elapsed) => return (read.into_bytes(), Some(Broken::Failed(elapsed.into()))),
            };
            window.count(frame.len(), self.timeouts.stall_bytes);
            let room = limit.saturating_sub(read.len());
            if frame.len() > room {
                return (read.and(frame.slice(..room), limit).into_bytes(), Some(Broken::TooLarge));
            }
            read = read.and(frame, limit);
        }
    }
}

/// What comes by this moment. Neither clock nor timer is asked for what is here already, as most bodies are.
async fn by<F: Future>(
    moment: impl FnOnce() -> Instant,
    mut future: Pin<&mut F>,
) -> Result<F::Output, Elapsed> {
    if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        return Ok(output);
    }
    timeout_at(moment(), future).await
}

/// How long the lines of a head are. hyper stops reading a head that is too long, but not before it has read some more of it.
fn head_len(headers: &HeaderMap) -> usize {
    let line = |name: &str, value: &[u8]| [name.len(), ": ".len(), value.len(), "\r\n".len()];
    let lines = headers.iter().flat_map(|(name, value)| line(name.as_str(), value.as_bytes()));
    lines.fold(0, usize::saturating_add)
}

/// This time after a moment; what no clock can tell any more is far in the future.
pub(crate) fn after(moment: Instant, time: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    moment.checked_add(time).or_else(|| moment.checked_add(FAR)).unwrap_or(moment)
}

/// A time in which a body must bring so many bytes; then the next one begins.
#[derive(Default)]
struct Window {
    end: Option<Instant>,
    bytes: usize,
}

impl Window {
    /// It begins when it is first waited for.
    fn end(&mut self, timeouts: &Timeouts) -> Instant {
        let length = if timeouts.stall_bytes == 0 { Duration::MAX } else { timeouts.stall_window };
        *self.end.get_or_insert_with(|| after(Instant::now(), length))
    }

    fn count(&mut self, bytes: usize, enough: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes >= enough {
            *self = Self::default();
        }
    }
}

/// Why a body is not whole.
enum Broken {
    TooLarge,
    Failed(BoxError),
}

/// What was read of a body: most come in one piece, which need not be copied.
enum Read {
    Nothing,
    One(Bytes),
    Many(Vec<u8>),
}

impl Read {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    /// With more of it, which is within the limit.
    fn and(self, more: Bytes, limit: usize) -> Self {
        let (mut many, first) = match self {
            _ if more.is_empty() => return self,
            Self::Nothing => return Self::One(more),
            Self::One(first) => (Vec::new(), first),
            Self::Many(many) => (many, Bytes::new()),
        };
        let len = many.len().saturating_add(first.len()).saturating_add(more.len());
        if len > many.capacity() {
            // A `Vec` that grows by itself takes twice the limit, beside what it had.
            let capacity = if limit / 3 <= len { limit } else { len.saturating_mul(2) };
            many.reserve_exact(capacity.saturating_sub(many.len()));
        }
        many.extend_from_slice(&first);
        many.extend_from_slice(&more);
        Self::Many(many)
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(many) => many.into(),
        }
    }
}

/// What is known of a request that ended with this error.
fn progress_of(error: &BoxError) -> Progress {
    let error = chain(&**error).find_map(|error| error.downcast_ref::<legacy::Error>());
    let is_unsent = error.is_some_and(|error| match error.connect_info().and_then(sent) {
        Some(sent) => sent.give_up(),
        None => error.is_connect(),
    });
    if is_unsent { Progress::NotSent } else { Progress::MaybeSent }
}

/// What a connection of ours has taken.
fn sent(connected: &Connected) -> Option<Sent> {
    let mut extras = http::Extensions::new();
    connected.get_extras(&mut extras);
    extras.remove::<Sent>()
}

fn failure(progress: Progress, error: BoxError) -> Failure {
    let refusal = chain(&*error).find_map(|error| error.downcast_ref());
    if let Some(NoTunnel::Refused(status)) = refusal {
        return Failure::refused_by_proxy(*status);
    }
    let cause = cause(&*error, &progress);
    let more = chain(&*error).filter(|error| says_more(*error)).last();
    let more: Option<BoxError> = more.map(|error| error.to_string().into());
    let failure = Failure::new(progress, cause);
    match more {
        Some(more) => failure.with_source(Told(more)),
        None if cause == Cause::Other => failure.with_source(Told(error)),
        // It is the cause in the library's words.
        None => failure,
    }
}

/// Whether an error says more than its cause: the system's own word does, and that of TLS.
fn says_more(error: &(dyn StdError + 'static)) -> bool {
    let is_system =
        |error: &io::Error| error.raw_os_error().is_some() && error.kind() != io::ErrorKind::BrokenPipe;
    error.is::<rustls::Error>()
        || error.is::<NoAddress>()
        || error.downcast_ref::<io::Error>().is_some_and(is_system)
}

/// The innermost error that says something.
fn cause(error: &(dyn StdError + 'static), progress: &Progress) -> Cause {
    let causes: Vec<_> = chain(error).filter_map(|error| known(error, progress)).collect();
    causes.last().copied().unwrap_or(Cause::Other)
}

fn known(error: &(dyn StdError + 'static), progress: &Progress) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return Some(match error {
            error if error.is_parse_too_large() => Cause::TooLarge,
            error if error.is_parse() => Cause::Malformed,
            error if error.is_timeout() => Cause::TimedOut,
            error if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
                Cause::Closed
            }
            _ => return None,
        });
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(io_cause(error, progress));
    }
    if let Some(error) = error.downcast_ref::<legacy::Error>() {
        return error.is_connect().then_some(Cause::Connect);
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => Cause::Certificate,
            _ => Cause::Tls,
        });
    }
    let found = [
        (error.is::<Elapsed>(), Cause::TimedOut),
        (error.is::<NoAddress>(), Cause::Resolve),
        (error.is::<NoTunnel>(), Cause::Proxy),
    ];
    found.into_iter().find_map(|(is, cause)| is.then_some(cause))
}

fn io_cause(error: &io::Error, progress: &Progress) -> Cause {
    match (error.kind(), progress) {
        (io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock, _) => Cause::TimedOut,
        (io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe, _) => {
            Cause::Closed
        }
        (_, Progress::NotSent) => Cause::Connect,
        // hyper's words for chunks that are none.
        (io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData, _) => Cause::Malformed,
        _ => Cause::Closed,
    }
}

/// An error and those behind it. What an [`io::Error`] is made of is behind it too, which its `source` passes over.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}

/// A boxed error as an error.
#[derive(Debug)]
struct Told(BoxError);

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
