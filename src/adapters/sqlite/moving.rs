//! Whole accounts, read to be carried elsewhere, and restored from elsewhere.

use std::collections::HashMap;

use sqlx::{Connection, SqliteConnection};

use crate::account::{AccountId, AccountRecord, RegistrationProblem, RestoreProblem, Restored};
use crate::error::BackendError;

use super::SqliteDirectory;
use super::connection::{BEGIN, connection};
use super::directory::LARGEST_PAGE;
use super::failure::failed;
use super::registering::{check, insert_contacts};
use super::rows::account::state;
use super::rows::moment::milliseconds;
use super::rows::record::read_records;

/// The columns that make a record, before the condition and the order.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, a.created_at, \
             a.changed_at, a.activated_at, c.kind, c.spelling, c.proven_at \
             from vestibule_accounts a left join vestibule_contacts c on c.account_id = a.id where ",
            $condition,
            " order by a.id, c.position"
        )
    };
}

impl SqliteDirectory {
    /// Reads whole accounts, to be restored in another directory: as [`accounts_after`](Self::accounts_after) reads
    /// accounts.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub async fn records_after(
        &self,
        last: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, BackendError> {
        let rows = sqlx::query(select!(
            "a.id in (select id from vestibule_accounts where id > ?1 order by id limit ?2)"
        ))
        .bind(last.map_or("", AccountId::as_str))
        .bind(i64::from(limit.min(LARGEST_PAGE)))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        read_records(&rows)
    }

    /// Enters whole accounts, as another directory held them, in one transaction, and says for each, in their order,
    /// what came of it. What is here already stays as it is: doing it again does no harm.
    ///
    /// Give it a thousand at a time: see [`register_all`](Self::register_all).
    ///
    /// # Errors
    ///
    /// When the database cannot be asked: then nothing was entered.
    pub async fn restore_all(
        &self,
        records: impl IntoIterator<Item = AccountRecord, IntoIter: Send> + Send,
    ) -> Result<Vec<Result<Restored, RestoreProblem>>, BackendError> {
        let records = records.into_iter();
        let mut outcomes = Vec::new();
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        for record in records {
            match restore(&mut transaction, &record).await {
                Err(RestoreProblem::Backend(error)) => return Err(error),
                outcome => outcomes.push(outcome),
            }
        }
        transaction.commit().await.map_err(failed)?;
        Ok(outcomes)
    }
}

/// The lock to write is held: what is looked up first stays so.
async fn restore(
    connection: &mut SqliteConnection,
    record: &AccountRecord,
) -> Result<Restored, RestoreProblem> {
    let account = &record.account;
    let rows = sqlx::query(select!("a.id = ?1")).bind(account.id.as_str());
    let rows = rows.fetch_all(&mut *connection).await.map_err(failed)?;
    if let Some(here) = read_records(&rows)?.first() {
        return if here.is_same_as(record) { Ok(Restored::WasHere) } else { Err(RestoreProblem::Differs) };
    }
    match check(connection, &account.contacts, &account.id).await {
        Err(RegistrationProblem::EmailTaken(address)) => return Err(RestoreProblem::EmailTaken(address)),
        Err(RegistrationProblem::Backend(error)) => return Err(error.into()),
        Ok(()) | Err(RegistrationProblem::NoContact) => {}
    }
    sqlx::query(
        "insert into vestibule_accounts (id, state, credential_version, password_hash, name, locale, created_at, \
         changed_at, activated_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(account.id.as_str())
    .bind(state(account.state))
    .bind(account.credential_version.as_str())
    .bind(account.password.as_ref().map(|password| password.expose_for_storage()))
    .bind(account.name.as_deref())
    .bind(account.locale.as_ref().map(|locale| locale.as_str()))
    .bind(milliseconds(record.created_at))
    .bind(milliseconds(record.changed_at))
    .bind(record.activated_at.map(milliseconds))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    if !account.contacts.is_empty() {
        let spellings = account.contacts.iter().map(|contact| contact.as_str().to_owned());
        let proven =
            spellings.zip(record.proofs()).filter_map(|(spelling, at)| Some((spelling, milliseconds(at?))));
        insert_contacts(connection, &account.id, &account.contacts, &proven.collect::<HashMap<_, _>>())
            .await?;
    }
    Ok(Restored::Entered)
}
