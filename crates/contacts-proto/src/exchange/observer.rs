//! Watching an exchange.

use super::{Action, Event, Exchange, Now};

/// Watches an exchange while a driver runs it. It decides nothing.
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
    /// Sees an event, before the exchange takes it.
    fn event(&mut self, event: &Event<'_>, now: Now) {
        let _ = (event, now);
    }

    /// Sees the exchange and the action that it has decided on, before the driver carries the action out.
    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        let _ = (exchange, action, now);
    }
}

/// Watches nothing.
impl Observer for () {}

impl<O: Observer> Observer for &mut O {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        (**self).event(event, now);
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        (**self).action(exchange, action, now);
    }
}

/// The first one sees everything before the second one.
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
