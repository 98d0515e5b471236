//! An observer that records `tracing` spans.

use std::time::Duration;

use tracing::{Level, Span, debug, debug_span, field::Empty, level_filters::LevelFilter};

use super::{Action, Event, Exchange, Now, Observer};
use crate::{Credentials, error::request_id};

/// Records what an exchange does: a span `contacts` with the `operation`; in it a span `request` for each request, with `attempt`,
/// `method`, `uri`, and once they are known `status`, `request_id` and `duration_ms`; and events for waits, refreshes of credentials and the end.
/// All are of level DEBUG and of the target `contacts` (with `tracing-subscriber`: `RUST_LOG=contacts=debug`), and none has a secret, a body or a header in it, but for the request id.
///
/// Needs the feature `tracing`.
#[derive(Debug)]
pub struct Spans {
    span: Span,
    request: Span,
    /// Of the request that is under way.
    secret: Credentials,
    attempts: u32,
    sent: Duration,
}

/// Of the spans and events, whichever crate carries the exchange out.
const TARGET: &str = "contacts";

impl Spans {
    /// For an exchange with this [name](Exchange::name), within the current span.
    pub fn new(operation: &'static str) -> Self {
        Self {
            span: debug_span!(target: TARGET, "contacts", operation),
            request: Span::none(),
            secret: Credentials::none(),
            attempts: 0,
            sent: Duration::ZERO,
        }
    }

    fn record_event(&self, event: &Event<'_>, now: Now) {
        match event {
            Event::Answered(response) => {
                self.request.record("status", response.status().as_u16());
                if !self.request.is_disabled()
                    && let Some(id) = request_id(response.headers())
                {
                    // A server may have put there what it was sent.
                    self.request
                        .record("request_id", &*String::from_utf8_lossy(&self.secret.redact(id.as_bytes())));
                }
                self.took(now);
                debug!(target: TARGET, parent: &self.request, "answered");
            }
            Event::Failed(failure) => {
                self.request.record("status", failure.status().map(|status| status.as_u16()));
                self.took(now);
                debug!(target: TARGET, parent: &self.request, cause = %failure, "failed");
            }
            Event::Refreshed(refreshed) => {
                debug!(target: TARGET, parent: &self.span, refreshed = refreshed.is_ok(), "credentials");
            }
            Event::Start | Event::Waited => {}
        }
    }

    fn took(&self, now: Now) {
        let took = now.monotonic.saturating_sub(self.sent);
        self.request.record("duration_ms", millis(took));
    }

    fn record_action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        match action {
            Action::Send { request, .. } => {
                self.sent = now.monotonic;
                self.attempts = self.attempts.saturating_add(1);
                self.request = debug_span!(
                    target: TARGET,
                    parent: &self.span,
                    "request",
                    attempt = self.attempts,
                    method = %request.method(),
                    uri = %request.uri(),
                    status = Empty,
                    request_id = Empty,
                    duration_ms = Empty,
                );
                if !self.request.is_disabled() {
                    self.secret = Credentials::of(request);
                }
            }
            Action::Wait(wait) => {
                let wait_ms = millis(*wait);
                debug!(target: TARGET, parent: &self.span, wait_ms, reason = exchange.wait_reason().map(tracing::field::debug), "waiting");
            }
            Action::Refresh { .. } => {}
            Action::Done(result) => {
                let error = result.as_ref().err().map(|error| error.kind().as_str());
                debug!(target: TARGET, parent: &self.span, requests = self.attempts, error, "done");
            }
        }
    }
}

/// `false` if nobody in the process collects any of it.
fn is_collected() -> bool {
    LevelFilter::current() >= Level::DEBUG
}

impl Observer for Spans {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        if is_collected() {
            self.record_event(event, now);
        }
    }

    fn action<E: Exchange>(&mut self, exchange: &E, action: &Action<E::Output>, now: Now) {
        if is_collected() {
            self.record_action(exchange, action, now);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
