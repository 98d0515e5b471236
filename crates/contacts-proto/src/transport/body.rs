//! The body of an answer, within its limit.

use bytes::Bytes;

use super::TransportErrorKind;

/// Collects the body of an answer, and no more than its limit.
///
/// A library that hands out pieces uses [`push`](Self::push); one that fills a buffer uses [`room`](Self::room) and
/// [`advance`](Self::advance). Both fail with [`TransportErrorKind::TooLarge`] for a byte beyond the limit; what is within the limit stays.
#[derive(Debug)]
pub struct BodyBuf {
    limit: usize,
    announced: usize,
    /// A body that comes in one piece, as most do, is not copied.
    piece: Bytes,
    /// Anything else. Beyond `filled` it is room.
    buffer: Vec<u8>,
    filled: usize,
}

/// The most that is reserved for a body because a server announces it.
const MOST_ANNOUNCED: usize = 64 * 1024;

impl BodyBuf {
    /// Creates an empty buffer. `announced` is the `content-length`, if there is one.
    pub fn new(limit: usize, announced: Option<u64>) -> Self {
        let announced = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        Self { limit, announced, piece: Bytes::new(), buffer: Vec::new(), filled: 0 }
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] if it ends beyond the limit.
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

    /// Returns where the next bytes go; never empty before the limit is exceeded. Do not mix with [`push`](Self::push).
    pub fn room(&mut self) -> &mut [u8] {
        if self.filled == self.buffer.len() {
            // One byte more than expected shows the end of the body, or that it has none.
            let most = self.limit.saturating_add(1);
            if self.filled == 0 {
                let expected = self.announced.min(MOST_ANNOUNCED).saturating_add(1);
                self.buffer.reserve_exact(expected.min(most));
            } else {
                self.grow(self.filled.max(8 * 1024));
            }
            self.buffer.resize(self.buffer.capacity().min(most), 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Takes over this many bytes that were written into the [`room`](Self::room).
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] if they end beyond the limit.
    pub fn advance(&mut self, written: usize) -> Result<(), TransportErrorKind> {
        self.filled = self.filled.saturating_add(written).min(self.buffer.len());
        if self.filled <= self.limit {
            return Ok(());
        }
        self.filled = self.limit;
        Err(TransportErrorKind::TooLarge)
    }

    /// Returns the body as far as it came.
    pub fn as_slice(&self) -> &[u8] {
        if self.piece.is_empty() { self.buffer.get(..self.filled).unwrap_or_default() } else { &self.piece }
    }

    /// Returns the body as far as it came.
    pub fn into_vec(mut self) -> Vec<u8> {
        if !self.piece.is_empty() {
            return self.piece.into();
        }
        self.buffer.truncate(self.filled);
        self.buffer
    }

    /// A `Vec` that grows by itself takes twice the limit, beside what it had.
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

    /// The body and its end, collected in pieces.
    fn pushed(body: &[u8], piece: usize, limit: usize) -> (Vec<u8>, Result<(), TransportErrorKind>) {
        let mut buffer = BodyBuf::new(limit, None);
        let end = body.chunks(piece).try_for_each(|piece| buffer.push(Bytes::copy_from_slice(piece)));
        (buffer.into_vec(), end)
    }

    /// The body and its end, read by a library that fills buffers.
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
        fn a_body_is_whole_up_to_its_limit_and_cut_there_beyond(
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
    fn a_large_body_takes_little_more_room_than_its_limit() {
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
