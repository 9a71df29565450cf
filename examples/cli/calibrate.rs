//! What a log-in can cost on this machine. It needs no members and opens no file.

use std::time::Duration;

use vestibule::Error;
use vestibule::hasher::{HashingSettings, PortableArgon2};

use crate::failure::Failure;
use crate::screen::{self, Reader};
use crate::words::Words;

/// Proposes a cost for every kernel that was built in.
pub fn calibrate(milliseconds: u64, words: Words) -> Result<(), Failure> {
    let wished = Duration::from_millis(milliseconds);
    let settings = HashingSettings::default;
    let kernels = [
        ("PortableArgon2", settings().kdf(PortableArgon2)),
        #[cfg(feature = "argon2-simd")]
        ("SimdArgon2", settings().kdf(vestibule::hasher::SimdArgon2)),
    ];
    for (name, settings) in kernels {
        let proposed = settings.calibrate(wished).map_err(|error| Failure::Refused(Error::Backend(error)))?;
        if screen::say(&words.calibrated(name, &proposed))? == Reader::Gone {
            break;
        }
    }
    Ok(())
}
