//! The laws of what is sent and when, watched at every step.

use std::time::Duration;

use contacts_proto::Action;
use http::Method;

use crate::{
    reply::{Meaning, Reply},
    violation::{Law, Violation},
};

/// More steps than any exchange has use for.
const MOST_STEPS: u32 = 5_000;

/// Watches one exchange. (That one request is in flight at most follows from the shape of an exchange.)
#[derive(Debug)]
pub struct Watch {
    deadline: Duration,
    /// Nothing is sent before.
    asked_until: Duration,
    /// A creation may have had its effect, and no scan was finished since.
    unscanned: bool,
    steps: u32,
}

impl Watch {
    /// Watches an exchange that must end by this time.
    pub fn new(deadline: Duration) -> Self {
        Self { deadline, asked_until: Duration::ZERO, unscanned: false, steps: 0 }
    }

    /// Judges an action. False if the exchange does not seem to end at all.
    pub fn acts<T>(&mut self, action: &Action<T>, now: Duration, violations: &mut Vec<Violation>) -> bool {
        let mut found = |law, how| violations.push(Violation::new(law, how));
        match action {
            Action::Send { request, timeout, .. } => {
                if now >= self.deadline {
                    found(Law::Late, format!("sends {} at or after its deadline", request.method()));
                } else if now + *timeout > self.deadline {
                    let over = now + *timeout - self.deadline;
                    found(Law::Late, format!("gives a request {over:?} more time than there is"));
                }
                if now < self.asked_until {
                    let early = self.asked_until - now;
                    found(
                        Law::Wrong,
                        format!("sends {} {early:?} before a hint has passed", request.method()),
                    );
                }
                if request.method() == Method::POST && self.unscanned {
                    let how = "sends a second creation without `not processed` or a finished scan between";
                    found(Law::Wrong, how.to_owned());
                }
            }
            Action::Wait(time) if now + *time > self.deadline => {
                found(Law::Late, format!("waits {:?} past its deadline", now + *time - self.deadline));
            }
            Action::Renew { timeout, .. } if now + *timeout > self.deadline => {
                found(Law::Late, "gives a refresh of credentials more time than there is".to_owned());
            }
            Action::Wait(_) | Action::Renew { .. } | Action::Done(_) => {}
        }
        self.steps += 1;
        if self.steps > MOST_STEPS {
            found(Law::Wrong, format!("has not ended after {MOST_STEPS} steps"));
        }
        self.steps <= MOST_STEPS
    }

    /// Takes in what an exchange is going to learn at this time.
    pub fn learns(&mut self, method: &Method, reply: &Reply, at: Duration) {
        if let Some(time) = reply.asks_for() {
            self.asked_until = self.asked_until.max(at.saturating_add(time));
        }
        if *method == Method::POST {
            self.unscanned |= reply.meaning() != Meaning::NotProcessed;
        } else if self.unscanned && *method == Method::GET && reply.is_end_of_list() {
            self.unscanned = false;
        }
    }
}
