//! A list that cannot be read to its end: the links of its pages are wrong, or it exceeds a limit.

use std::fmt;

/// A list that cannot be read to its end: the links of its pages are wrong, or it exceeds a limit.
///
/// The contacts before the error are correct. The list may have more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PagingError {
    /// The link to the next page has no readable offset.
    Unreadable,
    /// The link leads to the same page or an earlier one.
    NotForward {
        /// Offset of the page with the link.
        offset: u32,
        /// Offset that the link leads to.
        next: u32,
    },
    /// A page has a link to the next page, but no contact that is new.
    NothingNew {
        /// Offset of the page.
        offset: u32,
    },
    /// The list has more pages than this limit, [`Limits::pages`](crate::Limits::pages).
    TooManyPages(u32),
    /// The list has more contacts than this limit, [`Limits::contacts`](crate::Limits::contacts).
    TooManyContacts(u32),
}

impl fmt::Display for PagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not list all contacts: ")?;
        match self {
            Self::Unreadable => f.write_str("the link to the next page has no readable offset"),
            Self::NotForward { offset, next } => {
                write!(f, "the page at offset {offset} links back to offset {next}")
            }
            Self::NothingNew { offset } => {
                write!(
                    f,
                    "the page at offset {offset} repeats known contacts, but still links to another page"
                )
            }
            Self::TooManyPages(limit) => write!(f, "the list has more than {limit} pages"),
            Self::TooManyContacts(limit) => write!(f, "the list has more than {limit} contacts"),
        }
    }
}

impl std::error::Error for PagingError {}
