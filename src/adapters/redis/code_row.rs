//! A row of codes, as what it stands for.

use std::collections::HashMap;

use crate::error::BackendError;
use crate::ports::{ArmedCode, PendingCode};

use super::failure::damaged;
use super::moment::milliseconds;
use super::rows::Columns;

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

/// What Redis holds of a row: numbers are in decimal.
pub(super) struct Fields(pub(super) HashMap<String, Vec<u8>>);

impl Columns for Fields {
    fn text(&self, name: &str) -> Result<Option<&str>, BackendError> {
        self.bytes(name)?.map(|bytes| std::str::from_utf8(bytes).map_err(|_| damaged())).transpose()
    }

    fn free_text(&self, name: &str) -> Result<Option<&[u8]>, BackendError> {
        self.bytes(name)
    }

    fn bytes(&self, name: &str) -> Result<Option<&[u8]>, BackendError> {
        Ok(self.0.get(name).map(Vec::as_slice))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, BackendError> {
        self.text(name)?.map(|digits| digits.parse().map_err(|_| damaged())).transpose()
    }

    fn damaged(_: &str) -> BackendError {
        damaged()
    }
}
