//! How much a flood of requests for addresses that nobody has can make a store keep.

use std::time::Duration;

use vestibule::code::{CodeMac, HandleDigest};
use vestibule::ports::{ArmedCode, CodeStore, CodeTarget, PendingCode, ThrottleStore};
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Verdict};
use vestibule::{AccountId, CredentialVersion, Locale};

use super::samples::{email, in_minutes, now, pending};

/// How many requests a measurement makes.
pub(crate) const REQUESTS: u64 = 1_000;

/// An address of so many bytes, another for each number.
pub(crate) fn address(number: u64, bytes: usize) -> String {
    let local = format!("{number:08}{}", "a".repeat(bytes.saturating_sub(20).min(56)));
    let mut domain = "example.no".to_owned();
    while local.len() + 1 + domain.len() < bytes {
        let label = (bytes - local.len() - 2 - domain.len()).clamp(1, 60);
        domain = format!("{}.{domain}", "b".repeat(label));
    }
    format!("{local}@{domain}")
}

/// Writes the row that a request for such an address leaves, armed as for somebody: this is the same for everybody.
pub(crate) async fn request(codes: &impl CodeStore, number: u64, bytes: usize) {
    let contact = email(&address(number, bytes));
    let handle = HandleDigest::from_bytes(scattered(number, 0));
    let pending = PendingCode {
        handle,
        contact: contact.clone(),
        locale: Some(Locale::new("a".repeat(Locale::MAX_LENGTH))),
        ..pending(0)
    };
    codes.insert(&pending).await.unwrap();
    let target = CodeTarget {
        account: AccountId::new(format!("{number:032x}")),
        destination: contact,
        credential_version: CredentialVersion::from_stored(format!("{number:032x}")),
    };
    let mac = CodeMac::from_bytes(&[5; CodeMac::LENGTH]);
    assert!(codes.arm(&handle, 1, &ArmedCode { target, mac }, now()).await.unwrap());
}

/// Counts one event on three keys that were never seen.
pub(crate) async fn count(throttle: &impl ThrottleStore, number: u64) {
    let schedule = Schedule::window(10, Duration::from_secs(24 * 60 * 60)).unwrap();
    let keys = (1..=3).map(|part| ThrottleKey::from_bytes(scattered(number, part)));
    let charges: Vec<_> = keys.map(|key| Charge { key, schedule }).collect();
    let Verdict::Allowed(_) = throttle.charge(&charges, in_minutes(number)).await.unwrap() else { panic!() };
}

/// Bytes that look random, as those of digests do: trees are as full of them.
fn scattered(number: u64, part: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (place, chunk) in (0_u64..).zip(bytes.chunks_mut(8)) {
        let mut mixed = (number * 4 + part) * 4 + place + 1;
        for _ in 0..3 {
            mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        chunk.copy_from_slice(&mixed.to_be_bytes());
    }
    bytes
}
