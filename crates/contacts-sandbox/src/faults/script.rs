//! What a fault means for the handling of one request.

use std::time::Duration;

use http::StatusCode;

use super::fault::{End, Fault, Hint, Part, When, Which, final_status};
use crate::clock;

/// The steps in which one request is handled. The default is how it goes when nothing goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) delay_before: Duration,
    pub(crate) effect: Effect,
    pub(crate) delay_after: Duration,
    pub(crate) reply: Reply,
    pub(crate) wire: Directive,
}

/// How often the service carries the request out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    #[default]
    Once,
    /// Twice, and one of the answers counts.
    Twice(Which),
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reply {
    /// What the service said.
    #[default]
    Service,
    /// Something else.
    Instead(Canned),
    /// Nothing, for as long as the client waits.
    Nothing,
}

/// An answer that does not come from the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Canned {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Filling,
}

/// The body of such an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filling {
    Text(String),
    Padding { bytes: u64, declared: bool },
}

/// What happens to the bytes of the answer on their way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Directive {
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
    /// Other bytes are sent, then the connection is closed.
    Instead(Vec<u8>),
}

impl Script {
    /// The script for a fault. `now` is the time since the Unix epoch, for hints that are dates.
    pub(crate) fn for_fault(fault: &Fault, now: Duration) -> Self {
        match fault {
            // It has no request to be for: the connection was not refused, so all goes well.
            Fault::Refuse { .. } => Self::default(),
            Fault::Reset { when } => Self::ending(*when, End::Reset),
            Fault::Close { when } => Self::ending(*when, End::Close),
            Fault::CutAnswer { at, end } => Self::cutting(Part::Answer, *at, *end),
            Fault::CutBody { at, end } => Self::cutting(Part::Body, *at, *end),
            Fault::Drip { bytes, every_ms, part } => {
                let every = Duration::from_millis(*every_ms);
                Self {
                    wire: Directive::Drip { part: *part, bytes: (*bytes).max(1), every },
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
                Self { effect: effect(*when), reply: Reply::Nothing, ..Self::default() }
            }
            Fault::Garbage { text, when } => {
                let bytes =
                    text.as_ref().map_or_else(|| TLS_RECORD.to_vec(), |text| text.clone().into_bytes());
                let reply = Reply::Instead(Canned::text(200, "text/plain", ""));
                Self { effect: effect(*when), reply, wire: Directive::Instead(bytes), ..Self::default() }
            }
            Fault::Redirect { status, location, when } => {
                let mut canned = Canned::text(*status, "text/plain", "");
                canned.headers.push(("location", location.clone()));
                Self::saying(*when, canned)
            }
            Fault::Status { status, body, content_type, when } => {
                let content_type = content_type.as_deref().unwrap_or("application/json");
                Self::saying(*when, Canned::text(*status, content_type, body.as_deref().unwrap_or_default()))
            }
            Fault::RateLimit { hint, seconds, status } => {
                let body = format!(r#"{{"code":{status},"message":"Too many requests"}}"#);
                let mut canned = Canned::text(*status, "application/json", &body);
                canned.headers.extend(hint_header(*hint, *seconds, now));
                Self::saying(When::Before, canned)
            }
            Fault::Html { when } => {
                Self::saying(*when, Canned::text(200, "text/html; charset=utf-8", PORTAL))
            }
            Fault::Oversize { bytes, declared, when } => {
                let body = Filling::Padding { bytes: *bytes, declared: *declared };
                let headers = vec![("content-type", "application/json".to_owned())];
                Self::saying(*when, Canned { status: StatusCode::OK, headers, body })
            }
            Fault::Duplicate { answer } => Self { effect: Effect::Twice(*answer), ..Self::default() },
        }
    }

    fn ending(when: When, end: End) -> Self {
        let wire = Directive::Cut { part: Part::Answer, at: 0, end };
        let reply = Reply::Instead(Canned::text(200, "text/plain", ""));
        Self { effect: effect(when), reply, wire, ..Self::default() }
    }

    fn cutting(part: Part, at: usize, end: End) -> Self {
        Self { wire: Directive::Cut { part, at, end }, ..Self::default() }
    }

    fn saying(when: When, canned: Canned) -> Self {
        Self { effect: effect(when), reply: Reply::Instead(canned), ..Self::default() }
    }

    /// Whether any of the answer reaches the client.
    pub(crate) fn is_heard(&self) -> bool {
        match &self.wire {
            Directive::Pass | Directive::Drip { .. } => self.reply != Reply::Nothing,
            Directive::Cut { part, at, .. } => *part == Part::Body || *at > 0,
            Directive::Instead(_) => false,
        }
    }
}

impl Canned {
    fn text(status: u16, content_type: &str, body: &str) -> Self {
        let has_body = !body.is_empty();
        let headers = has_body.then(|| ("content-type", content_type.to_owned())).into_iter().collect();
        // Rules were checked when they were read; those made by hand were not.
        let status = final_status(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers, body: Filling::Text(body.to_owned()) }
    }
}

/// The head of a TLS alert: what a client sees that speaks HTTP to a TLS port.
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
        // Dates have no fractions: the part of a second that is cut off must not shorten the wait.
        Hint::RetryAfterDate => Some(("retry-after", clock::http_date(rounded_up(then)))),
        Hint::ResetSeconds => Some(("x-ratelimit-reset", seconds.to_string())),
        Hint::ResetIso8601 => Some(("x-ratelimit-reset", clock::iso8601(rounded_up(then)))),
        Hint::ResetIso8601Minutes => Some(("x-ratelimit-reset", clock::iso8601_minutes(rounded_up(then)))),
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
        let Reply::Instead(Canned { mut headers, .. }) = Script::for_fault(&fault, NOW).reply else {
            return Vec::new();
        };
        headers.retain(|(name, _)| *name != "content-type");
        headers
    }

    #[test]
    fn each_hint_has_its_form_and_none_is_earlier_than_meant() {
        assert_eq!(hint(Hint::RetryAfterSeconds), [("retry-after", "30".to_owned())]);
        assert_eq!(hint(Hint::RetryAfterDate), [("retry-after", "Tue, 14 Nov 2023 22:13:51 GMT".to_owned())]);
        assert_eq!(hint(Hint::ResetSeconds), [("x-ratelimit-reset", "30".to_owned())]);
        assert_eq!(hint(Hint::ResetIso8601), [("x-ratelimit-reset", "2023-11-14T22:13:51Z".to_owned())]);
        assert_eq!(hint(Hint::ResetIso8601Minutes), [("x-ratelimit-reset", "2023-11-14T22:14Z".to_owned())]);
        assert_eq!(hint(Hint::None), []);
    }

    #[test]
    fn a_rate_limit_has_no_effect() {
        let fault = Fault::RateLimit { hint: Hint::None, seconds: 1, status: 429 };
        assert_eq!(Script::for_fault(&fault, NOW).effect, Effect::None);
    }

    #[test]
    fn before_and_after_decide_about_the_effect() {
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
                assert_eq!(Script::for_fault(&fault, NOW).effect, expected, "{fault:?}");
            }
        }
    }

    #[test]
    fn an_answer_that_is_cut_at_once_is_not_heard() {
        let heard = |fault| Script::for_fault(&fault, NOW).is_heard();
        assert!(!heard(Fault::CutAnswer { at: 0, end: End::Close }));
        assert!(heard(Fault::CutAnswer { at: 1, end: End::Close }));
        assert!(heard(Fault::CutBody { at: 0, end: End::Close }));
        assert!(!heard(Fault::Reset { when: When::After }));
        assert!(!heard(Fault::Silence { when: When::After }));
        assert!(heard(Fault::Delay { ms: 1, when: When::Before }));
    }
}
