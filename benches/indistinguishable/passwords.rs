//! A wrong password, at log-in and where it is to be changed, with several kinds of people in turn.

use argon2::{Argon2, Params, PasswordHasher};
use vestibule::contact::Channel;
use vestibule::error::Error;
use vestibule::hasher::{Argon2Cost, HashingSettings, LegacyHashes};
use vestibule::{Contact, NewPassword, PasswordHash};

use crate::house::House;
use crate::order::Order;
use crate::parts::{PASSWORD, stored_hash};
use crate::people::Who;
use crate::report::Piles;
use crate::timing::Manner;

/// Where the wrong password is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    AtLogIn,
    ToChangeIt,
}

const WRONG: &str = "sju blå hvaler i fjorden";

/// Hashing at this cost, with the kinds of [`other_hashes`] named.
pub fn hashing(cost: Argon2Cost) -> HashingSettings {
    let examples = other_hashes(cost).into_iter().filter_map(|who| match who {
        Who::OtherHash(_, stored) => Some(PasswordHash::from_stored(stored)),
        _ => None,
    });
    HashingSettings::default().cost(cost).legacy(LegacyHashes::UpToRefusalCost).older_hashes(examples)
}

/// Active people whose hashes are not of today's parameters: much cheaper, about as dear, and of another algorithm. The
/// last two are cheaper, too, where a hash of today is next to nothing.
pub fn other_hashes(cost: Argon2Cost) -> [Who; 3] {
    let (memory_kib, bcrypt) = if cost == Argon2Cost::dangerous_cheapest() { (12, 4) } else { (12_288, 8) };
    let other = |name: String, stored: String| Who::OtherHash(name.leak(), stored.leak());
    [
        other("active, hash of 8 KiB".into(), stored(8, 1)),
        other(format!("active, of {memory_kib} KiB, 3 passes"), stored(memory_kib, 3)),
        other(
            format!("active, bcrypt at cost {bcrypt}"),
            format!("$2b${bcrypt:02}$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"),
        ),
    ]
}

/// A hash as an older version of an application may have made it, below the floor of today.
fn stored(memory_kib: u32, passes: u32) -> String {
    let hasher: Argon2<'_> = Params::new(memory_kib, passes, 1, None).unwrap().into();
    let hashed = hasher.hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes...");
    hashed.unwrap().to_string()
}

impl Typed {
    /// So many samples of each kind of person, after some that are not counted.
    pub async fn sample(
        self,
        house: &House,
        kinds: &[Who],
        cost: Argon2Cost,
        (people, samples): (usize, usize),
        manner: Manner,
        order: &mut Order,
    ) -> Piles {
        let people = house.welcome(kinds, Channel::Email, people, &stored_hash(cost), order).await;
        let each = people[0].contacts.len();
        let mut piles = Piles::of(kinds);
        let mut unmeasured = 2 * kinds.len();
        while piles.least() < samples {
            for (class, turn) in order.interleave(kinds.len(), each.min(samples)) {
                let (contact, id) = (&people[class].as_typed(turn), people[class].ids[turn].clone());
                let Contact::Email(email) = contact else { continue };
                let origin = house.elsewhere();
                let new = NewPassword::typed_once(PASSWORD.into()).unwrap();
                let call = async {
                    match self {
                        Self::AtLogIn => house.accounts.log_in(email, WRONG.into(), &origin).await.err(),
                        Self::ToChangeIt => {
                            house.accounts.change_password(&id, WRONG.into(), new, &origin).await.err()
                        }
                    }
                };
                let (answer, took) = house.time(manner, contact, call).await;
                assert!(answer.is_none_or(|refused| matches!(
                    refused,
                    Some(Error::CredentialsRejected | Error::CurrentPasswordRejected)
                )));
                match unmeasured {
                    0 => piles.add(class, took),
                    _ => unmeasured -= 1,
                }
                house.rest().await;
            }
            house.forget().await;
        }
        piles
    }
}
