//! Making and verifying a hash, on whatever thread this runs. What makes refusals alike is here.

use std::hint::black_box;

use argon2::password_hash::phc;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::checked::Checked;
use super::cost::Argon2Cost;
use super::failure::HashFailure;
use super::kdf::{Failure, Inputs};
use super::kinds::{Decoys, Kind};
use super::pepper::{Pepper, Peppers};
use super::reading::{Limits, Readable, StoredArgon2, Unverifiable};
use super::settings::HashingSettings;
use super::stored::PasswordHash;
use super::workbench::Workbench;
use super::{MAX_PASSWORD_BYTES, SALT_BYTES, TAG_BYTES};
use crate::error::BackendError;
use crate::random;

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
    /// The shape of what tops up a refusal.
    filler: Argon2Cost,
    /// What every refusal costs at least.
    refusal_kib: u64,
    peppers: Peppers,
    limits: Limits,
    decoys: Decoys,
}

impl Hasher {
    pub(super) fn new(settings: HashingSettings, checked: &Checked) -> Result<Self, BackendError> {
        let pepper = settings.peppers.for_new_hashes().map(Pepper::version);
        Ok(Self {
            cost: settings.cost,
            filler: settings.raised_refusal_cost(),
            refusal_kib: checked.refusal_kib,
            limits: checked.limits,
            decoys: Decoys::new(&checked.kinds, pepper)?,
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

    /// Verifies a password against a stored hash in the place of its kind, and against decoys in the places of all
    /// other kinds; against decoys alone where there is none or it cannot be verified, and where the password is too
    /// long to be anyone's. All these make the same calls, and so does a wrong password. A right one ends it in its
    /// place: that it was right shows anyhow.
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
        let (genuine, unverifiable) =
            match stored.map(|stored| Readable::accept(stored, &self.limits, &self.peppers)) {
                None => (None, None),
                Some(Ok(readable)) => (Some(readable), None),
                Some(Err(reason)) => (None, Some(reason)),
            };
        let mut done_kib = 0;
        for (readable, is_genuine) in self.decoys.around(genuine.as_ref()) {
            let matches = self.compare(bench, password, readable)? && is_genuine;
            if matches {
                let rehash_wanted = !self.is_current(readable);
                return Ok(Verdict { matches, unverifiable, rehash_wanted });
            }
            done_kib += readable.kind().work_kib();
        }
        self.top_up(bench, done_kib)?;
        Ok(Verdict { matches: false, unverifiable, rehash_wanted: false })
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
        let missing_kib = self.refusal_kib.saturating_sub(done_kib);
        let Some(cost) = self.filler.filler(missing_kib) else {
            return Ok(());
        };
        let inputs = Inputs::new(cost, b"", &[0; SALT_BYTES]);
        derive(&inputs, bench, TAG_BYTES).map(|tag| drop(black_box(tag)))
    }

    /// Compares field by field: two equal parameter sets of the `argon2` crate can differ in what they leave unsaid.
    fn is_current(&self, readable: &Readable) -> bool {
        match readable {
            Readable::Argon2(stored) => {
                readable.kind() == Kind::new(self.cost)
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
    use super::{Argon2Cost, Decoys, Hasher, HashingSettings, PasswordHash, Readable, Workbench};

    fn hasher(settings: HashingSettings) -> Hasher {
        let checked = settings.check().unwrap();
        Hasher::new(settings, &checked).unwrap()
    }

    fn settings(memory_kib: u32) -> HashingSettings {
        HashingSettings::default().cost(Argon2Cost::unchecked(memory_kib, 1, 1))
    }

    #[test]
    fn not_even_the_password_of_a_decoy_is_let_in() {
        let mut bench = Workbench::new(&PortableArgon2, Default::default());
        let mut hash = |memory_kib| hasher(settings(memory_kib)).hash(&mut bench, &"U*U".into()).unwrap();
        let (current, older) = (hash(8), hash(64));
        let examples = vec![older.clone()];
        let settings = settings(8);
        #[cfg(feature = "legacy-hashes")]
        let (examples, settings) = {
            let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
            let settings = settings.legacy(crate::hasher::LegacyHashes::UpToRefusalCost);
            ([examples, vec![PasswordHash::from_stored(bcrypt)]].concat(), settings)
        };
        let mut hasher = hasher(settings.older_hashes(examples.clone()));
        let read = |stored: &PasswordHash| Readable::parse(stored, &hasher.limits).ok().unwrap();
        let decoys: Vec<_> = [current].iter().chain(&examples).map(read).collect();
        let kinds = |decoys: &[Readable]| decoys.iter().map(Readable::kind).collect::<Vec<_>>();
        assert_eq!(kinds(&decoys), kinds(&hasher.decoys.0));
        hasher.decoys = Decoys(decoys);

        let mut matches =
            |stored: Option<&PasswordHash>| hasher.verify(&mut bench, &"U*U".into(), stored).unwrap().matches;
        assert!(matches(Some(&older)));
        let of_another =
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let of_no_kind =
            "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(!matches(None));
        for stored in ["", "damaged", of_another, of_no_kind] {
            assert!(!matches(Some(&PasswordHash::from_stored(stored))), "{stored}");
        }
    }
}
