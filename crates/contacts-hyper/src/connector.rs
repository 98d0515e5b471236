//! Connections: TCP, an optional proxy, TLS, within a timeout.

use std::{
    future::ready,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Scheme};
use hyper::rt::{Read, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::Connection, rt::TokioIo};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::{error::BoxError, proxy::Proxy, tcp::Tcp, tls::TlsProviderError};

type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// TCP, or TLS to a proxy.
type Below = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Makes the connections of a client. Shared, because hyper clones and moves it for each request.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Settings>);

struct Settings {
    tls: Tls<Route>,
    timeout: Duration,
}

impl Connector {
    /// `tls` is for the service. The proxy has a TLS configuration of its own.
    pub(crate) fn new(
        tls: Result<ClientConfig, TlsProviderError>,
        proxy: Option<(Proxy, Result<ClientConfig, TlsProviderError>)>,
        timeout: Duration,
    ) -> Self {
        let route = match proxy {
            None => Route::Direct(Tcp),
            Some((proxy, tls)) => Route::Proxied(Tls::new(Tcp, tls), proxy),
        };
        #[cfg(feature = "http2")]
        let tls = tls.map(|mut tls| {
            tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            tls
        });
        Self(Arc::new(Settings { tls: Tls::new(route, tls), timeout }))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Below>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // All services below are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connect = tokio::time::timeout(self.0.timeout, self.0.tls.clone().call(uri));
        Box::pin(async move { connect.await? })
    }
}

/// TLS for `https`, and none for `http`.
#[derive(Clone)]
enum Tls<S> {
    With(HttpsConnector<S>),
    /// Without a TLS provider, a request to `https` fails.
    Without(S, TlsProviderError),
}

impl<S> Tls<S> {
    fn new(below: S, config: Result<ClientConfig, TlsProviderError>) -> Self {
        match config {
            Ok(config) => Self::With((below, config).into()),
            Err(error) => Self::Without(below, error),
        }
    }
}

impl<S> Service<Uri> for Tls<S>
where
    S: Service<Uri, Error: Into<BoxError>, Future: Send + 'static>,
    S::Response: Connection + Read + Write + Send + Unpin + 'static,
{
    type Response = MaybeHttpsStream<S::Response>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::With(connector) => connector.poll_ready(context),
            Self::Without(below, _) => below.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self {
            Self::With(connector) => connector.call(uri),
            Self::Without(_, error) if uri.scheme() != Some(&Scheme::HTTP) => {
                Box::pin(ready(Err(error.clone().into())))
            }
            Self::Without(below, _) => {
                let connect = below.call(uri);
                Box::pin(
                    async move { Ok(MaybeHttpsStream::Http(connect.await.map_err(Into::into)?)) },
                )
            }
        }
    }
}

/// Route to the service.
#[derive(Clone)]
enum Route {
    Direct(Tcp),
    Proxied(Tls<Tcp>, Proxy),
}

impl Service<Uri> for Route {
    type Response = Below;
    type Error = BoxError;
    type Future = BoxFuture<Below>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Into::into),
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
                Box::pin(async move { Ok(proxy.tunnel(connect.await?, &uri).await?) })
            }
        }
    }
}
