//! TCP connections with staggered starts (RFC 8305). hyper-util itself staggers the two address
//! families only, and tries the addresses of one family one after the other.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use contacts_proto::transport::connect::{NoAddress, STAGGER, interleaved, more_telling};
use futures_util::{StreamExt, stream::FuturesUnordered};
use http::{Uri, uri::Scheme};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

/// Connects to the host of a URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tcp;

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
            let addresses = lookup_host((host, uri.port_u16().unwrap_or(default))).await;
            let addresses = addresses.map_err(|error| io::Error::other(NoAddress(error)))?;
            let stream = connect(&addresses.collect::<Vec<_>>()).await?;
            stream.set_nodelay(true)?;
            Ok(TokioIo::new(stream))
        })
    }
}

/// Connects to one of these addresses. The caller sets the timeout.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut addresses = interleaved(addresses).into_iter();
    let mut under_way = FuturesUnordered::new();
    let mut failed = None;
    loop {
        under_way.extend(addresses.next().map(TcpStream::connect));
        let next = if addresses.len() == 0 {
            under_way.next().await
        } else {
            match tokio::time::timeout(STAGGER, under_way.next()).await {
                Ok(next) => next,
                Err(_) => continue,
            }
        };
        match next {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => failed = Some(more_telling(failed, error)),
            None => return Err(failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::TcpListener,
        time::{Duration, Instant},
    };

    use socket2::{Domain, Socket, Type};

    use super::*;

    /// Port 1, which has no listener.
    fn refused() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 1))
    }

    /// A socket with a full queue: it accepts no connection while these exist.
    fn black_hole() -> (SocketAddr, Socket, Vec<Socket>) {
        let new = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let socket = new();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap();
        let mut waiting = Vec::new();
        loop {
            let next = new();
            match next.connect_timeout(&address, Duration::from_millis(100)) {
                Ok(()) => waiting.push(next),
                Err(_) => return (address.as_socket().unwrap(), socket, waiting),
            }
        }
    }

    #[tokio::test]
    async fn an_address_that_never_answers_costs_a_quarter_of_a_second() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = there.local_addr().unwrap();
        let (hole, _socket, _waiting) = black_hole();
        for addresses in [[hole, good], [good, hole]] {
            let begun = Instant::now();
            assert_eq!(connect(&addresses).await.unwrap().peer_addr().unwrap(), good);
            assert!(begun.elapsed() < STAGGER * 3, "{:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn an_address_that_fails_at_once_does_not_delay_the_next() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = there.local_addr().unwrap();
        let begun = Instant::now();
        let stream = connect(&[refused(), refused(), good]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        assert!(begun.elapsed() < STAGGER, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn of_addresses_that_all_refuse_the_refusal_is_told() {
        let error = connect(&[refused(), refused()]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
