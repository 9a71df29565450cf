//! From the stored text to something that can be verified. Every limit is checked here, before any memory is taken.

use argon2::password_hash::phc;

use super::cost::Argon2Cost;
use super::kdf::{Variant, Version};
use super::kinds::Kind;
#[cfg(feature = "legacy-hashes")]
use super::legacy::LegacyHash;
use super::pepper::Peppers;
use super::stored::PasswordHash;

/// No hash that can be verified is longer, in bytes.
const MAX_TEXT: usize = 512;

/// Why a stored hash cannot be verified. Outside, such an account looks like one with another password; this is for
/// the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unverifiable {
    /// The stored text is blank, where the directory should have said that there is no password.
    Blank,
    /// The stored text is damaged, or of a form that is not known here.
    Unreadable,
    /// A known form that is not accepted: another member of the Argon2 family, or a legacy hash while the feature
    /// `legacy-hashes` or its setting is off.
    Unsupported,
    /// It asks for more memory or work than the settings accept.
    TooCostly,
    /// It was made with a pepper that the settings do not hold.
    PepperMissing,
}

/// What a stored hash may ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) memory_kib: u32,
    /// The most work of a legacy hash, in the unit of [`Argon2Cost::work_kib`]; none where legacy hashes are refused.
    pub(super) legacy_work_kib: Option<u64>,
}

/// A stored hash that was read and lies within the limits.
pub(super) enum Readable {
    Argon2(StoredArgon2),
    #[cfg(feature = "legacy-hashes")]
    Legacy(LegacyHash),
}

/// A stored hash of the Argon2 family.
pub(super) struct StoredArgon2 {
    pub(super) variant: Variant,
    pub(super) version: Version,
    pub(super) cost: Argon2Cost,
    pub(super) pepper: Option<u32>,
    pub(super) salt: phc::Salt,
    pub(super) tag: phc::Output,
}

impl Readable {
    pub(super) fn parse(stored: &PasswordHash, limits: &Limits) -> Result<Self, Unverifiable> {
        let text = stored.expose_for_storage();
        if text.trim().is_empty() {
            return Err(Unverifiable::Blank);
        }
        if text.len() > MAX_TEXT {
            return Err(Unverifiable::Unreadable);
        }
        let (pepper, text) = split_pepper(text)?;
        if text.starts_with("$argon2") {
            return parse_argon2(text, pepper, limits).map(Self::Argon2);
        }
        #[cfg(feature = "legacy-hashes")]
        if pepper.is_none() && limits.legacy_work_kib.is_some() {
            return LegacyHash::parse(text, limits).map(Self::Legacy);
        }
        Err(if text.starts_with('$') { Unverifiable::Unsupported } else { Unverifiable::Unreadable })
    }

    /// Reads a hash that can be verified with these peppers, too.
    pub(super) fn accept(
        stored: &PasswordHash,
        limits: &Limits,
        peppers: &Peppers,
    ) -> Result<Self, Unverifiable> {
        let readable = Self::parse(stored, limits)?;
        // A missing pepper would read as a wrong password for everybody: it is told apart before any work is done.
        if let Self::Argon2(StoredArgon2 { pepper: Some(version), .. }) = &readable
            && peppers.of_version(*version).is_none()
        {
            return Err(Unverifiable::PepperMissing);
        }
        Ok(readable)
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Argon2(StoredArgon2 { variant, version, cost, .. }) => {
                Kind::Argon2 { variant: *variant, version: *version, cost: *cost }
            }
            #[cfg(feature = "legacy-hashes")]
            Self::Legacy(stored) => Kind::Legacy(stored.kind()),
        }
    }
}

/// The parameters named `names` of a PHC string: each exactly once, in any order, and no others.
///
/// The hash function is run with what is returned here and nothing else. A lenient reader beside a strict limit is
/// how `m=64,m=2097152` passes.
pub(super) fn parameters<const N: usize>(phc: &phc::PasswordHash, names: [&str; N]) -> Option<[u32; N]> {
    let mut values = [None; N];
    for (name, value) in phc.params.iter() {
        let place = names.iter().position(|wanted| *wanted == name.as_str())?;
        if values[place].replace(value.decimal().ok()?).is_some() {
            return None;
        }
    }
    values.iter().all(Option::is_some).then(|| values.map(Option::unwrap_or_default))
}

/// Takes `pepper=3:` off the front.
fn split_pepper(text: &str) -> Result<(Option<u32>, &str), Unverifiable> {
    let Some(rest) = text.strip_prefix("pepper=") else {
        return Ok((None, text));
    };
    let (version, rest) = rest.split_once(':').ok_or(Unverifiable::Unreadable)?;
    let version = version.parse().map_err(|_| Unverifiable::Unreadable)?;
    Ok((Some(version), rest))
}

fn parse_argon2(text: &str, pepper: Option<u32>, limits: &Limits) -> Result<StoredArgon2, Unverifiable> {
    let phc = phc::PasswordHash::new(text).map_err(|_| Unverifiable::Unreadable)?;
    let (variant, accepted_work_kib) = match (phc.algorithm.as_str(), limits.legacy_work_kib) {
        ("argon2id", _) => (Variant::Argon2id, Argon2Cost::MAX_WORK_KIB),
        // Superseded: argon2i is weak with few passes, argon2d tells the password to whoever shares the machine's
        // caches.
        ("argon2i", Some(work_kib)) => (Variant::Argon2i, work_kib),
        ("argon2d", Some(work_kib)) => (Variant::Argon2d, work_kib),
        _ => return Err(Unverifiable::Unsupported),
    };
    let version = match phc.version {
        // The field came with version 0x13; what lacks it is older. The `argon2` crate takes it for 0x13.
        None | Some(0x10) => Version::V10,
        Some(0x13) => Version::V13,
        Some(_) => return Err(Unverifiable::Unsupported),
    };
    let [memory_kib, passes, lanes] = parameters(&phc, ["m", "t", "p"]).ok_or(Unverifiable::Unreadable)?;
    let cost = Argon2Cost::unchecked(memory_kib, passes, lanes);
    if cost.excess().is_some() || memory_kib > limits.memory_kib || cost.work_kib() > accepted_work_kib {
        return Err(Unverifiable::TooCostly);
    }
    let (Some(salt), Some(tag)) = (phc.salt, phc.hash) else {
        return Err(Unverifiable::Unreadable);
    };
    Ok(StoredArgon2 { variant, version, cost, pepper, salt, tag })
}

#[cfg(test)]
mod tests {
    use super::{Limits, PasswordHash, Readable, Unverifiable, Version};

    const SALT_AND_TAG: &str = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn refusal(text: &str) -> Option<Unverifiable> {
        let limits = Limits { memory_kib: 65_536, legacy_work_kib: None };
        Readable::parse(&PasswordHash::from_stored(text), &limits).err()
    }

    #[test]
    fn a_missing_version_is_the_old_one() {
        let limits = Limits { memory_kib: 65_536, legacy_work_kib: None };
        for (version, expected) in [("", Version::V10), ("$v=16", Version::V10), ("$v=19", Version::V13)] {
            let stored =
                PasswordHash::from_stored(format!("$argon2id{version}$m=256,t=2,p=1${SALT_AND_TAG}"));
            let Ok(Readable::Argon2(read)) = Readable::parse(&stored, &limits) else { panic!("{version}") };
            assert_eq!(read.version, expected);
        }
    }

    #[test]
    fn every_parameter_is_bounded() {
        for parameters in [
            "m=2097152,t=1,p=1",
            "m=65537,t=1,p=1",
            "m=4294967295,t=4294967295,p=16777215",
            "m=256,t=4294967295,p=1",
            "m=65536,t=65,p=1",
            "m=256,t=0,p=1",
            "m=256,t=1,p=0",
            "m=256,t=1,p=64",
            "m=256,t=1,p=4294967295",
            "m=0,t=1,p=1",
        ] {
            let refused = refusal(&format!("$argon2id$v=19${parameters}${SALT_AND_TAG}"));
            assert_eq!(refused, Some(Unverifiable::TooCostly), "{parameters}");
        }
    }

    #[test]
    fn parameters_that_are_missing_doubled_or_unknown_are_not_guessed_at() {
        for parameters in [
            "t=1,p=1",
            "m=64,m=64,t=1,p=1",
            "m=64,t=1,p=1,keyid=AAAA",
            "m=064,t=1,p=1",
            "m=,t=1,p=1",
            "m=-8,t=1,p=1",
        ] {
            let refused = refusal(&format!("$argon2id$v=19${parameters}${SALT_AND_TAG}"));
            assert_eq!(refused, Some(Unverifiable::Unreadable), "{parameters}");
        }
    }

    #[test]
    fn damage_is_told_apart_from_what_is_not_supported() {
        let text = |head: &str| format!("{head}$m=256,t=2,p=1${SALT_AND_TAG}");
        for blank in ["", "  ", "\n"] {
            assert_eq!(refusal(blank), Some(Unverifiable::Blank));
        }
        let damaged =
            ["x", "$argon2id", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ", "pepper=1", "pepper=:$argon2id"];
        for damaged in damaged {
            assert_eq!(refusal(damaged), Some(Unverifiable::Unreadable), "{damaged}");
        }
        assert_eq!(refusal(&text("pepper=4294967296:$argon2id$v=19")), Some(Unverifiable::Unreadable));
        assert_eq!(refusal(&"$argon2id".repeat(100)), Some(Unverifiable::Unreadable));
        for unsupported in
            ["$argon2i$v=19", "$argon2d$v=19", "$argon2id$v=20", "$argon2x$v=19", "pepper=1:$scrypt"]
        {
            assert_eq!(refusal(&text(unsupported)), Some(Unverifiable::Unsupported), "{unsupported}");
        }
        assert_eq!(refusal(&text("$argon2id$v=19")), None);
        assert_eq!(refusal(&text("pepper=1:$argon2id$v=19")), None);
    }
}
