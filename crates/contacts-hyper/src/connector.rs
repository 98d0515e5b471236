//! Connections: TCP, an optional proxy, TLS, within a timeout.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::{error::BoxError, proxy::Proxy, tcp::Tcp};

type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// TCP, or TLS to a proxy.
type Below = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Makes the connections of a client.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<Route>,
    timeout: Duration,
}

impl Connector {
    /// `tls` is for the service. The proxy has a TLS configuration of its own.
    pub(crate) fn new(
        tls: rustls::ClientConfig,
        proxy: Option<(Proxy, rustls::ClientConfig)>,
        timeout: Duration,
    ) -> Self {
        let route = match proxy {
            None => Route::Direct(Tcp),
            Some((proxy, tls)) => {
                let connector = HttpsConnectorBuilder::new()
                    .with_tls_config(tls)
                    .https_or_http()
                    .enable_http1();
                Route::Proxied(connector.wrap_connector(Tcp), proxy)
            }
        };
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        #[cfg(feature = "http2")]
        let https = https.enable_http2();
        Self { https: https.wrap_connector(route), timeout }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Below>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connect = tokio::time::timeout(self.timeout, self.https.call(uri));
        Box::pin(async move { connect.await? })
    }
}

/// Route to the service.
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
