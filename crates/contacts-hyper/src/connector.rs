//! Connections: TCP, a proxy where there is one, TLS; watched, and made within a time.

use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::{connections::Connections, tcp::Tcp, tunnel::tunnel, watch::Watched};

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// TCP, or TLS to a proxy.
type Below = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A proxy, by CONNECT.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) uri: Uri,
    pub(crate) authorization: Option<HeaderValue>,
}

/// Makes the connections of a client.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<Route>,
    timeout: Duration,
    connections: Connections,
}

impl Connector {
    /// `tls` is for the service, `proxy` comes with what is for the proxy.
    pub(crate) fn new(
        tls: rustls::ClientConfig,
        proxy: Option<(Proxy, rustls::ClientConfig)>,
        timeout: Duration,
        connections: Connections,
    ) -> Self {
        let route = match proxy {
            None => Route::Direct(Tcp),
            Some((proxy, tls)) => {
                let connector =
                    HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
                Route::Proxied(connector.wrap_connector(Tcp), proxy)
            }
        };
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        #[cfg(feature = "http2")]
        let https = https.enable_http2();
        Self { https: https.wrap_connector(route), timeout, connections }
    }
}

impl Service<Uri> for Connector {
    type Response = Watched<MaybeHttpsStream<Below>>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connect = tokio::time::timeout(self.timeout, self.https.call(uri));
        let under_way = self.connections.begin();
        Box::pin(async move {
            let connected = connect.await;
            drop(under_way);
            Ok(Watched::new(connected??))
        })
    }
}

/// The way to the service.
#[derive(Clone)]
enum Route {
    Direct(Tcp),
    Proxied(HttpsConnector<Tcp>, Proxy),
}

impl Service<Uri> for Route {
    type Response = Below;
    type Error = BoxError;
    type Future = BoxFuture<Below>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context),
            Self::Proxied(connector, _) => connector.poll_ready(context),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connect = tcp.call(uri);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(connect.await?)) })
            }
            Self::Proxied(connector, proxy) => {
                let (connect, proxy) = (connector.call(proxy.uri.clone()), proxy.clone());
                Box::pin(async move { tunnel(connect.await?, &uri, proxy.authorization.as_ref()).await })
            }
        }
    }
}

/// The host's name has no address.
#[derive(Debug)]
pub(crate) struct NoAddress(pub(crate) std::io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NoAddress {}
