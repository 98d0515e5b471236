//! TCP connections. The addresses of a host are tried with staggered starts (RFC 8305): hyper-util staggers its two families
//! alone, and tries those of one family one after the other.

use std::{
    io,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use http::{Uri, uri::Scheme};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

use crate::connector::{BoxError, BoxFuture, NoAddress};

/// The next address is tried so long after the last one, unless that one fails earlier.
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to the host of a URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tcp;

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
            let addresses = lookup_host((host, uri.port_u16().unwrap_or(default))).await;
            let stream = connect(&addresses.map_err(NoAddress)?.collect::<Vec<_>>()).await?;
            stream.set_nodelay(true)?;
            Ok(TokioIo::new(stream))
        })
    }
}

/// Connects to one of these addresses. The time for it is the caller's.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut addresses = interleaved(addresses);
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

/// The addresses in their order, but with the two families taking turns.
fn interleaved(addresses: &[SocketAddr]) -> std::vec::IntoIter<SocketAddr> {
    let is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.iter().partition(|it| it.is_ipv6() == is_v6);
    let mut second = second.into_iter();
    let mut all = Vec::with_capacity(addresses.len());
    for address in first {
        all.push(address);
        all.extend(second.next());
    }
    all.extend(second);
    all.into_iter()
}

/// A host that answers says more than a network that leads nowhere, such as IPv6 where there is none.
fn more_telling(before: Option<io::Error>, error: io::Error) -> io::Error {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkDown, NetworkUnreachable};
    let is_nowhere = |error: &io::Error| {
        matches!(error.kind(), AddrNotAvailable | HostUnreachable | NetworkDown | NetworkUnreachable)
    };
    match before {
        Some(before) if !is_nowhere(&before) || is_nowhere(&error) => before,
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, time::Instant};

    use socket2::{Domain, Socket, Type};

    use super::*;

    /// Port 1, where nobody listens.
    fn refused() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 1))
    }

    /// A socket whose queue is full, so that it answers nobody while these are kept.
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
    async fn of_all_failures_the_most_telling_is_told() {
        let nowhere = || io::Error::from(io::ErrorKind::NetworkUnreachable);
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        for [first, second] in [[nowhere(), refused()], [refused(), nowhere()]] {
            let told = more_telling(Some(more_telling(None, first)), second);
            assert_eq!(told.kind(), io::ErrorKind::ConnectionRefused);
        }
        let error = connect(&[self::refused(), self::refused()]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn the_two_families_take_turns() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (six, four) = (["[::1]:1", "[::2]:1", "[::3]:1"].map(at), ["1.1.1.1:1", "2.2.2.2:1"].map(at));
        let all: Vec<_> = interleaved(&[&six[..], &four].concat()).collect();
        assert_eq!(all, [six[0], four[0], six[1], four[1], six[2]]);
        let all: Vec<_> = interleaved(&[&four[..], &six].concat()).collect();
        assert_eq!(all, [four[0], six[0], four[1], six[1], six[2]]);
    }
}
