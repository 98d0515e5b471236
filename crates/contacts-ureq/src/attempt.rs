//! One request: sent, its answer read within its bounds, and what went wrong reported as it was seen.

use std::{
    io::{self, Read},
    time::Duration,
};

use contacts_proto::{BodyLimits, Cause, Failure, Limits, Progress, Timeouts};
use http::{Request, Response, StatusCode, header};
use ureq::{
    Agent, Body, Error, Timeout,
    config::ConfigBuilder,
    typestate::AgentScope,
    unversioned::transport::{ConnectProxyConnector, RustlsConnector},
};

use crate::{
    resolver::{Later, NoAddress, Resolver},
    watch::{self, Watcher},
};

/// All requests of a client go to one host.
const IDLE_CONNECTIONS: usize = 64;

/// ureq with and without idle connections.
pub(crate) struct Agents {
    pooled: Agent,
    fresh: Agent,
}

impl Agents {
    /// Adds to a configuration what is not the caller's to choose, so that what goes on the wire and what is given up is
    /// settled by the core.
    pub(crate) fn new(config: impl Fn() -> ConfigBuilder<AgentScope>, timeouts: Timeouts) -> Self {
        let agent = |idle_connections| {
            let config = config()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .accept_encoding("")
                .max_response_header_size(Limits::HEAD)
                .max_idle_connections(idle_connections)
                .max_idle_connections_per_host(idle_connections)
                .build();
            let resolver = Resolver::default();
            Agent::with_parts(
                config,
                Watcher {
                    proxy: ConnectProxyConnector::default(),
                    tls: RustlsConnector::default(),
                    resolver,
                    timeouts,
                },
                Later,
            )
        };
        Self { pooled: agent(IDLE_CONNECTIONS), fresh: agent(0) }
    }
}

/// Sends a request and reads the whole answer.
pub(crate) fn send(
    agents: &Agents,
    request: Request<Vec<u8>>,
    timeout: Duration,
    fresh_connection: bool,
    limits: BodyLimits,
) -> Result<Response<Vec<u8>>, Failure> {
    let agent = if fresh_connection { &agents.fresh } else { &agents.pooled };
    watch::begin(request.body().len());
    let answer = if request.body().is_empty() {
        // ureq takes an empty `Vec` for a body, and sends its length.
        run(agent, request.map(drop), timeout)
    } else {
        run(agent, request, timeout)
    };
    let (head, body) = answer.map_err(without_answer)?.into_parts();
    let until_closed = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING]
        .iter()
        .all(|name| !head.headers.contains_key(name));
    watch::head_is_here(until_closed);
    let limit = limits.of(head.status);
    let (body, broken) = read(body, limit);
    let response = Response::from_parts(head, body);
    match broken {
        None => Ok(response),
        Some(broken) => Err(broken.failure(response)),
    }
}

fn run(
    agent: &Agent,
    request: Request<impl ureq::AsSendBody>,
    timeout: Duration,
) -> Result<Response<Body>, Error> {
    agent.run(agent.configure_request(request).timeout_global(Some(at_most_years(timeout))).build())
}

/// ureq adds its times to a moment, and panics where no clock can tell the sum.
pub(crate) fn at_most_years(time: Duration) -> Duration {
    time.min(Duration::from_secs(30 * 365 * 24 * 60 * 60))
}

/// Why a body is not whole.
enum Broken {
    TooLarge,
    Io(io::Error),
}

impl Broken {
    fn failure(self, response: Response<Vec<u8>>) -> Failure {
        let progress = Progress::Answered(Box::new(response));
        match self {
            Self::TooLarge => Failure::new(progress, Cause::TooLarge),
            Self::Io(error) => failure(progress, Error::from(error)),
        }
    }
}

/// Reads at most this much of a body. If there is more, or it breaks off, what was read comes with the reason, and the
/// connection is closed as the rest of the body is dropped.
fn read(body: Body, limit: usize) -> (Vec<u8>, Option<Broken>) {
    let announced = body.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    // One more than is expected tells the end, or that there is none.
    let most = limit.saturating_add(1);
    let mut room = announced.saturating_add(1).min(most).min(64 * 1024);
    let mut bytes = Vec::new();
    let mut body = body.into_reader();
    loop {
        // A `Vec` that grows by itself takes twice the limit, beside what it had.
        bytes.reserve_exact(room);
        let mut piece = body.by_ref().take(u64::try_from(room).unwrap_or(u64::MAX));
        match piece.read_to_end(&mut bytes) {
            Err(error) => return (bytes, Some(Broken::Io(error))),
            Ok(read) if read < room => return (bytes, None),
            Ok(_) if bytes.len() >= most => {
                bytes.truncate(limit);
                return (bytes, Some(Broken::TooLarge));
            }
            Ok(_) => room = more_room(bytes.len(), most),
        }
    }
}

/// As much again as there is, or all there may be, where that is not much more.
fn more_room(len: usize, most: usize) -> usize {
    let (twice, left) = (len.max(16 * 1024), most.saturating_sub(len));
    if left / 2 <= twice { left } else { twice }
}

fn without_answer(error: Error) -> Failure {
    failure(if watch::is_unsent() { Progress::NotSent } else { Progress::MaybeSent }, error)
}

fn failure(progress: Progress, error: Error) -> Failure {
    let cause = match &error {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => Cause::Resolve,
        Error::Timeout(_) => Cause::TimedOut,
        Error::ConnectProxyFailed(reason) => match proxy_status(reason) {
            Some(status) => return Failure::refused_by_proxy(status),
            None => Cause::Proxy,
        },
        Error::ConnectionFailed => Cause::Connect,
        // Before the request only a proxy has something to say.
        Error::Protocol(_) if matches!(progress, Progress::NotSent) => Cause::Proxy,
        Error::Protocol(ureq_proto::Error::HttpParseTooManyHeaders) => Cause::TooLarge,
        Error::Protocol(_) => Cause::Malformed,
        Error::LargeResponseHeader(..) => Cause::TooLarge,
        Error::Rustls(error) => tls(error),
        Error::Tls(_) | Error::TlsRequired => Cause::Tls,
        Error::Io(error) => io_cause(error, &progress),
        _ => Cause::Other,
    };
    let failure = Failure::new(progress, cause);
    match error {
        Error::Io(error) if says_more(&error) || cause == Cause::Other => failure.with_source(error),
        Error::Rustls(error) => failure.with_source(error),
        error if cause == Cause::Other => failure.with_source(error),
        // It is the cause in ureq's words.
        _ => failure,
    }
}

/// Whether an error says more than its cause: the system's own word does, and that of TLS.
fn says_more(error: &io::Error) -> bool {
    if error.raw_os_error().is_some() {
        return error.kind() != io::ErrorKind::BrokenPipe;
    }
    error.get_ref().is_some_and(|inner| {
        inner.is::<rustls::Error>()
            || inner.is::<NoAddress>()
            || inner.downcast_ref::<io::Error>().is_some_and(says_more)
    })
}

/// The status of the proxy's answer, of which ureq gives nothing but `proxy server responded 407/407`.
fn proxy_status(reason: &str) -> Option<StatusCode> {
    reason.strip_prefix("proxy server responded ")?.split('/').next()?.parse().ok()
}

fn tls(error: &rustls::Error) -> Cause {
    match error {
        rustls::Error::InvalidCertificate(_) => Cause::Certificate,
        _ => Cause::Tls,
    }
}

fn io_cause(error: &io::Error, progress: &Progress) -> Cause {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls(error);
    }
    if error.get_ref().and_then(|inner| inner.downcast_ref::<NoAddress>()).is_some() {
        return Cause::Resolve;
    }
    match (error.kind(), progress) {
        (io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock, _) => Cause::TimedOut,
        (io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe, _) => {
            Cause::Closed
        }
        // The watcher's word for a chunk's size or a trailer without end.
        (io::ErrorKind::InvalidData, Progress::Answered(_)) => Cause::Malformed,
        (_, Progress::NotSent) => Cause::Connect,
        _ => Cause::Closed,
    }
}
