//! Parses requests to the sandbox.

use contacts_sandbox::{Behaviour, Service};
use http::{HeaderValue, Request, header};

/// The demo user's address and API token.
const DEMO_BASIC: &str = "Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu";

/// Parses a demo service and requests to it. The first line is its behaviour in JSON; an invalid
/// line is the default. Requests follow, with a line `%` between them. In a target, `@` is the URL
/// of the contacts. A request without credentials gets those of the demo user.
pub fn requests(data: &[u8]) -> (Service, Vec<Request<&[u8]>>) {
    let (behaviour, mut rest) = crate::line(data);
    let behaviour = serde_json::from_slice::<Behaviour>(behaviour).unwrap_or_default();
    let contacts = format!("{}/v1/users/contacts", behaviour.base_path());
    let mut service = Service::demo();
    *service.behaviour_mut() = behaviour;
    let mut requests = Vec::new();
    while !rest.is_empty() {
        let end = rest.windows(3).position(|three| three == b"\n%\n").unwrap_or(rest.len());
        requests.extend(request(&rest[..end], &contacts));
        rest = rest.get(end + 3..).unwrap_or_default();
    }
    (service, requests)
}

/// Parses a request: a line with method and target, header lines, an empty line, the body.
fn request<'a>(data: &'a [u8], contacts: &str) -> Option<Request<&'a [u8]>> {
    let (line, mut headers, body) = crate::message(data);
    let (method, target) = crate::text(line)?.split_once(' ')?;
    headers.entry(header::AUTHORIZATION).or_insert_with(|| HeaderValue::from_static(DEMO_BASIC));
    let mut request = Request::new(body);
    *request.method_mut() = method.parse().ok()?;
    *request.uri_mut() = target.replace('@', contacts).parse().ok()?;
    *request.headers_mut() = headers;
    Some(request)
}
