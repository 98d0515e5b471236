//! The way to the service: address, certificate.

use std::{
    io,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::mpsc,
    thread,
    time::Duration,
};

use contacts_ureq::{BaseUrl, Timeouts, printable};
use http::uri::Authority;

use super::{Examination, NO_CONNECTION};
use crate::{
    certificate::{self, Shown, Verdict},
    failure::Failure,
    settings::{Settings, Transport},
};

const NO_HANDSHAKE: &str = "the certificate is not the reason: the server may want one of the client, and there is none to give, \
                            or something on the way ends the connection";

impl Examination<'_> {
    /// The proxy, or else the host's address and its certificate. Through a proxy, it is the proxy that finds the one, and the
    /// requests that show what is wrong with the other.
    pub(super) fn way(&mut self, settings: &Settings, site: &BaseUrl) -> Result<(), Failure> {
        if self.proxy(settings, site)? {
            return Ok(());
        }
        let authority = site.authority();
        let parsed = authority.parse::<Authority>().ok();
        let (host, port) = host_and_port(parsed.as_ref(), site.is_https());
        let addresses = addresses(host, port).map_err(|error| {
            let failure =
                Failure::unreachable(format!("the address of {authority} cannot be found: {error}"));
            self.failed("address", &failure.with_hint("check the host's name and the network connection"))
        })?;
        let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
        self.ok("address", format!("{authority} is {}", shown.join(", ")));
        if site.is_https() { self.certificate(settings, site, host, &addresses) } else { Ok(()) }
    }

    fn certificate(
        &mut self,
        settings: &Settings,
        site: &BaseUrl,
        host: &str,
        addresses: &[SocketAddr],
    ) -> Result<(), Failure> {
        let (authority, transport) = (site.authority(), &settings.transport);
        let patience = patience(transport);
        let stream = connected(addresses, patience).map_err(|error| {
            let failure = Failure::unreachable(format!("no connection to {authority} can be made: {error}"));
            self.failed("connection", &failure.with_hint(NO_CONNECTION))
        })?;
        let Shown { issuer, verdict } = match certificate::shown(stream, host, transport, patience) {
            Ok(shown) => shown,
            Err(failure) => return Err(self.failed("TLS", &failure)),
        };
        let issuer = issuer.map(|issuer| format!("a certificate issued by {}", printable(&issuer)));
        let failure = match (verdict, issuer) {
            (Verdict::Trusted, issuer) => {
                self.ok("TLS", issuer.unwrap_or_default());
                return Ok(());
            }
            (Verdict::Untrusted(why), issuer) => {
                let issuer = issuer.unwrap_or_else(|| "a certificate".into());
                Failure::untrusted(format!("{authority} shows {issuer}: {why}"))
            }
            (Verdict::Broken(why), Some(issuer)) => Failure::unreachable(format!(
                "{authority} shows {issuer}, and then the handshake fails: {why}"
            ))
            .with_hint(NO_HANDSHAKE),
            (Verdict::Broken(why), None) => {
                Failure::unreachable(format!("{authority} shows no certificate: {why}"))
                    .with_hint(NO_CONNECTION)
            }
        };
        Err(self.failed("TLS", &failure))
    }
}

/// The host, an address without its brackets, and the port of an authority.
pub(super) fn host_and_port(authority: Option<&Authority>, is_https: bool) -> (&str, u16) {
    let host = authority.map_or("", Authority::host).trim_matches(['[', ']']);
    let port = authority.and_then(Authority::port_u16);
    (host, port.unwrap_or(if is_https { 443 } else { 80 }))
}

/// How long a connection may take to be made.
pub(super) fn patience(transport: &Transport) -> Duration {
    Timeouts::default().connect.min(transport.timeout)
}

/// The addresses of a host, one at least. One that is an address itself has no brackets.
pub(super) fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
    if addresses.is_empty() { Err(io::Error::other("it has none")) } else { Ok(addresses) }
}

/// A connection to the first address that takes one: a network may lead to some of them alone.
pub(super) fn connected(addresses: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
    let (told, results) = mpsc::channel();
    for &address in addresses {
        let told = told.clone();
        thread::spawn(move || told.send(TcpStream::connect_timeout(&address, patience)));
    }
    drop(told);
    let mut failed = io::ErrorKind::NotFound.into();
    for result in results {
        match result {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_address_that_takes_no_connection_does_not_hide_another_that_does() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        // Port 1, where nobody listens: one that was given back may be somebody's by now.
        let (address, refused) = (there.local_addr().unwrap(), SocketAddr::from(([127, 0, 0, 1], 1)));
        let patience = Timeouts::default().connect;
        let stream = connected(&[refused, address, refused], patience).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert_eq!(connected(&[refused], patience).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
