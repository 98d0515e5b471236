//! Faults of one request or connection.

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};

/// A fault of one request or one connection.
///
/// In JSON, an object with the member `kind`; [`fault_help`](crate::fault_help) has an example of
/// each. The server always reads the whole request first, except for [`Fault::Refuse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Ends a connection immediately after accepting it, before reading any byte.
    ///
    /// The port stays open: a client connects and then loses the connection. Rules with this fault
    /// count connections, not requests.
    Refuse {
        /// End of the connection.
        #[serde(default = "End::reset")]
        end: End,
    },
    /// Resets the connection without a response.
    Reset {
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Closes the connection without a response.
    Close {
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Performs the request, and sends only the first bytes of the response (head and body).
    CutResponse {
        /// Number of bytes. A response that is not longer is sent completely, and the connection
        /// stays open.
        at: usize,
        /// End of the connection.
        #[serde(default)]
        end: End,
    },
    /// Performs the request, and sends the head and only the first bytes of the body.
    CutBody {
        /// Number of bytes. A body that is not longer is sent completely, and the connection stays
        /// open.
        at: usize,
        /// End of the connection.
        #[serde(default)]
        end: End,
    },
    /// Performs the request, and sends the response a few bytes at a time.
    Drip {
        /// Number of bytes at a time; 0 means 1.
        bytes: usize,
        /// Pause in milliseconds.
        every_ms: u64,
        /// Part that is sent slowly.
        #[serde(default)]
        part: Part,
    },
    /// Delays the request. A delayed effect happens even if the client disconnects.
    Delay {
        /// Delay in milliseconds.
        ms: u64,
        /// `Before` delays effect and response, `After` only the response.
        #[serde(default)]
        when: When,
    },
    /// Sends no response, and keeps the connection open until the client ends it.
    Silence {
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Sends bytes that are not HTTP, then closes the connection.
    Garbage {
        /// The bytes as text. Default: a TLS alert.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Sends a redirect.
    Redirect {
        /// Status from 200 to 599, usually a 3xx. Other values mean 500. Default in JSON: 302.
        #[serde(default = "found", deserialize_with = "read_final_status")]
        status: u16,
        /// Value of the `location` header.
        #[serde(deserialize_with = "header_text")]
        location: String,
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Sends a response with this status.
    Status {
        /// Status from 200 to 599. Other values mean 500.
        #[serde(deserialize_with = "read_final_status")]
        status: u16,
        /// Body. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Content type of the body. Default: `application/json`.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "some_header_text"
        )]
        content_type: Option<String>,
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Rejects the request with 429 and a retry delay.
    RateLimit {
        /// Form of the retry delay.
        hint: Hint,
        /// Retry delay in seconds. Default in JSON: 1.
        #[serde(default = "one")]
        seconds: u32,
        /// Status from 200 to 599. Other values mean 500. Default in JSON: 429.
        #[serde(default = "too_many", deserialize_with = "read_final_status")]
        status: u16,
    },
    /// Sends 200 with the HTML page of a captive portal.
    Html {
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Sends 200 with a JSON body of this length.
    Oversize {
        /// Length in bytes. At least the 14 bytes of an empty JSON object with one member.
        bytes: u64,
        /// `true`: `content-length`. `false`: chunked encoding.
        #[serde(default = "yes")]
        declared: bool,
        /// Before or after the service performs the request.
        #[serde(default)]
        when: When,
    },
    /// Performs the request twice, like a gateway that repeats it.
    Duplicate {
        /// Response that the client gets.
        #[serde(default)]
        response: DuplicateResponse,
    },
}

/// Time of a fault relative to the effect of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the effect: the service does not perform the request (a delay postpones it).
    #[default]
    Before,
    /// After the effect: the service performs the request.
    After,
}

/// End of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Orderly: the client reads the end of the stream.
    #[default]
    Close,
    /// Reset: the client's next read or write fails.
    Reset,
}

impl End {
    fn reset() -> Self {
        Self::Reset
    }
}

/// Part of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Head and body.
    #[default]
    Response,
    /// Only the body.
    Body,
}

/// Response to a duplicated request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicateResponse {
    /// The first response.
    First,
    /// The second response, as if the first was lost.
    #[default]
    Second,
}

/// Form of a retry delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// `Retry-After: 2`.
    RetryAfterSeconds,
    /// `Retry-After` with an HTTP date.
    RetryAfterDate,
    /// `X-RateLimit-Reset: 2`.
    ResetSeconds,
    /// `X-RateLimit-Reset` as ISO 8601 with seconds.
    ResetIso8601,
    /// `X-RateLimit-Reset` as ISO 8601 without seconds, rounded up.
    ResetIso8601Minutes,
    /// No header.
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

/// Returns a final status of HTTP (not 1xx).
pub(super) fn final_status(status: u16) -> Option<StatusCode> {
    StatusCode::from_u16(status).ok().filter(|_| (200..=599).contains(&status))
}

fn read_final_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    match final_status(status) {
        Some(_) => Ok(status),
        None => Err(serde::de::Error::custom(format_args!(
            "status {status} is not between 200 and 599"
        ))),
    }
}

fn header_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if http::HeaderValue::from_str(&text).is_ok() {
        return Ok(text);
    }
    Err(serde::de::Error::custom("a header cannot contain control characters"))
}

fn some_header_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    header_text(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fault, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn optional_members_have_defaults() {
        assert_eq!(read(r#"{"kind":"refuse"}"#), Ok(Fault::Refuse { end: End::Reset }));
        assert_eq!(read(r#"{"kind":"reset"}"#), Ok(Fault::Reset { when: When::Before }));
        assert_eq!(
            read(r#"{"kind":"duplicate"}"#),
            Ok(Fault::Duplicate { response: DuplicateResponse::Second })
        );
    }

    #[test]
    fn an_invalid_fault_is_rejected_by_name() {
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
