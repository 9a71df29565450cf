//! Chapters: how it is built, what it withstands, why each default is what it is, and how a service is run.

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("threats.md")]
pub mod threats {}

#[doc = include_str!("defaults.md")]
pub mod defaults {}

#[doc = include_str!("conformance.md")]
pub mod conformance {}

#[doc = include_str!("operating.md")]
pub mod operating {}

#[doc = include_str!("durability.md")]
pub mod durability {}

#[doc = include_str!("coming_from_elsewhere.md")]
#[cfg(feature = "legacy-hashes")]
pub mod coming_from_elsewhere {}

#[doc = include_str!("performance.md")]
pub mod performance {}

#[doc = include_str!("writing_a_port.md")]
pub mod writing_a_port {}

#[doc = include_str!("moving.md")]
pub mod moving {}
