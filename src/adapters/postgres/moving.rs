//! Whole accounts, read to be carried elsewhere, and restored from elsewhere.

use std::collections::HashMap;

use sqlx::PgConnection;

use crate::account::{AccountId, AccountRecord, RegistrationProblem, RestoreProblem, Restored};
use crate::error::BackendError;
use crate::locale::Locale;

use super::PostgresDirectory;
use super::connection::{Session, read, tried_again};
use super::directory::LARGEST_PAGE;
use super::failure::Failure;
use super::registering::{PATIENCE_FOR_MANY, different, insert_contacts, missing, with_contacts};
use super::rows::account::state;
use super::rows::moment::milliseconds;
use super::rows::record::read_records;

/// The columns that make a record, of accounts that a query gives.
macro_rules! select {
    ($accounts:literal) => {
        concat!(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, a.created_at, \
             a.changed_at, a.activated_at, c.kind, c.spelling, c.proven_at from (",
            $accounts,
            ") a left join lateral (select kind, spelling, position, proven_at from vestibule.contacts \
             where account_id = a.id offset 0) c on true order by a.id, c.position"
        )
    };
}

impl PostgresDirectory {
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
        let last = last.map_or("", AccountId::as_str).replace('\0', "");
        let rows = read(&self.pool, || {
            sqlx::query(select!("select * from vestibule.accounts where id > $1 order by id limit $2"))
                .bind(&last)
                .bind(i64::from(limit.min(LARGEST_PAGE)))
        })
        .await?;
        read_records(&rows)
    }

    /// Enters whole accounts, as another directory held them, in one transaction, and says for each, in their order,
    /// what came of it. What is here already stays as it is: doing it again does no harm.
    ///
    /// Give it a thousand at a time: see [`register_all`](Self::register_all). Zero bytes in names are left out: PostgreSQL
    /// stores none.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked: then nothing was entered.
    pub async fn restore_all(
        &self,
        records: impl IntoIterator<Item = AccountRecord, IntoIter: Send> + Send,
    ) -> Result<Vec<Result<Restored, RestoreProblem>>, BackendError> {
        let records: Vec<_> = records.into_iter().map(without_zero_bytes).collect();
        tried_again(&self.pool, PATIENCE_FOR_MANY, || async {
            let mut outcomes = Vec::with_capacity(records.len());
            let mut session = Session::take(&self.pool).await?;
            let mut transaction = session.begin().await?;
            for record in &records {
                outcomes.push(restore(&mut transaction, record).await?);
            }
            transaction.commit().await?;
            session.end();
            Ok(outcomes)
        })
        .await
    }
}

/// One that is refused leaves nothing behind, so that the transaction may go on.
async fn restore(
    connection: &mut PgConnection,
    record: &AccountRecord,
) -> Result<Result<Restored, RestoreProblem>, Failure> {
    let account = &record.account;
    let entered = sqlx::query(
        "insert into vestibule.accounts (id, state, credential_version, password_hash, name, locale, created_at, \
         changed_at, activated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
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
    .await?;
    if entered.rows_affected() == 0 {
        let rows = sqlx::query(select!("select * from vestibule.accounts where id = $1"))
            .bind(account.id.as_str())
            .fetch_all(connection)
            .await?;
        let same = read_records(&rows)?.first().is_some_and(|here| here.is_same_as(record));
        return Ok(if same { Ok(Restored::WasHere) } else { Err(RestoreProblem::Differs) });
    }
    let spellings = account.contacts.iter().map(|contact| contact.as_str().to_owned());
    let proven =
        spellings.zip(record.proofs()).filter_map(|(spelling, at)| Some((spelling, milliseconds(at?))));
    let (contacts, proven) = (different(&account.contacts), proven.collect::<HashMap<_, _>>());
    let there = with_contacts(sqlx::query(insert_contacts!()), &account.id, &contacts, &proven)
        .fetch_all(&mut *connection)
        .await?;
    if let Some(RegistrationProblem::EmailTaken(address)) = missing(&contacts, &there)? {
        sqlx::query("delete from vestibule.accounts where id = $1")
            .bind(account.id.as_str())
            .execute(connection)
            .await?;
        return Ok(Err(RestoreProblem::EmailTaken(address)));
    }
    Ok(Ok(Restored::Entered))
}

fn without_zero_bytes(mut record: AccountRecord) -> AccountRecord {
    let account = &mut record.account;
    account.name = account.name.as_ref().map(|name| name.replace('\0', ""));
    account.locale = account.locale.as_ref().map(|locale| Locale::new(locale.as_str().replace('\0', "")));
    record
}
