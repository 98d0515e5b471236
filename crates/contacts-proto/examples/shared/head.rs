//! The head of a response, parsed by `httparse`.

use std::io::BufRead;

use contacts_proto::transport::TransportErrorKind;
use http::{HeaderName, HeaderValue, Response, StatusCode, response::Parts};

use super::cause;

/// Maximum length of the head of a response, in bytes.
pub(crate) const MAX_LEN: usize = 64 * 1024;

/// Reads the head of a response. Skips informational (1xx) responses.
pub(crate) fn read(from: &mut impl BufRead) -> Result<Parts, TransportErrorKind> {
    let mut bytes = Vec::new();
    loop {
        let more = from.fill_buf().map_err(|error| cause::of(&error))?;
        if more.is_empty() {
            return Err(TransportErrorKind::Closed);
        }
        let (before, count) = (bytes.len(), more.len().min(MAX_LEN - bytes.len()));
        bytes.extend(&more[..count]);
        match parse(&bytes)? {
            None => from.consume(count),
            Some((len, parts)) => {
                from.consume(len - before);
                if !parts.status.is_informational() {
                    return Ok(parts);
                }
                bytes.clear();
            }
        }
    }
}

/// Parses a head at the start of the bytes, and returns it with its length. `None` if it is not
/// complete yet.
fn parse(bytes: &[u8]) -> Result<Option<(usize, Parts)>, TransportErrorKind> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut answer = httparse::Response::new(&mut headers);
    let len = match answer.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() < MAX_LEN => return Ok(None),
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Err(TransportErrorKind::TooLarge);
        }
        Err(_) => return Err(TransportErrorKind::Malformed),
    };
    let mut parts = Response::new(()).into_parts().0;
    parts.status = StatusCode::from_u16(answer.code.unwrap_or_default())
        .map_err(|_| TransportErrorKind::Malformed)?;
    for header in answer.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes())
            .map_err(|_| TransportErrorKind::Malformed)?;
        parts.headers.append(
            name,
            HeaderValue::from_bytes(header.value).map_err(|_| TransportErrorKind::Malformed)?,
        );
    }
    Ok(Some((len, parts)))
}
