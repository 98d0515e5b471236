//! The laws: each one looks at what an exchange did and says what is wrong with it.

mod ending;
mod sending;
mod telling;
mod waiting;

pub(crate) use self::{ending::*, sending::*, telling::*, waiting::*};
use super::{
    calls::{CallTrace, calls},
    case::Case,
    trace::trace,
};

pub(crate) type Verdict = Result<(), String>;

pub(crate) type Law = fn(&Case) -> Verdict;

pub(crate) fn broken_if(broken: bool, how: impl FnOnce() -> String) -> Verdict {
    if broken { Err(how()) } else { Ok(()) }
}

pub(crate) fn each<T>(items: impl IntoIterator<Item = T>, check: impl FnMut(T) -> Verdict) -> Verdict {
    items.into_iter().try_for_each(check)
}

pub(crate) fn each_call(case: &Case, check: impl Fn(&CallTrace<'_>) -> Verdict) -> Verdict {
    let steps = trace(case);
    each(calls(case, &steps), |call| check(&call))
}
