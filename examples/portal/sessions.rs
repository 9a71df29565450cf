//! Where sessions are kept: a small store for tower-sessions, in a table of the portal's own.
//!
//! The row's key is the SHA-256 of the session's id: a copy of the database opens no session.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::SqlitePool;
use time::OffsetDateTime;
use tower_sessions::ExpiredDeletion;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use vestibule::async_trait;

#[derive(Clone, Debug)]
pub struct SqliteSessions {
    pool: SqlitePool,
}

impl SqliteSessions {
    /// Makes the table where there is none.
    pub async fn open(pool: SqlitePool) -> std::result::Result<Self, sqlx::Error> {
        sqlx::query(
            "create table if not exists portal_sessions \
             (id blob primary key, data text not null, expires_at integer not null) strict, without rowid",
        )
        .execute(&pool)
        .await?;
        Ok(Self { pool })
    }

    async fn write(&self, statement: &'static str, record: &Record) -> Result<bool> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let written = sqlx::query(statement)
            .bind(key(&record.id))
            .bind(data)
            .bind(record.expiry_date.unix_timestamp())
            .execute(&self.pool)
            .await
            .map_err(broken)?;
        Ok(written.rows_affected() == 1)
    }
}

#[async_trait]
impl SessionStore for SqliteSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let insert =
            "insert into portal_sessions (id, data, expires_at) values (?1, ?2, ?3) on conflict do nothing";
        while !self.write(insert, record).await? {
            record.id = Id::default();
        }
        Ok(())
    }

    /// A session that was ended meanwhile stays so: nothing is inserted here.
    async fn save(&self, record: &Record) -> Result<()> {
        let update = "update portal_sessions set data = ?2, expires_at = ?3 where id = ?1";
        self.write(update, record).await.map(drop)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row =
            sqlx::query("select data, expires_at from portal_sessions where id = ?1 and expires_at > ?2")
                .bind(key(id))
                .bind(OffsetDateTime::now_utc().unix_timestamp())
                .fetch_optional(&self.pool)
                .await
                .map_err(broken)?;
        let Some(row) = row else { return Ok(None) };
        let unreadable = |error: String| Error::Decode(error);
        let data: String = row.try_get("data").map_err(broken)?;
        let expires_at: i64 = row.try_get("expires_at").map_err(broken)?;
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&data).map_err(|error| unreadable(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(expires_at)
                .map_err(|error| unreadable(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let delete = sqlx::query("delete from portal_sessions where id = ?1").bind(key(id));
        delete.execute(&self.pool).await.map_err(broken).map(drop)
    }
}

#[async_trait]
impl ExpiredDeletion for SqliteSessions {
    async fn delete_expired(&self) -> Result<()> {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let delete = sqlx::query("delete from portal_sessions where expires_at <= ?1").bind(now);
        delete.execute(&self.pool).await.map_err(broken).map(drop)
    }
}

fn key(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn broken(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}
