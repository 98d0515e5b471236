//! The exit code of curl.

use std::process::ExitStatus;

use contacts_proto::transport::TransportErrorKind;

/// Returns the reason why the response is not complete, if it is not.
pub(crate) fn result(status: ExitStatus) -> Result<(), TransportErrorKind> {
    Err(match status.code() {
        Some(0) => return Ok(()),
        Some(1 | 8 | 61) => TransportErrorKind::Malformed,
        Some(6) => TransportErrorKind::Dns,
        Some(7) => TransportErrorKind::Connect,
        Some(18 | 52 | 55 | 56) => TransportErrorKind::Closed,
        Some(28) => TransportErrorKind::TimedOut,
        Some(35) => TransportErrorKind::Tls,
        Some(60) => TransportErrorKind::Certificate,
        Some(63 | 100) => TransportErrorKind::TooLarge,
        _ => TransportErrorKind::Other,
    })
}

/// Returns `true` if nothing was sent. curl writes the number of bytes that it sent; without that
/// number, it may have sent the whole request.
pub(crate) fn is_unsent(written: &[u8]) -> bool {
    std::str::from_utf8(written).is_ok_and(|bytes| bytes.parse() == Ok(0_u64))
}
