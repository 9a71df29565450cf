//! Making and verifying a hash, on whatever thread this runs. What makes refusals alike is here.

use std::hint::black_box;

use argon2::password_hash::phc;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::MAX_PASSWORD_BYTES;
use super::cost::Argon2Cost;
use super::failure::HashFailure;
use super::kdf::{Failure, Inputs, Variant, Version};
use super::pepper::{Pepper, Peppers};
use super::reading::{Limits, Readable, StoredArgon2, Unverifiable};
use super::settings::HashingSettings;
use super::stored::PasswordHash;
use super::workbench::Workbench;
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
}

impl Hasher {
    pub(super) fn new(settings: HashingSettings) -> Result<Self, BackendError> {
        let (salt, tag) = (random::bytes::<SALT_BYTES>()?, random::bytes::<TAG_BYTES>()?);
        let pepper = settings.peppers.for_new_hashes();
        Ok(Self {
            cost: settings.cost,
            refusal_cost: settings.raised_refusal_cost(),
            limits: settings.limits(),
            decoy: compose(settings.cost, pepper, &salt, &tag)?,
            peppers: settings.peppers,
        })
    }

    /// Hashes a password under the current parameters and pepper.
    pub(super) fn hash(
        &self,
        bench: &mut Workbench,
        password: &SecretString,
    ) -> Result<PasswordHash, HashFailure> {
        let password = password.expose_secret().as_bytes();
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(HashFailure::PasswordTooLong);
        }
        let salt = random::bytes::<SALT_BYTES>()?;
        let pepper = self.peppers.for_new_hashes();
        let mut inputs = Inputs::new(self.cost, password, &salt);
        inputs.secret = pepper.map(Pepper::secret);
        let tag = derive(&inputs, bench, TAG_BYTES)?;
        compose(self.cost, pepper, &salt, &tag)
    }

    /// Verifies a password against a stored hash; against the decoy where there is none or it cannot be verified, and
    /// where the password is too long to be anyone's. All these do the same work, and so does a wrong password.
    pub(super) fn verify(
        &self,
        bench: &mut Workbench,
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
            None => self.read(&self.decoy).map_err(|_| Failure::Refused)?,
        };
        let matches = self.compare(bench, password, &readable)? && is_genuine;
        if !matches {
            self.top_up(bench, readable.work_kib())?;
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
        bench: &mut Workbench,
        password: &[u8],
        readable: &Readable,
    ) -> Result<bool, HashFailure> {
        match readable {
            Readable::Argon2(stored) => self.compare_argon2(bench, password, stored),
            #[cfg(feature = "legacy-hashes")]
            Readable::Legacy(stored) => Ok(stored.matches(password, bench)),
        }
    }

    fn compare_argon2(
        &self,
        bench: &mut Workbench,
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
        let tag = derive(&inputs, bench, stored.tag.len())?;
        Ok(tag.ct_eq(stored.tag.as_bytes()).into())
    }

    /// Does the work that a refusal still lacks, on a hash of nothing.
    fn top_up(&self, bench: &mut Workbench, done_kib: u64) -> Result<(), HashFailure> {
        let missing_kib = self.refusal_cost.work_kib().saturating_sub(done_kib);
        let Some(cost) = self.refusal_cost.filler(missing_kib) else {
            return Ok(());
        };
        let inputs = Inputs::new(cost, b"", &[0; SALT_BYTES]);
        derive(&inputs, bench, TAG_BYTES).map(|tag| drop(black_box(tag)))
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
}

fn derive(
    inputs: &Inputs<'_>,
    bench: &mut Workbench,
    tag_bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, HashFailure> {
    let mut tag = Zeroizing::new(vec![0; tag_bytes]);
    bench.derive(inputs, &mut tag)?;
    Ok(tag)
}

fn compose(
    cost: Argon2Cost,
    pepper: Option<&Pepper>,
    salt: &[u8],
    tag: &[u8],
) -> Result<PasswordHash, HashFailure> {
    let encoded = phc::Salt::new(salt).and_then(|salt| Ok((salt, phc::Output::new(tag)?)));
    let (salt, tag) = encoded.map_err(|_| Failure::Refused)?;
    let pepper = pepper.map(|pepper| format!("pepper={}:", pepper.version())).unwrap_or_default();
    let (memory_kib, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    Ok(PasswordHash::from_stored(format!(
        "{pepper}$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${tag}"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::argon2id::PortableArgon2;
    use super::{Argon2Cost, Hasher, HashingSettings, PasswordHash, Workbench};

    #[test]
    fn not_even_the_password_of_the_decoy_is_let_in() {
        let settings = HashingSettings::default().cost(Argon2Cost::dangerous_cheapest());
        let mut hasher = Hasher::new(settings).unwrap();
        let mut bench = Workbench::new(&PortableArgon2, Default::default());
        hasher.decoy = hasher.hash(&mut bench, &"of the decoy".into()).unwrap();
        for stored in [None, Some(PasswordHash::from_stored("")), Some(PasswordHash::from_stored("damaged"))]
        {
            assert!(!hasher.verify(&mut bench, &"of the decoy".into(), stored.as_ref()).unwrap().matches);
        }
    }
}
