//! What the benches share: a service with members, and what the system says of a process.

#![allow(dead_code, unreachable_pub, reason = "each bench uses a part of it")]

pub mod store_flows;

use std::fs;
use std::net::Ipv4Addr;
use std::time::Duration;

use argon2::{Argon2, PasswordHasher};
use cpu_time::ProcessTime;
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::hasher::{Argon2Cost, HashingSettings};
use vestibule::ports::UserDirectory;
use vestibule::time::OffsetDateTime;
use vestibule::{AccountService, EmailAddress, KeyRing, Origin, PasswordHash, ServiceKey, ServiceProfile};

pub const PASSWORD: &str = "tolv grønne elger på tur";

/// Whether this is the short run that only sees that everything works: `cargo bench -- smoke`.
pub fn smoke() -> bool {
    std::env::args().any(|argument| argument == "smoke")
}

/// A service on memory ports whose members all have [`PASSWORD`], at this cost.
pub fn service(hashing: HashingSettings, cost: Argon2Cost, members: usize) -> AccountService {
    service_of(directory(cost, members), hashing.cost(cost))
}

/// Members who all have [`PASSWORD`], at this cost.
pub fn directory(cost: Argon2Cost, members: usize) -> MemoryDirectory {
    let directory = MemoryDirectory::new();
    let stored = stored_hash(cost);
    futures_lite::future::block_on(async {
        for number in 0..members {
            let id = directory.register(Registration::new(member(number))).unwrap();
            let account = directory.get(&id).await.unwrap().unwrap();
            let change = CredentialChange {
                password: PasswordHash::from_stored(stored.clone()),
                how: PasswordChange::Activated,
                proven: None,
                at: OffsetDateTime::UNIX_EPOCH,
            };
            let version = account.credential_version;
            assert!(directory.replace_credential(&id, &version, &change).await.unwrap().is_some());
        }
    });
    directory
}

/// A service on memory ports for these people.
pub fn service_of(directory: MemoryDirectory, hashing: HashingSettings) -> AccountService {
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
    let (codes, throttle, outbox) = (MemoryCodes::new(), MemoryThrottle::new(), MemoryOutbox::new());
    AccountService::builder(directory, codes, throttle, outbox, keys, profile)
        .hashing(hashing)
        .build()
        .unwrap()
}

/// A hash of [`PASSWORD`] as every crate here reads it.
pub fn stored_hash(cost: Argon2Cost) -> String {
    let hashed = hasher(cost).hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes...").unwrap();
    hashed.to_string()
}

pub fn hasher(cost: Argon2Cost) -> Argon2<'static> {
    argon2::Params::new(cost.memory_kib(), cost.passes(), cost.lanes(), None).unwrap().into()
}

pub fn member(number: usize) -> EmailAddress {
    EmailAddress::parse(&format!("member{number}@example.no")).unwrap()
}

/// Everybody at an address of his own.
pub fn home(number: usize) -> Origin {
    let [.., a, b, c] = (number as u32).to_be_bytes();
    Origin::from_address(Ipv4Addr::new(10, a, b, c).into())
}

pub fn median(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default()
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The processor time of all threads of this process.
pub fn processor_time() -> Duration {
    ProcessTime::now().as_duration()
}

/// How many pages the system had to find for this process, as Linux counts them; none elsewhere.
pub fn page_faults() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in parentheses, minor faults are the eighth field.
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    fields.split(' ').nth(7).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The most memory this process ever had resident, in MiB.
pub fn peak_rss_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}
