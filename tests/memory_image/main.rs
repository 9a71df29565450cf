//! Searches this process's own memory for a password and a code after each flow.
//!
//! Each flow runs in a process of its own, which is this program again. The canaries are kept masked, so that the search
//! does not find itself, and what is freed is found too: the allocator overwrites the first bytes of what is freed, and
//! the search looks for the rest. What it cannot see is what a web framework, a mail or database driver would have
//! copied: there is none here.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails panics"
)]

mod masked;
mod search;

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::masked::*;
use self::search::found;
use async_trait::async_trait;
use vestibule::account::Registration;
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::message::Message;
use vestibule::ports::{CodeSender, Destination, SendError};
use vestibule::secrecy::ExposeSecret;
use vestibule::{
    AccountId, AccountService, CallingCode, Code, Contact, EmailAddress, KeyRing, NewPassword, Origin,
    PhoneNumber, ServiceKey, ServiceProfile, Settings,
};

/// Takes messages over, and keeps of each only its code, masked.
#[derive(Clone, Default)]
struct Post(Arc<Mutex<Vec<Masked>>>, Arc<AtomicBool>);

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Post")
    }
}

#[async_trait]
impl CodeSender for Post {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        if self.1.swap(false, Ordering::SeqCst) {
            let busy = BackendError::new(BackendErrorKind::Busy, "this once");
            return Err(SendError::Transient { retry_after: None, source: busy });
        }
        self.0.lock().unwrap().extend(message.expose_code().map(Masked::of));
        Ok(())
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

struct House {
    service: AccountService,
    post: Post,
    clock: ManualClock,
    id: AccountId,
}

fn ola() -> Contact {
    EmailAddress::parse("ola@example.no").unwrap().into()
}

fn here() -> Origin {
    Origin::without_address()
}

impl House {
    fn new() -> Self {
        let (directory, post) = (MemoryDirectory::new(), Post::default());
        let phone = PhoneNumber::parse("41234567", CallingCode::NORWAY).unwrap();
        let id = directory.register(Registration::new(ola()).contact(phone)).unwrap();
        let keys = KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]));
        let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
        let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
        let builder = AccountService::builder(directory, codes, throttle, post.clone(), keys, profile);
        let (clock, mut settings) = (ManualClock::new(), Settings::default());
        // What cannot be sent at once is left to the stored queue.
        settings.sending_patience = Duration::ZERO;
        let builder = builder.clock(clock.clone()).settings(settings);
        #[cfg(feature = "message-queue")]
        let builder = builder.message_queue(vestibule::adapters::memory::MemoryMessages::new());
        let service = builder.dangerous().cheapest_hashing().build().unwrap();
        Self { service, post, clock, id }
    }

    async fn rest(&self) {
        assert_eq!(self.service.drain(Duration::from_secs(20)).await, 0);
    }

    async fn code(&self) -> Masked {
        self.rest().await;
        self.post.0.lock().unwrap().last().expect("a code was sent").clone()
    }

    fn new_password(number: u8) -> NewPassword {
        NewPassword::typed_twice(password(number).secret(), password(number).secret()).unwrap()
    }

    async fn activate(&self, number: u8) -> Masked {
        let asked = self.service.request_activation(&ola(), &here()).await.unwrap();
        let code = self.code().await;
        let typed = Code::parse(&code.reveal()).unwrap();
        self.service.activate(&asked.handle, &typed, Self::new_password(number), &here()).await.unwrap();
        code
    }

    /// Does what the flow is called, and gives the canaries: what was typed as a password, and the codes.
    async fn go_through(&self, flow: &str) -> (Vec<Masked>, Vec<Masked>) {
        let address = EmailAddress::parse("ola@example.no").unwrap();
        let (mut passwords, mut codes) = (vec![password(1)], Vec::new());
        codes.push(self.activate(1).await);
        match flow {
            "activation" => {}
            "request" => {
                // Its codes are known to the owner alone: nothing comes after them that would overwrite what they left.
                for contact in [ola(), PhoneNumber::parse("41234567", CallingCode::NORWAY).unwrap().into()] {
                    self.service.request_recovery(&contact, &here()).await.unwrap();
                    codes.push(self.code().await);
                }
            }
            "recovery" => {
                let phone: Contact = PhoneNumber::parse("41234567", CallingCode::NORWAY).unwrap().into();
                let asked = self.service.request_recovery(&phone, &here()).await.unwrap();
                codes.push(self.code().await);
                let typed = Code::parse(&codes[1].reveal()).unwrap();
                self.service.recover(&asked.handle, &typed, Self::new_password(2), &here()).await.unwrap();
                passwords.push(password(2));
            }
            "log-in" => {
                self.service.log_in(&address, password(1).secret(), &here()).await.unwrap();
                assert!(self.service.log_in(&address, password(3).secret(), &here()).await.is_err());
                passwords.push(password(3));
            }
            "change" => {
                let (old, new) = (password(1).secret(), Self::new_password(4));
                self.service.change_password(&self.id, old, new, &here()).await.unwrap();
                passwords.push(password(4));
            }
            #[cfg(feature = "message-queue")]
            "stored" => {
                // It cannot be sent at once, stays sealed in the queue, and is opened and sent when its lease has ended.
                self.post.1.store(true, Ordering::SeqCst);
                self.service.request_recovery(&ola(), &here()).await.unwrap();
                self.rest().await;
                self.clock.turn(Duration::from_secs(61));
                assert_eq!(self.service.resume_deliveries().await.unwrap(), 1);
                codes.push(self.code().await);
            }
            "refusal" => {
                let asked = self.service.request_recovery(&ola(), &here()).await.unwrap();
                codes.push(self.code().await);
                let typed = Code::parse(&codes[1].reveal()).unwrap();
                // As long as the longest, so that the rules look at all of it.
                let long = Masked((0..250).map(|_| b'q' ^ MASK).collect());
                let long = NewPassword::typed_once(long.secret()).unwrap();
                assert!(self.service.recover(&asked.handle, &typed, long, &here()).await.is_err());
                let differing = NewPassword::typed_twice(password(5).secret(), password(6).secret());
                assert!(differing.is_err());
                passwords.extend([password(5), password(6)]);
            }
            "leak" => {
                // What must be found: one that is kept, and one that was freed without being wiped.
                let kept = password(7).reveal().to_string();
                let mut freed = "-".repeat(30_000);
                freed.push_str(&password(8).reveal());
                // Between the freed one and the end of the heap, which is given back to the system.
                let fence = vec![1_u8; 100_000];
                std::hint::black_box((&kept, &freed, &fence));
                drop(freed);
                std::mem::forget((kept, fence));
                passwords.extend([password(7), password(8)]);
            }
            other => panic!("{other}"),
        }
        self.rest().await;
        (passwords, codes)
    }
}

/// How often each canary was found: passwords, then codes, as they are and as people read them.
#[tokio::test]
#[ignore = "run by the others, in a process of its own"]
async fn one_flow() {
    let Ok(flow) = std::env::var("VESTIBULE_TEST_FLOW") else { return };
    let house = House::new();
    let (passwords, codes) = house.go_through(&flow).await;
    // What the allocator writes into freed memory comes first: the rest of the text is looked for.
    let passwords: Vec<_> = passwords.iter().map(|password| found(&password.0[18..34])).collect();
    let codes: Vec<_> = codes
        .iter()
        .map(|code| {
            let mut halves = code.0.clone();
            halves.insert(4, b' ' ^ MASK);
            found(&code.0) + found(&halves)
        })
        .collect();
    println!("\npasswords {passwords:?}, codes {codes:?}");
    drop(house);
}

fn search(flow: &str) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_flow", "--ignored", "--nocapture"])
        .env("VESTIBULE_TEST_FLOW", flow)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    let line = output.lines().find(|line| line.starts_with("passwords"));
    line.unwrap_or_else(|| panic!("{flow}: {output}\n{}", String::from_utf8_lossy(&child.stderr))).to_owned()
}

#[test]
fn what_the_crate_held_of_a_password_is_wiped() {
    for (flow, expected) in [
        ("activation", "passwords [0], codes [0]"),
        ("recovery", "passwords [0, 0], codes [0, 0]"),
        ("log-in", "passwords [0, 0], codes [0]"),
        ("change", "passwords [0, 0], codes [0]"),
        ("request", "passwords [0], codes [0, 0, 0]"),
        ("refusal", "passwords [0, 0, 0], codes [0, 0]"),
        #[cfg(feature = "message-queue")]
        ("stored", "passwords [0], codes [0, 0]"),
    ] {
        assert_eq!(search(flow), expected, "{flow}");
    }
}

#[test]
fn the_search_finds_what_was_kept_and_what_was_freed() {
    assert_eq!(search("leak"), "passwords [0, 1, 1], codes [0]");
    assert!(password(1).secret().expose_secret().len() == 36);
}
