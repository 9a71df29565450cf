//! The statements of SQLite. What writes once is a transaction by itself; a charge and a refund read before they write.

use sqlx::{Connection, QueryBuilder, SqlitePool};

use super::{Bare, Key, LATE, NOW};
use crate::parts::store_flows::{account_id, address};

pub(crate) struct Sqlite(pub(crate) SqlitePool);

impl Sqlite {
    async fn load_then(&self, keys: &[Key], delete: bool) -> usize {
        let mut connection = self.0.acquire().await.unwrap();
        let mut transaction = connection.begin_with("begin immediate").await.unwrap();
        let mut query =
            QueryBuilder::new("select key, state, forget_at from vestibule_throttles where key in (");
        list(&mut query, keys);
        query.build().fetch_all(&mut *transaction).await.unwrap();
        let mut query = if delete {
            let mut query = QueryBuilder::new("delete from vestibule_throttles where key in (");
            list(&mut query, keys);
            query
        } else {
            let mut query = QueryBuilder::new("insert into vestibule_throttles (key, state, forget_at) ");
            query.push_values(keys, |mut values, key| {
                values.push_bind(&key[..]).push_bind(&[1_u8; 10][..]).push_bind(LATE);
            });
            query.push(
                " on conflict (key) do update set state = excluded.state, forget_at = excluded.forget_at",
            );
            query
        };
        query.build().execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        4
    }
}

impl Bare for Sqlite {
    async fn charge(&self, keys: &[Key]) -> usize {
        self.load_then(keys, false).await
    }

    async fn refund(&self, keys: &[Key]) -> usize {
        self.load_then(keys, true).await
    }

    async fn lift(&self, keys: &[Key]) -> usize {
        let mut query = QueryBuilder::new("delete from vestibule_throttles where key in (");
        list(&mut query, keys);
        query.build().execute(&self.0).await.unwrap();
        1
    }

    async fn insert_code(&self, handle: Key) -> usize {
        sqlx::query(
            "insert into vestibule_codes (handle, purpose, contact, locale, format, created_at, resend_at, \
             reissue_until, expires_at, max_attempts, max_issues) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .bind(&handle[..])
        .bind("recovery")
        .bind(address(1).canonical())
        .bind(None::<&str>)
        .bind("8d")
        .bind(NOW)
        .bind(NOW)
        .bind(LATE)
        .bind(LATE)
        .bind(10)
        .bind(3)
        .execute(&self.0)
        .await
        .unwrap();
        1
    }

    async fn count_attempt(&self, handle: Key) -> usize {
        let counted = sqlx::query(
            "update vestibule_codes set attempts = attempts + 1 \
             where handle = ?1 and taken_at is null and expires_at > ?2 and attempts < max_attempts returning *",
        )
        .bind(&handle[..])
        .bind(NOW)
        .fetch_all(&self.0)
        .await;
        assert_eq!(counted.unwrap().len(), 1);
        1
    }

    async fn take(&self, handle: Key) -> usize {
        sqlx::query(
            "update vestibule_codes set taken_at = ?3 where handle = ?1 and issue = ?2 and taken_at is null",
        )
        .bind(&handle[..])
        .bind(1)
        .bind(NOW)
        .execute(&self.0)
        .await
        .unwrap();
        1
    }

    async fn find(&self, person: u64) -> usize {
        let found = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule_accounts a join vestibule_contacts c on c.account_id = a.id \
             where a.id in (select account_id from vestibule_contacts where canonical = ?1 limit 2) \
             order by a.id, c.position",
        )
        .bind(address(person).canonical())
        .fetch_all(&self.0)
        .await;
        assert_eq!(found.unwrap().len(), 1);
        1
    }

    async fn get(&self, person: u64) -> usize {
        let found = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule_accounts a left join vestibule_contacts c on c.account_id = a.id \
             where a.id = ?1 order by c.position",
        )
        .bind(account_id(person))
        .fetch_all(&self.0)
        .await;
        assert_eq!(found.unwrap().len(), 1);
        1
    }

    async fn redeem(&self, person: u64) -> usize {
        let mut connection = self.0.acquire().await.unwrap();
        let mut transaction = connection.begin_with("begin immediate").await.unwrap();
        replace(person).execute(&mut *transaction).await.unwrap();
        sqlx::query("update vestibule_contacts set proven_at = ?3 where canonical = ?2 and account_id = ?1")
            .bind(account_id(person))
            .bind(address(person).canonical())
            .bind(NOW)
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        4
    }

    async fn replace(&self, person: u64) -> usize {
        replace(person).execute(&self.0).await.unwrap();
        1
    }
}

fn replace(person: u64) -> sqlx::query::Query<'static, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> {
    sqlx::query(
        "update vestibule_accounts set password_hash = ?2, credential_version = ?3, state = 'active', \
         changed_at = ?4 where id = ?1 and state <> 'suspended'",
    )
    .bind(account_id(person))
    .bind("x".repeat(96))
    .bind("y".repeat(32))
    .bind(NOW)
}

fn list(query: &mut QueryBuilder<sqlx::Sqlite>, keys: &[Key]) {
    let mut list = query.separated(", ");
    for key in keys {
        list.push_bind(key.to_vec());
    }
    list.push_unseparated(")");
}
