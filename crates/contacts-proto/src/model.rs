//! Contacts and their parts.

mod address;
mod confirmation;
mod contact;
mod id;
pub(crate) mod json;
mod method;
mod page;
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
    method::ContactMethod,
    page::Page,
};
