//! All that can happen to a request on its way: the one list of faults.

use std::{fmt, str::FromStr};

use crate::random::Random;

/// Something that happens to one request. It has a word, so that a schedule of faults can be
/// written down.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fault(u8);

/// Effect of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// No connection: the request is not sent.
    Refused,
    /// Sent, and no answer: the connection is reset, or silent until the time-out.
    Lost(When),
    /// As `Lost`, and the request is carried out later: within the settling time after the failure
    /// shows.
    Delayed,
    /// Carried out; of the answer come the head and a part of the body.
    Cut,
    /// Answered with this status by something before the service, maybe with the wish to be left
    /// alone for some seconds.
    Status(u16, When, Asks),
    /// The token has just expired.
    Expired,
    /// Answered with status 200 and a page of HTML.
    Garbage(When),
    /// Carried out twice; either answer is given.
    Duplicate,
    /// Not carried out, and answered with this status in the service's own shape.
    Refusal(u16),
}

/// Moment of a fault: before or after the request is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It is not carried out.
    Before,
    /// It is carried out.
    After,
}

/// Time that a status asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// It does not.
    Nothing,
    /// Some seconds.
    Little,
    /// An hour.
    Much,
}

struct Row {
    word: &'static str,
    happening: Happening,
    what: &'static str,
}

const fn row(word: &'static str, happening: Happening, what: &'static str) -> Row {
    Row { word, happening, what }
}

use Asks::{Little, Much, Nothing};
use Happening::{Cut, Delayed, Duplicate, Expired, Garbage, Lost, Refusal, Refused, Status};
use When::{After, Before};

/// All faults; the first [`Fault::IN_SCHEDULES`] are those of the exhaustive mode.
const FAULTS: [Row; 31] = [
    row("refused", Refused, "no connection, not sent"),
    row("lost-before", Lost(Before), "sent, not carried out, no answer"),
    row("lost-after", Lost(After), "carried out, no answer"),
    row("delayed", Delayed, "no answer, carried out later"),
    row("cut", Cut, "carried out, the body of the answer is cut"),
    row("429-hint", Status(429, Before, Little), "not carried out, 429, with a time to wait"),
    row("429", Status(429, Before, Nothing), "not carried out, 429"),
    row("503-before", Status(503, Before, Nothing), "not carried out, 503"),
    row("502-after", Status(502, After, Nothing), "carried out, 502"),
    row("401", Expired, "the token has just expired"),
    row("garbage-before", Garbage(Before), "not carried out, 200 and a page of HTML"),
    row("duplicate", Duplicate, "carried out twice, one of the answers"),
    row("garbage-after", Garbage(After), "carried out, 200 and a page of HTML"),
    row("503-after", Status(503, After, Nothing), "carried out, 503"),
    row("503-hint-before", Status(503, Before, Little), "not carried out, 503, with a time to wait"),
    row("503-hint-after", Status(503, After, Little), "carried out, 503, with a time to wait"),
    row("500-before", Status(500, Before, Nothing), "not carried out, 500"),
    row("500-after", Status(500, After, Nothing), "carried out, 500"),
    row("502-before", Status(502, Before, Nothing), "not carried out, 502"),
    row("504-before", Status(504, Before, Nothing), "not carried out, 504"),
    row("504-after", Status(504, After, Nothing), "carried out, 504"),
    row("408-before", Status(408, Before, Nothing), "not carried out, 408"),
    row("408-after", Status(408, After, Nothing), "carried out, 408"),
    row("425-before", Status(425, Before, Nothing), "not carried out, 425"),
    row("425-after", Status(425, After, Nothing), "carried out, 425"),
    row("302-before", Status(302, Before, Nothing), "not carried out, 302"),
    row("303-after", Status(303, After, Nothing), "carried out, 303"),
    row("429-long", Status(429, Before, Much), "not carried out, 429, with an hour to wait"),
    row("403", Refusal(403), "not carried out, 403"),
    row("422", Refusal(422), "not carried out, 422"),
    row("404", Refusal(404), "not carried out, 404"),
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

    /// The faults that leave nothing but doubt about a creation: its answer does not come, or says
    /// nothing.
    pub fn that_lose_an_answer() -> impl Iterator<Item = Self> {
        Self::all().filter(|fault| match fault.happening() {
            Lost(_) | Delayed | Cut => true,
            Status(status, _, asks) => matches!(status, 408 | 500..) && asks == Nothing,
            Refused | Expired | Garbage(_) | Duplicate | Refusal(_) => false,
        })
    }

    /// Any fault but the last, which says that a contact is gone that may be there.
    pub fn any(random: &mut Random) -> Self {
        Self(u8::try_from(random.below(FAULTS.len() as u64 - 1)).unwrap_or(0))
    }

    /// Its place in the table.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// Description for people.
    pub fn what(self) -> &'static str {
        self.row().what
    }

    /// Effect.
    pub fn happening(self) -> Happening {
        self.row().happening
    }

    fn row(self) -> &'static Row {
        &FAULTS[usize::from(self.0)]
    }

    /// Reads a schedule: words with commas between them, or nothing.
    ///
    /// # Errors
    /// A sentence that names the word that is not known.
    pub fn schedule(text: &str) -> Result<Vec<Self>, String> {
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::parse).collect()
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::all().find(|fault| fault.word() == word).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::word).collect();
            format!("`{word}` is none of the faults {}", known.join(", "))
        })
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_as_the_fault_that_it_names() {
        assert!(Fault::all().all(|fault| fault.word().parse() == Ok(fault)));
        assert_eq!(Fault::schedule("").unwrap(), []);
        assert!(Fault::schedule("cut,cat").unwrap_err().contains("`cat`"));
    }

    #[test]
    fn there_are_twelve_faults_in_schedules() {
        assert_eq!(Fault::in_schedules().count(), 12);
    }
}
