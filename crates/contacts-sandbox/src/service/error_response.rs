//! Error responses.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::response::ApiResponse;
use crate::behaviour::ErrorShape;
use crate::clock;

/// Reason to reject a request. Determines status and body.
#[derive(Clone, Copy, Debug)]
pub(super) enum ErrorResponse {
    /// 401: unknown user, expired token or missing scope.
    Unauthorized { message: &'static str },
    /// 401 without a body, from the gateway in front of the API.
    Gateway,
    /// 403: the user has no permission.
    Forbidden { code: u32, message: &'static str },
    /// 402, 404, 409 or 422: the operation rejects the request.
    Operation { status: StatusCode, field: &'static str, title: &'static str, code: &'static str },
    /// 400 from the Jira platform.
    Jira { message: &'static str },
    /// 404, 405 or 415 from the web framework.
    Plain { status: StatusCode, allow: Option<&'static str> },
}

impl ErrorResponse {
    /// 422 for a member of the body or a query parameter.
    pub(super) fn unprocessable(
        field: &'static str,
        title: &'static str,
        code: &'static str,
    ) -> Self {
        Self::Operation { status: StatusCode::UNPROCESSABLE_ENTITY, field, title, code }
    }

    /// Returns the response.
    pub(super) fn response(self, context: &Context<'_>) -> ApiResponse {
        match self {
            Self::Unauthorized { message } => ApiResponse::json(
                StatusCode::UNAUTHORIZED,
                &Coded { code: 401, message, took: None, request_id: None },
            ),
            Self::Gateway => ApiResponse::empty(StatusCode::UNAUTHORIZED),
            Self::Forbidden { code, message } => {
                let request_id = Some(context.request_id);
                ApiResponse::json(
                    StatusCode::FORBIDDEN,
                    &Coded { code, message, took: Some(0.001), request_id },
                )
            }
            Self::Operation { status, field, title, code } => match context.shape {
                ErrorShape::List => ApiResponse::json(
                    status,
                    &Listed { errors: [Error { title, code, detail: None }] },
                ),
                ErrorShape::ListWithDetail => ApiResponse::json(
                    status,
                    &Listed { errors: [Error { title, code, detail: Some(field) }] },
                ),
                ErrorShape::ByField => ApiResponse::json(
                    status,
                    &ByField { message: title, errors: OneField { field, reason: title } },
                ),
            },
            Self::Jira { message } => ApiResponse::json(
                StatusCode::BAD_REQUEST,
                &Jira { error_messages: [message], errors: Empty {} },
            ),
            Self::Plain { status, allow } => {
                let body = Plain {
                    timestamp: clock::spring_timestamp(context.now),
                    status: status.as_u16(),
                    error: status.canonical_reason().unwrap_or_default(),
                    message: "No message available",
                    path: context.path,
                };
                ApiResponse::json(status, &body).allowing(allow)
            }
        }
    }
}

/// Facts about the request that some bodies contain.
pub(super) struct Context<'a> {
    pub(super) shape: ErrorShape,
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
struct Jira<'a> {
    #[serde(rename = "errorMessages")]
    error_messages: [&'a str; 1],
    errors: Empty,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Plain<'a> {
    timestamp: String,
    status: u16,
    error: &'a str,
    message: &'a str,
    path: &'a str,
}
