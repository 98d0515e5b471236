//! Guide: pages about this crate, without code of their own.

#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}

#[doc = include_str!("../docs/endpoints.md")]
pub mod endpoints {}

#[doc = include_str!("../docs/failures.md")]
pub mod failures {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}
