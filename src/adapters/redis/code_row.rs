//! A row of codes, as what it stands for.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeMac, HandleDigest, Purpose};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::locale::Locale;
use crate::ports::{ArmedCode, CodeTarget, PendingCode, StoredCode};

use super::failure::damaged;
use super::moment::{milliseconds, moment};

/// The fields of a new row but its issue, names and values in turn.
pub(super) fn fields_of_pending(code: &PendingCode) -> Vec<Vec<u8>> {
    let mut fields = named([
        ("attempts", "0".to_owned()),
        ("purpose", code.purpose.as_str().to_owned()),
        ("contact", code.contact.canonical()),
        ("format", code.format.to_string()),
        ("created_at", milliseconds(code.created_at).to_string()),
        ("resend_at", milliseconds(code.resend_at).to_string()),
        ("reissue_until", milliseconds(code.reissue_until).to_string()),
        (EXPIRES_AT, milliseconds(code.expires_at).to_string()),
        ("max_attempts", code.max_attempts.to_string()),
        ("max_issues", code.max_issues.to_string()),
    ]);
    if let Some(locale) = &code.locale {
        fields.extend(named([("locale", locale.as_str().to_owned())]));
    }
    fields
}

/// The fields that a row has once it is armed, names and values in turn.
pub(super) fn fields_of_armed(code: &ArmedCode) -> Vec<Vec<u8>> {
    let mut fields = named([
        ("account_id", code.target.account.as_str().to_owned()),
        ("destination", code.target.destination.canonical()),
        ("credential_version", code.target.credential_version.as_str().to_owned()),
    ]);
    fields.extend([b"mac".to_vec(), code.mac.to_bytes().to_vec()]);
    fields
}

pub(super) const EXPIRES_AT: &str = "expires_at";

fn named<const N: usize>(fields: [(&str, String); N]) -> Vec<Vec<u8>> {
    fields.into_iter().flat_map(|(name, value)| [name.as_bytes().to_vec(), value.into_bytes()]).collect()
}

/// What Redis holds of a row.
pub(super) struct Fields(pub(super) HashMap<String, Vec<u8>>);

impl Fields {
    pub(super) fn stored(&self, handle: &HandleDigest) -> Result<StoredCode, BackendError> {
        Ok(StoredCode {
            pending: self.pending(handle)?,
            issue: self.parsed("issue")?,
            attempts: self.parsed("attempts")?,
            armed: self.armed()?,
        })
    }

    pub(super) fn pending(&self, handle: &HandleDigest) -> Result<PendingCode, BackendError> {
        Ok(PendingCode {
            handle: *handle,
            purpose: Purpose::from_name(self.text("purpose")?).ok_or_else(damaged)?,
            contact: Contact::from_canonical(self.text("contact")?).map_err(|_| damaged())?,
            locale: match self.0.get("locale") {
                Some(_) => Some(Locale::new(self.text("locale")?)),
                None => None,
            },
            format: self.parsed("format")?,
            created_at: self.time("created_at")?,
            resend_at: self.time("resend_at")?,
            reissue_until: self.time("reissue_until")?,
            expires_at: self.time(EXPIRES_AT)?,
            max_attempts: self.parsed("max_attempts")?,
            max_issues: self.parsed("max_issues")?,
        })
    }

    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T, BackendError> {
        self.text(name)?.parse().map_err(|_| damaged())
    }

    fn armed(&self) -> Result<Option<ArmedCode>, BackendError> {
        let Some(mac) = self.0.get("mac") else { return Ok(None) };
        let target = CodeTarget {
            account: AccountId::new(self.text("account_id")?),
            destination: Contact::from_canonical(self.text("destination")?).map_err(|_| damaged())?,
            credential_version: CredentialVersion::from_stored(self.text("credential_version")?),
        };
        let mac = mac.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Some(ArmedCode { target, mac: CodeMac::from_bytes(mac) }))
    }

    fn time(&self, name: &str) -> Result<OffsetDateTime, BackendError> {
        moment(self.parsed(name)?).ok_or_else(damaged)
    }

    fn text(&self, name: &str) -> Result<&str, BackendError> {
        let bytes = self.0.get(name).ok_or_else(damaged)?;
        std::str::from_utf8(bytes).map_err(|_| damaged())
    }
}
