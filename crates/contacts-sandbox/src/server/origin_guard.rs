//! Who is let in: programs on this machine, and of the pages in a browser none that others have made.

use std::net::IpAddr;

use http::request::Parts;
use http::{Method, Response, StatusCode, Uri, header};

use super::answer::{self, Answer};

/// Refuses what a page in a browser could send here: a foreign host's name that leads to this port, a foreign origin.
pub(super) fn refuse(parts: &Parts) -> Option<Response<Answer>> {
    if !host(parts).is_some_and(is_loopback) {
        let text = "the Host is not a loopback address\n";
        return Some(answer::plain(StatusCode::MISDIRECTED_REQUEST, text));
    }
    if !parts.headers.get_all(header::ORIGIN).iter().all(|origin| is_local_origin(origin.as_bytes())) {
        return Some(answer::plain(StatusCode::FORBIDDEN, "the Origin is not a loopback address\n"));
    }
    None
}

/// Refuses what a page of another server on this machine could do to the sandbox itself. A browser tells the origin of every
/// request that may change something; programs that are no browser tell none.
pub(super) fn refuse_control(parts: &Parts) -> Option<Response<Answer>> {
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let own = |origin: &[u8]| {
        let host = host(parts).unwrap_or_default();
        origin.strip_prefix(b"http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_bytes()))
    };
    if !origins.all(|origin| own(origin.as_bytes())) {
        let text = "the Origin is not the sandbox's own\n";
        return Some(answer::plain(StatusCode::FORBIDDEN, text));
    }
    let site = parts.headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes);
    if parts.method != Method::GET && !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Some(answer::plain(StatusCode::FORBIDDEN, "the request comes from another page\n"));
    }
    None
}

fn host(parts: &Parts) -> Option<&str> {
    parts.headers.get(header::HOST).and_then(|host| host.to_str().ok())
}

/// Whether a host with or without a port is this machine.
fn is_loopback(authority: &str) -> bool {
    let Ok(uri) = authority.parse::<http::uri::Authority>() else { return false };
    if authority.contains('@') {
        return false;
    }
    let host = uri.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_local_origin(origin: &[u8]) -> bool {
    let uri = Uri::try_from(origin).ok();
    uri.as_ref().and_then(Uri::authority).is_some_and(|authority| is_loopback(authority.as_str()))
}
