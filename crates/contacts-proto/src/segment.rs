//! Path segments: texts that stand in a URL's path as they are.

use crate::Error;

/// The longest text that is taken as a path segment, in characters.
const MAX_LEN: usize = 128;

/// Whether a gateway on the way can read this byte in one way only, escaped or not.
pub(crate) const fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b':' | b'-')
}

/// Refuses what is not 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : -`, or is `.` or `..`.
///
/// An empty segment is the dangerous one: it would turn a get into a list and a delete of one contact into
/// a delete of the collection. `.` and `..` would be taken out by whoever normalizes the path.
pub(crate) fn check(what: &'static str, text: &str) -> Result<(), Error> {
    let why = if text.is_empty() {
        "is empty"
    } else if text == "." || text == ".." {
        "is a dot segment"
    } else if text.len() > MAX_LEN {
        "is longer than 128 characters"
    } else if !text.bytes().all(is_safe) {
        "has a character other than `A-Z a-z 0-9 . _ ~ : -`"
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, why))
}

/// Declares a newtype over a checked path segment.
macro_rules! segment_type {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes a text of 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : -` that is neither `.` nor `..`.
            ///
            /// # Errors
            /// [`Error::Invalid`](crate::Error::Invalid) for any other text.
            pub fn new(text: impl AsRef<str>) -> Result<Self, crate::Error> {
                crate::segment::check($what, text.as_ref())?;
                Ok(Self(text.as_ref().into()))
            }

            /// The text, just as it stands in a path.
            pub fn as_str(&self) -> &str {
                &self.0
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
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&&*self.0).finish()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
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
