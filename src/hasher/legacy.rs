//! Hashes of older systems: verified, and replaced at the next log-in. None is ever made.
//!
//! | form | from |
//! |---|---|
//! | `$2a$`, `$2b$`, `$2y$` | bcrypt |
//! | `$scrypt$ln=..,r=..,p=..$salt$hash` | scrypt, PHC |
//! | `$pbkdf2-sha256$i=..[,l=..]$salt$hash`, `$pbkdf2-sha512$..` | PBKDF2, PHC |
//! | `pbkdf2_sha256$rounds$salt$hash` | PBKDF2, Django |
//! | `AQAAAA..`, Base64 | PBKDF2, ASP.NET Core Identity, version 3 |
//!
//! `$2x$` marks bcrypt hashes of an implementation with an error that is not reproduced here: unsupported.

mod aspnet;
mod kind;

use argon2::password_hash::phc;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use self::kind::{scrypt_memory_kib, scrypt_units};
use super::cost::Argon2Cost;
use super::reading::{Limits, Unverifiable, parameters};
use super::workbench::Workbench;

pub(super) use self::kind::LegacyKind;

/// What is left of a longer password by bcrypt, in bytes.
const BCRYPT_BYTES: usize = 72;

/// A legacy hash within the limits.
pub(super) enum LegacyHash {
    Bcrypt { cost: u32, text: Zeroizing<String> },
    Scrypt { params: scrypt::Params, salt: phc::Salt, tag: phc::Output },
    Pbkdf2 { digest: Digest, rounds: u32, salt: Vec<u8>, tag: phc::Output },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha256,
    Sha512,
}

impl Digest {
    const fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl LegacyHash {
    pub(super) fn parse(text: &str, limits: &Limits) -> Result<Self, Unverifiable> {
        let accepted_kib =
            limits.legacy_work_kib.ok_or(Unverifiable::Unsupported)?.min(Argon2Cost::MAX_WORK_KIB);
        let hash = if text.starts_with("$2") {
            parse_bcrypt(text)?
        } else if let Some(rest) = text.strip_prefix("pbkdf2_sha256$") {
            parse_django(rest).ok_or(Unverifiable::Unreadable)?
        } else if text.starts_with(aspnet::PREFIX) {
            aspnet::parse(text)?
        } else {
            let phc = phc::PasswordHash::new(text).map_err(|_| Unverifiable::Unreadable)?;
            match phc.algorithm.as_str() {
                "scrypt" => parse_scrypt(&phc, limits.memory_kib)?,
                "pbkdf2-sha256" => parse_pbkdf2(&phc, Digest::Sha256)?,
                "pbkdf2-sha512" => parse_pbkdf2(&phc, Digest::Sha512)?,
                _ => return Err(Unverifiable::Unsupported),
            }
        };
        if hash.kind().work_kib() > accepted_kib { Err(Unverifiable::TooCostly) } else { Ok(hash) }
    }

    pub(super) fn kind(&self) -> LegacyKind {
        match self {
            Self::Bcrypt { cost, .. } => LegacyKind::Bcrypt { cost: *cost },
            Self::Scrypt { params, .. } => {
                LegacyKind::Scrypt { log_n: params.log_n(), r: params.r(), p: params.p() }
            }
            Self::Pbkdf2 { digest, rounds, tag, .. } => {
                let outputs = tag.len().div_ceil(digest.bytes());
                LegacyKind::Pbkdf2 { digest: *digest, rounds: *rounds, outputs }
            }
        }
    }

    /// Verifies a password. The memory of scrypt is its crate's, which does not wipe it: one more reason to be rid of
    /// such hashes.
    pub(super) fn matches(&self, password: &[u8], bench: &mut Workbench) -> bool {
        bench.count_hash();
        match self {
            Self::Bcrypt { text, .. } => bcrypt_matches(password, text),
            Self::Scrypt { params, salt, tag } => {
                // Not both at once: the bound on memory holds for the two together.
                bench.release();
                let mut derived = Zeroizing::new(vec![0; tag.len()]);
                scrypt::scrypt(password, salt, params, &mut derived).is_ok() && equal(&derived, tag)
            }
            Self::Pbkdf2 { digest, rounds, salt, tag } => {
                let mut derived = Zeroizing::new(vec![0; tag.len()]);
                match digest {
                    Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *rounds, &mut derived),
                    Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *rounds, &mut derived),
                }
                equal(&derived, tag)
            }
        }
    }
}

/// bcrypt sees 72 bytes. Whoever had a longer password there logs in with it here, and with whatever begins with the
/// same 72 bytes, once: the hash that then replaces it covers what was typed, whole.
///
/// bcrypt also repeats its key, ended by a zero byte, so that `a`, zero, `a` gives the hash of `a`. A password that
/// holds a zero byte therefore matches nothing; the work is done all the same.
fn bcrypt_matches(password: &[u8], text: &str) -> bool {
    let seen = password.get(..BCRYPT_BYTES).unwrap_or(password);
    bcrypt::verify(seen, text).unwrap_or_default() && !password.contains(&0)
}

fn parse_bcrypt(text: &str) -> Result<LegacyHash, Unverifiable> {
    if !["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)) {
        return Err(Unverifiable::Unsupported);
    }
    let cost = text.parse::<bcrypt::HashParts>().map_err(|_| Unverifiable::Unreadable)?.get_cost();
    match cost {
        4..=31 => Ok(LegacyHash::Bcrypt { cost, text: Zeroizing::new(text.to_owned()) }),
        _ => Err(Unverifiable::Unreadable),
    }
}

fn parse_scrypt(phc: &phc::PasswordHash, accepted_kib: u32) -> Result<LegacyHash, Unverifiable> {
    let [log_n, r, p] = parameters(phc, ["ln", "r", "p"]).ok_or(Unverifiable::Unreadable)?;
    let (Some(salt), Some(tag), None) = (phc.salt, phc.hash, phc.version) else {
        return Err(Unverifiable::Unreadable);
    };
    let log_n = u8::try_from(log_n).ok().filter(|log_n| *log_n < 32).ok_or(Unverifiable::TooCostly)?;
    // Before `Params::new`, which multiplies r and p without looking.
    if scrypt_memory_kib(log_n, r, p) > accepted_kib
        || scrypt_units(log_n, r, p) > Argon2Cost::MAX_WORK_KIB * 2
    {
        return Err(Unverifiable::TooCostly);
    }
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Unverifiable::Unreadable)?;
    Ok(LegacyHash::Scrypt { params, salt, tag })
}

fn parse_pbkdf2(phc: &phc::PasswordHash, digest: Digest) -> Result<LegacyHash, Unverifiable> {
    let (Some(salt), Some(tag), None) = (&phc.salt, &phc.hash, phc.version) else {
        return Err(Unverifiable::Unreadable);
    };
    let with_length = || parameters(phc, ["i", "l"]).filter(|[_, length]| *length as usize == tag.len());
    let rounds = match parameters(phc, ["i"]).or_else(|| with_length().map(|[rounds, _]| [rounds])) {
        None | Some([0]) => return Err(Unverifiable::Unreadable),
        Some([rounds]) => rounds,
    };
    Ok(LegacyHash::Pbkdf2 { digest, rounds, salt: salt.to_vec(), tag: *tag })
}

/// `rounds$salt$hash`: the salt as it stands, the hash in Base64 with padding.
fn parse_django(rest: &str) -> Option<LegacyHash> {
    let mut fields = rest.split('$');
    let (rounds, salt, tag, None) = (fields.next()?, fields.next()?, fields.next()?, fields.next()) else {
        return None;
    };
    let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0)?;
    let tag = phc::Output::decode(tag.trim_end_matches('=')).ok()?;
    Some(LegacyHash::Pbkdf2 { digest: Digest::Sha256, rounds, salt: salt.into(), tag })
}

fn equal(derived: &[u8], tag: &phc::Output) -> bool {
    derived.ct_eq(tag.as_bytes()).into()
}

#[cfg(test)]
mod tests;
