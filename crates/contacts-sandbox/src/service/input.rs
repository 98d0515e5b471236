//! Parses and validates requests.

use std::borrow::Cow;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::error_response::ErrorResponse;
use crate::contact::ContactMethod;

/// Body of a creation.
pub(super) struct NewContact<'a> {
    pub(super) method: ContactMethod,
    pub(super) to: Cow<'a, str>,
}

impl<'a> NewContact<'a> {
    pub(super) fn read(headers: &HeaderMap, body: &'a [u8]) -> Result<Self, ErrorResponse> {
        let Members { method, to } = Members::read(headers, body)?;
        let method = required("method", method)?;
        let to = required("to", to)?;
        let method = match ContactMethod::from(&*method) {
            ContactMethod::Mobile => {
                return Err(ErrorResponse::unprocessable(
                    "method",
                    "A mobile is registered by its app",
                    "METHOD_NOT_ALLOWED",
                ));
            }
            ContactMethod::Other(_) => {
                return Err(ErrorResponse::unprocessable(
                    "method",
                    "No such contact method",
                    "METHOD_UNKNOWN",
                ));
            }
            known => known,
        };
        check_destination(&method, &to)?;
        Ok(Self { method, to })
    }
}

/// Returns the new address from the body of an update.
pub(super) fn new_destination<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
) -> Result<Cow<'a, str>, ErrorResponse> {
    required("to", Members::read(headers, body)?.to)
}

/// Requires an `@` in an address and a digit in a number. The vendor documents no other rule.
pub(super) fn check_destination(method: &ContactMethod, to: &str) -> Result<(), ErrorResponse> {
    if method.is_phone() {
        if !to.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(ErrorResponse::unprocessable("to", "Not a telephone number", "TO_INVALID"));
        }
    } else if !to.contains('@') {
        return Err(ErrorResponse::unprocessable("to", "Not an e-mail address", "TO_INVALID"));
    }
    Ok(())
}

/// Query parameters of a list request. The first of several with one name counts; unknown ones are
/// ignored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ListQuery<'a> {
    pub(super) offset: Option<i32>,
    pub(super) size: Option<i32>,
    pub(super) target: Option<Cow<'a, str>>,
}

impl<'a> ListQuery<'a> {
    pub(super) fn read(query: &'a str) -> Result<Self, ErrorResponse> {
        let mut read = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "offset" if read.offset.is_none() => read.offset = Some(number("offset", value)?),
                "size" if read.size.is_none() => read.size = Some(number("size", value)?),
                "targetAccountId" if read.target.is_none() => {
                    read.target = Some(percent_decode_str(value).decode_utf8_lossy());
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Returns every value of a query parameter, decoded as a form: `+` is a space.
pub(super) fn values<'a>(query: &'a str, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(known, _)| *known == name).map(|(_, value)| decoded(value))
}

/// Returns the first value of a query parameter, decoded as a form.
pub(super) fn value<'a>(query: &'a str, name: &'a str) -> Option<Cow<'a, str>> {
    values(query, name).next()
}

fn decoded(value: &str) -> Cow<'_, str> {
    if value.contains('+') {
        let spaced = value.replace('+', " ");
        return percent_decode_str(&spaced).decode_utf8_lossy().into_owned().into();
    }
    percent_decode_str(value).decode_utf8_lossy()
}

fn number(field: &'static str, value: &str) -> Result<i32, ErrorResponse> {
    value.parse().map_err(|_| ErrorResponse::unprocessable(field, "Not a number", "NUMBER_INVALID"))
}

/// Known members of a body. Unknown ones are ignored.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    method: Option<Text<'a>>,
    #[serde(borrow, default)]
    to: Option<Text<'a>>,
}

/// Borrowed from the body unless it contains escapes. Inside `Option`, serde copies a bare `Cow`.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Members<'a> {
    fn read(headers: &HeaderMap, body: &'a [u8]) -> Result<Self, ErrorResponse> {
        if !body.is_empty() && !is_json(headers) {
            return Err(ErrorResponse::Plain {
                status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
                allow: None,
            });
        }
        // serde would also accept an array of the members' values.
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        serde_json::from_slice(body).ok().filter(|_| is_object).ok_or_else(|| {
            ErrorResponse::unprocessable(
                "body",
                "The body is not the JSON object expected",
                "BODY_INVALID",
            )
        })
    }
}

fn required<'a>(
    field: &'static str,
    member: Option<Text<'a>>,
) -> Result<Cow<'a, str>, ErrorResponse> {
    member.map(|text| text.0).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        ErrorResponse::unprocessable(
            field,
            "A required member is missing or empty",
            "MEMBER_REQUIRED",
        )
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(content_type: &'static str, body: &str) -> Result<String, ErrorResponse> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        NewContact::read(&headers, body.as_bytes()).map(|new| format!("{} {}", new.method, new.to))
    }

    #[test]
    fn unknown_members_are_ignored() {
        let body = r#"{"value":1,"method":"sms","to":"90-555","enabled":false}"#;
        assert_eq!(read("application/json", body).unwrap(), "sms 90-555");
        assert_eq!(read("Application/JSON; charset=utf-8", body).unwrap(), "sms 90-555");
    }

    #[test]
    fn other_content_types_get_415() {
        for content_type in ["text/plain", "application/json-patch+json", ""] {
            let error = read(content_type, "{}").unwrap_err();
            assert!(matches!(
                error,
                ErrorResponse::Plain { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, .. }
            ));
        }
    }

    #[test]
    fn an_invalid_body_is_reported_by_member() {
        for (body, expected) in [
            ("", "body"),
            ("null", "body"),
            (r#"["email","a@b"]"#, "body"),
            (r#"{"method":"email","to":"a@b"}}"#, "body"),
            (r#"{"method":"email","to":5}"#, "body"),
            (r#"{"to":"a@b"}"#, "method"),
            (r#"{"method":null,"to":"a@b"}"#, "method"),
            (r#"{"method":"EMAIL","to":"a@b"}"#, "method"),
            (r#"{"method":"mobile","to":"a@b"}"#, "method"),
            (r#"{"method":"pager","to":"a@b"}"#, "method"),
            (r#"{"method":"email"}"#, "to"),
            (r#"{"method":"email","to":" "}"#, "to"),
            (r#"{"method":"email","to":"90-555"}"#, "to"),
            (r#"{"method":"voice","to":"a@b"}"#, "to"),
        ] {
            let error = read("application/json", body).unwrap_err();
            assert!(
                matches!(error, ErrorResponse::Operation { field, .. } if field == expected),
                "{body}: {error:?}"
            );
        }
    }

    #[test]
    fn query_parameters_can_have_any_order() {
        let query =
            ListQuery::read("size=5&x&targetAccountId=557058%3Aabc&offset=10&offset=nonsense")
                .unwrap();
        assert_eq!(
            query,
            ListQuery { offset: Some(10), size: Some(5), target: Some("557058:abc".into()) }
        );
        assert_eq!(ListQuery::read("").unwrap(), ListQuery::default());
    }

    #[test]
    fn values_are_decoded_as_a_form() {
        let query = "id=a%3Ab&name=Night+shift%2B&id=c&ids=d&id";
        assert_eq!(values(query, "id").collect::<Vec<_>>(), ["a:b", "c", ""]);
        assert_eq!(value(query, "name").as_deref(), Some("Night shift+"));
        assert_eq!(value(query, "nam"), None);
    }

    #[test]
    fn invalid_numbers_are_rejected() {
        for query in ["offset=", "offset=a", "offset", "size=1.5", "size=2147483648", "offset=%31"]
        {
            assert!(ListQuery::read(query).is_err(), "{query}");
        }
    }
}
