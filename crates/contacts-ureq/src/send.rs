//! Sends one request and reads its response within limits.

use std::{
    io::{self, Cursor, Read},
    time::Duration,
};

use contacts_proto::{
    Limits,
    transport::{
        BodyBuf, BodyLimits, Delivery, SendGate, Timeouts, TransportError, TransportErrorKind,
    },
};
use http::{Request, Response, header};
use ureq::{Agent, Body, Error, SendBody, config::ConfigBuilder, typestate::AgentScope};

use crate::{
    connector::{Connector, DeferredResolver, NotConnected, is_clean_end},
    error::failure,
    tls::TlsProviderError,
};

/// A client sends its requests to one host.
const IDLE_CONNECTIONS: usize = 64;

/// ureq with and without a pool of idle connections.
pub(crate) struct Agents {
    pooled: Agent,
    fresh: Agent,
}

impl Agents {
    /// Adds the settings that callers cannot change, because the core decides them.
    pub(crate) fn new(
        config: impl Fn() -> ConfigBuilder<AgentScope>,
        no_tls: Option<&TlsProviderError>,
        timeouts: Timeouts,
    ) -> Self {
        let agent = |idle_connections| {
            let config = config()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .accept_encoding("")
                .max_response_header_size(Limits::HEAD)
                .max_idle_connections(idle_connections)
                .max_idle_connections_per_host(idle_connections)
                .max_idle_age(timeouts.idle)
                .timeout_connect(Some(at_most_years(timeouts.connect)))
                .build();
            Agent::with_parts(config, Connector::new(no_tls.cloned()), DeferredResolver)
        };
        Self { pooled: agent(IDLE_CONNECTIONS), fresh: agent(0) }
    }
}

/// Sends a request and reads the whole response within the timeout.
pub(crate) fn send(
    agents: &Agents,
    request: Request<Vec<u8>>,
    timeout: Duration,
    fresh_connection: bool,
    limits: BodyLimits,
) -> Result<Response<BodyBuf>, TransportError> {
    let agent = if fresh_connection { &agents.fresh } else { &agents.pooled };
    let (head, body) = request.into_parts();
    let gate = (!body.is_empty()).then(SendGate::default);
    let body = match gate.clone() {
        // With a `content-length`, ureq sends no chunks.
        Some(gate) => SendBody::from_owned_reader(GatedBody { body: Cursor::new(body), gate }),
        None => SendBody::none(),
    };
    let request = agent.configure_request(Request::from_parts(head, body));
    let answer = agent.run(request.timeout_global(Some(at_most_years(timeout))).build());
    let (head, body) = match answer {
        Ok(answer) => answer.into_parts(),
        Err(error) => {
            let (error, is_connect) = without_mark(error);
            let is_unsent = gate.as_ref().map_or(is_connect, SendGate::revoke);
            return Err(failure(
                if is_unsent { Delivery::NotSent } else { Delivery::Unknown },
                error,
            ));
        }
    };
    let lasts_until_closed = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING]
        .iter()
        .all(|name| !head.headers.contains_key(name));
    let mut read = BodyBuf::new(limits.of(head.status), body.content_length());
    let broken = match read_body(body, lasts_until_closed, &mut read) {
        Ok(()) => return Ok(Response::from_parts(head, read)),
        Err(broken) => broken,
    };
    let progress = Delivery::Partial(Box::new(Response::from_parts(head, read.into_vec())));
    Err(match broken {
        Broken::By(cause) => TransportError::new(progress, cause),
        Broken::Io(error) => failure(progress, error.into()),
    })
}

/// ureq adds durations to an instant, and panics on overflow.
fn at_most_years(time: Duration) -> Duration {
    time.min(Duration::from_secs(30 * 365 * 24 * 60 * 60))
}

/// Removes the connector's mark from an error. Returns `true` beside it if no connection was made
/// for the request.
fn without_mark(error: Error) -> (Error, bool) {
    match error {
        Error::Other(error) => match error.downcast::<NotConnected>() {
            Ok(not_connected) => (not_connected.0, true),
            Err(error) => (Error::Other(error), false),
        },
        error => (error, false),
    }
}

/// The body of a request, behind its send gate.
struct GatedBody {
    body: Cursor<Vec<u8>>,
    gate: SendGate,
}

impl Read for GatedBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.gate.release() {
            self.body.read(buffer)
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
}

/// Returns the reason why a body is incomplete.
enum Broken {
    By(TransportErrorKind),
    Io(io::Error),
}

/// After an error, dropping the rest of the body closes the connection.
fn read_body(body: Body, lasts_until_closed: bool, read: &mut BodyBuf) -> Result<(), Broken> {
    let mut body = body.into_reader();
    loop {
        match body.read(read.room()) {
            Ok(0) => return Ok(()),
            Ok(len) => read.advance(len).map_err(Broken::By)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if lasts_until_closed && is_clean_end(&error) => return Ok(()),
            Err(error) => return Err(Broken::Io(error)),
        }
    }
}
