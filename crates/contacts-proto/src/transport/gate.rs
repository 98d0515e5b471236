//! The send gate: decides whether the body of a request can still be sent.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const HELD: u8 = 0;
const RELEASED: u8 = 1;
const REVOKED: u8 = 2;

/// Holds the body of a request back until the HTTP library takes it.
///
/// The driver shares one gate with the body object that the HTTP library reads. The body calls
/// [`release`](Self::release) before its first byte. A driver that gives up calls
/// [`revoke`](Self::revoke). Exactly one of them wins, on any threads:
///
/// ```
/// use contacts_proto::transport::SendGate;
///
/// let (driver, body) = { let gate = SendGate::default(); (gate.clone(), gate) };
/// assert!(driver.revoke());
/// assert!(!body.release(), "the body can never be taken");
/// ```
///
/// A server acts on a request only after the announced body has arrived. A
/// revoked request is [`NotSent`](crate::transport::Delivery::NotSent), even if its head arrived.
#[derive(Debug, Clone, Default)]
pub struct SendGate(Arc<AtomicU8>);

impl SendGate {
    /// Returns `true` if the body may be sent. Returns `false` after [`revoke`](Self::revoke).
    #[must_use]
    pub fn release(&self) -> bool {
        self.settle(RELEASED)
    }

    /// Returns `true` if the body was not sent. It can no longer be sent.
    #[must_use]
    pub fn revoke(&self) -> bool {
        self.settle(REVOKED)
    }

    /// Returns `true` if the gate is now in this state. It leaves `HELD` once and then stays.
    fn settle(&self, state: u8) -> bool {
        match self.0.compare_exchange(HELD, state, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(settled) => settled == state,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_first_call_decides_for_ever() {
        let released = SendGate::default();
        assert!(
            released.release() && released.release() && !released.revoke() && released.release()
        );
        let revoked = SendGate::default();
        assert!(revoked.revoke() && revoked.revoke() && !revoked.release() && revoked.revoke());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "threads that race are what is tested")]
    fn exactly_one_of_a_racing_driver_and_body_wins() {
        for _ in 0..2_000 {
            let gate = SendGate::default();
            let body = gate.clone();
            let released = thread::spawn(move || body.release());
            let revoked = gate.revoke();
            assert_ne!(released.join().unwrap(), revoked);
        }
    }
}
