//! Where sessions are kept: a small store for tower-sessions, in a table of the portal's own.
//!
//! The row's key is the SHA-256 of the session's id: a copy of the database opens no session.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::ExpiredDeletion;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use vestibule::async_trait;

use crate::database::{Pool, on};

#[derive(Clone, Debug)]
pub struct Sessions {
    pool: Pool,
}

impl Sessions {
    pub const fn new(pool: Pool) -> Self {
        Self { pool }
    }

    async fn write(&self, statement: &'static str, record: &Record) -> Result<bool> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let (key, end) = (key(&record.id), record.expiry_date.unix_timestamp());
        let written = on!(&self.pool, pool => {
            let written = sqlx::query(statement).bind(key).bind(data).bind(end).execute(pool).await;
            written.map(|written| written.rows_affected())
        });
        Ok(written.map_err(broken)? == 1)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let insert =
            "insert into portal_sessions (id, data, expires_at) values ($1, $2, $3) on conflict do nothing";
        while !self.write(insert, record).await? {
            record.id = Id::default();
        }
        Ok(())
    }

    /// A session that was ended meanwhile stays so: nothing is inserted here.
    async fn save(&self, record: &Record) -> Result<()> {
        let update = "update portal_sessions set data = $2, expires_at = $3 where id = $1";
        self.write(update, record).await.map(drop)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let select = "select data, expires_at from portal_sessions where id = $1 and expires_at > $2";
        let (key, now) = (key(id), OffsetDateTime::now_utc().unix_timestamp());
        let row: Option<(String, i64)> = on!(&self.pool, pool => {
            sqlx::query_as(select).bind(key).bind(now).fetch_optional(pool).await
        })
        .map_err(broken)?;
        let Some((data, end)) = row else { return Ok(None) };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(end)
                .map_err(|error| Error::Decode(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let (delete, key) = ("delete from portal_sessions where id = $1", key(id));
        on!(&self.pool, pool => sqlx::query(delete).bind(key).execute(pool).await.map(drop)).map_err(broken)
    }
}

#[async_trait]
impl ExpiredDeletion for Sessions {
    async fn delete_expired(&self) -> Result<()> {
        let delete = "delete from portal_sessions where expires_at <= $1";
        let now = OffsetDateTime::now_utc().unix_timestamp();
        on!(&self.pool, pool => sqlx::query(delete).bind(now).execute(pool).await.map(drop)).map_err(broken)
    }
}

fn key(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn broken(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}
