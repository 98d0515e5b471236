//! What is known when curl has ended.

use std::process::ExitStatus;

use contacts_proto::transport::TransportErrorKind;

/// Whether the answer is whole, or why it is not.
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

/// Returns `true` if nothing was sent: curl writes how many bytes of the request it has sent. Without that, it may have sent all.
pub(crate) fn is_unsent(written: &[u8]) -> bool {
    std::str::from_utf8(written).is_ok_and(|bytes| bytes.parse() == Ok(0_u64))
}
