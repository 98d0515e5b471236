//! Connections: TCP, an optional proxy, TLS. Only this module and `tcp` use ureq's unstable
//! interface.
//!
//! There are four reasons for it:
//! - ureq looks an address up for each request, on a thread of its own. That takes half of a
//!   request's CPU time. Here each connection does.
//! - ureq does not distinguish the errors of a connection from those of a request.
//! - ureq accepts some truncated bodies as complete.
//! - ureq tries the addresses of a host one after the other.

use std::{error::Error as StdError, fmt, io};

use contacts_proto::transport::connect::NoAddress;
use http::Uri;
use ureq::{
    Error, Timeout,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{
            Buffers, ConnectProxyConnector, ConnectionDetails, Connector as UreqConnector,
            NextTimeout, RustlsConnector, Transport,
        },
    },
};

use crate::{tcp::Tcp, tls::TlsProviderError};

/// Makes the connections of a client.
#[derive(Debug, Default)]
pub(crate) struct Connector {
    proxy: ConnectProxyConnector,
    tls: RustlsConnector,
    /// Reason why there is no TLS provider. ureq panics without one.
    no_tls: Option<TlsProviderError>,
    resolver: SystemResolver,
}

impl UreqConnector for Connector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        // ureq's connector for proxies calls this one for the connection to the proxy, with its
        // addresses.
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
    pub(crate) fn new(no_tls: Option<TlsProviderError>) -> Self {
        Self { no_tls, ..Self::default() }
    }

    fn connect_to(
        &self,
        details: &ConnectionDetails<'_>,
    ) -> Result<Option<Box<dyn Transport>>, Error> {
        if let Some(error) = self.no_tls.clone().filter(|_| details.needs_tls()) {
            return Err(Error::Other(error.into()));
        }
        let tunnel: Option<Box<dyn Transport>> =
            UreqConnector::<Box<dyn Transport>>::connect(&self.proxy, details, None)?
                .map(Transport::boxed);
        let below = match tunnel {
            Some(tunnel) => tunnel,
            None => Tcp::connect(details)?.boxed(),
        };
        Ok(self.tls.connect(details, Some(below))?.map(Transport::boxed))
    }

    /// Adds the addresses of the host. A proxy looks them up itself.
    fn with_address<'a>(
        &'a self,
        details: &ConnectionDetails<'a>,
    ) -> Result<ConnectionDetails<'a>, Error> {
        let addrs = match details.config.proxy() {
            Some(_) => self.resolver.empty(),
            None => self.resolver.resolve(details.uri, details.config, details.timeout)?,
        };
        Ok(ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            // Only the timeout is the request's own. TLS settings and sessions are the client's.
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

/// Marks the error of a connection that was not made: nothing was sent.
#[derive(Debug)]
pub(crate) struct NotConnected(pub(crate) Error);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NotConnected {}

/// The system's resolver, with errors of its own type.
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

/// Returns no address. ureq needs one before it looks into its pool of connections.
#[derive(Debug)]
pub(crate) struct DeferredResolver;

impl Resolver for DeferredResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// A connection to the service. It reports every end of its input as an error.
///
/// ureq accepts a reset, or a TLS stream that ends without `close_notify`, as the end of a body
/// without a length. It accepts the end of a connection as the end of a chunked body without its
/// last line. A truncated body must not look complete.
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
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, UnexpectedEof,
        };
        match self.0.await_input(timeout) {
            // The buffer is full without the end of a chunk size or trailer.
            Ok(false) if self.0.buffers().input_append_buf().is_empty() => {
                Err(Error::Io(InvalidData.into()))
            }
            Ok(false) => Err(Error::Io(io::Error::new(BrokenPipe, CleanEnd))),
            // ureq hides this kind of error.
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

/// Returns `true` if the server closed the connection properly.
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
