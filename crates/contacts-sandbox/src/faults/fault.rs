//! What can go wrong with one request.

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};

/// Something that goes wrong, once, with one request or one connection.
///
/// In JSON an object with the member `kind`: [`fault_help`](crate::fault_help) shows each of them.
/// Whatever is said of [`When`], the server reads the whole request first, but for [`Fault::Refuse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The next connection to be opened is ended as soon as it has been accepted, before a byte is read.
    ///
    /// The port stays open, so a client connects and then loses the connection. Rules with this fault count
    /// connections, not requests.
    Refuse {
        /// How the connection ends.
        #[serde(default = "End::reset")]
        end: End,
    },
    /// The connection is reset, and nothing is answered.
    Reset {
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The connection is closed in good order, and nothing is answered.
    Close {
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The request is carried out; of the answer, head and body, only the first bytes are sent.
    CutAnswer {
        /// How many bytes. If the answer has no more, it is sent whole and the connection stays.
        at: usize,
        /// How the connection ends.
        #[serde(default)]
        end: End,
    },
    /// The request is carried out; the head of the answer is sent, and the first bytes of its body.
    CutBody {
        /// How many bytes. If the body has no more, it is sent whole and the connection stays.
        at: usize,
        /// How the connection ends.
        #[serde(default)]
        end: End,
    },
    /// The request is carried out, and the answer comes a few bytes at a time.
    Drip {
        /// How many bytes at a time; 0 is taken as 1.
        bytes: usize,
        /// Milliseconds between them.
        every_ms: u64,
        /// What drips.
        #[serde(default)]
        part: Part,
    },
    /// Everything goes well, later. An effect that is late comes even if the client has gone.
    Delay {
        /// Milliseconds.
        ms: u64,
        /// Whether the effect is late as well, or the answer alone.
        #[serde(default)]
        when: When,
    },
    /// Nothing is answered, and the connection stays until the client ends it.
    Silence {
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// Bytes that are not HTTP are sent, then the connection is closed.
    Garbage {
        /// The bytes, as text; left out, the beginning of a TLS record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The client is sent elsewhere.
    Redirect {
        /// 200 to 599, meant to be one of the 300s; anything else is taken as 500. Left out in JSON it is 302.
        #[serde(default = "found", deserialize_with = "read_final_status")]
        status: u16,
        /// Where to.
        #[serde(deserialize_with = "header_text")]
        location: String,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// A status of one's choice is answered.
    Status {
        /// 200 to 599; anything else is taken as 500.
        #[serde(deserialize_with = "read_final_status")]
        status: u16,
        /// The body; left out, there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// What the body is said to be; left out, `application/json`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some_header_text")]
        content_type: Option<String>,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// 429: the request is not carried out, and the client is told in one of several ways when to come back.
    RateLimit {
        /// How the wait is told.
        hint: Hint,
        /// The wait in seconds.
        #[serde(default = "one")]
        seconds: u32,
        /// 200 to 599; anything else is taken as 500. Left out in JSON it is 429.
        #[serde(default = "too_many", deserialize_with = "read_final_status")]
        status: u16,
    },
    /// 200 with the page of a captive portal.
    Html {
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// 200 with a JSON body of a chosen length.
    Oversize {
        /// The length; a body is never shorter than the JSON around the filling.
        bytes: u64,
        /// Whether the length is declared in the head, or the body comes in chunks.
        #[serde(default = "yes")]
        declared: bool,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The request is carried out twice, as by a gateway that repeats it.
    Duplicate {
        /// Which of the two answers is given.
        #[serde(default)]
        answer: Which,
    },
}

/// Whether the service carries the request out before the fault takes place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The service never sees the request; for a delay, not until later.
    #[default]
    Before,
    /// The service has carried the request out.
    After,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// In good order: the client reads the end of the stream.
    #[default]
    Close,
    /// By a reset: the client's next read or write fails.
    Reset,
}

impl End {
    fn reset() -> Self {
        Self::Reset
    }
}

/// A part of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Head and body.
    #[default]
    Answer,
    /// The body alone.
    Body,
}

/// Which of two answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// The first.
    First,
    /// The second, as if the first had been lost.
    #[default]
    Second,
}

/// How a wait is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// `Retry-After: 2`
    RetryAfterSeconds,
    /// `Retry-After` with an HTTP date
    RetryAfterDate,
    /// `X-RateLimit-Reset: 2`
    ResetSeconds,
    /// `X-RateLimit-Reset` as ISO 8601 to the second
    ResetIso8601,
    /// `X-RateLimit-Reset` as ISO 8601 without seconds, rounded up
    ResetIso8601Minutes,
    /// Not at all.
    None,
}

fn found() -> u16 {
    302
}

fn too_many() -> u16 {
    429
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// A status that ends an exchange of HTTP.
pub(super) fn final_status(status: u16) -> Option<StatusCode> {
    StatusCode::from_u16(status).ok().filter(|_| (200..=599).contains(&status))
}

fn read_final_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    match final_status(status) {
        Some(_) => Ok(status),
        None => Err(serde::de::Error::custom(format_args!("status {status} is not within 200 and 599"))),
    }
}

fn header_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if http::HeaderValue::from_str(&text).is_ok() {
        return Ok(text);
    }
    Err(serde::de::Error::custom("a header cannot hold control characters"))
}

fn some_header_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    header_text(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fault, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        assert_eq!(read(r#"{"kind":"refuse"}"#), Ok(Fault::Refuse { end: End::Reset }));
        assert_eq!(read(r#"{"kind":"reset"}"#), Ok(Fault::Reset { when: When::Before }));
        assert_eq!(read(r#"{"kind":"duplicate"}"#), Ok(Fault::Duplicate { answer: Which::Second }));
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_named() {
        for (text, named) in [
            (r#"{"kind":"explode"}"#, "explode"),
            (r#"{"kind":"reset","after":3}"#, "after"),
            (r#"{"kind":"cut-body"}"#, "at"),
            (r#"{"kind":"status","status":99}"#, "99"),
            (r#"{"kind":"status","status":101}"#, "101"),
            (r#"{"kind":"redirect","location":"a\r\nb"}"#, "control"),
            (r#"{"when":"after"}"#, "kind"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
