//! Checks the connection: proxy, address and certificate.

use std::{
    io,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::mpsc,
    thread,
    time::Duration,
};

use contacts_ureq::{BaseUrl, ProxyChoice, escape_controls, transport::Timeouts};
use http::{Uri, uri::Authority};

use super::{
    certificate::{self, Shown, Verdict},
    step::Steps,
};
use crate::{
    config::{NO_PROXY, network::Network},
    error::Failure,
    redact,
};

pub(crate) const NO_CONNECTION: &str =
    "check that the host is correct and reachable from this machine; behind a proxy, use --proxy";
const NO_HANDSHAKE: &str = "check whether a firewall closes the connection, or whether the server requires \
                            a client certificate, which this command does not support";

/// Checks the proxy, or without one the address and the certificate of the host.
///
/// A proxy resolves the address itself. The requests that follow check the certificate.
pub(crate) fn check(steps: &mut Steps, network: &Network, site: &BaseUrl) -> Result<(), Failure> {
    if check_proxy(steps, network, site)? {
        return Ok(());
    }
    let authority = site.authority();
    let parsed = authority.parse::<Authority>().ok();
    let (host, port) = host_and_port(parsed.as_ref(), site.is_https());
    let addresses = addresses(host, port).map_err(|error| {
        let failure = Failure::unreachable(format!("could not resolve {authority}: {error}"));
        steps
            .failed("address", &failure.with_hint("check the host name and the network connection"))
    })?;
    let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    steps.ok("address", format!("{authority} resolves to {}", shown.join(", ")));
    if site.is_https() {
        check_certificate(steps, network, authority, host, &addresses)
    } else {
        Ok(())
    }
}

fn check_certificate(
    steps: &mut Steps,
    network: &Network,
    authority: &str,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<(), Failure> {
    let timeout = connect_timeout(network);
    let stream = connected(addresses, timeout).map_err(|error| {
        let failure = Failure::unreachable(format!("could not connect to {authority}: {error}"));
        steps.failed("connection", &failure.with_hint(NO_CONNECTION))
    })?;
    let Shown { issuer, verdict } = match certificate::shown(stream, host, network, timeout) {
        Ok(shown) => shown,
        Err(failure) => return Err(steps.failed("TLS", &failure)),
    };
    let certificate = issuer.as_deref().map_or_else(
        || "certificate".into(),
        |issuer| format!("certificate issued by {}", escape_controls(issuer)),
    );
    let failure = match verdict {
        Verdict::Trusted => {
            steps.ok("TLS", certificate);
            return Ok(());
        }
        Verdict::Untrusted(why) => Failure::untrusted(format!(
            "{authority} sent a {certificate}, which is not trusted: {why}"
        )),
        Verdict::Broken(why) if issuer.is_some() => {
            let message =
                format!("{authority} sent a {certificate}, but then the handshake failed: {why}");
            Failure::unreachable(message).with_hint(NO_HANDSHAKE)
        }
        Verdict::Broken(why) => {
            Failure::unreachable(format!("{authority} sent no certificate: {why}"))
                .with_hint(NO_CONNECTION)
        }
    };
    Err(steps.failed("TLS", &failure))
}

/// Checks the proxy for a base URL. Returns `true` if there is one.
///
/// The requests that follow check whether the proxy forwards them.
pub(crate) fn check_proxy(
    steps: &mut Steps,
    network: &Network,
    base_url: &BaseUrl,
) -> Result<bool, Failure> {
    let why_none = match network.proxy_for(base_url) {
        ProxyChoice::Through { url, from } => {
            reach_proxy(url, from, network).map_err(|failure| steps.failed("proxy", &failure))?;
            let shown = redact::proxy_url(url);
            steps.ok("proxy", format!("{shown} ({from}) accepts connections"));
            return Ok(true);
        }
        ProxyChoice::Excluded { by } => format!(": {by} excludes {}", base_url.authority()),
        _ if network.no_proxy => format!(": {NO_PROXY}"),
        _ => {
            let variable = network.proxy_variables.proxy();
            variable.map(|(name, _)| format!(": {name} applies to https only")).unwrap_or_default()
        }
    };
    steps.ok("proxy", format!("none{why_none}"));
    Ok(false)
}

/// Connects to the proxy with this URL. `from` is the source of the URL.
fn reach_proxy(url: &str, from: &str, network: &Network) -> Result<(), Failure> {
    Network::check_proxy(url).map_err(|_| network.not_a_proxy(from))?;
    let shown = redact::proxy_url(url);
    // A valid proxy URL always parses.
    let uri: Uri = url.parse().unwrap_or_default();
    let (host, port) = host_and_port(uri.authority(), uri.scheme_str() == Some("https"));
    let addresses = addresses(host, port).map_err(|error| {
        Failure::unreachable(format!("could not resolve the proxy {shown}: {error}"))
            .with_hint(format!("check the name of the proxy in {from}, and the network connection"))
    })?;
    connected(&addresses, connect_timeout(network)).map(drop).map_err(|error| {
        Failure::unreachable(format!("could not connect to the proxy {shown}: {error}")).with_hint(
            format!(
                "check that the proxy in {from} is correct, running and reachable from this machine"
            ),
        )
    })
}

/// The host without brackets, and the port.
fn host_and_port(authority: Option<&Authority>, is_https: bool) -> (&str, u16) {
    let host = authority.map_or("", Authority::host).trim_matches(['[', ']']);
    let port = authority.and_then(Authority::port_u16);
    (host, port.unwrap_or(if is_https { 443 } else { 80 }))
}

/// Time limit for a connection.
fn connect_timeout(network: &Network) -> Duration {
    Timeouts::default().connect.min(network.timeout())
}

/// Resolves a host, which has no brackets, to at least one address.
fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
    if addresses.is_empty() {
        Err(io::Error::other("the host has no address"))
    } else {
        Ok(addresses)
    }
}

/// Connects to all addresses, and returns the first connection. Some addresses may be unreachable
/// from here.
fn connected(addresses: &[SocketAddr], timeout: Duration) -> io::Result<TcpStream> {
    let (sender, results) = mpsc::channel();
    for &address in addresses {
        let sender = sender.clone();
        thread::spawn(move || sender.send(TcpStream::connect_timeout(&address, timeout)));
    }
    drop(sender);
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
    fn one_reachable_address_is_enough() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // No one listens on port 1. Another process may reuse a port that a test has closed.
        let (address, refused) =
            (listener.local_addr().unwrap(), SocketAddr::from(([127, 0, 0, 1], 1)));
        let timeout = Timeouts::default().connect;
        let stream = connected(&[refused, address, refused], timeout).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert_eq!(
            connected(&[refused], timeout).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
    }
}
