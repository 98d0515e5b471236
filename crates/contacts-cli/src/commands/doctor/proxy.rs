//! The proxy: which one it is, and whether it takes connections. Whether it leads on, the requests show.

use contacts_ureq::{BaseUrl, ProxyChoice};
use http::Uri;

use super::{
    Examination,
    way::{addresses, connected, host_and_port, patience},
};
use crate::{
    failure::Failure,
    origins::without_person,
    settings::{Settings, Transport},
};

impl Examination<'_> {
    /// How requests to a base URL go. Returns `true` if there is a proxy.
    pub(super) fn proxy(&mut self, settings: &Settings, base_url: &BaseUrl) -> Result<bool, Failure> {
        let transport = &settings.transport;
        let why_none = match transport.proxy_for(base_url) {
            ProxyChoice::Through { url, from } => {
                reached(url, from, transport).map_err(|failure| self.failed("proxy", &failure))?;
                let shown = without_person(url);
                self.ok("proxy", format!("requests go through {shown} ({from}), which takes connections"));
                return Ok(true);
            }
            ProxyChoice::Excluded { by } => format!(": {by} excludes {}", base_url.authority()),
            _ => match (settings.origins.proxy, transport.proxy_variables.proxy()) {
                (Some(flag), _) => format!(": {flag}"),
                (None, Some((name, _))) => format!(": {name} is for https"),
                (None, None) => String::new(),
            },
        };
        self.ok("proxy", format!("none{why_none}"));
        Ok(false)
    }
}

/// Connects to the proxy with this URL, which comes from there.
fn reached(url: &str, from: &str, transport: &Transport) -> Result<(), Failure> {
    Transport::check_proxy(url).map_err(|_| transport.not_a_proxy(from))?;
    let shown = without_person(url);
    // What a client takes for a proxy is such a URI.
    let uri: Uri = url.parse().unwrap_or_default();
    let (host, port) = host_and_port(uri.authority(), uri.scheme_str() == Some("https"));
    let addresses = addresses(host, port).map_err(|error| {
        Failure::unreachable(format!("the address of the proxy {shown} cannot be found: {error}"))
            .with_hint(format!("check its name and the network connection; {from} names it"))
    })?;
    match connected(&addresses, patience(transport)) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(Failure::unreachable(format!("no connection to the proxy {shown} can be made: {error}"))
                .with_hint(format!(
                    "is it the right one, does it run, and is it reachable from here? {from} names it"
                )))
        }
    }
}
