//! The statements of PostgreSQL. What writes is in a transaction of the driver's own making, without the limits that the
//! library sets for each.

use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;

use super::{Bare, Key, LATE, NOW};
use crate::parts::store_flows::{account_id, address};

pub(crate) struct Postgres(pub(crate) PgPool);

impl Postgres {
    /// Begin, statement, commit.
    async fn write(&self, statement: Query<'_, sqlx::Postgres, PgArguments>) -> usize {
        let mut transaction = self.0.begin().await.unwrap();
        statement.fetch_all(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        3
    }

    async fn read(&self, statement: Query<'_, sqlx::Postgres, PgArguments>) -> usize {
        assert_eq!(statement.fetch_all(&self.0).await.unwrap().len(), 1);
        1
    }
}

impl Bare for Postgres {
    async fn charge(&self, keys: &[Key]) -> usize {
        let statement = sqlx::query(
            "insert into vestibule.throttles as t (key, later, forget_at) \
             select key, array_fill($3::bigint, array[count(*)::int]), max(forget_at) \
             from unnest($1::bytea[], $2::bigint[]) as c (key, forget_at) group by key order by key \
             on conflict (key) do update \
             set later = t.later || excluded.later, forget_at = greatest(t.forget_at, excluded.forget_at) \
             returning key, state, later",
        );
        self.write(statement.bind(list(keys)).bind(vec![LATE; keys.len()]).bind(NOW)).await
    }

    async fn refund(&self, keys: &[Key]) -> usize {
        let statement = sqlx::query(
            "with held as materialized ( \
               select key from vestibule.throttles where key = any($1) order by key for update \
             ) \
             update vestibule.throttles t set \
             later = t.later[:array_position(t.later, e.noted) - 1] \
               || t.later[array_position(t.later, e.noted) + 1:], \
             forget_at = case when cardinality(t.later) = 1 and t.state = '\\x0100' then 0 else t.forget_at end \
             from held h join unnest($1::bytea[], $2::bigint[]) as e (key, noted) on e.key = h.key \
             where t.key = h.key and e.noted = any(t.later)",
        );
        self.write(statement.bind(list(keys)).bind(vec![NOW; keys.len()])).await
    }

    async fn lift(&self, keys: &[Key]) -> usize {
        let statement = sqlx::query(
            "with held as materialized ( \
               select key from vestibule.throttles where key = any($1) order by key for update \
             ) \
             delete from vestibule.throttles t using held h where t.key = h.key",
        );
        self.write(statement.bind(list(keys))).await
    }

    async fn insert_code(&self, handle: Key) -> usize {
        let statement = sqlx::query(
            "insert into vestibule.codes (handle, purpose, contact, locale, format, created_at, resend_at, \
             reissue_until, expires_at, max_attempts, max_issues) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (handle) do nothing",
        );
        let statement = statement
            .bind(handle.to_vec())
            .bind("recovery")
            .bind(address(1).canonical())
            .bind(None::<&[u8]>)
            .bind("8d")
            .bind(NOW)
            .bind(NOW)
            .bind(LATE)
            .bind(LATE)
            .bind(10_i64)
            .bind(3_i64);
        self.write(statement).await
    }

    async fn count_attempt(&self, handle: Key) -> usize {
        let statement = sqlx::query(
            "update vestibule.codes set attempts = attempts + 1 \
             where handle = $1 and taken_at is null and expires_at > $2 and attempts < max_attempts \
             returning attempts, mac, account_id, destination, credential_version, purpose, contact, locale, \
             format, created_at, resend_at, reissue_until, expires_at, max_attempts, max_issues, issue",
        );
        self.write(statement.bind(handle.to_vec()).bind(NOW)).await
    }

    async fn take(&self, handle: Key) -> usize {
        let statement = sqlx::query(
            "update vestibule.codes set taken_at = $3 where handle = $1 and issue = $2 and taken_at is null",
        );
        self.write(statement.bind(handle.to_vec()).bind(1_i64).bind(NOW)).await
    }

    async fn find(&self, person: u64) -> usize {
        let statement = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from (select distinct account_id from (select account_id from vestibule.contacts \
             where canonical = $1 limit 2) f) f \
             join vestibule.accounts a on a.id = f.account_id \
             join vestibule.contacts c on c.account_id = a.id order by a.id, c.position",
        );
        self.read(statement.bind(address(person).canonical())).await
    }

    async fn get(&self, person: u64) -> usize {
        let statement = sqlx::query(
            "select a.id, a.state, a.credential_version, a.password_hash, a.name, a.locale, c.kind, c.spelling \
             from vestibule.accounts a left join vestibule.contacts c on c.account_id = a.id \
             where a.id = $1 order by c.position",
        );
        self.read(statement.bind(account_id(person))).await
    }

    async fn redeem(&self, person: u64) -> usize {
        self.set_password(person, Some(address(person).canonical())).await
    }

    async fn replace(&self, person: u64) -> usize {
        self.set_password(person, None).await
    }
}

impl Postgres {
    async fn set_password(&self, person: u64, proven: Option<String>) -> usize {
        let statement = sqlx::query(
            "with replaced as ( \
               update vestibule.accounts set password_hash = $2, credential_version = $3, state = 'active', \
               changed_at = $4, activated_at = coalesce(activated_at, $4) \
               where id = $1 and state <> 'suspended' returning id \
             ), \
             proven as ( \
               update vestibule.contacts c set proven_at = $4 from replaced r \
               where c.canonical = $5 and c.account_id = r.id \
             ) \
             select id from replaced",
        );
        let (hash, version) = ("x".repeat(96), "y".repeat(32));
        self.write(statement.bind(account_id(person)).bind(hash).bind(version).bind(NOW).bind(proven)).await
    }
}

fn list(keys: &[Key]) -> Vec<Vec<u8>> {
    keys.iter().map(|key| key.to_vec()).collect()
}
