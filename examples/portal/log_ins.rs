//! When people logged in, so that each can see whether the last time was her.

use time::OffsetDateTime;
use vestibule::AccountId;

use crate::database::{Pool, on};

#[derive(Clone, Debug)]
pub struct LogIns {
    pool: Pool,
}

impl LogIns {
    pub const fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Keeps this log-in, and says when the one before it was.
    pub async fn record(&self, account: &AccountId) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        let insert = "insert into portal_log_ins (account_id, latest) values ($1, $2) on conflict (account_id) \
                      do update set before = portal_log_ins.latest, latest = excluded.latest returning before";
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let before: Option<i64> = on!(&self.pool, pool => {
            sqlx::query_scalar(insert).bind(account.as_str()).bind(now).fetch_one(pool).await
        })?;
        Ok(before.and_then(|before| OffsetDateTime::from_unix_timestamp(before).ok()))
    }
}
