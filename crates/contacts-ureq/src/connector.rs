//! Connections: TCP, a proxy where there is one, TLS. All that is taken from ureq's unstable interface is here and in `tcp`.
//!
//! It is worth its place for four reasons. ureq looks an address up for each request, with a time limit on a thread of its
//! own; here a connection does (half of the CPU time of a request). ureq does not tell the errors of a connection from those
//! of a request. It takes some cut bodies for whole ones. And it tries the addresses of a host one after the other.

use std::{error::Error as StdError, fmt, io};

use contacts_proto::transport::connect::NoAddress;
use http::Uri;
use ureq::{
    Error, Timeout,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{
            Buffers, ConnectProxyConnector, ConnectionDetails, Connector as UreqConnector, NextTimeout,
            RustlsConnector, Transport,
        },
    },
};

use crate::tcp::Tcp;

/// Makes the connections of a client.
#[derive(Debug, Default)]
pub(crate) struct Connector {
    proxy: ConnectProxyConnector,
    tls: RustlsConnector,
    resolver: SystemResolver,
}

impl UreqConnector for Connector {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        // ureq's own connector for proxies asks this one for the connection to the proxy, whose address it has looked up.
        if !details.addrs.is_empty() {
            return self.connect_to(details);
        }
        let connect = || {
            let details = self.with_address(details)?;
            self.connect_to(&details)
        };
        match connect() {
            Ok(transport) => Ok(transport.map(|transport| Answering(transport).boxed())),
            Err(error) => Err(Error::Other(NotConnected(error).into())),
        }
    }
}

impl Connector {
    fn connect_to(&self, details: &ConnectionDetails<'_>) -> Result<Option<Box<dyn Transport>>, Error> {
        let tunnel: Option<Box<dyn Transport>> =
            UreqConnector::<Box<dyn Transport>>::connect(&self.proxy, details, None)?.map(Transport::boxed);
        let below = match tunnel {
            Some(tunnel) => tunnel,
            None => Tcp::connect(details)?.boxed(),
        };
        Ok(self.tls.connect(details, Some(below))?.map(Transport::boxed))
    }

    /// Adds the addresses of the host, unless there is a proxy, which looks them up itself.
    fn with_address<'a>(&'a self, details: &ConnectionDetails<'a>) -> Result<ConnectionDetails<'a>, Error> {
        let addrs = match details.config.proxy() {
            Some(_) => self.resolver.empty(),
            None => self.resolver.resolve(details.uri, details.config, details.timeout)?,
        };
        Ok(ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            // A request chooses nothing but its time: the settings of TLS, and its sessions, are the client's.
            request_level: false,
            resolver: &self.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        })
    }
}

/// The error of a request for which no connection was made.
#[derive(Debug)]
pub(crate) struct NotConnected(pub(crate) Error);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NotConnected {}

/// The system's resolver, whose errors can be told from others.
#[derive(Debug, Default)]
struct SystemResolver(DefaultResolver);

impl Resolver for SystemResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        mut timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if timeout.reason == Timeout::Connect {
            timeout.reason = Timeout::Resolve;
        }
        self.0.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(error) => Error::Io(io::Error::other(NoAddress(error))),
            error => error,
        })
    }
}

/// Gives no address: ureq asks for one before it looks for a connection that is there already.
#[derive(Debug)]
pub(crate) struct DeferredResolver;

impl Resolver for DeferredResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// A connection to the service. It reports every end of its input as an error.
///
/// ureq takes a reset, and the end of a TLS stream that nobody announced, for the end of a body without a length. It takes
/// the end of a connection for that of a chunked body whose last line is missing. A cut must not look like an end.
#[derive(Debug)]
struct Answering(Box<dyn Transport>);

impl Transport for Answering {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, UnexpectedEof};
        match self.0.await_input(timeout) {
            // The buffer is full, and nothing in it is the end of a chunk's size or of a trailer.
            Ok(false) if self.0.buffers().input_append_buf().is_empty() => Err(Error::Io(InvalidData.into())),
            Ok(false) => Err(Error::Io(io::Error::new(BrokenPipe, CleanEnd))),
            // Only other kinds are passed on by ureq.
            Err(Error::Io(error))
                if matches!(error.kind(), ConnectionAborted | ConnectionReset | UnexpectedEof) =>
            {
                Err(Error::Io(io::Error::new(BrokenPipe, error)))
            }
            result => result,
        }
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Returns `true` if the server has ended the connection in order.
pub(crate) fn is_clean_end(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn StdError + Send + Sync>::is::<CleanEnd>)
}

#[derive(Debug)]
struct CleanEnd;

impl fmt::Display for CleanEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server closed the connection")
    }
}

impl StdError for CleanEnd {}
