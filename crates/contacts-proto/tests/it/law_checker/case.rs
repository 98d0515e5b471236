//! One exchange, its surroundings, and what the world will do to it.

use std::{fmt, time::Duration};

use contacts_proto::{BaseUrl, Credentials, Policy, Session};

use super::{
    Make,
    dice::Dice,
    script::Beat,
    subject::{Any, Subject},
};

pub(crate) struct Case {
    pub(crate) subject: Subject,
    pub(crate) setup: Setup,
    beats: Vec<Beat>,
    /// What it was all read from: enough to replay it.
    numbers: (u64, Vec<u64>),
    /// The exchange, or in the tests of the checker itself a mutant of it.
    make: Make,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) attempts: u32,
    pub(crate) credentials: Source,
    /// When the exchange begins.
    pub(crate) begin: Duration,
    pub(crate) deadline: Duration,
    /// The session's own limit.
    pub(crate) until: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Fixed,
    Renewable,
    /// Renewable, and there are none yet.
    Needed,
}

impl Case {
    pub(crate) fn new(subject: Subject, setup: u64, beats: &[u64], make: Make) -> Self {
        let numbers = (setup, beats.to_vec());
        let mut dice = Dice::new(setup);
        let kindness = dice.one_of(&[4, 8, 11, 13]);
        let beats = beats.iter().map(|number| Beat::read(*number, kindness)).collect();
        Self { subject, setup: Setup::read(&mut dice), beats, numbers, make }
    }

    /// The script begins anew when it is at its end.
    pub(crate) fn beat(&self, index: usize) -> &Beat {
        &self.beats[index % self.beats.len()]
    }

    pub(crate) fn exchange(&self) -> Any {
        (self.make)(self.subject, self.setup.session())
    }
}

/// For a failed test: the script is in it to the last detail.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, setup, numbers, .. } = self;
        write!(f, "{subject:?} out of {numbers:?}, with {setup:?}, and then:")?;
        self.beats.iter().try_for_each(|beat| write!(f, "\n  {beat:?}"))
    }
}

impl Setup {
    fn read(dice: &mut Dice) -> Self {
        let begin = match dice.pick(8) {
            0..=3 => Duration::ZERO,
            4..=6 => Duration::from_secs(12_345),
            _ => Duration::MAX - Duration::from_secs(50),
        };
        Self {
            attempts: dice.one_of(&[4, 4, 4, 4, 1, 2, 3, 12]),
            credentials: dice.one_of(&[Source::Fixed, Source::Renewable, Source::Needed]),
            begin,
            deadline: dice.millis(&[120_000, 120_000, 120_000, 120_000, 60_000, 20_000, 7_000, 0]),
            until: match dice.pick(16) {
                12 => Some(begin.saturating_add(Duration::from_secs(90))),
                13 => Some(begin.saturating_add(Duration::from_secs(9))),
                14 => Some(begin),
                15 => Some(begin.saturating_sub(Duration::from_secs(1))),
                _ => None,
            },
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        policy.attempts = self.attempts;
        policy.deadline = self.deadline;
        policy.limits.pages = 5;
        policy
    }

    /// The moment from which on nothing is done any more.
    pub(crate) fn end(&self) -> Duration {
        let end = self.begin.saturating_add(self.deadline);
        self.until.map_or(end, |until| until.min(end))
    }

    fn session(&self) -> Session {
        let site = BaseUrl::new("https://api.example.com/cloud").unwrap();
        let known = Credentials::bearer("first-token").unwrap();
        let session = Session::new(site, known.clone()).with_policy(self.policy());
        let session = match self.credentials {
            Source::Fixed => session,
            Source::Renewable => session.with_renewable(Some(known)),
            Source::Needed => session.with_renewable(None),
        };
        match self.until {
            Some(until) => session.until(until),
            None => session,
        }
    }
}
