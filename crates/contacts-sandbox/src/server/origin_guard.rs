//! Protects the sandbox from web pages of other sites. Programs on this machine have access.

use std::net::IpAddr;

use http::request::Parts;
use http::{Method, Response, StatusCode, Uri, header};

use super::response::{self, ResponseBody};

/// Rejects requests with a foreign `Host` (DNS rebinding) or a foreign `Origin`.
pub(super) fn reject(parts: &Parts) -> Option<Response<ResponseBody>> {
    if !host(parts).is_some_and(is_loopback) {
        let text = "the Host header is not a loopback address\n";
        return Some(response::plain(StatusCode::MISDIRECTED_REQUEST, text));
    }
    if !parts
        .headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| is_local_origin(origin.as_bytes()))
    {
        return Some(response::plain(
            StatusCode::FORBIDDEN,
            "the Origin header is not a loopback address\n",
        ));
    }
    None
}

/// Rejects control requests from pages of other servers on this machine. A browser sends `Origin`
/// or `Sec-Fetch-Site` with every request that may change something; other programs send neither.
pub(super) fn reject_control(parts: &Parts) -> Option<Response<ResponseBody>> {
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let own = |origin: &[u8]| {
        let host = host(parts).unwrap_or_default();
        origin
            .strip_prefix(b"http://")
            .is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_bytes()))
    };
    if !origins.all(|origin| own(origin.as_bytes())) {
        let text = "the Origin header is not the sandbox's own origin\n";
        return Some(response::plain(StatusCode::FORBIDDEN, text));
    }
    let site = parts.headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes);
    if parts.method != Method::GET && !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Some(response::plain(
            StatusCode::FORBIDDEN,
            "the request comes from a page of another site\n",
        ));
    }
    None
}

fn host(parts: &Parts) -> Option<&str> {
    parts.headers.get(header::HOST).and_then(|host| host.to_str().ok())
}

/// Returns `true` if a host, with or without port, is a loopback address.
fn is_loopback(authority: &str) -> bool {
    let Ok(uri) = authority.parse::<http::uri::Authority>() else { return false };
    if authority.contains('@') {
        return false;
    }
    let host = uri.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_local_origin(origin: &[u8]) -> bool {
    let uri = Uri::try_from(origin).ok();
    uri.as_ref().and_then(Uri::authority).is_some_and(|authority| is_loopback(authority.as_str()))
}
