//! The calls that a trace is made of: an operation with its retries, the looks of an update among them.

use std::time::Duration;

use http::Method;

use super::{
    case::Case,
    report::{Known, Report},
    subject::Subject,
    trace::{Did, Step},
};

/// The requests of one call.
pub(crate) struct CallTrace<'a> {
    subject: Subject,
    /// Its steps, from the one that sent its first request to the one before the first request of the next call.
    pub(crate) steps: &'a [Step],
    /// What follows them: it may be what is made of the last report.
    next: Option<&'a Step>,
}

/// The calls of a trace, in their order. What comes before the first request is in none.
pub(crate) fn calls<'a>(case: &Case, steps: &'a [Step]) -> Vec<CallTrace<'a>> {
    let mut starts = Vec::new();
    let mut last: Option<(&Did, Option<Report>)> = None;
    for (index, step) in steps.iter().enumerate() {
        if let Some((_, report)) = &mut last {
            *report = step.report.or(*report);
        }
        let Some(request) = step.did.request() else { continue };
        let goes_on = last.is_some_and(|(did, report)| {
            let before = did
                .request()
                .is_some_and(|before| before.method() == request.method() && before.uri() == request.uri());
            case.subject.is_one_call()
                || (before && report.is_some_and(|report| report.known != Known::Success))
        });
        if !goes_on {
            starts.push(index);
        }
        last = Some((&step.did, None));
    }
    let ends = starts.iter().skip(1).copied().chain([steps.len()]);
    let ranges = starts.iter().copied().zip(ends);
    ranges
        .map(|(start, end)| CallTrace {
            subject: case.subject,
            steps: &steps[start..end],
            next: steps.get(end),
        })
        .collect()
}

impl CallTrace<'_> {
    /// Requests of the operation itself: an update's looks are none.
    pub(crate) fn attempts(&self) -> usize {
        let looks = |step: &&Step| {
            self.subject == Subject::Update
                && step.did.request().is_some_and(|request| request.method() == Method::GET)
        };
        self.steps.iter().filter(|step| step.did.request().is_some()).filter(|step| !looks(step)).count()
    }

    /// How often credentials that were refused were to be renewed, up to this step of it.
    pub(crate) fn renewals(&self, until: usize) -> usize {
        let renewals = |step: &&Step| matches!(step.did, Did::Renew { refused: true, .. });
        self.steps[..until].iter().filter(renewals).count()
    }

    /// What came of its requests: the place, the report, and what was made of it.
    pub(crate) fn reports(&self) -> impl Iterator<Item = (usize, &Report, &Did)> {
        // The first step sends, and what it knows of is the call before.
        let steps = self.steps.iter().chain(self.next).enumerate().skip(1);
        steps.filter_map(|(index, step)| Some((index, step.report.as_ref()?, &step.did)))
    }

    /// How many requests had come to nothing, up to this step and with it; a renewal makes up for its own.
    pub(crate) fn failures(&self, until: usize) -> u32 {
        let failures = self.reports().filter(|(index, report, _)| {
            *index <= until && report.known != Known::Success && !report.is_unauthorized()
        });
        u32::try_from(failures.count()).unwrap()
    }

    pub(crate) fn is_creation(&self) -> bool {
        self.steps.first().is_some_and(|step| step.did.is_post())
    }

    /// Each step that begins to wait: its place, the report that it follows, and how long it is to take.
    pub(crate) fn waits(&self) -> impl Iterator<Item = (usize, &Report, Duration)> {
        self.reports().filter_map(|(index, report, did)| match did {
            Did::Wait(wait) => Some((index, report, *wait)),
            _ => None,
        })
    }

    /// Whether a wait after this report is there to let a creation show, and is none before a retry.
    pub(crate) fn settles(&self, report: &Report) -> bool {
        match self.subject {
            Subject::Resolve => report.known == Known::Success,
            Subject::Ensure if self.is_creation() => report.known == Known::Ambiguous,
            Subject::Ensure => report.known == Known::Success,
            _ => false,
        }
    }
}
