//! A list that cannot be read to its end: the links of its pages are wrong, or it exceeds a limit.

use std::fmt;

/// A list that cannot be read to its end: the links of its pages are wrong, or it exceeds a limit.
///
/// The items before the error are correct. The list may have more.
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
    /// A page has a link to the next page, but no item that is new.
    NothingNew {
        /// Offset of the page.
        offset: u32,
    },
    /// The list has more pages than this limit, [`Limits::pages`](crate::Limits::pages).
    TooManyPages(u32),
    /// The list has more items than this limit, [`Limits::contacts`](crate::Limits::contacts).
    TooManyItems(u32),
}

impl fmt::Display for PagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not read the whole list: ")?;
        match self {
            Self::Unreadable => f.write_str("the link to the next page has no readable offset"),
            Self::NotForward { offset, next } => {
                write!(f, "the page at offset {offset} links back to offset {next}")
            }
            Self::NothingNew { offset } => {
                write!(
                    f,
                    "the page at offset {offset} repeats known items, but still links to another page"
                )
            }
            Self::TooManyPages(limit) => write!(f, "the list has more than {limit} pages"),
            Self::TooManyItems(limit) => write!(f, "the list has more than {limit} items"),
        }
    }
}

impl std::error::Error for PagingError {}
