//! An observer that records `tracing` spans.

use std::time::Duration;

use tracing::{Level, Span, debug, debug_span, field::Empty, level_filters::LevelFilter};

use super::{Action, Event, Exchange, Now, Observer};
use crate::{Credentials, error::request_id};

/// Records the steps of an exchange as `tracing` spans. Needs the feature `tracing`.
///
/// The span `contacts` has the field `operation`. Inside it, each request has a span `request` with
/// `attempt`, `method` and `uri`, then `status`, `request_id` and `duration_ms`. Waits, refreshes
/// of credentials and the end are events.
///
/// All have the level DEBUG and the target `contacts` (`RUST_LOG=contacts=debug` with
/// `tracing-subscriber`). None has a secret, a body, or a header except the request id.
#[derive(Debug)]
pub struct Spans {
    span: Span,
    request: Span,
    /// Credentials of the current request, to redact them.
    secret: Credentials,
    attempts: u32,
    sent: Duration,
}

/// Target of all spans and events, in every adapter.
const TARGET: &str = "contacts";

impl Spans {
    /// Creates an observer for an exchange with this [name](Exchange::name), inside the current
    /// span.
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
                let is_recorded = !self.request.is_disabled();
                if let Some(id) = request_id(response.headers()).filter(|_| is_recorded) {
                    // A server may echo secrets in it.
                    self.request.record(
                        "request_id",
                        &*String::from_utf8_lossy(&self.secret.redact(id.as_bytes())),
                    );
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

/// Returns `false` if no subscriber collects these spans.
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
