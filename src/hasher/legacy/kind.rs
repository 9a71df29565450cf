//! What decides how long a legacy hash takes, and how long that is.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use zeroize::Zeroizing;

use super::super::kinds::{random_salt, random_tag};
use super::{Digest, LegacyHash};
use crate::error::{BackendError, BackendErrorKind};
use crate::random;

/// The work of each algorithm in thousandths of a KiB of Argon2id work: the median time of one unit, divided by that
/// of one KiB of a hash of 19456 KiB in 2 passes, 390 ns. Measured with optimisation on an AMD EPYC with AVX2 and SHA
/// instructions, `the_work_of_legacy_hashes_is_measured`.
///
/// These are estimates, good to a quarter there: Argon2 and scrypt slow down with what else uses the memory (335 to
/// 510 ns), bcrypt and PBKDF2 do not. Without SHA instructions PBKDF2 costs three times as much.
const BCRYPT_ROUND: u64 = 150_000;
const SCRYPT_UNIT: u64 = 600;
const PBKDF2_SHA256_ROUND: u64 = 300;
const PBKDF2_SHA512_ROUND: u64 = 1_200;

/// What decides how long a legacy hash takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hasher) enum LegacyKind {
    Bcrypt {
        cost: u32,
    },
    Scrypt {
        log_n: u8,
        r: u32,
        p: u32,
    },
    /// All rounds are made for each output of the digest that the tag takes.
    Pbkdf2 {
        digest: Digest,
        rounds: u32,
        outputs: usize,
    },
}

impl LegacyKind {
    /// The estimated work, in the unit of [`Argon2Cost::work_kib`](crate::hasher::Argon2Cost::work_kib).
    pub(in crate::hasher) fn work_kib(self) -> u64 {
        let thousandths = match self {
            Self::Bcrypt { cost } => BCRYPT_ROUND.saturating_mul(1 << cost),
            Self::Scrypt { log_n, r, p } => scrypt_units(log_n, r, p).saturating_mul(SCRYPT_UNIT),
            Self::Pbkdf2 { digest, rounds, outputs } => {
                let round = match digest {
                    Digest::Sha256 => PBKDF2_SHA256_ROUND,
                    Digest::Sha512 => PBKDF2_SHA512_ROUND,
                };
                u64::from(rounds).saturating_mul(round).saturating_mul(outputs as u64)
            }
        };
        thousandths / 1000
    }

    /// The memory that it takes, in KiB; nothing to speak of but for scrypt.
    pub(in crate::hasher) fn memory_kib(self) -> u32 {
        match self {
            Self::Scrypt { log_n, r, p } => scrypt_memory_kib(log_n, r, p),
            Self::Bcrypt { .. } | Self::Pbkdf2 { .. } => 0,
        }
    }

    /// A hash of this kind that belongs to nobody.
    pub(in crate::hasher) fn decoy(self) -> Result<LegacyHash, BackendError> {
        match self {
            Self::Bcrypt { cost } => {
                let base64 = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);
                let salt = base64.encode(random::bytes::<16>()?);
                let tag = base64.encode(random::bytes::<23>()?);
                Ok(LegacyHash::Bcrypt { cost, text: Zeroizing::new(format!("$2b${cost:02}${salt}{tag}")) })
            }
            Self::Scrypt { log_n, r, p } => {
                let params = scrypt::Params::new(log_n, r, p).map_err(|_| {
                    BackendError::new(
                        BackendErrorKind::Other,
                        "scrypt refused its parameters: report this as a bug",
                    )
                })?;
                Ok(LegacyHash::Scrypt { params, salt: random_salt()?, tag: random_tag::<32>()? })
            }
            Self::Pbkdf2 { digest, rounds, outputs } => {
                let tag =
                    if digest.bytes() * outputs > 32 { random_tag::<64>()? } else { random_tag::<32>()? };
                Ok(LegacyHash::Pbkdf2 { digest, rounds, salt: random_salt()?.to_vec(), tag })
            }
        }
    }
}

/// N blocks of 128·r bytes, p more, and one, in KiB.
pub(super) fn scrypt_memory_kib(log_n: u8, r: u32, p: u32) -> u32 {
    let blocks = (1_u64 << log_n) + u64::from(p) + 1;
    let bytes = blocks.saturating_mul(128).saturating_mul(u64::from(r));
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

pub(super) fn scrypt_units(log_n: u8, r: u32, p: u32) -> u64 {
    u64::from(r).saturating_mul(u64::from(p)).saturating_mul(1 << log_n)
}

#[cfg(test)]
mod tests {
    use super::{Digest, LegacyKind};
    use crate::hasher::reading::{Limits, Readable};
    use crate::hasher::{Argon2Cost, PasswordHash};

    /// A decoy that its algorithm refused would take no time.
    #[test]
    fn a_decoy_is_of_its_kind_and_its_algorithm_takes_it() {
        for kind in [
            LegacyKind::Bcrypt { cost: 4 },
            LegacyKind::Scrypt { log_n: 4, r: 8, p: 2 },
            LegacyKind::Pbkdf2 { digest: Digest::Sha256, rounds: 2, outputs: 1 },
            LegacyKind::Pbkdf2 { digest: Digest::Sha256, rounds: 2, outputs: 2 },
            LegacyKind::Pbkdf2 { digest: Digest::Sha512, rounds: 2, outputs: 1 },
        ] {
            let decoy = kind.decoy().unwrap();
            assert_eq!(decoy.kind(), kind);
            if let super::LegacyHash::Bcrypt { text, .. } = &decoy {
                assert!(matches!(bcrypt::verify("password", text), Ok(false)), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_kind_is_read_from_what_decides_the_time_and_nothing_else() {
        let limits = Limits { memory_kib: 65_536, legacy_work_kib: Some(Argon2Cost::MAX_WORK_KIB) };
        let kind = |text: &str| match Readable::parse(&PasswordHash::from_stored(text), &limits) {
            Ok(Readable::Legacy(hash)) => hash.kind(),
            _ => panic!("{text}"),
        };
        let bcrypt = |form: &str, cost: u32| {
            kind(&format!("${form}${cost:02}$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"))
        };
        assert_eq!(bcrypt("2a", 5), LegacyKind::Bcrypt { cost: 5 });
        assert_eq!(bcrypt("2a", 5), kind("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
        assert_ne!(bcrypt("2a", 5), bcrypt("2a", 6));

        let tag = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let scrypt = |parameters: &str| kind(&format!("$scrypt${parameters}$c29tZXNhbHQ${tag}"));
        assert_eq!(scrypt("ln=10,r=8,p=2"), LegacyKind::Scrypt { log_n: 10, r: 8, p: 2 });
        assert_eq!(scrypt("p=2,ln=10,r=8"), scrypt("ln=10,r=8,p=2"));

        // 32 bytes of SHA-256 are one output, 40 are two.
        let pbkdf2 = |name: &str, tag: &str| kind(&format!("$pbkdf2-{name}$i=9$c29tZXNhbHQ${tag}"));
        let longer = "NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+HGNVGMfaxH6Q";
        let of = |digest, outputs| LegacyKind::Pbkdf2 { digest, rounds: 9, outputs };
        assert_eq!(pbkdf2("sha256", tag), of(Digest::Sha256, 1));
        assert_eq!(pbkdf2("sha256", longer), of(Digest::Sha256, 2));
        assert_eq!(pbkdf2("sha512", longer), of(Digest::Sha512, 1));
    }
}
