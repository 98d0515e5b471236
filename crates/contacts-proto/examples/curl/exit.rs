//! What is known when curl has ended.

use std::process::ExitStatus;

use contacts_proto::Cause;

/// Whether the answer is whole, or why it is not.
pub(crate) fn result(status: ExitStatus) -> Result<(), Cause> {
    Err(match status.code() {
        Some(0) => return Ok(()),
        Some(1 | 8 | 61) => Cause::Malformed,
        Some(6) => Cause::Resolve,
        Some(7) => Cause::Connect,
        Some(18 | 52 | 55 | 56) => Cause::Closed,
        Some(28) => Cause::TimedOut,
        Some(35) => Cause::Tls,
        Some(60) => Cause::Certificate,
        Some(63 | 100) => Cause::TooLarge,
        _ => Cause::Other,
    })
}

/// Returns `true` if nothing was sent: curl writes how many bytes of the request it has sent. Without that, it may have sent all.
pub(crate) fn is_unsent(written: &[u8]) -> bool {
    std::str::from_utf8(written).is_ok_and(|bytes| bytes.parse() == Ok(0_u64))
}
