//! The user directory.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgPool;

use crate::account::{Account, AccountId, CredentialChange, CredentialVersion};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::ports::{Clock, Found, SystemClock, UserDirectory};

use super::connection::{change, read, write};
use super::moment::milliseconds;
use super::rows::account::read_accounts;

/// Keeps people in `vestibule.accounts` and `vestibule.contacts`, with what an operator needs: to register, suspend,
/// move and list them.
///
/// | operation | statements |
/// |---|---|
/// | `find`, `get`, `replace_hash` | 1 |
/// | `replace_credential` | 1 |
/// | [`suspend`](Self::suspend), [`resume`](Self::resume), [`accounts_after`](Self::accounts_after) | 1 |
/// | [`register`](Self::register) | 1 |
/// | [`register_all`](Self::register_all) | 1 for each person, and 1 for each who is refused, in one transaction |
/// | [`replace_contacts`](Self::replace_contacts) | 3, in one transaction |
///
/// [`records_after`](Self::records_after) and [`restore_all`](Self::restore_all) carry accounts to another database: see
/// [`guide::moving`](crate::guide::moving).
///
/// Ids are 128 random bits as 32 hexadecimal digits. The columns that end in `_at` are for the operator: nothing is
/// decided by them.
#[derive(Clone)]
pub struct PostgresDirectory {
    pub(super) pool: PgPool,
    pub(super) clock: Arc<dyn Clock>,
}

impl PostgresDirectory {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
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
            "update vestibule.accounts set state = 'suspended', \
             credential_version = case state when 'suspended' then credential_version else $2 end, \
             changed_at = case state when 'suspended' then changed_at else $3 end \
             where id = $1",
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
            "update vestibule.accounts set \
             state = case when state <> 'suspended' then state when password_hash is null then 'pending' \
             else 'active' end, \
             credential_version = case state when 'suspended' then $2 else credential_version end, \
             changed_at = case state when 'suspended' then $3 else changed_at end \
             where id = $1",
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
        let last = last.map_or("", AccountId::as_str).replace('\0', "");
        // Each account's contacts by the index: without `lateral`, a plan made for any limit reads all contacts.
        let rows = read(&self.pool, || {
            sqlx::query(
                "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
                 from (select * from vestibule.accounts where id > $1 order by id limit $2) a \
                 left join lateral (select kind, spelling, position from vestibule.contacts \
                 where account_id = a.id offset 0) c on true order by a.id, c.position",
            )
            .bind(&last)
            .bind(i64::from(limit.min(LARGEST_PAGE)))
        })
        .await?;
        read_accounts(&rows)
    }

    async fn change_state(&self, id: &AccountId, update: &'static str) -> Result<bool, BackendError> {
        if !may_exist(id) {
            return Ok(false);
        }
        let version = CredentialVersion::random()?;
        let now = milliseconds(self.clock.now());
        let changed =
            change(&self.pool, || sqlx::query(update).bind(id.as_str()).bind(version.as_str()).bind(now))
                .await?;
        Ok(changed == 1)
    }
}

pub(super) const LARGEST_PAGE: u32 = 1_000;

/// Whether an id could be one of a row: PostgreSQL stores no text with a zero byte, and refuses to be asked for one.
pub(super) fn may_exist(id: &AccountId) -> bool {
    !id.as_str().contains('\0')
}

#[async_trait]
impl UserDirectory for PostgresDirectory {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        // Two are enough to know that there are several.
        let rows = read(&self.pool, || {
            sqlx::query(
                "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
                 from (select distinct account_id from (select account_id from vestibule.contacts \
                 where canonical = $1 limit 2) f) f \
                 join vestibule.accounts a on a.id = f.account_id \
                 join vestibule.contacts c on c.account_id = a.id order by a.id, c.position",
            )
            .bind(contact.canonical())
        })
        .await?;
        Ok(read_accounts(&rows)?.into_iter().collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        if !may_exist(id) {
            return Ok(None);
        }
        let rows = read(&self.pool, || {
            sqlx::query(
                "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
                 from vestibule.accounts a left join vestibule.contacts c on c.account_id = a.id \
                 where a.id = $1 order by c.position",
            )
            .bind(id.as_str())
        })
        .await?;
        Ok(read_accounts(&rows)?.pop())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        if !may_exist(id) {
            return Ok(None);
        }
        let version = CredentialVersion::random()?;
        let replaced = write(&self.pool, || {
            sqlx::query(
                "with replaced as ( \
                   update vestibule.accounts set password_hash = $3, credential_version = $4, state = 'active', \
                   changed_at = $5, activated_at = coalesce(activated_at, $5) \
                   where id = $1 and credential_version = $2 and state <> 'suspended' returning id \
                 ), \
                 proven as ( \
                   update vestibule.contacts c set proven_at = $5 from replaced r \
                   where c.canonical = $6 and c.account_id = r.id \
                 ) \
                 select id from replaced",
            )
            .bind(id.as_str())
            .bind(expected.as_str())
            .bind(change.password.expose_for_storage())
            .bind(version.as_str())
            .bind(milliseconds(change.at))
            .bind(change.proven.as_ref().map(Contact::canonical))
        })
        .await?;
        Ok((replaced.len() == 1).then_some(version))
    }

    /// PostgreSQL compares the hashes, in a time that may tell how much of them is the same: both come from this very
    /// column, and nobody outside chooses either.
    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        if !may_exist(id) {
            return Ok(false);
        }
        let replaced = change(&self.pool, || {
            sqlx::query(
                "update vestibule.accounts set password_hash = $3 where id = $1 and password_hash = $2",
            )
            .bind(id.as_str())
            .bind(expected.expose_for_storage())
            .bind(new.expose_for_storage())
        })
        .await?;
        Ok(replaced == 1)
    }
}

impl fmt::Debug for PostgresDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDirectory").finish_non_exhaustive()
    }
}
