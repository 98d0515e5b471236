//! Pages that do not lead through their list.

use std::fmt;

/// How the pages of a list fail to lead through it. Contacts given before it are right; there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagingError {
    /// The link to the next page has no offset to go on from.
    Unreadable,
    /// The link leads to where the list has been.
    NotForward {
        /// The offset of the page that has the link.
        offset: u32,
        /// Where it leads.
        next: u32,
    },
    /// A page had no contact that was not seen before, and a link to another page.
    NothingNew {
        /// The offset of that page.
        offset: u32,
    },
    /// There are more pages than this limit, [`Limits::pages`](crate::Limits::pages).
    TooManyPages(u32),
    /// There are more contacts than this limit, [`Limits::contacts`](crate::Limits::contacts).
    TooManyContacts(u32),
}

impl fmt::Display for PagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not list all contacts: ")?;
        match self {
            Self::Unreadable => f.write_str("the link to the next page has no offset that can be read"),
            Self::NotForward { offset, next } => {
                write!(f, "the page at offset {offset} leads to offset {next}, which is not forward")
            }
            Self::NothingNew { offset } => {
                write!(f, "the page at offset {offset} has nothing new and says that there is more")
            }
            Self::TooManyPages(limit) => write!(f, "there are more than {limit} pages"),
            Self::TooManyContacts(limit) => write!(f, "there are more than {limit} contacts"),
        }
    }
}
