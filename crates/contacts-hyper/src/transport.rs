//! The service below a client: hyper's pooled client, or whatever takes its place.

use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use contacts_proto::Limits;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, Client, ResponseFuture},
    rt::{TokioExecutor, TokioTimer},
};
use tower_service::Service;

use crate::connector::Connector;

/// What can carry a client's requests: any `tower` service of this kind.
///
/// It must send each request once: one that repeats requests by itself may create contacts twice. Nor may it go on with a request
/// whose future was dropped before a connection had it, as a layer does that has each request carried out by a task of its own: it
/// was told as not sent, and is perhaps sent again. A request that carries [`FreshConnection`] in its extensions wants a connection
/// of its own.
pub trait HttpService:
    Service<
        Request<Full<Bytes>>,
        Response = Response<Self::ResponseBody>,
        Error: Into<Box<dyn StdError + Send + Sync>>,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// The body of its answers.
    type ResponseBody: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send;
}

impl<S, B> HttpService for S
where
    S: Service<
            Request<Full<Bytes>>,
            Response = Response<B>,
            Error: Into<Box<dyn StdError + Send + Sync>>,
            Future: Send,
        > + Clone
        + Send
        + Sync
        + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send,
{
    type ResponseBody = B;
}

/// Marks a request, in its extensions, that wants a connection on which nothing was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshConnection;

/// The usual service: hyper with TLS, and connections that are kept.
#[derive(Clone)]
pub struct Transport(Arc<Clients>);

/// Each is some twenty values, and a service is cloned for each request.
struct Clients {
    pooled: Client<Connector, Full<Bytes>>,
    fresh: Client<Connector, Full<Bytes>>,
}

impl Transport {
    pub(crate) fn new(connector: &Connector, longest_idle: Duration) -> Self {
        let client = |most_idle| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(longest_idle)
                .pool_max_idle_per_host(most_idle)
                .http1_max_buf_size(Limits::HEAD)
                .http1_max_headers(Limits::HEADERS)
                // Whether a request is sent again is for the exchange to say.
                .retry_canceled_requests(false)
                .build(connector.clone())
        };
        Self(Arc::new(Clients { pooled: client(usize::MAX), fresh: client(0) }))
    }
}

impl Service<Request<Full<Bytes>>> for Transport {
    type Response = Response<Incoming>;
    type Error = legacy::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), legacy::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> ResponseFuture {
        let wants_fresh = request.extensions().get::<FreshConnection>().is_some();
        let client = if wants_fresh { &self.0.fresh } else { &self.0.pooled };
        client.request(request)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
