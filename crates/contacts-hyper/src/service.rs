//! The HTTP service below a client: hyper's pooled client, or another one.

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
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, Client, ResponseFuture},
    rt::{TokioExecutor, TokioTimer},
};
use tower_service::Service;

use crate::{body::RequestBody, connector::Connector};

/// A `tower` service that sends a client's requests.
///
/// It must send each request once. A request with [`FreshConnection`] in its extensions needs a new
/// connection. The client may drop the future of a request while the service continues it, for
/// example in a spawned task. If the client has reported the request as not sent, its
/// [`RequestBody`] then fails, and the request can never arrive.
pub trait HttpService:
    Service<
        Request<RequestBody>,
        Response = Response<Self::ResponseBody>,
        Error: Into<Box<dyn StdError + Send + Sync>>,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// Body of the responses.
    type ResponseBody: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send;
}

impl<S, B> HttpService for S
where
    S: Service<
            Request<RequestBody>,
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

/// Marks a request, in its extensions, that needs a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshConnection;

/// The default service: hyper with TLS and a pool of connections.
#[derive(Clone)]
pub struct Transport(Arc<Clients>);

/// Shared, because each request clones the service.
struct Clients {
    pooled: Client<Connector, RequestBody>,
    fresh: Client<Connector, RequestBody>,
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
                // The exchange decides about repeated requests.
                .retry_canceled_requests(false)
                .build(connector.clone())
        };
        Self(Arc::new(Clients { pooled: client(usize::MAX), fresh: client(0) }))
    }
}

impl Service<Request<RequestBody>> for Transport {
    type Response = Response<Incoming>;
    type Error = legacy::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), legacy::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> ResponseFuture {
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
