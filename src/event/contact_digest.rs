use std::fmt;

use serde::{Serialize, Serializer};

use crate::throttle::ThrottleKey;

/// A contact, told apart from others without being known: 16 hexadecimal digits of a keyed hash.
///
/// To find what happened to a person, compute it with
/// [`AccountService::contact_digest`](crate::AccountService::contact_digest) and look for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactDigest([u8; 8]);

impl ContactDigest {
    pub(crate) fn of(identifier: &ThrottleKey) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *identifier.as_bytes();
        Self([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for ContactDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ContactDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactDigest({self})")
    }
}

impl Serialize for ContactDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
