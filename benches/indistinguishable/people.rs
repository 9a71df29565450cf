//! Every kind of person that a stranger might want to tell from somebody unknown.

use std::fmt;
use std::sync::atomic::Ordering;

use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::contact::Channel;
use vestibule::ports::Clock;
use vestibule::{AccountId, Contact, EmailAddress, PasswordHash, PhoneNumber};

use crate::house::House;
use crate::order::Order;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Unknown,
    Pending,
    Active,
    Suspended,
    /// Active, and registered with the other channel only.
    OtherChannel,
    /// A number of two accounts.
    SharedNumber,
    /// Active, with a hash that is not of today's parameters.
    OtherHash(&'static str, &'static str),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::OtherChannel => "active, by the other channel",
            Self::SharedNumber => "a number of two accounts",
            Self::OtherHash(what, _) => what,
        })
    }
}

/// Some people of one kind.
pub struct People {
    /// What is typed.
    pub contacts: Vec<Contact>,
    /// Their accounts; for unknown people, ids of the same length that are nobody's.
    pub ids: Vec<AccountId>,
}

impl People {
    /// What is typed for one of them. It is a copy: where in memory something lies must not tell whose it is.
    pub fn as_typed(&self, turn: usize) -> Contact {
        self.contacts[turn].clone()
    }
}

impl House {
    /// So many people of each kind. Neither their addresses nor the order in which they came tells the kinds apart.
    pub async fn welcome(
        &self,
        kinds: &[Who],
        channel: Channel,
        each: usize,
        active_hash: &str,
        order: &mut Order,
    ) -> Vec<People> {
        let mut people: Vec<_> =
            kinds.iter().map(|_| People { contacts: Vec::new(), ids: Vec::new() }).collect();
        for (class, _) in order.interleave(kinds.len(), each) {
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let (typed, other) = match channel {
                Channel::Email => (email(number), phone(number)),
                Channel::Sms => (phone(number), email(number)),
            };
            let id = self.introduce(kinds[class], &typed, other, active_hash).await;
            people[class].ids.push(id.unwrap_or_else(|| self.nobody(number)));
            people[class].contacts.push(typed);
        }
        people
    }

    /// Somebody whom nobody has heard of.
    pub fn stranger(&self) -> Contact {
        email(self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    async fn introduce(
        &self,
        who: Who,
        typed: &Contact,
        other: Contact,
        active_hash: &str,
    ) -> Option<AccountId> {
        let both = || Registration::new(typed.clone()).contact(other.clone());
        let id = match who {
            Who::Unknown => return None,
            Who::OtherChannel => self.directory.register(Registration::new(other)).await,
            Who::SharedNumber => {
                self.directory.register(Registration::new(typed.clone())).await;
                self.directory.register(both()).await
            }
            Who::Pending | Who::Active | Who::Suspended | Who::OtherHash(..) => {
                self.directory.register(both()).await
            }
        };
        if who != Who::Pending {
            let stored = if let Who::OtherHash(_, stored) = who { stored } else { active_hash };
            self.activate(&id, stored).await;
        }
        if who == Who::Suspended {
            self.directory.suspend(&id).await;
        }
        Some(id)
    }

    /// An id that was never given away, of the form that this store gives them.
    fn nobody(&self, number: u32) -> AccountId {
        AccountId::new(if self.counts_ids {
            number.to_string().bytes().map(|digit| char::from(digit + b'a' - b'0')).collect::<String>()
        } else {
            format!("{:032x}", u128::MAX / 3 * 2 - (u128::from(number) << 96))
        })
    }

    async fn activate(&self, id: &AccountId, stored: &str) {
        let account = self.directory.get(id).await.unwrap().unwrap();
        let change = CredentialChange {
            password: PasswordHash::from_stored(stored),
            how: PasswordChange::Activated,
            proven: None,
            at: self.clock.now(),
        };
        let version = account.credential_version;
        assert!(self.directory.replace_credential(id, &version, &change).await.unwrap().is_some());
    }
}

/// All of one length.
fn email(number: u32) -> Contact {
    EmailAddress::parse(&format!("member{number:07}@example.no")).unwrap().into()
}

fn phone(number: u32) -> Contact {
    PhoneNumber::from_e164(&format!("+474{number:07}")).unwrap().into()
}
