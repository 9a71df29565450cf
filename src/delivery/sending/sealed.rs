//! A message as the stored queue keeps it: sealed, in its own row and until its own expiry.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Row, Sending, What};
use crate::account::{AccountId, CredentialVersion, PasswordChange};
use crate::code::{Code, CodeMac, HandleDigest, Purpose};
use crate::contact::{Channel, Contact, EmailAddress, PhoneNumber};
use crate::error::{BackendError, BackendErrorKind};
use crate::key::{KeyRing, Unopened};
use crate::locale::Locale;
use crate::message::{MessageId, Notice};
use crate::ports::{ArmedCode, CodeTarget, QueuedMessage};

/// What is sealed is filled up to a multiple of this, so that its length tells neither a code from a notice nor the
/// length of an address.
const BLOCK: usize = 1_024;

/// Why a stored message was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::delivery) enum Unreadable {
    /// It is damaged, or was not sealed for this row: nobody will ever read it.
    Damaged,
    /// It was sealed under a key that is not here, or by a release that knows more: another process may read it.
    NotByUs,
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    channel: Channel,
    #[serde(borrow)]
    to: Cow<'a, str>,
    locale: Option<Locale>,
    #[serde(borrow)]
    says: Says<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Says<'a> {
    #[serde(borrow)]
    Code(SealedCode<'a>),
    AlreadyActive,
    NotYetActive,
    PasswordSet(PasswordChange),
    Invitation,
}

#[derive(Serialize, Deserialize)]
struct SealedCode<'a> {
    purpose: Purpose,
    #[serde(borrow)]
    code: Cow<'a, str>,
    issue: u32,
    #[serde(with = "hex")]
    handle: [u8; 32],
    #[serde(with = "hex")]
    mac: [u8; CodeMac::LENGTH],
    account: AccountId,
    destination: String,
    credential_version: CredentialVersion,
}

impl Sending {
    /// Seals the message for the row of that id, to be sent until `expires_at`.
    pub(in crate::delivery) fn seal(
        &self,
        keys: &KeyRing,
        id: MessageId,
        expires_at: OffsetDateTime,
    ) -> Result<QueuedMessage, BackendError> {
        let content = Content {
            channel: self.to.channel(),
            to: match &self.to {
                Contact::Email(address) => address.as_str().into(),
                Contact::Phone(number) => number.as_str().into(),
            },
            locale: self.locale.clone(),
            says: Says::of(&self.what)?,
        };
        // With room from the beginning: a vector that grows leaves copies of the code behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(2 * BLOCK));
        serde_json::to_writer(&mut *plain, &content).map_err(|error| {
            BackendError::new(BackendErrorKind::Other, "a message could not be written down")
                .with_source(error)
        })?;
        let filled = plain.len().next_multiple_of(BLOCK);
        plain.resize(filled, b' ');
        let sealed = keys.seal(&place(id, expires_at).each(), &plain)?;
        Ok(QueuedMessage { id, expires_at, sealed })
    }

    /// Opens a message that was sealed for this row.
    pub(in crate::delivery) fn open(keys: &KeyRing, message: &QueuedMessage) -> Result<Self, Unreadable> {
        let opened = keys.open(&place(message.id, message.expires_at).each(), &message.sealed);
        let plain = opened.map_err(|unopened| match unopened {
            Unopened::Damaged => Unreadable::Damaged,
            Unopened::UnknownKey => Unreadable::NotByUs,
        })?;
        Self::read(&plain, message).ok_or(Unreadable::NotByUs)
    }

    fn read(plain: &[u8], message: &QueuedMessage) -> Option<Self> {
        let content: Content<'_> = serde_json::from_slice(plain).ok()?;
        let to = match content.channel {
            Channel::Email => EmailAddress::parse_internationalised(&content.to).ok()?.into(),
            Channel::Sms => PhoneNumber::from_e164(&content.to).ok()?.into(),
        };
        let what = content.says.read(message.expires_at)?;
        Some(Self { what, to, locale: content.locale, id: Some(message.id), stored: None })
    }
}

impl<'a> Says<'a> {
    fn of(what: &'a What) -> Result<Self, BackendError> {
        Ok(match what {
            What::Code { code, purpose, row } => Self::Code(SealedCode {
                purpose: *purpose,
                code: code.expose().into(),
                issue: row.issue,
                handle: *row.handle.as_bytes(),
                mac: row.armed.mac.to_bytes(),
                account: row.armed.target.account.clone(),
                destination: row.armed.target.destination.canonical(),
                credential_version: row.armed.target.credential_version.clone(),
            }),
            What::Notice(Notice::AlreadyActive) => Self::AlreadyActive,
            What::Notice(Notice::NotYetActive) => Self::NotYetActive,
            What::Notice(Notice::PasswordSet(how)) => Self::PasswordSet(*how),
            What::Notice(Notice::Invitation) => Self::Invitation,
            What::Notice(Notice::Code { .. }) => {
                return Err(BackendError::new(
                    BackendErrorKind::Other,
                    "a code is stored with its row alone",
                ));
            }
        })
    }

    fn read(self, expires_at: OffsetDateTime) -> Option<What> {
        Some(match self {
            Self::Code(sealed) => What::Code {
                code: Code::parse(&sealed.code).ok()?,
                purpose: sealed.purpose,
                row: Row {
                    handle: HandleDigest::from_bytes(sealed.handle),
                    issue: sealed.issue,
                    armed: ArmedCode {
                        target: CodeTarget {
                            account: sealed.account,
                            destination: Contact::from_canonical(&sealed.destination).ok()?,
                            credential_version: sealed.credential_version,
                        },
                        mac: CodeMac::from_bytes(&sealed.mac),
                    },
                    // Long ago: whether it is still the current issue is asked anew.
                    armed_at: OffsetDateTime::UNIX_EPOCH,
                    expires_at,
                },
            },
            Self::AlreadyActive => What::Notice(Notice::AlreadyActive),
            Self::NotYetActive => What::Notice(Notice::NotYetActive),
            Self::PasswordSet(how) => What::Notice(Notice::PasswordSet(how)),
            Self::Invitation => What::Notice(Notice::Invitation),
        })
    }
}

/// What a sealed message is bound to: its row, and until when it may be sent.
struct Place {
    id: MessageId,
    expires_at: [u8; 16],
}

fn place(id: MessageId, expires_at: OffsetDateTime) -> Place {
    // Stores keep milliseconds, and the core makes no others.
    Place { id, expires_at: expires_at.unix_timestamp_nanos().div_euclid(1_000_000).to_be_bytes() }
}

impl Place {
    fn each(&self) -> [&[u8]; 3] {
        [b"message 1", self.id.as_bytes(), &self.expires_at]
    }
}

/// Bytes as lower-case hexadecimal digits.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base16ct::lower::encode_string(bytes))
    }

    pub(super) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let digits = <&str>::deserialize(deserializer)?;
        let mut bytes = [0; N];
        match base16ct::lower::decode(digits, &mut bytes) {
            Ok(decoded) if decoded.len() == N => Ok(bytes),
            _ => Err(de::Error::custom("other digits were expected")),
        }
    }
}

#[cfg(test)]
mod tests;
