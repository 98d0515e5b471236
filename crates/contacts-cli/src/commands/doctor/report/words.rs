//! The words that a report may contain. Every other text becomes its kind and a class of lengths.
//!
//! All functions return text of this program, and never a part of their argument.

use std::{collections::BTreeSet, fmt};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A text that consists of words of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Vec<&'static str>);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| f.write_str(word))
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<&'static str> for Words {
    fn from(word: &'static str) -> Self {
        Self(vec![word])
    }
}

/// The kinds of several values.
pub(crate) type Kinds = BTreeSet<&'static str>;

/// Names of headers that may stay.
pub(super) const HEADERS: &[&str] = &[
    "accept",
    "access-control-allow-origin",
    "age",
    "alt-svc",
    "atl-request-id",
    "atl-traceid",
    "authorization",
    "beta-ratelimit",
    "beta-ratelimit-policy",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "deprecation",
    "etag",
    "expires",
    "host",
    "keep-alive",
    "last-modified",
    "link",
    "location",
    "nel",
    "pragma",
    "proxy-authenticate",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-reason",
    "referrer-policy",
    "report-to",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "strict-transport-security",
    "sunset",
    "timing-allow-origin",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-aaccountid",
    "x-amz-cf-id",
    "x-amz-cf-pop",
    "x-arequestid",
    "x-cache",
    "x-content-type-options",
    "x-envoy-upstream-service-time",
    "x-failure-category",
    "x-frame-options",
    "x-ratelimit-fillrate",
    "x-ratelimit-interval-seconds",
    "x-ratelimit-limit",
    "x-ratelimit-nearlimit",
    "x-ratelimit-period-in-sec",
    "x-ratelimit-reason",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-state",
    "x-request-id",
    "x-trace-id",
    "x-xss-protection",
];

/// Values of headers that may stay. A value matches if its part before the first space, comma or
/// semicolon does.
const HEADER_VALUES: &[(&str, &[&str])] = &[
    ("accept", &["application/json"]),
    ("authorization", SCHEMES),
    ("connection", &["close", "keep-alive"]),
    ("content-encoding", &["br", "deflate", "gzip", "identity"]),
    (
        "content-type",
        &[
            "application/json",
            "application/problem+json",
            "application/xml",
            "text/html",
            "text/plain",
        ],
    ),
    ("proxy-authenticate", SCHEMES),
    ("retry-after", &["0"]),
    ("server", &["AtlassianEdge", "AtlassianProxy", "cloudflare", "envoy", "nginx"]),
    ("transfer-encoding", &["chunked"]),
    ("www-authenticate", SCHEMES),
    ("x-ratelimit-nearlimit", &["false", "true"]),
];

const SCHEMES: &[&str] = &["Basic", "Bearer", "Digest", "Negotiate", "NTLM", "OAuth"];

/// Names of JSON members that may stay.
pub(super) const MEMBERS: &[&str] = &[
    "_expands",
    "applyOrder",
    "cloudId",
    "code",
    "count",
    "data",
    "detail",
    "disabledReason",
    "enabled",
    "error",
    "errorMessages",
    "errors",
    "first",
    "id",
    "last",
    "links",
    "message",
    "method",
    "name",
    "next",
    "offset",
    "path",
    "requestId",
    "size",
    "status",
    "timestamp",
    "title",
    "to",
    "took",
    "total",
    "type",
    "values",
];

/// Texts and numbers of JSON members that may stay.
const MEMBER_VALUES: &[(&str, &[&str])] = &[
    ("code", STATUSES),
    ("error", &["Bad Request", "Forbidden", "Not Found", "Unauthorized"]),
    (
        "message",
        &[
            "Account does not have access to Opsgenie.",
            "Activated",
            "Created",
            "Deactivated",
            "Deleted",
            "No message available",
            "Unauthorized",
            "Unauthorized; scope does not match",
            "Updated",
        ],
    ),
    ("method", &["email", "mobile", "sms", "voice"]),
    ("status", STATUSES),
];

/// HTTP status codes, and the code of an account without Operations.
const STATUSES: &[&str] = &[
    "400", "401", "402", "403", "404", "409", "410", "422", "429", "500", "502", "503", "504",
    "40301",
];

/// Segments of a path that may stay.
const SEGMENTS: &[&str] = &[
    "_edge",
    "activate",
    "api",
    "compass",
    "cloud",
    "contacts",
    "deactivate",
    "ex",
    "jira",
    "jsm",
    "ops",
    "tenant_info",
    "users",
    "v1",
];

/// Names and values of a query that may stay.
const QUERY: &[&str] = &["offset", "size", "targetAccountId", "0", "1", "100", "101"];

/// Hosts that may stay.
const HOSTS: &[&str] =
    &["api.atlassian-us-gov-mod.com", "api.atlassian.com", "api.stg.atlassian.com"];

/// The word of the list that equals the text.
fn known(words: &[&'static str], text: &str) -> Option<&'static str> {
    words.iter().copied().find(|word| *word == text)
}

fn known_value(
    table: &[(&str, &[&'static str])],
    name: &str,
    is_value: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let (_, values) = table.iter().find(|(known, _)| *known == name)?;
    values.iter().copied().find(|value| is_value(value))
}

/// The name of a header, or a class of other names.
pub(crate) fn header_name(name: &str) -> &'static str {
    known(HEADERS, name).unwrap_or_else(|| other_name(name))
}

/// The name of a member, or a class of other names.
pub(crate) fn member_name(name: &str) -> &'static str {
    known(MEMBERS, name).unwrap_or_else(|| other_name(name))
}

fn other_name(name: &str) -> &'static str {
    match name.chars().count() {
        0 => "(empty name)",
        1..=8 => "(other name, up to 8 characters)",
        9..=32 => "(other name, 9 to 32 characters)",
        _ => "(other name, over 32 characters)",
    }
}

/// The value of a header, or its kind.
pub(crate) fn header_value(name: &str, value: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(value) else { return "bytes" };
    let first = text.split([' ', ',', ';']).next().unwrap_or_default();
    known_value(HEADER_VALUES, name, |known| known.eq_ignore_ascii_case(first))
        .unwrap_or_else(|| kind_of_text(text))
}

/// The text of a member, or its kind.
pub(crate) fn member_text(name: &str, text: &str) -> &'static str {
    match name {
        "next" | "first" | "last" => link(text),
        _ => known_value(MEMBER_VALUES, name, |known| known == text)
            .unwrap_or_else(|| kind_of_text(text)),
    }
}

/// The number of a member, or its kind.
pub(crate) fn member_number(name: &str, number: &serde_json::Number) -> &'static str {
    let text = number.to_string();
    known_value(MEMBER_VALUES, name, |known| known == text).unwrap_or("number")
}

/// The form of a link to another page. Only its offset and its size mean something.
fn link(text: &str) -> &'static str {
    let (before, query) = text.split_once('?').unwrap_or((text, ""));
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let is_complete = has("offset") && has("size");
    match (before, is_complete) {
        ("", _) if query.is_empty() => "empty link",
        ("", true) => "query with offset and size",
        ("url", true) => "the word url, then a query with offset and size",
        (_, true) if before.starts_with("/v1/") => "path from /v1, with offset and size",
        (_, true) if before.starts_with('/') => "path from the root, with offset and size",
        (_, true) if is_url(before) => "URL, with offset and size",
        (_, true) => "other text, with offset and size",
        (_, false) if is_url(before) => "URL, without offset and size",
        (_, false) if before.starts_with('/') => "path, without offset and size",
        (_, false) => "other text, without offset and size",
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// The kind of a text: its form, or otherwise a class of its length.
pub(crate) fn kind_of_text(text: &str) -> &'static str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_uuid = || {
        text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
            && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
    };
    match text {
        "" => "empty string",
        _ if is_uuid() => "UUID",
        _ if is_number(text) => "digits",
        _ if text.strip_prefix('+').is_some_and(is_number) => "plus and digits",
        _ if text.split_once('-').is_some_and(|(a, b)| is_number(a) && is_number(b)) => {
            "digits, dash, digits"
        }
        _ if text.split('-').all(is_number) => "digits with several dashes",
        _ if text.split_once('.').is_some_and(|(a, b)| is_number(a) && is_number(b)) => {
            "number with a fraction"
        }
        _ if is_url(text) => "URL",
        _ if httpdate::parse_http_date(text).is_ok() => "HTTP date",
        _ if text.parse::<Timestamp>().is_ok() => "ISO 8601 time",
        _ if text.contains('@') && !text.contains(char::is_whitespace) => "e-mail address",
        _ => match text.chars().count() {
            0..=8 => "string, up to 8 characters",
            9..=32 => "string, 9 to 32 characters",
            33..=128 => "string, 33 to 128 characters",
            _ => "string, over 128 characters",
        },
    }
}

/// The scheme and the kind of host of a URL, and its path with placeholders.
pub(crate) fn url(scheme: &str, authority: &str, path: &str, query: Option<&str>) -> Words {
    let scheme = known(&["http", "https"], scheme).unwrap_or("{scheme}");
    let mut words = vec![scheme, "://", host(authority)];
    let (mut last, mut before) = ("", "");
    for segment in path.split('/').skip(1) {
        let word = match (before, last) {
            ("ops", "api") if segment != "v1" => "{cloudId}",
            ("ex", "jira") | ("compass", "cloud") => "{cloudId}",
            (_, "contacts") => "{id}",
            _ if segment.is_empty() => "",
            _ => known(SEGMENTS, segment).unwrap_or("{segment}"),
        };
        words.extend(["/", word]);
        (before, last) = (last, word);
    }
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    for (index, pair) in pairs.enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        words.push(if index == 0 { "?" } else { "&" });
        words.extend([known(QUERY, name).unwrap_or("{name}"), "="]);
        words.push(match known(QUERY, value) {
            Some(value) => value,
            None if name == "targetAccountId" => "{accountId}",
            None => "{value}",
        });
    }
    Words(words)
}

/// The host, if it is the same for all users. Otherwise its kind.
pub(crate) fn host(authority: &str) -> &'static str {
    let authority = authority.to_ascii_lowercase();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => &authority,
    };
    let is_loopback = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    match known(HOSTS, host) {
        Some(host) => host,
        None if is_loopback => "{loopback}",
        None if host.ends_with(".atlassian.net") => "{site}.atlassian.net",
        None if host.ends_with(".atlassian-us-gov-mod.net") => "{site}.atlassian-us-gov-mod.net",
        None => "{host}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hosts_and_unknown_segments_of_a_url_are_replaced() {
        for (authority, path, query, expected) in [
            (
                "api.atlassian.com",
                "/jsm/ops/api/35273b54/v1/users/contacts",
                Some("offset=0&size=1&targetAccountId=712020:ab"),
                "https://api.atlassian.com/jsm/ops/api/{cloudId}/v1/users/contacts?offset=0&size=1&targetAccountId={accountId}",
            ),
            (
                "api.atlassian.com",
                "/ex/jira/35273b54/jsm/ops/api/v1/users/contacts/v1/activate",
                None,
                "https://api.atlassian.com/ex/jira/{cloudId}/jsm/ops/api/v1/users/contacts/{id}/activate",
            ),
            (
                "acme.atlassian.net",
                "/_edge/tenant_info",
                None,
                "https://{site}.atlassian.net/_edge/tenant_info",
            ),
            (
                "127.0.0.1:8080",
                "/jsm/ops/api/users",
                None,
                "https://{loopback}/jsm/ops/api/{cloudId}",
            ),
            ("jira.acme.example:8443", "/acme", Some("key=1"), "https://{host}/{segment}?{name}=1"),
        ] {
            assert_eq!(url("https", authority, path, query).to_string(), expected);
        }
    }

    #[test]
    fn a_link_is_shown_by_its_form() {
        for (text, expected) in [
            ("", "empty link"),
            ("url?offset=2&size=1", "the word url, then a query with offset and size"),
            ("/v1/roles?offset=20&size=3", "path from /v1, with offset and size"),
            ("https://a.example/b?offset=20&size=3", "URL, with offset and size"),
            ("?size=3&offset=1", "query with offset and size"),
            ("?cursor=abc", "other text, without offset and size"),
        ] {
            assert_eq!(link(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_an_address_and_a_time_are_shown_by_their_form() {
        for (text, expected) in [
            ("90-5555559999", "digits, dash, digits"),
            ("90-555-555-5555", "digits with several dashes"),
            ("+4791761030", "plus and digits"),
            ("004791761030", "digits"),
            ("1.5", "number with a fraction"),
            ("ann@example.com", "e-mail address"),
            ("299003c3-8221-4a9f-b63d-2370c4caaaaa", "UUID"),
            ("Mon, 01 Jan 2024 00:00:00 GMT", "HTTP date"),
            ("2026-12-07T09:00:00Z", "ISO 8601 time"),
            ("off", "string, up to 8 characters"),
        ] {
            assert_eq!(kind_of_text(text), expected, "{text}");
        }
    }
}
