//! The common part of all requests.

use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{BaseUrl, Credentials};

/// Default `user-agent` of requests.
pub const USER_AGENT: &str = concat!("contacts-proto/", env!("CARGO_PKG_VERSION"));

/// All but the unreserved characters of RFC 3986 are escaped in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Escapes a value for a query.
pub(crate) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

/// Builds a request without a body.
///
/// A PATCH has `content-length: 0`, so that no adapter sends it in chunks. GET and DELETE have
/// none.
pub(crate) fn without_body(
    method: Method,
    site: &BaseUrl,
    uri: Uri,
    credentials: &Credentials,
) -> Request<Vec<u8>> {
    let mut headers = headers(site, credentials);
    if method == Method::PATCH {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    assemble(method, uri, headers, Vec::new())
}

/// Builds a request with a JSON body.
#[expect(
    clippy::expect_used,
    reason = "a struct of strings is always JSON, and digits are valid in a header: the golden tests build each body"
)]
pub(crate) fn with_json(
    method: Method,
    site: &BaseUrl,
    uri: Uri,
    credentials: &Credentials,
    body: &impl Serialize,
) -> Request<Vec<u8>> {
    let body = serde_json::to_vec(body).expect("a struct of strings is always JSON");
    let mut headers = headers(site, credentials);
    headers.insert(header::CONTENT_TYPE, JSON);
    // `HeaderValue::from` a number costs one more allocation.
    let length = HeaderValue::from_str(itoa::Buffer::new().format(body.len()));
    headers.insert(header::CONTENT_LENGTH, length.expect("digits are valid in a header"));
    assemble(method, uri, headers, body)
}

fn headers(site: &BaseUrl, credentials: &Credentials) -> HeaderMap {
    // One allocation for all headers, including those that an adapter adds.
    let mut headers = HeaderMap::with_capacity(6);
    if let Some(host) = site.host_header() {
        headers.insert(header::HOST, host.clone());
    }
    headers.insert(header::ACCEPT, JSON);
    if let Some(authorization) = credentials.header() {
        headers.insert(header::AUTHORIZATION, authorization.clone());
    }
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers
}

fn assemble(method: Method, uri: Uri, headers: HeaderMap, body: Vec<u8>) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}
