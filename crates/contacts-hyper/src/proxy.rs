//! A proxy, and the tunnel through it by CONNECT (RFC 9110, 9.3.6). hyper-util's tunnel does not
//! report the proxy's status.

use std::{error::Error as StdError, fmt, io, pin::pin};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use contacts_proto::Limits;
use futures_util::future::{Either, select};
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper::{
    client::conn::http1,
    rt::{Read, Write},
};
use percent_encoding::percent_decode_str;

/// An HTTP proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) uri: Uri,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let (user, host) = match rest.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, rest),
        };
        let uri: Uri = format!("{scheme}://{host}").parse().ok()?;
        let is_plain = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.path_and_query().is_none_or(|path| path == "/");
        let authorization = match user {
            None => None,
            Some(user) => Some(basic(user)?),
        };
        is_plain.then_some(Self { uri, authorization })
    }

    /// Opens a tunnel through the proxy at the end of this connection to the host of a URL.
    pub(crate) async fn tunnel<C>(&self, connection: C, target: &Uri) -> Result<C, NoTunnel>
    where
        C: Read + Write + Unpin + Send + 'static,
    {
        let (host, port) = (target.host().unwrap_or_default(), target.port_u16());
        let authority = format!("{host}:{}", port.unwrap_or(443));
        let mut request = Request::connect(&authority).header(header::HOST, &authority);
        if let Some(value) = &self.authorization {
            request = request.header(header::PROXY_AUTHORIZATION, value);
        }
        let request = request.body(Empty::new()).map_err(|_| NoTunnel::Broken)?;
        let parts = ask(connection, request).await?;
        // The server behind the tunnel does not send first, so these bytes are the proxy's.
        if parts.read_buf.is_empty() { Ok(parts.io) } else { Err(NoTunnel::Broken) }
    }
}

/// Returns the value of `proxy-authorization` for `user:password` in URL encoding.
fn basic(user: &str) -> Option<HeaderValue> {
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let mut pair = percent_decode_str(user).collect::<Vec<_>>();
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

async fn ask<C>(connection: C, request: Request<Empty<Bytes>>) -> Result<http1::Parts<C>, NoTunnel>
where
    C: Read + Write + Unpin + Send + 'static,
{
    let mut http = http1::Builder::new();
    http.max_buf_size(Limits::HEAD);
    let (mut sender, connection) = http.handshake(connection).await?;
    let (answer, connection) =
        (pin!(sender.send_request(request)), pin!(connection.without_shutdown()));
    match select(answer, connection).await {
        Either::Left((answer, connection)) => {
            NoTunnel::unless_opened(answer?.status())?;
            Ok(connection.await?)
        }
        Either::Right((parts, answer)) => {
            let parts = parts?;
            NoTunnel::unless_opened(answer.await?.status())?;
            Ok(parts)
        }
    }
}

/// Error of a tunnel that the proxy did not open.
#[derive(Debug)]
pub(crate) enum NoTunnel {
    /// The proxy responded with this status.
    Refused(StatusCode),
    /// The proxy's response was incomplete.
    Broken,
    /// The connection to the proxy failed.
    Io(io::Error),
}

impl NoTunnel {
    fn unless_opened(status: StatusCode) -> Result<(), Self> {
        if status.is_success() { Ok(()) } else { Err(Self::Refused(status)) }
    }
}

impl From<hyper::Error> for NoTunnel {
    fn from(error: hyper::Error) -> Self {
        let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        io.map_or(Self::Broken, |io| {
            Self::Io(
                io.raw_os_error().map_or_else(|| io.kind().into(), io::Error::from_raw_os_error),
            )
        })
    }
}

impl fmt::Display for NoTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no tunnel through the proxy")
    }
}

impl StdError for NoTunnel {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Refused(_) | Self::Broken => None,
        }
    }
}
