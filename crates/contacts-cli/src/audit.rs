//! An audit: who can be reached, over many users. Its parts, each without the others; `commands/audit.rs` puts them together.

mod crew;
mod earlier;
mod judgement;
mod page;
mod progress;
mod resume;
mod row;
mod streak;
mod unreadable;
mod users;

pub(crate) use self::{
    crew::{Crew, Event},
    earlier::{Earlier, utc},
    judgement::{Count, Finding, KINDS, Standing},
    page::{About, page},
    progress::Progress,
    resume::Resume,
    row::{Row, Tally},
    streak::Streak,
    unreadable::several,
    users::{User, distinct, read},
};
