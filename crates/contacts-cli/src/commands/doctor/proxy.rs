//! The proxy: which one it is, and whether it takes connections. Whether it leads on, the requests show.

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
    pub(super) fn proxy(&mut self, settings: &Settings) -> Result<(), Failure> {
        let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let ignored = variables.into_iter().find(|name| std::env::var_os(name).is_some());
        match (&settings.transport.proxy, ignored) {
            (Some(url), _) => {
                let from = settings.origins.proxy.unwrap_or("--proxy");
                reached(url, from, &settings.transport).map_err(|failure| self.failed("proxy", &failure))?;
                let shown = without_person(url);
                self.ok("proxy", format!("requests go through {shown}, which takes connections"));
            }
            (None, Some(name)) => self.note(
                "proxy",
                format!("{name} is set, and no proxy is taken from the environment"),
                Some("--proxy names one; if the next steps are ok, none is needed".into()),
            ),
            (None, None) => self.ok("proxy", "none"),
        }
        Ok(())
    }
}

/// Connects to the proxy with this URL, which comes from there.
fn reached(url: &str, from: &str, transport: &Transport) -> Result<(), Failure> {
    Transport::check_proxy(url).map_err(|failure| failure.with_hint(format!("{from} names it")))?;
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
