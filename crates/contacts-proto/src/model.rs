//! Contacts, schedules and users.

mod address;
mod confirmation;
mod contact;
mod id;
mod jira_user;
pub(crate) mod json;
mod method;
mod on_calls;
mod page;
mod participant;
mod schedule;
pub(crate) mod segment;

pub(crate) use self::{
    address::check as check_address,
    page::{NextLink, WirePage},
};
pub use self::{
    address::{Address, same_address},
    confirmation::Confirmation,
    contact::{Contact, Status},
    id::{AccountId, ContactId},
    jira_user::JiraUser,
    method::ContactMethod,
    on_calls::{OnCalls, Unopened, UnopenedReason},
    page::Page,
    participant::{Participant, ParticipantKind},
    schedule::{Rotation, RotationId, Schedule, ScheduleId},
};
