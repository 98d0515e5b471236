//! Effects of a fault on the handling of one request.

use std::time::Duration;

use http::StatusCode;

use super::fault::{DuplicateResponse, End, Fault, Hint, Part, When, final_status};
use crate::clock;

/// Steps to handle one request. Default: no fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handling {
    pub(crate) delay_before: Duration,
    pub(crate) effect: Effect,
    pub(crate) delay_after: Duration,
    pub(crate) reply: Reply,
    pub(crate) wire: WireAction,
}

/// Number of times that the service performs the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    #[default]
    Once,
    /// Twice. The client gets one of the responses.
    Twice(DuplicateResponse),
}

/// Source of the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The service.
    #[default]
    Service,
    /// A fault.
    Replacement(Replacement),
    /// No response: the connection stays open.
    None,
}

/// A response that replaces the service's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: ReplacementBody,
}

/// Body of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReplacementBody {
    Text(String),
    Padding { bytes: u64, declared: bool },
}

/// Action on the bytes of a response while they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum WireAction {
    #[default]
    Pass,
    Cut {
        part: Part,
        at: usize,
        end: End,
    },
    Drip {
        part: Part,
        bytes: usize,
        every: Duration,
    },
    /// Sends these bytes instead, then closes the connection.
    Replace(Vec<u8>),
}

impl Handling {
    /// Returns the handling for a fault. `now` is the time since the Unix epoch, for delays as
    /// dates.
    pub(crate) fn for_fault(fault: &Fault, now: Duration) -> Self {
        match fault {
            // Applies only to connections, not to requests.
            Fault::Refuse { .. } => Self::default(),
            Fault::Reset { when } => Self::ending(*when, End::Reset),
            Fault::Close { when } => Self::ending(*when, End::Close),
            Fault::CutResponse { at, end } => Self::cutting(Part::Response, *at, *end),
            Fault::CutBody { at, end } => Self::cutting(Part::Body, *at, *end),
            Fault::Drip { bytes, every_ms, part } => {
                let every = Duration::from_millis(*every_ms);
                Self {
                    wire: WireAction::Drip { part: *part, bytes: (*bytes).max(1), every },
                    ..Self::default()
                }
            }
            Fault::Delay { ms, when: When::Before } => {
                Self { delay_before: Duration::from_millis(*ms), ..Self::default() }
            }
            Fault::Delay { ms, when: When::After } => {
                Self { delay_after: Duration::from_millis(*ms), ..Self::default() }
            }
            Fault::Silence { when } => {
                Self { effect: effect(*when), reply: Reply::None, ..Self::default() }
            }
            Fault::Garbage { text, when } => {
                let bytes = text
                    .as_ref()
                    .map_or_else(|| TLS_RECORD.to_vec(), |text| text.clone().into_bytes());
                let reply = Reply::Replacement(Replacement::text(200, "text/plain", ""));
                Self {
                    effect: effect(*when),
                    reply,
                    wire: WireAction::Replace(bytes),
                    ..Self::default()
                }
            }
            Fault::Redirect { status, location, when } => {
                let mut replacement = Replacement::text(*status, "text/plain", "");
                replacement.headers.push(("location", location.clone()));
                Self::replying(*when, replacement)
            }
            Fault::Status { status, body, content_type, when } => {
                let content_type = content_type.as_deref().unwrap_or("application/json");
                Self::replying(
                    *when,
                    Replacement::text(*status, content_type, body.as_deref().unwrap_or_default()),
                )
            }
            Fault::RateLimit { hint, seconds, status } => {
                let body = format!(r#"{{"code":{status},"message":"Too many requests"}}"#);
                let mut replacement = Replacement::text(*status, "application/json", &body);
                replacement.headers.extend(hint_header(*hint, *seconds, now));
                Self::replying(When::Before, replacement)
            }
            Fault::Html { when } => {
                Self::replying(*when, Replacement::text(200, "text/html; charset=utf-8", PORTAL))
            }
            Fault::Oversize { bytes, declared, when } => {
                let body = ReplacementBody::Padding { bytes: *bytes, declared: *declared };
                let headers = vec![("content-type", "application/json".to_owned())];
                Self::replying(*when, Replacement { status: StatusCode::OK, headers, body })
            }
            Fault::Duplicate { response } => {
                Self { effect: Effect::Twice(*response), ..Self::default() }
            }
        }
    }

    fn ending(when: When, end: End) -> Self {
        let wire = WireAction::Cut { part: Part::Response, at: 0, end };
        let reply = Reply::Replacement(Replacement::text(200, "text/plain", ""));
        Self { effect: effect(when), reply, wire, ..Self::default() }
    }

    fn cutting(part: Part, at: usize, end: End) -> Self {
        Self { wire: WireAction::Cut { part, at, end }, ..Self::default() }
    }

    fn replying(when: When, replacement: Replacement) -> Self {
        Self { effect: effect(when), reply: Reply::Replacement(replacement), ..Self::default() }
    }

    /// Returns `true` if the status reaches the client.
    pub(crate) fn reaches_client(&self) -> bool {
        match &self.wire {
            WireAction::Pass | WireAction::Drip { .. } => self.reply != Reply::None,
            WireAction::Cut { part, at, .. } => *part == Part::Body || *at > 0,
            WireAction::Replace(_) => false,
        }
    }
}

impl Replacement {
    fn text(status: u16, content_type: &str, body: &str) -> Self {
        let has_body = !body.is_empty();
        let headers =
            has_body.then(|| ("content-type", content_type.to_owned())).into_iter().collect();
        // Parsed rules have valid statuses; those built in Rust may not.
        let status = final_status(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers, body: ReplacementBody::Text(body.to_owned()) }
    }
}

/// A TLS alert: a TLS server sends it to clients that speak plain HTTP.
const TLS_RECORD: &[u8] = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46];

const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\
    <body><h1>Sign in to use this network</h1><form action=\"/login\"></form></body></html>\n";

fn effect(when: When) -> Effect {
    match when {
        When::Before => Effect::None,
        When::After => Effect::Once,
    }
}

fn hint_header(hint: Hint, seconds: u32, now: Duration) -> Option<(&'static str, String)> {
    let then = now.saturating_add(Duration::from_secs(u64::from(seconds)));
    match hint {
        Hint::RetryAfterSeconds => Some(("retry-after", seconds.to_string())),
        // Dates have no fractions. Round up, so that the delay does not become shorter.
        Hint::RetryAfterDate => Some(("retry-after", clock::http_date(rounded_up(then)))),
        Hint::ResetSeconds => Some(("x-ratelimit-reset", seconds.to_string())),
        Hint::ResetIso8601 => Some(("x-ratelimit-reset", clock::iso8601(rounded_up(then)))),
        Hint::ResetIso8601Minutes => {
            Some(("x-ratelimit-reset", clock::iso8601_minutes(rounded_up(then))))
        }
        Hint::None => None,
    }
}

fn rounded_up(instant: Duration) -> Duration {
    Duration::from_secs(instant.as_secs().saturating_add(u64::from(instant.subsec_nanos() > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_millis(1_700_000_000_500);

    fn hint(hint: Hint) -> Vec<(&'static str, String)> {
        let fault = Fault::RateLimit { hint, seconds: 30, status: 429 };
        let Reply::Replacement(Replacement { mut headers, .. }) =
            Handling::for_fault(&fault, NOW).reply
        else {
            return Vec::new();
        };
        headers.retain(|(name, _)| *name != "content-type");
        headers
    }

    #[test]
    fn each_hint_has_its_form_and_is_never_too_early() {
        assert_eq!(hint(Hint::RetryAfterSeconds), [("retry-after", "30".to_owned())]);
        assert_eq!(
            hint(Hint::RetryAfterDate),
            [("retry-after", "Tue, 14 Nov 2023 22:13:51 GMT".to_owned())]
        );
        assert_eq!(hint(Hint::ResetSeconds), [("x-ratelimit-reset", "30".to_owned())]);
        assert_eq!(
            hint(Hint::ResetIso8601),
            [("x-ratelimit-reset", "2023-11-14T22:13:51Z".to_owned())]
        );
        assert_eq!(
            hint(Hint::ResetIso8601Minutes),
            [("x-ratelimit-reset", "2023-11-14T22:14Z".to_owned())]
        );
        assert_eq!(hint(Hint::None), []);
    }

    #[test]
    fn a_rate_limit_has_no_effect() {
        let fault = Fault::RateLimit { hint: Hint::None, seconds: 1, status: 429 };
        assert_eq!(Handling::for_fault(&fault, NOW).effect, Effect::None);
    }

    #[test]
    fn only_faults_after_the_effect_perform_the_request() {
        for (when, expected) in [(When::Before, Effect::None), (When::After, Effect::Once)] {
            for fault in [
                Fault::Reset { when },
                Fault::Close { when },
                Fault::Silence { when },
                Fault::Garbage { text: None, when },
                Fault::Html { when },
                Fault::Status { status: 503, body: None, content_type: None, when },
                Fault::Redirect { status: 302, location: "/".to_owned(), when },
                Fault::Oversize { bytes: 1, declared: true, when },
            ] {
                assert_eq!(Handling::for_fault(&fault, NOW).effect, expected, "{fault:?}");
            }
        }
    }

    #[test]
    fn a_response_without_bytes_does_not_reach_the_client() {
        let reached = |fault| Handling::for_fault(&fault, NOW).reaches_client();
        assert!(!reached(Fault::CutResponse { at: 0, end: End::Close }));
        assert!(reached(Fault::CutResponse { at: 1, end: End::Close }));
        assert!(reached(Fault::CutBody { at: 0, end: End::Close }));
        assert!(!reached(Fault::Reset { when: When::After }));
        assert!(!reached(Fault::Silence { when: When::After }));
        assert!(reached(Fault::Delay { ms: 1, when: When::Before }));
    }
}
