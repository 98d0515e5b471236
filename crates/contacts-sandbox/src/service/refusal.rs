//! Why a request is not carried out, and the body that says so.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::answer::Answer;
use crate::behaviour::RefusalShape;
use crate::clock;

/// A request that is not carried out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// 401: who asks is not known, or the token is not good for this.
    Unauthorized { message: &'static str },
    /// 401 without a body, from the gateway before the API.
    Gateway,
    /// 403: who asks is known, and may not.
    Forbidden { code: u32, message: &'static str },
    /// 402, 404, 409 or 422: the operation itself says no.
    Operation { status: StatusCode, field: &'static str, title: &'static str, code: &'static str },
    /// 404, 405 or 415 from the framework below the operations.
    Plain { status: StatusCode, allow: Option<&'static str> },
}

impl Refusal {
    /// 422 about a member of the body or a parameter of the query.
    pub(super) fn unprocessable(field: &'static str, title: &'static str, code: &'static str) -> Self {
        Self::Operation { status: StatusCode::UNPROCESSABLE_ENTITY, field, title, code }
    }

    /// The answer that says so.
    pub(super) fn answer(self, context: &Context<'_>) -> Answer {
        match self {
            Self::Unauthorized { message } => Answer::json(
                StatusCode::UNAUTHORIZED,
                &Coded { code: 401, message, took: None, request_id: None },
            ),
            Self::Gateway => Answer::empty(StatusCode::UNAUTHORIZED),
            Self::Forbidden { code, message } => {
                let request_id = Some(context.request_id);
                Answer::json(StatusCode::FORBIDDEN, &Coded { code, message, took: Some(0.001), request_id })
            }
            Self::Operation { status, field, title, code } => match context.shape {
                RefusalShape::List => {
                    Answer::json(status, &Listed { errors: [Error { title, code, detail: None }] })
                }
                RefusalShape::ListWithDetail => {
                    Answer::json(status, &Listed { errors: [Error { title, code, detail: Some(field) }] })
                }
                RefusalShape::ByField => Answer::json(
                    status,
                    &ByField { message: title, errors: OneField { field, reason: title } },
                ),
            },
            Self::Plain { status, allow } => {
                let body = Plain {
                    timestamp: clock::spring_timestamp(context.now),
                    status: status.as_u16(),
                    error: status.canonical_reason().unwrap_or_default(),
                    message: "No message available",
                    path: context.path,
                };
                Answer::json(status, &body).allowing(allow)
            }
        }
    }
}

/// What some bodies tell of the request.
pub(super) struct Context<'a> {
    pub(super) shape: RefusalShape,
    pub(super) now: Duration,
    pub(super) path: &'a str,
    pub(super) request_id: &'a str,
}

#[derive(Serialize)]
struct Coded<'a> {
    code: u32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    took: Option<f64>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Listed<'a> {
    errors: [Error<'a>; 1],
}

#[derive(Serialize)]
struct Error<'a> {
    title: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct ByField<'a> {
    message: &'a str,
    errors: OneField<'a>,
}

struct OneField<'a> {
    field: &'a str,
    reason: &'a str,
}

impl Serialize for OneField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.field, self.reason)?;
        map.end()
    }
}

#[derive(Serialize)]
struct Plain<'a> {
    timestamp: String,
    status: u16,
    error: &'a str,
    message: &'a str,
    path: &'a str,
}
