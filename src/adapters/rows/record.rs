//! Rows of whole accounts, one for each contact, as records.

use crate::account::AccountRecord;
use crate::error::BackendError;

use super::account::read_accounts;
use super::columns::{Columns, Reader, Tables};

/// Reads rows that are sorted by account and, within it, by the contact's position.
pub(crate) fn read_records<R: Columns + Tables>(rows: &[R]) -> Result<Vec<AccountRecord>, BackendError> {
    let id = |row: &R| Reader::new(row, "accounts").text("id").ok().map(str::to_owned);
    let of_each = rows.chunk_by(|one, next| id(one) == id(next));
    let mut records = Vec::new();
    for (account, rows) in read_accounts(rows)?.into_iter().zip(of_each) {
        let Some(row) = rows.first() else { continue };
        let columns = Reader::new(row, "accounts");
        let mut record = AccountRecord::new(account, columns.time("created_at")?);
        record.changed_at = columns.time("changed_at")?;
        record.activated_at = columns.optional_time("activated_at")?;
        let proven_at = rows.iter().map(|row| Reader::new(row, "contacts").optional_time("proven_at"));
        record.proven_at = proven_at.collect::<Result<_, _>>()?;
        records.push(record);
    }
    Ok(records)
}
