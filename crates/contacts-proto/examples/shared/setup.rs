//! Base URL and credentials of the examples.

use contacts_proto::{
    BaseUrl, Credentials, Error,
    exchange::Session,
    transport::{Delivery, TransportError, TransportErrorKind},
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use http::{Request, uri::PathAndQuery};

/// Returns a session for `CONTACTS_BASE_URL`, `ATLASSIAN_OPS_API_EMAIL_ADDRESS` and
/// `ATLASSIAN_OPS_API_TOKEN`. Without the first one, starts a sandbox, which stops when it is
/// dropped.
pub(crate) fn session() -> Result<(Session, Option<Sandbox>), Error> {
    if let Ok(base) = std::env::var("CONTACTS_BASE_URL") {
        let variable =
            |name| std::env::var(name).map_err(|error| Error::invalid(name, error.to_string()));
        let address = variable("ATLASSIAN_OPS_API_EMAIL_ADDRESS")?;
        let credentials = Credentials::basic(&address, variable("ATLASSIAN_OPS_API_TOKEN")?)?;
        return Ok((Session::new(BaseUrl::new(&base)?.with_host_header(), credentials), None));
    }
    let sandbox = Sandbox::start().map_err(|error| Error::invalid("sandbox", error.to_string()))?;
    let site = BaseUrl::new(&sandbox.base_url())?.with_host_header();
    Ok((Session::new(site, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?), Some(sandbox)))
}

/// Returns the address for a plain HTTP request, and the request with only a path in its URL.
///
/// An `https` URL is an error: these examples have no TLS.
pub(crate) fn plain(
    request: Request<Vec<u8>>,
) -> Result<(String, Request<Vec<u8>>), TransportError> {
    let (mut head, body) = request.into_parts();
    let (Some("http"), Some(name)) = (head.uri.scheme_str(), head.uri.host()) else {
        return Err(TransportError::new(Delivery::NotSent, TransportErrorKind::Tls));
    };
    let address = format!("{name}:{}", head.uri.port_u16().unwrap_or(80));
    head.uri = head.uri.path_and_query().cloned().map_or_else(Default::default, PathAndQuery::into);
    Ok((address, Request::from_parts(head, body)))
}
