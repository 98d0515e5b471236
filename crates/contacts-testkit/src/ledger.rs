//! What the network did in the course of one exchange: the truth that an outcome is compared with.

use http::{Method, StatusCode};

use crate::reply::{Known, Reply};

/// Record of the network in the course of one exchange.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Requests that were sent.
    pub sent: usize,
    /// Those of them that could meet a fault.
    pub requests: usize,
    /// Contacts that exist because the network delivered a creation a second time: no client's
    /// doing.
    pub second_creations: usize,
    /// The answer to a second delivery was given, which says no to what the first one did.
    pub second_refused: bool,
    /// A writing request had no answer, or one that says nothing.
    pub doubt: bool,
    /// Statuses that were given.
    given: Vec<StatusCode>,
    /// Nobody has seen them.
    is_unseen: bool,
}

impl Ledger {
    /// The ledger of a network that nobody watches, which may have delivered creations twice.
    pub fn unseen(doubles: bool) -> Self {
        Self {
            second_creations: if doubles { usize::MAX } else { 0 },
            second_refused: doubles,
            doubt: true,
            is_unseen: true,
            ..Self::default()
        }
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        let mut given = std::mem::take(&mut self.given);
        given.clear();
        *self = Self { given, ..Self::default() };
    }

    /// Takes down what a client learns of a request.
    pub fn note(&mut self, method: &Method, reply: &Reply) {
        self.doubt |= *method != Method::GET && reply.known() == Known::Ambiguous;
        self.given.extend(reply.status());
    }

    /// Takes down a second delivery.
    pub fn note_second(&mut self, method: &Method, answers: [StatusCode; 2], second_is_given: bool) {
        let both = answers.iter().all(StatusCode::is_success);
        self.second_creations += usize::from(both && *method == Method::POST);
        self.second_refused |= second_is_given && answers[0].is_success() && !answers[1].is_success();
    }

    /// The statuses that were given, in their order.
    pub fn given(&self) -> &[StatusCode] {
        &self.given
    }

    /// Returns `true` if this status was given.
    pub fn gave(&self, status: StatusCode) -> bool {
        self.is_unseen || self.given.contains(&status)
    }
}
