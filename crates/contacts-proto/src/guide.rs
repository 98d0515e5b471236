//! The guide: pages to read, without code of their own.

#[doc = include_str!("../docs/endpoints.md")]
pub mod endpoints {}

#[doc = include_str!("../docs/failures.md")]
pub mod failures {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}
