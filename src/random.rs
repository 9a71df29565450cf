//! The operating system's random number generator: the only place that asks it.
//!
//! If it fails, the operation fails. There is no other generator to fall back on (ASVS 5.0, 11.5.2).

use rand::TryRng;
use rand::rngs::SysRng;

use crate::error::{BackendError, BackendErrorKind};

/// `N` bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], BackendError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Fills `bytes` with bytes that nobody can guess.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), BackendError> {
    SysRng.try_fill_bytes(bytes).map_err(|error| {
        BackendError::new(
            BackendErrorKind::Unavailable,
            "the operating system's random number generator failed: check that the process may use it",
        )
        .with_source(error)
    })
}
