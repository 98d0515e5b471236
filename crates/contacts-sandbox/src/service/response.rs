//! A response before the common headers are added.

use http::header::{ALLOW, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::splitmix::SplitMix;

const TRACE_ID: HeaderName = HeaderName::from_static("atl-traceid");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A status, and a JSON body or none.
pub(super) struct ApiResponse {
    status: StatusCode,
    body: Vec<u8>,
    allow: Option<&'static str>,
}

impl ApiResponse {
    pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Self {
        // Two contacts with their links take about 400 bytes, so most bodies never reallocate.
        let mut body = Vec::with_capacity(512);
        let written = serde_json::to_writer(&mut body, value);
        debug_assert!(written.is_ok(), "plain structs of strings and numbers can be written");
        Self { status, body, allow: None }
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: Vec::new(), allow: None }
    }

    pub(super) fn allowing(self, allow: Option<&'static str>) -> Self {
        Self { allow, ..self }
    }

    pub(super) fn into_response(self, date: HeaderValue, trace_id: TraceId) -> Response<Vec<u8>> {
        let mut headers = HeaderMap::with_capacity(4);
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        headers.insert(DATE, date);
        headers.insert(TRACE_ID, trace_id.header());
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}

/// Request id in the response's header and in some bodies.
#[derive(Clone, Copy)]
pub(super) struct TraceId([u8; 32]);

impl TraceId {
    pub(super) fn new(seed: u64, request: u64) -> Self {
        let mut numbers = SplitMix::stream(seed, request);
        let mut digits = [0; 32];
        write_hex(&mut digits[..16], numbers.next());
        write_hex(&mut digits[16..], numbers.next());
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or_else(|_| HeaderValue::from_static("0"))
    }
}

/// Returns a contact id: it looks like a random UUID and depends only on seed and number.
pub(super) fn contact_id(seed: u64, number: u64) -> String {
    // A different seed than for trace ids, so that a contact id never equals one.
    let mut numbers = SplitMix::stream(seed ^ 0x00c0_4c7a_c700_0000, number);
    let mut digits = [0; 32];
    write_hex(&mut digits[..16], numbers.next() & !0xf000 | 0x4000);
    write_hex(&mut digits[16..], numbers.next() & !(0b11 << 62) | (0b10 << 62));
    let mut id = String::with_capacity(36);
    for (index, digit) in digits.into_iter().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(char::from(digit));
    }
    id
}

/// Every response has a trace id, and `format!` takes ten times as long.
fn write_hex(digits: &mut [u8], number: u64) {
    for (digit, byte) in digits.chunks_exact_mut(2).zip(number.to_be_bytes()) {
        digit[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        digit[1] = b"0123456789abcdef"[usize::from(byte & 0xf)];
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_look_like_random_uuids() {
        let id = contact_id(0, 1);
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(&id[14..15], "4", "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
    }

    #[test]
    fn ids_differ_by_number_and_by_seed() {
        let ids: HashSet<_> = (0..100).flat_map(|n| [contact_id(0, n), contact_id(1, n)]).collect();
        assert_eq!(ids.len(), 200);
        assert_eq!(contact_id(0, 1), contact_id(0, 1));
    }
}
