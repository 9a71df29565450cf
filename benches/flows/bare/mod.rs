//! The statements that flows need, sent by hand: what a program would cost that was written for this one purpose, with
//! the same driver, the same pool, the same tables and the same transactions.

mod postgres;
mod redis;
mod sqlite;

pub(crate) use self::postgres::Postgres;
pub(crate) use self::redis::Redis;
pub(crate) use self::sqlite::Sqlite;

use crate::parts::store_flows::Flow;

/// A row's key, in its store.
pub(crate) type Key = [u8; 32];

/// A time that is later than every other.
pub(crate) const LATE: i64 = 4_000_000_000_000;
/// A time that rows are written at.
pub(crate) const NOW: i64 = 1_800_000_000_000;

/// Each operation that a flow needs, with as many statements as the store needs for it. The answers are read, and not
/// judged. It says how many statements, or round trips, it took: the begin and the commit of a transaction count.
#[allow(async_fn_in_trait, reason = "for this program alone")]
pub(crate) trait Bare {
    async fn charge(&self, keys: &[Key]) -> usize;
    async fn refund(&self, keys: &[Key]) -> usize;
    async fn lift(&self, keys: &[Key]) -> usize;
    async fn insert_code(&self, handle: Key) -> usize;
    async fn count_attempt(&self, handle: Key) -> usize;
    async fn take(&self, handle: Key) -> usize;
    async fn find(&self, person: u64) -> usize;
    async fn get(&self, person: u64) -> usize;
    /// A new password, and a contact that is proven by the code.
    async fn redeem(&self, person: u64) -> usize;
    /// A new password.
    async fn replace(&self, person: u64) -> usize;
}

/// Does what the flow asks of its stores on the caller's path, as `tests/flows/statements.rs` holds it to. Says how many
/// statements that took.
pub(crate) async fn run(bare: &impl Bare, flow: Flow, person: u64) -> usize {
    let keys = |kind: u8, number: u8| -> Vec<Key> { (0..number).map(|n| key(kind + n, person)).collect() };
    let code = key(200, person);
    match flow {
        Flow::Request => bare.charge(&keys(0, 4)).await + bare.insert_code(code).await,
        Flow::WrongCode => bare.count_attempt(code).await,
        Flow::Redeem => {
            bare.count_attempt(code).await
                + bare.get(person).await
                + bare.redeem(person).await
                + bare.lift(&keys(20, 2)).await
                + bare.take(code).await
        }
        Flow::LogIn => {
            bare.charge(&keys(30, 3)).await + bare.find(person).await + bare.refund(&keys(30, 3)).await
        }
        Flow::KnownBrowser => {
            bare.charge(&keys(40, 2)).await + bare.find(person).await + bare.refund(&keys(40, 2)).await
        }
        Flow::WrongPassword => bare.charge(&keys(50, 3)).await + bare.find(person).await,
        Flow::IsCurrent => bare.get(person).await,
        Flow::ChangePassword => {
            bare.charge(&keys(60, 2)).await
                + bare.get(person).await
                + bare.refund(&keys(60, 2)).await
                + bare.replace(person).await
                // Of the wrong password before, whose row of failures is over.
                + bare.lift(&[key(52, person), key(61, person)]).await
        }
    }
}

/// A key like those that the library makes: they look random.
fn key(kind: u8, person: u64) -> Key {
    let number = person.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(kind) << 56;
    let mut key = [kind; 32];
    key[..8].copy_from_slice(&number.to_be_bytes());
    key
}
