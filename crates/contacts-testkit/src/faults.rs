//! The list of faults that can happen to a request.

use std::{fmt, str::FromStr};

use crate::random::Random;

/// A fault of one request. Its name makes a schedule of faults a readable argument.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fault(u8);

/// The effect of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection; the request is not sent.
    Refused,
    /// Sent, but no response: the connection is reset, or silent until the timeout.
    Lost(When),
    /// Like `Lost`, but the service handles the request later, within the consistency delay.
    Delayed,
    /// Handled; the response has a head and a part of its body.
    Truncated,
    /// A gateway responds with this status, possibly with a `Retry-After` delay.
    Status(u16, When, RequestedDelay),
    /// The token has just expired.
    TokenExpired,
    /// Status 200 with an HTML page.
    Html(When),
    /// Handled twice; the client gets one of the two responses.
    Duplicate,
    /// Not handled; an error response with this status in the service's own shape.
    ErrorResponse(u16),
}

/// Moment of a fault: before or after the service handles the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It is not handled.
    Before,
    /// The request is handled.
    After,
}

/// Delay that a response requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedDelay {
    /// No delay.
    Absent,
    /// Some seconds.
    Seconds,
    /// One hour.
    Hour,
}

struct Row {
    name: &'static str,
    kind: FaultKind,
    description: &'static str,
}

const fn row(name: &'static str, kind: FaultKind, description: &'static str) -> Row {
    Row { name, kind, description }
}

use FaultKind::{
    Delayed, Duplicate, ErrorResponse, Html, Lost, Refused, Status, TokenExpired, Truncated,
};
use RequestedDelay::{Absent, Hour, Seconds};
use When::{After, Before};

/// All faults. The first [`Fault::IN_SCHEDULES`] are those of the exhaustive mode.
const FAULTS: [Row; 31] = [
    row("refused", Refused, "no connection, not sent"),
    row("lost-before", Lost(Before), "sent, not handled, no response"),
    row("lost-after", Lost(After), "handled, no response"),
    row("delayed", Delayed, "no response, handled later"),
    row("cut", Truncated, "handled, the response body is cut"),
    row("429-hint", Status(429, Before, Seconds), "not handled, 429, with a delay of some seconds"),
    row("429", Status(429, Before, Absent), "not handled, 429"),
    row("503-before", Status(503, Before, Absent), "not handled, 503"),
    row("502-after", Status(502, After, Absent), "handled, 502"),
    row("401", TokenExpired, "the token has just expired"),
    row("garbage-before", Html(Before), "not handled, 200 and a page of HTML"),
    row("duplicate", Duplicate, "handled twice, one of the responses"),
    row("garbage-after", Html(After), "handled, 200 and a page of HTML"),
    row("503-after", Status(503, After, Absent), "handled, 503"),
    row(
        "503-hint-before",
        Status(503, Before, Seconds),
        "not handled, 503, with a delay of some seconds",
    ),
    row(
        "503-hint-after",
        Status(503, After, Seconds),
        "handled, 503, with a delay of some seconds",
    ),
    row("500-before", Status(500, Before, Absent), "not handled, 500"),
    row("500-after", Status(500, After, Absent), "handled, 500"),
    row("502-before", Status(502, Before, Absent), "not handled, 502"),
    row("504-before", Status(504, Before, Absent), "not handled, 504"),
    row("504-after", Status(504, After, Absent), "handled, 504"),
    row("408-before", Status(408, Before, Absent), "not handled, 408"),
    row("408-after", Status(408, After, Absent), "handled, 408"),
    row("425-before", Status(425, Before, Absent), "not handled, 425"),
    row("425-after", Status(425, After, Absent), "handled, 425"),
    row("302-before", Status(302, Before, Absent), "not handled, 302"),
    row("303-after", Status(303, After, Absent), "handled, 303"),
    row("429-long", Status(429, Before, Hour), "not handled, 429, with a delay of one hour"),
    row("403", ErrorResponse(403), "not handled, 403"),
    row("422", ErrorResponse(422), "not handled, 422"),
    row("404", ErrorResponse(404), "not handled, 404"),
];

impl Fault {
    /// Number of faults in the schedules of the exhaustive mode.
    pub const IN_SCHEDULES: usize = 12;

    /// The faults of the exhaustive mode.
    pub fn in_schedules() -> impl Iterator<Item = Self> {
        Self::all().take(Self::IN_SCHEDULES)
    }

    /// All faults.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(FAULTS.len()).map(Self)
    }

    /// The faults that leave the outcome of a create unknown: no response, or one without
    /// information.
    pub fn losing_the_response() -> impl Iterator<Item = Self> {
        Self::all().filter(|fault| match fault.kind() {
            Lost(_) | Delayed | Truncated => true,
            Status(status, _, requested) => matches!(status, 408 | 500..) && requested == Absent,
            Refused | TokenExpired | Html(_) | Duplicate | ErrorResponse(_) => false,
        })
    }

    /// A random fault, except the last: it reports an existing contact as missing.
    pub fn any(random: &mut Random) -> Self {
        Self(u8::try_from(random.below(FAULTS.len() as u64 - 1)).unwrap_or(0))
    }

    /// Returns the index in the table.
    pub fn index(self) -> u8 {
        self.0
    }

    /// Returns the name, as in a schedule.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns a description for people.
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// Returns the effect.
    pub fn kind(self) -> FaultKind {
        self.row().kind
    }

    fn row(self) -> &'static Row {
        &FAULTS[usize::from(self.0)]
    }

    /// Reads a schedule: names separated by commas, or an empty text.
    ///
    /// # Errors
    /// A message with the unknown name.
    pub fn schedule(text: &str) -> Result<Vec<Self>, String> {
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|fault| fault.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::name).collect();
            format!("`{name}` is not a fault; faults: {}", known.join(", "))
        })
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_fault_parses_back_to_it() {
        assert!(Fault::all().all(|fault| fault.name().parse() == Ok(fault)));
        assert_eq!(Fault::schedule("").unwrap(), []);
        assert!(Fault::schedule("cut,cat").unwrap_err().contains("`cat`"));
    }

    #[test]
    fn there_are_twelve_faults_in_schedules() {
        assert_eq!(Fault::in_schedules().count(), 12);
    }
}
