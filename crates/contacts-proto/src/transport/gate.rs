//! The send gate: whether the body of a request can still leave.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const HELD: u8 = 0;
const RELEASED: u8 = 1;
const REVOKED: u8 = 2;

/// Holds the body of a request back until the HTTP library takes it.
///
/// Driver and body share a gate. The body calls [`release`](Self::release) before it gives out its first byte. A driver
/// that gives up calls [`revoke`](Self::revoke). One of them wins, on whichever threads they run:
///
/// ```
/// use contacts_proto::transport::SendGate;
///
/// let (driver, body) = { let gate = SendGate::default(); (gate.clone(), gate) };
/// assert!(driver.revoke());
/// assert!(!body.release(), "the body can never be taken");
/// ```
///
/// A server never takes a request with a `content-length` and no body for a whole request. So a revoked request is
/// [`NotSent`](crate::transport::Delivery::NotSent), even if its head has arrived.
#[derive(Debug, Clone, Default)]
pub struct SendGate(Arc<AtomicU8>);

impl SendGate {
    /// Returns `true` if the body may be taken, and `false` once the gate is revoked.
    #[must_use]
    pub fn release(&self) -> bool {
        self.settle(RELEASED)
    }

    /// Returns `true` if the body was not taken. From then on it never is.
    #[must_use]
    pub fn revoke(&self) -> bool {
        self.settle(REVOKED)
    }

    /// Returns `true` if the gate is in this state now. The first state that is not `HELD` stays.
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
    fn the_first_to_settle_a_gate_wins_for_ever() {
        let released = SendGate::default();
        assert!(released.release() && released.release() && !released.revoke() && released.release());
        let revoked = SendGate::default();
        assert!(revoked.revoke() && revoked.revoke() && !revoked.release() && revoked.revoke());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "threads that race are what is tested")]
    fn of_a_driver_and_a_body_that_race_exactly_one_wins() {
        for _ in 0..2_000 {
            let gate = SendGate::default();
            let body = gate.clone();
            let released = thread::spawn(move || body.release());
            let revoked = gate.revoke();
            assert_ne!(released.join().unwrap(), revoked);
        }
    }
}
