//! The way to the service: proxy, address, certificate.

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
    "is the host the right one, and is it reachable from here? behind a proxy, --proxy names it";
const NO_HANDSHAKE: &str = "the certificate is not the reason: the server may want one of the client, and there is none to give, \
                            or something on the way ends the connection";

/// The proxy, or else the host's address and its certificate. Through a proxy, it is the proxy that finds the one, and the
/// requests that show what is wrong with the other.
pub(crate) fn examine(steps: &mut Steps, network: &Network, site: &BaseUrl) -> Result<(), Failure> {
    if examine_proxy(steps, network, site)? {
        return Ok(());
    }
    let authority = site.authority();
    let parsed = authority.parse::<Authority>().ok();
    let (host, port) = host_and_port(parsed.as_ref(), site.is_https());
    let addresses = addresses(host, port).map_err(|error| {
        let failure = Failure::unreachable(format!("the address of {authority} cannot be found: {error}"));
        steps.failed("address", &failure.with_hint("check the host's name and the network connection"))
    })?;
    let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    steps.ok("address", format!("{authority} is {}", shown.join(", ")));
    if site.is_https() { examine_certificate(steps, network, authority, host, &addresses) } else { Ok(()) }
}

fn examine_certificate(
    steps: &mut Steps,
    network: &Network,
    authority: &str,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<(), Failure> {
    let patience = patience(network);
    let stream = connected(addresses, patience).map_err(|error| {
        let failure = Failure::unreachable(format!("no connection to {authority} can be made: {error}"));
        steps.failed("connection", &failure.with_hint(NO_CONNECTION))
    })?;
    let Shown { issuer, verdict } = match certificate::shown(stream, host, network, patience) {
        Ok(shown) => shown,
        Err(failure) => return Err(steps.failed("TLS", &failure)),
    };
    let issuer = issuer.map(|issuer| format!("a certificate issued by {}", escape_controls(&issuer)));
    let failure = match (verdict, issuer) {
        (Verdict::Trusted, issuer) => {
            steps.ok("TLS", issuer.unwrap_or_default());
            return Ok(());
        }
        (Verdict::Untrusted(why), issuer) => {
            let issuer = issuer.unwrap_or_else(|| "a certificate".into());
            Failure::untrusted(format!("{authority} shows {issuer}: {why}"))
        }
        (Verdict::Broken(why), Some(issuer)) => {
            Failure::unreachable(format!("{authority} shows {issuer}, and then the handshake fails: {why}"))
                .with_hint(NO_HANDSHAKE)
        }
        (Verdict::Broken(why), None) => {
            Failure::unreachable(format!("{authority} shows no certificate: {why}")).with_hint(NO_CONNECTION)
        }
    };
    Err(steps.failed("TLS", &failure))
}

/// How requests to a base URL go. Returns `true` if there is a proxy. Whether it leads on, the requests show.
pub(crate) fn examine_proxy(
    steps: &mut Steps,
    network: &Network,
    base_url: &BaseUrl,
) -> Result<bool, Failure> {
    let why_none = match network.proxy_for(base_url) {
        ProxyChoice::Through { url, from } => {
            reach_proxy(url, from, network).map_err(|failure| steps.failed("proxy", &failure))?;
            let shown = redact::proxy_url(url);
            steps.ok("proxy", format!("requests go through {shown} ({from}), which takes connections"));
            return Ok(true);
        }
        ProxyChoice::Excluded { by } => format!(": {by} excludes {}", base_url.authority()),
        _ if network.no_proxy => format!(": {NO_PROXY}"),
        _ => {
            let variable = network.proxy_variables.proxy();
            variable.map(|(name, _)| format!(": {name} is for https")).unwrap_or_default()
        }
    };
    steps.ok("proxy", format!("none{why_none}"));
    Ok(false)
}

/// Connects to the proxy with this URL, which comes from there.
fn reach_proxy(url: &str, from: &str, network: &Network) -> Result<(), Failure> {
    Network::check_proxy(url).map_err(|_| network.not_a_proxy(from))?;
    let shown = redact::proxy_url(url);
    // What a client takes for a proxy is such a URI.
    let uri: Uri = url.parse().unwrap_or_default();
    let (host, port) = host_and_port(uri.authority(), uri.scheme_str() == Some("https"));
    let addresses = addresses(host, port).map_err(|error| {
        Failure::unreachable(format!("the address of the proxy {shown} cannot be found: {error}"))
            .with_hint(format!("check its name and the network connection; {from} names it"))
    })?;
    match connected(&addresses, patience(network)) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(Failure::unreachable(format!("no connection to the proxy {shown} can be made: {error}"))
                .with_hint(format!(
                    "is it the right one, does it run, and is it reachable from here? {from} names it"
                )))
        }
    }
}

/// The host, an address without its brackets, and the port of an authority.
fn host_and_port(authority: Option<&Authority>, is_https: bool) -> (&str, u16) {
    let host = authority.map_or("", Authority::host).trim_matches(['[', ']']);
    let port = authority.and_then(Authority::port_u16);
    (host, port.unwrap_or(if is_https { 443 } else { 80 }))
}

/// How long a connection may take to be made.
fn patience(network: &Network) -> Duration {
    Timeouts::default().connect.min(network.timeout())
}

/// The addresses of a host, one at least. One that is an address itself has no brackets.
fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
    if addresses.is_empty() { Err(io::Error::other("it has none")) } else { Ok(addresses) }
}

/// A connection to the first address that takes one: a network may lead to some of them alone.
fn connected(addresses: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
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
