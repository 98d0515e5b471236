//! The end of a response body.

use std::io::{BufRead, Read};

use contacts_proto::transport::TransportErrorKind;
use http::{HeaderValue, header, response::Parts};

use super::shared::{Body, cause, head};

pub(crate) enum Framing {
    Length(u64),
    Chunks,
    UntilClosed,
}

impl Framing {
    /// Reads the framing from the head. Chunks win over a length (RFC 9112, 6.3).
    pub(crate) fn of(head: &Parts) -> Result<Self, TransportErrorKind> {
        let all = |name| head.headers.get_all(name).iter().map(HeaderValue::as_bytes);
        let (mut codings, mut lengths) =
            (all(header::TRANSFER_ENCODING), all(header::CONTENT_LENGTH));
        match (codings.next_back(), lengths.next()) {
            _ if matches!(head.status.as_u16(), 204 | 304) => Ok(Self::Length(0)),
            (Some(coding), _) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Self::Chunks),
            (Some(_), _) => Err(TransportErrorKind::Malformed),
            (None, None) => Ok(Self::UntilClosed),
            (None, Some(length)) => {
                let is_sound =
                    length.iter().all(u8::is_ascii_digit) && lengths.all(|other| other == length);
                let length = std::str::from_utf8(length).ok().filter(|_| is_sound);
                let length = length
                    .and_then(|length| length.parse().ok())
                    .ok_or(TransportErrorKind::Malformed)?;
                Ok(Self::Length(length))
            }
        }
    }

    /// Reads the body to its end.
    pub(crate) fn read(
        &self,
        from: &mut impl BufRead,
        body: &mut Body,
    ) -> Result<(), TransportErrorKind> {
        match self {
            Self::UntilClosed => body.read(from),
            Self::Length(length) => part(*length, from, body),
            Self::Chunks => {
                while let size @ 1.. = chunk_size(from)? {
                    part(size, from, body)?;
                    if line(from)? != b"\r\n" {
                        return Err(TransportErrorKind::Malformed);
                    }
                }
                // Trailers are ignored.
                while line(from)? != b"\r\n" {}
                Ok(())
            }
        }
    }
}

fn part(length: u64, from: &mut impl BufRead, body: &mut Body) -> Result<(), TransportErrorKind> {
    let mut part = from.by_ref().take(length);
    body.read(&mut part)?;
    if part.limit() == 0 { Ok(()) } else { Err(TransportErrorKind::Closed) }
}

fn chunk_size(from: &mut impl BufRead) -> Result<u64, TransportErrorKind> {
    let line = line(from)?;
    match httparse::parse_chunk_size(&line) {
        Ok(httparse::Status::Complete((_, size))) if line[0].is_ascii_hexdigit() => Ok(size),
        _ => Err(TransportErrorKind::Malformed),
    }
}

/// Reads a line, including its line break.
fn line(from: &mut impl BufRead) -> Result<Vec<u8>, TransportErrorKind> {
    let mut line = Vec::new();
    let read = from.by_ref().take(head::MAX_LEN as u64).read_until(b'\n', &mut line);
    read.map_err(|error| cause::of(&error))?;
    match line.last() {
        Some(b'\n') => Ok(line),
        _ if line.len() == head::MAX_LEN => Err(TransportErrorKind::TooLarge),
        _ => Err(TransportErrorKind::Closed),
    }
}
