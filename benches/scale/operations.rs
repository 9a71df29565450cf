//! What each operation of the stores costs.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeStore, CodeTarget, PendingCode, ThrottleStore, UserDirectory};
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Ticket, Verdict};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, PasswordHash};

use crate::pages::{Pages, Tally};
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

/// What is measured, one after the other. One that is asked "again" is on the rows of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Find,
    FindAgain,
    Get,
    GetAgain,
    ReplaceHash,
    Insert,
    Arm,
    CountAttempt,
    Reissue,
    Take,
    ChargeOldKeys,
    ChargeNewKeys,
    Refund,
    Lift,
    PurgeOneCode,
    PurgeOneThrottle,
    PurgeCodes,
    PurgeThrottles,
}

impl Operation {
    const ALL: [(Self, &'static str); 18] = [
        (Self::Find, "find"),
        (Self::FindAgain, "find, again"),
        (Self::Get, "get"),
        (Self::GetAgain, "get, again"),
        (Self::ReplaceHash, "replace_hash"),
        (Self::Insert, "insert"),
        (Self::Arm, "arm"),
        (Self::CountAttempt, "count_attempt"),
        (Self::Reissue, "reissue"),
        (Self::Take, "take"),
        (Self::ChargeOldKeys, "charge, old keys"),
        (Self::ChargeNewKeys, "charge, new keys"),
        (Self::Refund, "refund"),
        (Self::Lift, "lift"),
        (Self::PurgeOneCode, "purge of 1 code"),
        (Self::PurgeOneThrottle, "purge of 1 throttle"),
        (Self::PurgeCodes, "purge of 100 codes"),
        (Self::PurgeThrottles, "purge of 100 throttles"),
    ];

    fn rounds(self) -> u64 {
        match self {
            Self::PurgeOneCode | Self::PurgeOneThrottle => ALONE,
            Self::PurgeCodes | Self::PurgeThrottles => (OVER - ALONE) / BATCH,
            _ if crate::parts::smoke() => 30,
            _ => ROUNDS,
        }
    }
}

/// An operation: its median time, and how many pages it had to fetch from outside the store's own cache.
pub(crate) struct Cost {
    pub(crate) name: &'static str,
    pub(crate) median: Duration,
    pub(crate) fetched: f64,
}

/// The stores in one database, which has so many rows of each kind that nobody has read since it was filled.
pub(crate) struct Stores<D, C, T> {
    pub(crate) directory: D,
    pub(crate) codes: C,
    pub(crate) throttle: T,
    pub(crate) rows: u64,
    pub(crate) pages: Pages,
    /// Of the charges on keys that were there: they are refunded later.
    pub(crate) tickets: RefCell<Vec<Ticket>>,
}

/// Tries every operation on each of the databases in turn, row for row: what the machine does beside it falls on all alike.
pub(crate) async fn measure_in_turns<D, C, T>(databases: &[Stores<D, C, T>]) -> Vec<Vec<Cost>>
where
    D: UserDirectory,
    C: CodeStore,
    T: ThrottleStore,
{
    let mut costs: Vec<Vec<Cost>> = databases.iter().map(|_| Vec::new()).collect();
    for (operation, name) in Operation::ALL {
        let mut tallies = Vec::new();
        for stores in databases {
            tallies.push((Vec::new(), Tally::begin(&stores.pages).await));
        }
        for round in 0..operation.rounds() {
            for (stores, (times, tally)) in databases.iter().zip(&mut tallies) {
                tally.before_a_call();
                times.push(stores.time(operation, round).await);
                tally.after_a_call();
            }
        }
        for (costs, (mut times, tally)) in costs.iter_mut().zip(tallies) {
            let fetched = tally.end().await as f64 / times.len() as f64;
            costs.push(Cost { name, median: median(&mut times), fetched });
        }
    }
    costs
}

impl<D: UserDirectory, C: CodeStore, T: ThrottleStore> Stores<D, C, T> {
    async fn time(&self, operation: Operation, round: u64) -> Duration {
        let Self { directory, codes, throttle, rows, .. } = self;
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        // One of the rows, another in every round; and others again.
        let row = round * 7_919_317 % rows + 1;
        let other = (round * 7_919_317 + rows / 2) % rows + 1;
        let old_keys = charges(row.min(rows - 2));
        // Codes go before the time that is given, throttles at that time.
        let end = ALONE + (round + 1) * BATCH;
        macro_rules! timed {
            ($call:expr) => {{
                let began = Instant::now();
                let outcome = $call.await.unwrap();
                (began.elapsed(), outcome)
            }};
        }
        match operation {
            Operation::Find | Operation::FindAgain => timed!(directory.find(&email(row))).0,
            Operation::Get | Operation::GetAgain => timed!(directory.get(&id(other))).0,
            Operation::ReplaceHash => {
                let (old, new) =
                    (PasswordHash::from_stored(OLD), PasswordHash::from_stored(OLD.replace('b', "c")));
                let (took, replaced) = timed!(directory.replace_hash(&id(row), &old, &new));
                assert!(replaced);
                took
            }
            Operation::Insert => timed!(codes.insert(&pending(rows + round + 1, now))).0,
            Operation::Arm => {
                let (took, armed) = timed!(codes.arm(&handle(row), 1, &armed(), now));
                assert!(armed);
                took
            }
            Operation::CountAttempt => timed!(codes.count_attempt(&handle(row), now)).0,
            Operation::Reissue => timed!(codes.reissue(&handle(row), now, now)).0,
            Operation::Take => timed!(codes.take(&handle(row), 1, now)).0,
            Operation::ChargeOldKeys => {
                let (took, verdict) = timed!(throttle.charge(&old_keys, now));
                let Verdict::Allowed(ticket) = verdict else { panic!("the limit is met") };
                self.tickets.borrow_mut().push(ticket);
                took
            }
            Operation::ChargeNewKeys => timed!(throttle.charge(&charges(rows + round * 3 + 1), now)).0,
            Operation::Refund => {
                let ticket = self.tickets.borrow_mut().pop().unwrap();
                timed!(throttle.refund(&ticket)).0
            }
            Operation::Lift => timed!(throttle.lift(&[ThrottleKey::from_bytes(key(row))])).0,
            Operation::PurgeOneCode => purged(1, timed!(codes.purge(at(round + 2)))),
            Operation::PurgeOneThrottle => purged(1, timed!(throttle.purge(at(round + 1)))),
            Operation::PurgeCodes => purged(BATCH, timed!(codes.purge(at(end + 1)))),
            Operation::PurgeThrottles => purged(BATCH, timed!(throttle.purge(at(end)))),
        }
    }
}

fn purged(expected: u64, (took, purged): (Duration, u64)) -> Duration {
    assert_eq!(purged, expected);
    took
}

/// The time at which the nth row is over of those that are.
fn at(number: u64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::from_millis(number)
}

fn charges(first: u64) -> Vec<Charge> {
    let schedule = Schedule::window(1_000, Duration::from_secs(60)).unwrap();
    let keys = [first, first + 1, first + 2].map(|number| ThrottleKey::from_bytes(key(number)));
    keys.into_iter().map(|key| Charge { key, schedule }).collect()
}

fn email(number: u64) -> Contact {
    EmailAddress::parse(&format!("{number}@example.no")).unwrap().into()
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
