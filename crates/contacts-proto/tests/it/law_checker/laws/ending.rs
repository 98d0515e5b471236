//! An exchange ends, in time, and stays at its end.

use contacts_proto::Error;

use super::{Verdict, broken_if, each};
use crate::law_checker::{
    case::Case,
    subject::Subject,
    trace::{Did, Step, told, trace},
};

pub(crate) fn it_ends_within_a_bounded_number_of_steps(case: &Case) -> Verdict {
    let pages = case.setup.policy().limits.pages;
    let calls = match case.subject {
        Subject::AllContacts => pages,
        Subject::Resolve => 2 * pages,
        Subject::Ensure => 5 * pages + 2,
        _ => 1,
    };
    // A request and a look, and a wait that is cut short three times at most; renewals; the waits for a creation to show.
    let most = calls * (case.setup.attempts.max(1) * 6 + 4) + 4 * 4;
    let steps = trace(case);
    let taken = until_done(&steps).len();
    broken_if(!steps.iter().any(|step| step.did.is_done()) || taken > usize::try_from(most).unwrap(), || {
        format!("{taken} steps, {most} are enough")
    })
}

pub(crate) fn done_stays_done(case: &Case) -> Verdict {
    let steps = trace(case);
    let after = &steps[until_done(&steps).len()..];
    each(after, |step| match &step.did {
        Did::Done(Err(Error::Invalid(_))) => Ok(()),
        _ => Err("something was done after the end".into()),
    })
}

pub(crate) fn nothing_but_done_after_the_deadline(case: &Case) -> Verdict {
    let end = case.setup.end();
    each(trace(case), |step| {
        let until = match &step.did {
            Did::Done(_) => return Ok(()),
            Did::Renew { timeout, .. } => step.now.saturating_add(*timeout),
            Did::Wait(wait) => step.now.saturating_add(*wait),
            Did::Send { timeout, .. } => step.now.saturating_add(*timeout),
        };
        broken_if(step.now >= end || until > end, || {
            format!("at {:?} something that lasts to {until:?}; the end is at {end:?}", step.now)
        })
    })
}

pub(crate) fn the_same_arguments_give_the_same_action(case: &Case) -> Verdict {
    let (one, other) = (told(case), told(case));
    let differs = one.iter().zip(&other).find(|(one, other)| one != other);
    match differs {
        Some((one, other)) => Err(format!("{one}\nand then\n{other}")),
        None => broken_if(one.len() != other.len(), || "one of them ends earlier".into()),
    }
}

fn until_done(steps: &[Step]) -> &[Step] {
    let end = steps.iter().position(|step| step.did.is_done());
    end.map_or(steps, |end| &steps[..=end])
}
