//! Chapters: how it is built, what it withstands, why each default is what it is, and how a service is run.

#[doc = include_str!("architecture.md")]
pub mod architecture {}

/// The layers and the flows, in pictures.
///
/// A test draws them, from what the source uses and from what the flows were seen to ask of their ports
/// (`tests/pictures`): they cannot say what is not so. Beside the words in [architecture].
///
/// ## The layers
///
#[doc = include_str!("pictures/layers.svg")]
///
/// ## Activation
///
/// Whether the contact is registered is asked only after the answer. For an unknown one the same happens before it; after
/// it, the row is armed with a decoy, and nothing is sent.
///
#[doc = include_str!("pictures/activation.svg")]
///
/// ## Recovery
///
#[doc = include_str!("pictures/recovery.svg")]
///
/// ## Logging in
///
/// An unknown address costs the same charge, the same look-up and the same hash.
///
#[doc = include_str!("pictures/log_in.svg")]
pub mod pictures {}

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

pub mod ecosystem;

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}
