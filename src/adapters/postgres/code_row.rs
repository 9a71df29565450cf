//! A row of `vestibule.codes`, as what it stands for.

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeMac, HandleDigest, Purpose};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::locale::Locale;
use crate::ports::{ArmedCode, CodeTarget, PendingCode, StoredCode};

use super::failure::{damaged, failed};
use super::moment::moment;

const TABLE: &str = "vestibule.codes";

pub(super) fn read_stored(columns: &Columns<'_>) -> Result<StoredCode, BackendError> {
    Ok(StoredCode {
        pending: read_pending(columns)?,
        issue: columns.number("issue")?,
        attempts: columns.number("attempts")?,
        armed: read_armed(columns)?,
    })
}

pub(super) fn read_pending(columns: &Columns<'_>) -> Result<PendingCode, BackendError> {
    let handle =
        columns.bytes("handle")?.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| damaged(TABLE))?;
    Ok(PendingCode {
        handle: HandleDigest::from_bytes(handle),
        purpose: Purpose::from_name(columns.text("purpose")?).ok_or_else(|| damaged(TABLE))?,
        contact: Contact::from_canonical(columns.text("contact")?).map_err(|_| damaged(TABLE))?,
        locale: columns.optional_string("locale")?.map(Locale::new),
        format: columns.text("format")?.parse().map_err(|_| damaged(TABLE))?,
        created_at: columns.time("created_at")?,
        resend_at: columns.time("resend_at")?,
        reissue_until: columns.time("reissue_until")?,
        expires_at: columns.time("expires_at")?,
        max_attempts: columns.number("max_attempts")?,
        max_issues: columns.number("max_issues")?,
    })
}

fn read_armed(columns: &Columns<'_>) -> Result<Option<ArmedCode>, BackendError> {
    let Some(mac) = columns.bytes("mac")? else { return Ok(None) };
    let mac = mac.try_into().map_err(|_| damaged(TABLE))?;
    let target = CodeTarget {
        account: AccountId::new(columns.string("account_id")?),
        destination: Contact::from_canonical(columns.text("destination")?).map_err(|_| damaged(TABLE))?,
        credential_version: CredentialVersion::from_stored(columns.string("credential_version")?),
    };
    Ok(Some(ArmedCode { target, mac: CodeMac::from_bytes(mac) }))
}

/// The columns of a row, by name.
pub(super) struct Columns<'a>(pub(super) &'a PgRow);

impl<'a> Columns<'a> {
    pub(super) fn number(&self, name: &str) -> Result<u32, BackendError> {
        let number: i64 = self.0.try_get(name).map_err(failed)?;
        u32::try_from(number).map_err(|_| damaged(TABLE))
    }

    pub(super) fn time(&self, name: &str) -> Result<OffsetDateTime, BackendError> {
        self.optional_time(name)?.ok_or_else(|| damaged(TABLE))
    }

    pub(super) fn optional_time(&self, name: &str) -> Result<Option<OffsetDateTime>, BackendError> {
        let stored: Option<i64> = self.0.try_get(name).map_err(failed)?;
        stored.map(|stored| moment(stored).ok_or_else(|| damaged(TABLE))).transpose()
    }

    fn text(&self, name: &str) -> Result<&'a str, BackendError> {
        let stored: Option<&str> = self.0.try_get(name).map_err(failed)?;
        stored.ok_or_else(|| damaged(TABLE))
    }

    /// A text that may hold any character, which is kept as its bytes.
    fn string(&self, name: &str) -> Result<String, BackendError> {
        self.optional_string(name)?.ok_or_else(|| damaged(TABLE))
    }

    fn optional_string(&self, name: &str) -> Result<Option<String>, BackendError> {
        let stored = self.bytes(name)?;
        stored.map(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| damaged(TABLE))).transpose()
    }

    fn bytes(&self, name: &str) -> Result<Option<&'a [u8]>, BackendError> {
        self.0.try_get(name).map_err(failed)
    }
}
