//! The body of a response, up to its limit.

use bytes::Bytes;

use super::TransportErrorKind;

/// Collects the body of a response up to a limit.
///
/// Use [`push`](Self::push) if the HTTP library returns pieces. Use [`room`](Self::room) and
/// [`advance`](Self::advance) if it fills a buffer. Both ways fail with
/// [`TransportErrorKind::TooLarge`] at the first byte beyond the limit, and keep the bytes before
/// it.
#[derive(Debug)]
pub struct BodyBuf {
    limit: usize,
    announced: usize,
    /// A body in one piece, the common case: it is not copied.
    piece: Bytes,
    /// A body in several pieces. The bytes beyond `filled` are free.
    buffer: Vec<u8>,
    filled: usize,
}

/// Maximum memory to reserve for the length that a server announces, in bytes.
const MAX_RESERVED: usize = 64 * 1024;

impl BodyBuf {
    /// Creates an empty buffer. `announced` is the `content-length` header, if there is one.
    pub fn new(limit: usize, announced: Option<u64>) -> Self {
        let announced = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        Self { limit, announced, piece: Bytes::new(), buffer: Vec::new(), filled: 0 }
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] if the piece ends beyond the limit.
    pub fn push(&mut self, mut piece: Bytes) -> Result<(), TransportErrorKind> {
        let left = self.limit.saturating_sub(self.as_slice().len());
        let is_within = piece.len() <= left;
        piece.truncate(left);
        if self.as_slice().is_empty() {
            self.piece = piece;
        } else if !piece.is_empty() {
            let first = std::mem::take(&mut self.piece);
            let len = self.filled.saturating_add(first.len()).saturating_add(piece.len());
            if len > self.buffer.capacity() {
                self.grow(len);
            }
            self.buffer.extend_from_slice(&first);
            self.buffer.extend_from_slice(&piece);
            self.filled = self.buffer.len();
        }
        if is_within { Ok(()) } else { Err(TransportErrorKind::TooLarge) }
    }

    /// Returns the free part of the buffer. It is never empty before the limit is exceeded.
    ///
    /// Do not mix with [`push`](Self::push).
    pub fn room(&mut self) -> &mut [u8] {
        if self.filled == self.buffer.len() {
            // One more byte than expected shows whether the body ends there.
            let most = self.limit.saturating_add(1);
            if self.filled == 0 {
                let expected = self.announced.min(MAX_RESERVED).saturating_add(1);
                self.buffer.reserve_exact(expected.min(most));
            } else {
                self.grow(self.filled.max(8 * 1024));
            }
            self.buffer.resize(self.buffer.capacity().min(most), 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Adds this many bytes, which were written into [`room`](Self::room), to the body.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] if the bytes end beyond the limit.
    pub fn advance(&mut self, written: usize) -> Result<(), TransportErrorKind> {
        self.filled = self.filled.saturating_add(written).min(self.buffer.len());
        if self.filled <= self.limit {
            return Ok(());
        }
        self.filled = self.limit;
        Err(TransportErrorKind::TooLarge)
    }

    /// Returns the body so far.
    pub fn as_slice(&self) -> &[u8] {
        if self.piece.is_empty() {
            self.buffer.get(..self.filled).unwrap_or_default()
        } else {
            &self.piece
        }
    }

    /// Returns the body so far.
    pub fn into_vec(mut self) -> Vec<u8> {
        if !self.piece.is_empty() {
            return self.piece.into();
        }
        self.buffer.truncate(self.filled);
        self.buffer
    }

    /// Reserves exactly. A `Vec` that grows by itself would take up to twice the limit.
    fn grow(&mut self, len: usize) {
        let most = self.limit.saturating_add(1);
        let capacity = if most / 3 <= len { most } else { len.saturating_mul(2) };
        self.buffer.reserve_exact(capacity.saturating_sub(self.buffer.len()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    const LIMIT: usize = 100_000;

    /// Collects a body in pieces, and returns it with its end.
    fn pushed(
        body: &[u8],
        piece: usize,
        limit: usize,
    ) -> (Vec<u8>, Result<(), TransportErrorKind>) {
        let mut buffer = BodyBuf::new(limit, None);
        let end =
            body.chunks(piece).try_for_each(|piece| buffer.push(Bytes::copy_from_slice(piece)));
        (buffer.into_vec(), end)
    }

    /// Collects a body as a library that fills buffers does.
    fn read(
        body: &[u8],
        piece: usize,
        limit: usize,
        announced: Option<u64>,
    ) -> (Vec<u8>, Result<(), TransportErrorKind>) {
        let (mut buffer, mut body) = (BodyBuf::new(limit, announced), body);
        let end = loop {
            let room = buffer.room();
            assert!(!room.is_empty());
            let room_len = room.len().min(piece);
            match body.read(&mut room[..room_len]).unwrap() {
                0 => break Ok(()),
                written => {
                    if let Err(cause) = buffer.advance(written) {
                        break Err(cause);
                    }
                }
            }
        };
        assert!(buffer.buffer.capacity() <= limit.max(16 * 1024) + 1);
        (buffer.into_vec(), end)
    }

    proptest! {
        #[test]
        fn a_body_is_complete_up_to_the_limit_and_cut_there(
            body in vec(any::<u8>(), 0..300),
            piece in 1_usize..300,
            limit in 0_usize..300,
            announced in prop::option::of(0_u64..400),
        ) {
            let end = if body.len() <= limit { Ok(()) } else { Err(TransportErrorKind::TooLarge) };
            let right = (body[..body.len().min(limit)].to_vec(), end);
            prop_assert_eq!(&pushed(&body, piece, limit), &right);
            prop_assert_eq!(&read(&body, piece, limit, announced), &right);
        }
    }

    #[test]
    fn a_large_body_takes_little_more_memory_than_its_limit() {
        let body = vec![7; LIMIT + 1];
        for piece in [1_000, 20_000, LIMIT + 1] {
            let right = (body[..LIMIT].to_vec(), Err(TransportErrorKind::TooLarge));
            assert_eq!(pushed(&body, piece, LIMIT), right);
            assert_eq!(read(&body, piece, LIMIT, None), right);
            assert_eq!(read(&body, piece, LIMIT, Some(u64::MAX)), right);
        }
    }

    #[test]
    fn one_piece_is_not_copied() {
        let piece = Bytes::from(vec![1, 2, 3]);
        let mut buffer = BodyBuf::new(3, None);
        buffer.push(piece.clone()).unwrap();
        buffer.push(Bytes::new()).unwrap();
        assert_eq!(buffer.as_slice().as_ptr(), piece.as_ptr());
    }
}
