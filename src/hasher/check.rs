//! Making and verifying a hash, on whatever thread this runs. What makes refusals alike is here.

use std::hint::black_box;
use std::sync::Arc;

use argon2::password_hash::phc;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::MAX_PASSWORD_BYTES;
use super::cost::Argon2Cost;
use super::failure::HashFailure;
use super::kdf::{Inputs, Kdf, Variant, Version};
use super::memory::WorkMemory;
use super::pepper::{Pepper, Peppers};
use super::reading::{Limits, Readable, StoredArgon2, Unverifiable};
use super::settings::HashingSettings;
use super::stats::Counters;
use super::stored::PasswordHash;
use crate::error::BackendError;
use crate::random;

const SALT_BYTES: usize = 16;
const TAG_BYTES: usize = 32;

/// What came of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) matches: bool,
    /// Why the stored hash could not be verified, for the operator. Then nothing matches.
    pub(crate) unverifiable: Option<Unverifiable>,
    /// Whether the password, which matches, is to be hashed anew: parameters, algorithm or pepper are not the
    /// current.
    pub(crate) rehash_wanted: bool,
}

/// Makes and verifies hashes.
pub(super) struct Hasher {
    cost: Argon2Cost,
    refusal_cost: Argon2Cost,
    peppers: Peppers,
    limits: Limits,
    /// A hash of the current parameters and pepper that belongs to nobody.
    decoy: PasswordHash,
    kdf: Box<dyn Kdf>,
    counters: Arc<Counters>,
}

impl Hasher {
    pub(super) fn new(
        settings: HashingSettings,
        kdf: Box<dyn Kdf>,
        counters: Arc<Counters>,
    ) -> Result<Self, BackendError> {
        let (salt, tag) = (random::bytes::<SALT_BYTES>()?, random::bytes::<TAG_BYTES>()?);
        let pepper = settings.peppers.for_new_hashes();
        Ok(Self {
            cost: settings.cost,
            refusal_cost: settings.raised_refusal_cost(),
            limits: settings.limits(),
            decoy: compose(settings.cost, pepper, &salt, &tag)?,
            peppers: settings.peppers,
            kdf,
            counters,
        })
    }

    /// Hashes a password under the current parameters and pepper.
    pub(super) fn hash(
        &self,
        memory: &mut WorkMemory,
        password: &SecretString,
    ) -> Result<PasswordHash, HashFailure> {
        let password = password.expose_secret().as_bytes();
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(HashFailure::PasswordTooLong);
        }
        let salt = random::bytes::<SALT_BYTES>()?;
        let pepper = self.peppers.for_new_hashes();
        let inputs = Inputs {
            variant: Variant::Argon2id,
            version: Version::V13,
            cost: self.cost,
            secret: pepper.map(Pepper::secret),
            password,
            salt: &salt,
        };
        let tag = self.derive(&inputs, memory, TAG_BYTES)?;
        compose(self.cost, pepper, &salt, &tag)
    }

    /// Verifies a password against a stored hash; against the decoy where there is none or it cannot be verified, and
    /// where the password is too long to be anyone's. All these do the same work, and so does a wrong password.
    pub(super) fn verify(
        &self,
        memory: &mut WorkMemory,
        password: &SecretString,
        stored: Option<&PasswordHash>,
    ) -> Result<Verdict, HashFailure> {
        let password = password.expose_secret().as_bytes();
        // A long password is not hashed: its length would show in the time, and cost more than it is worth.
        let (password, stored) =
            if password.len() > MAX_PASSWORD_BYTES { (&b""[..], None) } else { (password, stored) };
        let (genuine, unverifiable) = match stored.map(|stored| self.read(stored)) {
            None => (None, None),
            Some(Ok(readable)) => (Some(readable), None),
            Some(Err(reason)) => (None, Some(reason)),
        };
        let is_genuine = genuine.is_some();
        let readable = match genuine {
            Some(readable) => readable,
            None => self.read(&self.decoy).map_err(|_| HashFailure::Refused)?,
        };
        let matches = self.compare(memory, password, &readable)? && is_genuine;
        if !matches {
            self.top_up(memory, readable.work_kib())?;
        }
        let rehash_wanted = matches && !self.is_current(&readable);
        Ok(Verdict { matches, unverifiable, rehash_wanted })
    }

    fn read(&self, stored: &PasswordHash) -> Result<Readable, Unverifiable> {
        let readable = Readable::parse(stored, &self.limits)?;
        // A missing pepper would read as a wrong password for everybody: it is told apart before any work is done.
        if let Readable::Argon2(StoredArgon2 { pepper: Some(version), .. }) = &readable
            && self.peppers.of_version(*version).is_none()
        {
            return Err(Unverifiable::PepperMissing);
        }
        Ok(readable)
    }

    fn compare(
        &self,
        memory: &mut WorkMemory,
        password: &[u8],
        readable: &Readable,
    ) -> Result<bool, HashFailure> {
        match readable {
            Readable::Argon2(stored) => self.compare_argon2(memory, password, stored),
            #[cfg(feature = "legacy-hashes")]
            Readable::Legacy(stored) => {
                self.counters.hashes.up();
                Ok(stored.matches(password, memory))
            }
        }
    }

    fn compare_argon2(
        &self,
        memory: &mut WorkMemory,
        password: &[u8],
        stored: &StoredArgon2,
    ) -> Result<bool, HashFailure> {
        let pepper = stored.pepper.and_then(|version| self.peppers.of_version(version));
        let inputs = Inputs {
            variant: stored.variant,
            version: stored.version,
            cost: stored.cost,
            secret: pepper.map(Pepper::secret),
            password,
            salt: &stored.salt,
        };
        let tag = self.derive(&inputs, memory, stored.tag.len())?;
        Ok(tag.ct_eq(stored.tag.as_bytes()).into())
    }

    /// Does the work that a refusal still lacks, on a hash of nothing.
    fn top_up(&self, memory: &mut WorkMemory, done_kib: u64) -> Result<(), HashFailure> {
        let missing_kib = self.refusal_cost.work_kib().saturating_sub(done_kib);
        let Some(cost) = self.refusal_cost.filler(missing_kib) else {
            return Ok(());
        };
        let inputs = Inputs {
            variant: Variant::Argon2id,
            version: Version::V13,
            cost,
            secret: None,
            password: b"",
            salt: &[0; SALT_BYTES],
        };
        self.derive(&inputs, memory, TAG_BYTES).map(|tag| drop(black_box(tag)))
    }

    /// Compares field by field: two equal parameter sets of the `argon2` crate can differ in what they leave unsaid.
    fn is_current(&self, readable: &Readable) -> bool {
        match readable {
            Readable::Argon2(stored) => {
                stored.variant == Variant::Argon2id
                    && stored.version == Version::V13
                    && stored.cost == self.cost
                    && stored.tag.len() == TAG_BYTES
                    && stored.salt.len() >= SALT_BYTES
                    && stored.pepper == self.peppers.for_new_hashes().map(Pepper::version)
            }
            #[cfg(feature = "legacy-hashes")]
            Readable::Legacy(_) => false,
        }
    }

    fn derive(
        &self,
        inputs: &Inputs<'_>,
        memory: &mut WorkMemory,
        tag_bytes: usize,
    ) -> Result<Zeroizing<Vec<u8>>, HashFailure> {
        let mut tag = Zeroizing::new(vec![0; tag_bytes]);
        self.counters.hashes.up();
        let outcome = self.kdf.derive(inputs, memory, &mut tag);
        memory.wipe();
        outcome.map(|()| tag)
    }
}

fn compose(
    cost: Argon2Cost,
    pepper: Option<&Pepper>,
    salt: &[u8],
    tag: &[u8],
) -> Result<PasswordHash, HashFailure> {
    let encoded = phc::Salt::new(salt).and_then(|salt| Ok((salt, phc::Output::new(tag)?)));
    let (salt, tag) = encoded.map_err(|_| HashFailure::Refused)?;
    let pepper = pepper.map(|pepper| format!("pepper={}:", pepper.version())).unwrap_or_default();
    let (memory_kib, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    Ok(PasswordHash::from_stored(format!(
        "{pepper}$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${tag}"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::argon2id::PortableArgon2;
    use super::{Arc, Argon2Cost, Hasher, HashingSettings, PasswordHash, WorkMemory};

    #[test]
    fn not_even_the_password_of_the_decoy_is_let_in() {
        let settings = HashingSettings::default().cost(Argon2Cost::dangerous_cheapest());
        let mut hasher = Hasher::new(settings, Box::new(PortableArgon2), Arc::default()).unwrap();
        let mut memory = WorkMemory::new(Arc::default());
        hasher.decoy = hasher.hash(&mut memory, &"of the decoy".into()).unwrap();
        for stored in [None, Some(PasswordHash::from_stored("")), Some(PasswordHash::from_stored("damaged"))]
        {
            assert!(!hasher.verify(&mut memory, &"of the decoy".into(), stored.as_ref()).unwrap().matches);
        }
    }
}
