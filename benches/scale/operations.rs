//! What each operation of the stores costs.

use std::time::{Duration, Instant};

use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeStore, CodeTarget, PendingCode, ThrottleStore, UserDirectory};
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Verdict};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, PasswordHash};

use crate::parts::median;
use crate::parts::store_flows::account_id;

const ROUNDS: u64 = 300;
/// How many rows are purged one by one.
const ALONE: u64 = 100;
/// How many are purged in a batch.
const BATCH: u64 = 100;
/// How many more rows there are, which are over: numbers from [`OTHERS`] on are theirs.
pub(crate) const OVER: u64 = 1_100;
pub(crate) const OTHERS: u64 = 100_000_000;

/// In milliseconds: later than every time below.
pub(crate) const LATE: i64 = 1_900_000_000_000;

/// The hash that every account has, as long as those of the recommended cost.
pub(crate) const OLD: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
     b2xkb2xkb2xkb2xkb2xkbw$b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w";

/// An operation: its median time, and how many pages it had to fetch from outside the store's own cache.
pub(crate) struct Cost {
    pub(crate) name: &'static str,
    pub(crate) median: Duration,
    pub(crate) fetched: f64,
}

/// Tries every operation on rows that nobody has read since the store was filled, a line that says "again" on the rows of
/// the line before. `fetched` counts pages so far.
pub(crate) async fn measure<D, C, T>(
    (directory, codes, throttle): (D, C, T),
    rows: u64,
    fetched: impl AsyncFn() -> u64,
) -> Vec<Cost>
where
    D: UserDirectory,
    C: CodeStore,
    T: ThrottleStore,
{
    let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
    let mut results = Vec::new();
    let rounds = if crate::parts::smoke() { 30 } else { ROUNDS };
    // One of the rows, others in every round; and others again.
    let row = |round: u64| round * 7_919_317 % rows + 1;
    let other = |round: u64| (round * 7_919_317 + rows / 2) % rows + 1;
    let schedule = Schedule::window(1_000, Duration::from_secs(60)).unwrap();
    let charges = |first: u64| -> Vec<Charge> {
        let keys = [first, first + 1, first + 2].map(|number| ThrottleKey::from_bytes(key(number)));
        keys.into_iter().map(|key| Charge { key, schedule }).collect()
    };
    let email = |number: u64| Contact::from(EmailAddress::parse(&format!("{number}@example.no")).unwrap());
    macro_rules! median {
        ($name:literal, $rounds:expr, |$round:ident| $work:expr) => {{
            let (mut times, before) = (Vec::new(), fetched().await);
            for $round in 0..$rounds {
                let began = Instant::now();
                $work;
                times.push(began.elapsed());
            }
            let fetched = (fetched().await - before) as f64 / times.len() as f64;
            results.push(Cost { name: $name, median: median(&mut times), fetched });
        }};
    }
    median!("find", rounds, |round| directory.find(&email(row(round))).await.unwrap());
    median!("find, again", rounds, |round| directory.find(&email(row(round))).await.unwrap());
    median!("get", rounds, |round| directory.get(&id(other(round))).await.unwrap().unwrap());
    median!("get, again", rounds, |round| directory.get(&id(other(round))).await.unwrap().unwrap());
    median!("replace_hash", rounds, |round| {
        let (old, new) = (PasswordHash::from_stored(OLD), PasswordHash::from_stored(OLD.replace('b', "c")));
        assert!(directory.replace_hash(&id(row(round)), &old, &new).await.unwrap());
    });
    median!("insert", rounds, |round| codes.insert(&pending(rows + round + 1, now)).await.unwrap());
    median!("arm", rounds, |round| {
        assert!(codes.arm(&handle(row(round)), 1, &armed(), now).await.unwrap());
    });
    median!("count_attempt", rounds, |round| codes.count_attempt(&handle(row(round)), now).await.unwrap());
    median!("reissue", rounds, |round| codes.reissue(&handle(row(round)), now, now).await.unwrap());
    median!("take", rounds, |round| codes.take(&handle(row(round)), 1, now).await.unwrap());
    median!("charge, old keys", rounds, |round| {
        let _ = throttle.charge(&charges(row(round).min(rows - 2)), now).await.unwrap();
    });
    median!("charge, new keys", rounds, |round| {
        let _ = throttle.charge(&charges(rows + round * 3 + 1), now).await.unwrap();
    });
    let mut tickets = Vec::new();
    for round in 0..rounds {
        if let Verdict::Allowed(ticket) =
            throttle.charge(&charges(row(round).min(rows - 2)), now).await.unwrap()
        {
            tickets.push(ticket);
        }
    }
    median!("refund", tickets.len(), |round| throttle.refund(&tickets[round]).await.unwrap());
    median!("lift", rounds, |round| {
        throttle.lift(&[ThrottleKey::from_bytes(key(row(round)))]).await.unwrap();
    });
    // One more of the rows that are over, each time: codes go before the time that is given, throttles at that time.
    let at = |number: u64| OffsetDateTime::UNIX_EPOCH + Duration::from_millis(number);
    median!("purge of 1 code", ALONE, |round| assert_eq!(codes.purge(at(round + 2)).await.unwrap(), 1));
    median!("purge of 1 throttle", ALONE, |round| assert_eq!(
        throttle.purge(at(round + 1)).await.unwrap(),
        1
    ));
    let batches = (OVER - ALONE) / BATCH;
    let end = |batch: u64| ALONE + (batch + 1) * BATCH;
    median!("purge of 100 codes", batches, |batch| {
        assert_eq!(codes.purge(at(end(batch) + 1)).await.unwrap(), BATCH);
    });
    median!("purge of 100 throttles", batches, |batch| {
        assert_eq!(throttle.purge(at(end(batch))).await.unwrap(), BATCH);
    });
    results
}

/// The bytes of the nth key, which looks random in its order; the databases write the same.
fn key(number: u64) -> [u8; 32] {
    account_id(number).into_bytes().try_into().unwrap()
}

fn id(number: u64) -> AccountId {
    AccountId::new(account_id(number))
}

fn handle(number: u64) -> HandleDigest {
    HandleDigest::from_bytes(key(number))
}

fn pending(number: u64, now: OffsetDateTime) -> PendingCode {
    PendingCode {
        handle: handle(number),
        purpose: Purpose::Recovery,
        contact: EmailAddress::parse("ola@example.no").unwrap().into(),
        locale: None,
        format: CodeFormat::EIGHT_DIGITS,
        created_at: now,
        resend_at: now,
        reissue_until: now + Duration::from_secs(480),
        expires_at: now + Duration::from_secs(600),
        max_attempts: 10,
        max_issues: 3,
    }
}

fn armed() -> ArmedCode {
    let target = CodeTarget {
        account: AccountId::new("7"),
        destination: EmailAddress::parse("ola@example.no").unwrap().into(),
        credential_version: CredentialVersion::from_stored("1"),
    };
    ArmedCode { target, mac: CodeMac::from_bytes(&[5; CodeMac::LENGTH]) }
}
