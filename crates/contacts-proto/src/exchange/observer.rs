//! Observers of exchanges.

use super::{Action, Event, Exchange, Now};

/// Watches an exchange while an adapter drives it. It cannot change anything.
///
/// ```
/// use contacts_proto::exchange::{Action, Exchange, Now, Observer};
///
/// /// Counts requests.
/// #[derive(Default)]
/// struct Requests(u32);
///
/// impl Observer for Requests {
///     fn action<E: Exchange>(&mut self, _: &E, action: &Action<E::Output>, _: Now) {
///         if let Action::Send { .. } = action {
///             self.0 += 1;
///         }
///     }
/// }
/// ```
pub trait Observer {
    /// Called with each event, before the exchange takes it.
    fn event(&mut self, event: &Event<'_>, now: Now) {
        let _ = (event, now);
    }

    /// Called with each action, before the driver performs it.
    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        let _ = (exchange, action, now);
    }
}

/// Does nothing.
impl Observer for () {}

impl<O: Observer> Observer for &mut O {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        (**self).event(event, now);
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        (**self).action(exchange, action, now);
    }
}

/// Calls the first observer, then the second.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        self.0.event(event, now);
        self.1.event(event, now);
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        self.0.action(exchange, action, now);
        self.1.action(exchange, action, now);
    }
}
