//! Path segments: texts that need no escaping in the path of a URL.

use std::cmp::Ordering;

use crate::Error;

/// Maximum length of a path segment, in characters.
const MAX_LEN: usize = 128;

/// Returns `true` for a byte that every gateway reads in the same way.
pub(crate) fn is_safe(byte: u8) -> bool {
    SAFE.get(usize::from(byte)) == Some(&true)
}

/// The result of [`is_safe`] for each byte. A page has thousands of bytes to check.
#[cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "an index out of bounds would not compile")
)]
const SAFE: [bool; 256] = {
    let mut safe = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        safe[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b':' | b'-');
        byte += 1;
    }
    safe
};

/// Checks for 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : -`, except `.` and `..`.
///
/// An empty segment is dangerous: it would turn a get into a list, and the deletion of one contact
/// into the deletion of all. Programs that normalize a path remove `.` and `..`.
pub(crate) fn check(what: &'static str, text: &str) -> Result<(), Error> {
    let why = if text.is_empty() {
        "is empty"
    } else if text == "." || text == ".." {
        "is a dot segment"
    } else if text.len() > MAX_LEN {
        "is longer than 128 characters"
    } else if !text.bytes().fold(true, |safe, byte| safe & is_safe(byte)) {
        // Without a branch per byte: a page has a hundred ids, and almost all are safe.
        "has a character other than `A-Z a-z 0-9 . _ ~ : -`"
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, why))
}

/// A checked text. A text as short as a UUID needs no allocation, since a page has a hundred ids.
///
/// A text has exactly one of the two forms, so derived equality compares texts.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    /// Length and bytes.
    Short(u8, [u8; Self::SHORT]),
    Long(Box<str>),
}

impl Segment {
    const SHORT: usize = 36;

    pub(crate) fn new(what: &'static str, text: &str) -> Result<Self, Error> {
        check(what, text)?;
        let mut bytes = [0; Self::SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Ok(Self::Short(len, bytes))
            }
            _ => Ok(Self::Long(text.into())),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            // The bytes were copied from a text.
            Self::Short(..) => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Long(text) => text.as_bytes(),
        }
    }
}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

/// Declares a newtype around a checked path segment.
macro_rules! segment_type {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(crate::model::segment::Segment);

        impl $name {
            /// Creates it from 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : -`, except `.` and `..`.
            ///
            /// # Errors
            /// [`Error::InvalidInput`](crate::Error::InvalidInput) for any other text.
            pub fn new(text: impl AsRef<str>) -> Result<Self, crate::Error> {
                crate::model::segment::Segment::new($what, text.as_ref()).map(Self)
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(text: &str) -> Result<Self, crate::Error> {
                Self::new(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a ", $what))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

pub(crate) use segment_type;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn segments_compare_like_their_texts(one in "[ab]{1,2}x{0,40}", other in "[ab]{1,2}x{0,40}") {
            let [first, second] = [&one, &other].map(|text| Segment::new("text", text).unwrap());
            prop_assert_eq!(first.as_str(), &one);
            prop_assert_eq!(first == second, one == other);
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
        }
    }
}
