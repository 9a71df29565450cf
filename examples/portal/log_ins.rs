//! When people logged in, so that each can see whether the last time was her.

use sqlx::Row;
use sqlx::sqlite::SqlitePool;
use time::OffsetDateTime;
use vestibule::AccountId;

#[derive(Clone, Debug)]
pub struct LogIns {
    pool: SqlitePool,
}

impl LogIns {
    /// Makes the table where there is none.
    pub async fn open(pool: SqlitePool) -> Result<Self, sqlx::Error> {
        sqlx::query(
            "create table if not exists portal_log_ins \
             (account_id text primary key, latest integer not null, before integer) strict, without rowid",
        )
        .execute(&pool)
        .await?;
        Ok(Self { pool })
    }

    /// Keeps this log-in, and says when the one before it was.
    pub async fn record(&self, account: &AccountId) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        let row = sqlx::query(
            "insert into portal_log_ins (account_id, latest) values (?1, ?2) \
             on conflict (account_id) do update set before = latest, latest = excluded.latest returning before",
        )
        .bind(account.as_str())
        .bind(OffsetDateTime::now_utc().unix_timestamp())
        .fetch_one(&self.pool)
        .await?;
        let before: Option<i64> = row.try_get("before")?;
        Ok(before.and_then(|before| OffsetDateTime::from_unix_timestamp(before).ok()))
    }
}
