//! What the network did during one exchange: the facts that the audit compares an outcome with.

use http::{Method, StatusCode};

use crate::reply::{Reply, ReplyClass};

/// Record of the network during one exchange.
#[derive(Debug, Clone, Default)]
pub struct NetworkRecord {
    /// Number of requests sent.
    pub sent: usize,
    /// Number of these that could meet a fault.
    pub requests: usize,
    /// Number of contacts that exist because the network delivered a create request twice.
    pub duplicate_creates: usize,
    /// The client got the error response of a second delivery whose first delivery had succeeded.
    pub second_delivery_failed: bool,
    /// A write request had no response, or one that leaves its effect open.
    pub has_ambiguous_write: bool,
    /// Statuses of all responses.
    statuses: Vec<StatusCode>,
    /// The statuses are not known.
    is_unobserved: bool,
}

impl NetworkRecord {
    /// Record of a network that was not observed. `doubles`: create requests may have been
    /// delivered twice.
    pub fn unobserved(doubles: bool) -> Self {
        Self {
            duplicate_creates: if doubles { usize::MAX } else { 0 },
            second_delivery_failed: doubles,
            has_ambiguous_write: true,
            is_unobserved: true,
            ..Self::default()
        }
    }

    /// Clears the record.
    pub fn clear(&mut self) {
        let mut statuses = std::mem::take(&mut self.statuses);
        statuses.clear();
        *self = Self { statuses, ..Self::default() };
    }

    /// Adds the result of a request.
    pub fn add(&mut self, method: &Method, reply: &Reply) {
        self.has_ambiguous_write |=
            *method != Method::GET && reply.class() == ReplyClass::Ambiguous;
        self.statuses.extend(reply.status());
    }

    /// Adds a second delivery.
    pub fn add_second_delivery(
        &mut self,
        method: &Method,
        answers: [StatusCode; 2],
        client_gets_second: bool,
    ) {
        let both = answers.iter().all(StatusCode::is_success);
        self.duplicate_creates += usize::from(both && *method == Method::POST);
        self.second_delivery_failed |=
            client_gets_second && answers[0].is_success() && !answers[1].is_success();
    }

    /// Returns the statuses, in order.
    pub fn statuses(&self) -> &[StatusCode] {
        &self.statuses
    }

    /// Returns `true` if a response had this status.
    pub fn has_status(&self, status: StatusCode) -> bool {
        self.is_unobserved || self.statuses.contains(&status)
    }
}
