//! Lists that the service sends page by page.

use std::fmt::Debug;

use crate::{Error, Operation, Page, PagingError, model::NextLink};

/// The service's offsets are int32.
const MAX_OFFSET: u32 = i32::MAX.unsigned_abs();

/// An operation that reads one page of a list.
///
/// [`Pages`](crate::exchange::Pages) and [`List`](crate::exchange::List) read the whole list.
pub trait Paged: Operation<Output = Page<<Self as Paged>::Item>> + Clone {
    /// One entry of the list.
    type Item;

    /// Id of an item, unique in the list.
    type Id: Debug + Clone + Ord;

    /// Returns the id of an item.
    fn id(item: &Self::Item) -> &Self::Id;

    /// Returns the number of items before this page.
    fn start_offset(&self) -> u32;

    /// Skips this number of items.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for more than 2147483647.
    fn offset(self, offset: u32) -> Result<Self, Error>;

    /// Returns the request for the page after this one, or `None` if this one is the last.
    ///
    /// Only the offset of the page's link is used; the page size stays. If the link skips items,
    /// because the server returns smaller pages than requested, the next page begins right after
    /// this one.
    ///
    /// # Errors
    /// [`Error::Paging`] if the link has no readable offset, or does not lead forward.
    fn after(&self, page: &Self::Output) -> Result<Option<Self>, Error> {
        let start = self.start_offset();
        let link = match page.next {
            NextLink::End => return Ok(None),
            NextLink::Unreadable => return Err(Error::Paging(PagingError::Unreadable)),
            NextLink::At { offset } => offset,
        };
        if page.items.is_empty() {
            return Err(Error::Paging(PagingError::NothingNew { offset: start }));
        }
        let len = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        let offset = link.min(start.saturating_add(len)).min(MAX_OFFSET);
        if offset <= start {
            return Err(Error::Paging(PagingError::NotForward { offset: start, next: link }));
        }
        self.clone().offset(offset).map(Some)
    }
}

/// Offset and size of a page whose size is at most `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageRange<const MAX: u32> {
    pub(super) offset: u32,
    pub(super) size: u32,
}

impl<const MAX: u32> PageRange<MAX> {
    /// The largest page at the start of the list.
    pub(super) const FIRST: Self = Self { offset: 0, size: MAX };

    /// Returns the range as the first part of a query.
    pub(super) fn query(self) -> String {
        format!("?offset={}&size={}", self.offset, self.size)
    }

    pub(super) fn with_offset(self, offset: u32) -> Result<Self, Error> {
        if offset > MAX_OFFSET {
            return Err(Error::invalid("offset", "is more than 2147483647"));
        }
        Ok(Self { offset, ..self })
    }

    pub(super) fn with_size(self, size: u32) -> Result<Self, Error> {
        if !(1..=MAX).contains(&size) {
            return Err(Error::invalid("page size", format!("is not between 1 and {MAX}")));
        }
        Ok(Self { size, ..self })
    }
}
