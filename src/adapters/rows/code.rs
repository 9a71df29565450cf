//! A row of codes, as what it stands for.

use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeMac, HandleDigest, Purpose};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::locale::Locale;
use crate::ports::{ArmedCode, CodeTarget, PendingCode, Reissued, StoredCode};

use super::columns::{Columns, Reader};

/// A row whose try was counted, by the handle that it was found by.
pub(crate) fn read_stored<R: Columns>(row: &R, handle: &HandleDigest) -> Result<StoredCode, BackendError> {
    let columns = columns(row);
    Ok(StoredCode {
        pending: read_pending(&columns, handle)?,
        issue: columns.number("issue")?,
        attempts: columns.number("attempts")?,
        armed: read_armed(&columns)?,
    })
}

/// A row that was issued again.
pub(crate) fn read_reissued<R: Columns>(row: &R, handle: &HandleDigest) -> Result<Reissued, BackendError> {
    let columns = columns(row);
    Ok(Reissued { pending: read_pending(&columns, handle)?, issue: columns.number("issue")? })
}

pub(super) fn columns<R: Columns>(row: &R) -> Reader<'_, R> {
    Reader::new(row, "codes")
}

fn read_pending<R: Columns>(
    columns: &Reader<'_, R>,
    handle: &HandleDigest,
) -> Result<PendingCode, BackendError> {
    let damaged = || columns.damaged();
    Ok(PendingCode {
        handle: *handle,
        purpose: Purpose::from_name(columns.text("purpose")?).ok_or_else(damaged)?,
        contact: Contact::from_canonical(columns.text("contact")?).map_err(|_| damaged())?,
        locale: columns.optional_free_text("locale")?.map(Locale::new),
        format: columns.text("format")?.parse().map_err(|_| damaged())?,
        created_at: columns.time("created_at")?,
        resend_at: columns.time("resend_at")?,
        reissue_until: columns.time("reissue_until")?,
        expires_at: columns.time("expires_at")?,
        max_attempts: columns.number("max_attempts")?,
        max_issues: columns.number("max_issues")?,
    })
}

fn read_armed<R: Columns>(columns: &Reader<'_, R>) -> Result<Option<ArmedCode>, BackendError> {
    let Some(mac) = columns.optional_bytes("mac")? else { return Ok(None) };
    let mac = mac.try_into().map_err(|_| columns.damaged())?;
    let destination = Contact::from_canonical(columns.text("destination")?);
    let target = CodeTarget {
        account: AccountId::new(columns.free_text("account_id")?),
        destination: destination.map_err(|_| columns.damaged())?,
        credential_version: CredentialVersion::from_stored(columns.free_text("credential_version")?),
    };
    Ok(Some(ArmedCode { target, mac: CodeMac::from_bytes(mac) }))
}
