//! How to connect to a host with several addresses (RFC 8305). Adapters open the sockets.

use std::{error::Error as StdError, fmt, io, net::SocketAddr, time::Duration};

/// Delay between the starts of two connection attempts, unless the earlier one fails first.
pub const STAGGER: Duration = Duration::from_millis(250);

/// Alternates IPv4 and IPv6, starting with the family of the first address. Keeps the order within
/// each family.
///
/// ```
/// let addresses = ["[::1]:1", "[::2]:1", "1.1.1.1:1"].map(|address| address.parse().unwrap());
/// let [first, second, third] = addresses;
/// assert_eq!(contacts_proto::transport::connect::interleaved(&addresses), [first, third, second]);
/// ```
pub fn interleaved(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.iter().partition(|it| it.is_ipv6() == is_v6);
    let mut second = second.into_iter();
    let mut all = Vec::with_capacity(addresses.len());
    for address in first {
        all.push(address);
        all.extend(second.next());
    }
    all.extend(second);
    all
}

/// Returns the error that explains more.
///
/// An error of the host explains more than a missing route, such as IPv6 on a machine without IPv6.
pub fn more_telling(before: Option<io::Error>, error: io::Error) -> io::Error {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkDown, NetworkUnreachable};
    let is_missing_route = |error: &io::Error| {
        matches!(
            error.kind(),
            AddrNotAvailable | HostUnreachable | NetworkDown | NetworkUnreachable
        )
    };
    match before {
        Some(before) if !is_missing_route(&before) || is_missing_route(&error) => before,
        _ => error,
    }
}

/// The host name has no address. The error inside is from the system's resolver.
#[derive(Debug)]
pub struct NoAddress(pub io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NoAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv4_and_ipv6_alternate() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (six, four) =
            (["[::1]:1", "[::2]:1", "[::3]:1"].map(at), ["1.1.1.1:1", "2.2.2.2:1"].map(at));
        assert_eq!(
            interleaved(&[&six[..], &four].concat()),
            [six[0], four[0], six[1], four[1], six[2]]
        );
        assert_eq!(
            interleaved(&[&four[..], &six].concat()),
            [four[0], six[0], four[1], six[1], six[2]]
        );
    }

    #[test]
    fn the_error_that_explains_more_wins_in_either_order() {
        let nowhere = || io::Error::from(io::ErrorKind::NetworkUnreachable);
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        for [first, second] in [[nowhere(), refused()], [refused(), nowhere()]] {
            let error = more_telling(Some(more_telling(None, first)), second);
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        }
    }
}
