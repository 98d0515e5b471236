//! Connections: TCP, a proxy where there is one, TLS; watched, and made within a time.

use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use http::{HeaderValue, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{
        HttpConnector,
        dns::{GaiResolver, Name},
        proxy::Tunnel,
    },
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::{connections::Connections, watch::Watched};

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

type BoxFuture<T, E = BoxError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

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
    pub(crate) fn new(
        tls: rustls::ClientConfig,
        proxy: Option<Proxy>,
        timeout: Duration,
        connections: Connections,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let route = match proxy {
            None => Route::Direct(tcp),
            Some(Proxy { uri, authorization }) => {
                let to_proxy =
                    HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http().enable_http1();
                let tunnel = Tunnel::new(uri, to_proxy.wrap_connector(tcp));
                Route::Proxied(Box::new(match authorization {
                    Some(value) => tunnel.with_auth(value),
                    None => tunnel,
                }))
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
    Direct(HttpConnector<Resolver>),
    Proxied(Box<Tunnel<HttpsConnector<HttpConnector<Resolver>>>>),
}

impl Service<Uri> for Route {
    type Response = Below;
    type Error = BoxError;
    type Future = BoxFuture<Below>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Into::into),
            Self::Proxied(tunnel) => tunnel.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connect = tcp.call(uri);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(connect.await?)) })
            }
            Self::Proxied(tunnel) => {
                let connect = tunnel.call(uri);
                Box::pin(async move { Ok(connect.await.map_err(|error| NoTunnel(error.into()))?) })
            }
        }
    }
}

/// The system's resolver, whose failures can be told from others.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<std::net::SocketAddr>;
    type Error = NoAddress;
    type Future = BoxFuture<Self::Response, NoAddress>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), NoAddress>> {
        self.0.poll_ready(context).map_err(NoAddress)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolve = self.0.call(name);
        Box::pin(async move { Ok(resolve.await.map_err(NoAddress)?.collect::<Vec<_>>().into_iter()) })
    }
}

/// The host's name has no address.
#[derive(Debug)]
pub(crate) struct NoAddress(std::io::Error);

/// The proxy made no tunnel.
#[derive(Debug)]
pub(crate) struct NoTunnel(BoxError);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NoAddress {}

impl fmt::Display for NoTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no tunnel through the proxy")
    }
}

impl StdError for NoTunnel {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
