//! The user directory.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::Connection;
use sqlx::sqlite::SqlitePool;

use crate::account::{Account, AccountId, CredentialChange, CredentialVersion};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::ports::{Clock, Found, SystemClock, UserDirectory};

use super::connection::{BEGIN, connection};
use super::failure::failed;
use super::moment::milliseconds;
use super::rows::account::read_accounts;

/// Keeps people in `vestibule_accounts` and `vestibule_contacts`, with what an operator needs: to register, suspend,
/// move and list them.
///
/// | operation | statements |
/// |---|---|
/// | `find`, `get`, `replace_hash` | 1 |
/// | `replace_credential` | 1; with a proven contact 2, between `begin immediate` and `commit` |
/// | [`suspend`](Self::suspend), [`resume`](Self::resume), [`accounts_after`](Self::accounts_after) | 1 |
/// | [`register`](Self::register) | 2, and 1 for each e-mail address, between `begin immediate` and `commit` |
/// | [`register_all`](Self::register_all) | the same for each person, between one `begin immediate` and one `commit` |
/// | [`replace_contacts`](Self::replace_contacts) | 3, and 1 for each e-mail address, between `begin immediate` and `commit` |
///
/// [`records_after`](Self::records_after) and [`restore_all`](Self::restore_all) carry accounts to another database: see
/// [`guide::moving`](crate::guide::moving).
///
/// Ids are 128 random bits as 32 hexadecimal digits. The columns that end in `_at` are for the operator: nothing is
/// decided by them.
#[derive(Clone)]
pub struct SqliteDirectory {
    pub(super) pool: SqlitePool,
    pub(super) clock: Arc<dyn Clock>,
}

impl SqliteDirectory {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool, clock: Arc::new(SystemClock) }
    }

    /// Sets who says when people were registered and changed. The default is the operating system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Closes an account until it is resumed. `false` means that there is no such account.
    ///
    /// An account that was open gets a new credential version.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub async fn suspend(&self, id: &AccountId) -> Result<bool, BackendError> {
        self.change_state(
            id,
            "update vestibule_accounts set state = 'suspended', \
             credential_version = case state when 'suspended' then credential_version else ?2 end, \
             changed_at = case state when 'suspended' then changed_at else ?3 end \
             where id = ?1",
        )
        .await
    }

    /// Opens a suspended account: it is active if it has a password, else pending. `false` means that there is no
    /// such account.
    ///
    /// An account that was suspended gets a new credential version; another stays as it is.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub async fn resume(&self, id: &AccountId) -> Result<bool, BackendError> {
        self.change_state(
            id,
            "update vestibule_accounts set \
             state = case when state <> 'suspended' then state when password_hash is null then 'pending' \
             else 'active' end, \
             credential_version = case state when 'suspended' then ?2 else credential_version end, \
             changed_at = case state when 'suspended' then ?3 else changed_at end \
             where id = ?1",
        )
        .await
    }

    /// Reads accounts in the order of their ids, at most `limit` and at most 1,000: the first ones, or those after
    /// the last one of the page before. An empty page is the end.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub async fn accounts_after(
        &self,
        last: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<Account>, BackendError> {
        let rows = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule_accounts a left join vestibule_contacts c on c.account_id = a.id \
             where a.id in (select id from vestibule_accounts where id > ?1 order by id limit ?2) \
             order by a.id, c.position",
        )
        .bind(last.map_or("", AccountId::as_str))
        .bind(i64::from(limit.min(LARGEST_PAGE)))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        read_accounts(&rows)
    }

    async fn change_state(&self, id: &AccountId, update: &'static str) -> Result<bool, BackendError> {
        let changed = sqlx::query(update)
            .bind(id.as_str())
            .bind(CredentialVersion::random()?.as_str())
            .bind(milliseconds(self.clock.now()))
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(changed.rows_affected() == 1)
    }
}

pub(super) const LARGEST_PAGE: u32 = 1_000;

#[async_trait]
impl UserDirectory for SqliteDirectory {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        // Two are enough to know that there are several.
        let rows = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule_accounts a join vestibule_contacts c on c.account_id = a.id \
             where a.id in (select account_id from vestibule_contacts where canonical = ?1 limit 2) \
             order by a.id, c.position",
        )
        .bind(contact.canonical())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        Ok(read_accounts(&rows)?.into_iter().collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let rows = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule_accounts a left join vestibule_contacts c on c.account_id = a.id \
             where a.id = ?1 order by c.position",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        Ok(read_accounts(&rows)?.pop())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let version = CredentialVersion::random()?;
        let replace = sqlx::query(
            "update vestibule_accounts set password_hash = ?3, credential_version = ?4, state = 'active', \
             changed_at = ?5, activated_at = coalesce(activated_at, ?5) \
             where id = ?1 and credential_version = ?2 and state <> 'suspended'",
        )
        .bind(id.as_str())
        .bind(expected.as_str())
        .bind(change.password.expose_for_storage())
        .bind(version.as_str())
        .bind(milliseconds(change.at));
        let Some(proven) = &change.proven else {
            let replaced = replace.execute(&self.pool).await.map_err(failed)?;
            return Ok((replaced.rows_affected() == 1).then_some(version));
        };
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        let replaced = replace.execute(&mut *transaction).await.map_err(failed)?;
        if replaced.rows_affected() == 0 {
            return Ok(None);
        }
        sqlx::query("update vestibule_contacts set proven_at = ?3 where canonical = ?2 and account_id = ?1")
            .bind(id.as_str())
            .bind(proven.canonical())
            .bind(milliseconds(change.at))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(Some(version))
    }

    /// SQLite compares the hashes, in a time that may tell how much of them is the same: both come from this very
    /// column, and nobody outside chooses either.
    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let replaced = sqlx::query(
            "update vestibule_accounts set password_hash = ?3 where id = ?1 and password_hash = ?2",
        )
        .bind(id.as_str())
        .bind(expected.expose_for_storage())
        .bind(new.expose_for_storage())
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(replaced.rows_affected() == 1)
    }
}

impl fmt::Debug for SqliteDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDirectory").finish_non_exhaustive()
    }
}
